"""What Instagram takes as a photo, and what stands between an asset and that.

Limits: developers.facebook.com/docs/instagram-platform/reference/ig-user/media (image specifications), read 2026-11-22:
JPEG, at most 8 MB, 4:5 to 1.91:1, 320 to 1440 pixels wide, sRGB.
"""

from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _

from library.models import Asset

NARROWEST = Fraction(4, 5)
WIDEST = Fraction(191, 100)
LEAST_WIDTH = 320
MOST_WIDTH = 1440
MOST_BYTES = 8 * 1000 * 1000

CROP_TALL = "crop=4:5"
CROP_WIDE = "crop=1.91:1"
BORDERS = "borders"
RECIPES = ("", CROP_TALL, CROP_WIDE, BORDERS)


class Refused(Exception):
    """A file that cannot become a photo on Instagram. `message` says why, for the person who chose it."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class Fix:
    """A way to mend a finding: the recipe that makes another rendition, and the words on its button."""

    recipe: str
    label: str


@dataclass(frozen=True)
class Finding:
    """Something about an asset: an error keeps it from being published, a warning does not."""

    level: str
    text: str
    fixes: tuple[Fix, ...] = ()

    @property
    def blocks(self) -> bool:
        return self.level == "error"


def findings(asset: Asset, recipe: str = "") -> list[Finding]:
    """Return what is wrong with `asset` when it is published as `recipe` makes it: errors first."""
    found = []
    shape = Fraction(asset.width, asset.height)
    size = {"width": asset.width, "height": asset.height}
    if not recipe and shape < NARROWEST:
        text = _("%(width)s × %(height)s is narrower than 4:5. Instagram takes 4:5 to 1.91:1.") % size
        found.append(Finding("error", text, (Fix(CROP_TALL, _("Crop to 4:5")), Fix(BORDERS, _("Add borders")))))
    if not recipe and shape > WIDEST:
        text = _("%(width)s × %(height)s is wider than 1.91:1. Instagram takes 4:5 to 1.91:1.") % size
        found.append(Finding("error", text, (Fix(CROP_WIDE, _("Crop to 1.91:1")), Fix(BORDERS, _("Add borders")))))
    if asset.width < LEAST_WIDTH:
        text = _("It is %(width)s pixels wide. Instagram shows at least 320, so it gets enlarged and may look soft.")
        found.append(Finding("warning", text % size))
    return found
