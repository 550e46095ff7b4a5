"""The attempt ledger in words: what was tried, and how it ended. Meta's trace id stays for the curious."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import RemoteAttempt

OPERATIONS: dict[str, str | Promise] = {
    "container.create": _("Handed the photo to Instagram"),
    "media.publish": _("Told Instagram to publish it"),
}
OUTCOMES: dict[str, str | Promise] = {
    "": _("no answer yet"),
    "ok": _("accepted"),
    "no_answer": _("no answer came"),
    "broken": _("stopped on our side"),
    "rate_limited": _("Instagram asked us to slow down"),
    "try_later": _("Instagram had trouble; tried again later"),
    "token_invalid": _("Instagram does not accept the connection any more"),
    "permission_missing": _("a permission is missing"),
}


@dataclass(frozen=True)
class Told:
    """One attempt as the timeline shows it."""

    attempt: RemoteAttempt
    at: str
    what: str | Promise
    outcome: str | Promise
    is_good: bool


def to_the_second(moment: datetime, zone: tzinfo) -> str:
    """Return a moment on the clocks of a zone: 14:00:07."""
    return date_format(moment.astimezone(zone), "H:i:s")


def told(attempts: Iterable[RemoteAttempt], zone: tzinfo) -> list[Told]:
    """Return the attempts in words, oldest first, their times on the clocks of a zone."""
    return [
        Told(
            row,
            to_the_second(row.started_at, zone),
            OPERATIONS.get(row.operation, row.operation.replace(".", " ").capitalize()),
            OUTCOMES.get(row.outcome, row.said or _("refused")),
            row.outcome == "ok",
        )
        for row in attempts
    ]
