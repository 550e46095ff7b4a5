"""What Instagram allows in a caption, counted the strictest plausible way.

developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media, read 2026-11-22: 2,200
characters, 30 hashtags, 20 mentions. Meta does not say what a character is; UTF-16 units never count too few.
"""

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

LONGEST, MOST_HASHTAGS, MOST_MENTIONS = 2200, 30, 20
HASHTAG = re.compile(r"(?<![\w&])[#＃](?=\w*[^\W\d_])\w+")
MENTION = re.compile(r"(?<![\w@])[@＠][A-Za-z0-9._]+")
# Controls that no keyboard writes, and the two that turn text around; line feed and tab stay.
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202d\u202e\ud800-\udfff]")


@dataclass(frozen=True)
class Counts:
    """How much of each limit a caption uses."""

    units: int
    hashtags: int
    mentions: int


def clean(caption: str) -> str:
    """Return the caption as it is stored and sent: line feeds alone, no control characters, no blank ends."""
    text = CONTROLS.sub("", caption.replace("\r\n", "\n").replace("\r", "\n")).strip()
    return text if any(ch.isprintable() and not ch.isspace() for ch in text) else ""


def count(caption: str) -> Counts:
    """Return length in UTF-16 units, hashtags and mentions."""
    units = len(caption.encode("utf-16-le", "surrogatepass")) // 2
    return Counts(units, len(HASHTAG.findall(caption)), len(MENTION.findall(caption)))


def problems(caption: str) -> list[str]:
    """Return one sentence for each limit the caption breaks."""
    counts = count(caption)
    found = []
    if counts.units > LONGEST:
        over = counts.units - LONGEST
        found.append(
            ngettext(
                "The caption is %(over)s character over Instagram's %(limit)s.",
                "The caption is %(over)s characters over Instagram's %(limit)s.",
                over,
            )
            % {"over": over, "limit": LONGEST}
        )
    if counts.hashtags > MOST_HASHTAGS:
        found.append(_("Instagram allows 30 hashtags; the caption has %(n)s.") % {"n": counts.hashtags})
    if counts.mentions > MOST_MENTIONS:
        found.append(_("Instagram allows 20 mentions; the caption has %(n)s.") % {"n": counts.mentions})
    return found
