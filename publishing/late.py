"""What happens to a post that could not go out in time: a person decides."""

from django.utils.translation import gettext as _

from publishing.claiming import Turn
from publishing.models import Publication

Status = Publication.Status


def is_too_late(turn: Turn) -> bool:
    """Say whether the row is later than our policy lets it go out unasked.

    Who waited for the daily limit was told so and has a day more.
    """
    row, allowed = turn.row, turn.timing.late_policy
    if row.waited_for_quota:
        allowed += turn.timing.container_life
    return row.scheduled_at is not None and turn.now > row.scheduled_at + allowed


def give_up(turn: Turn) -> None:
    """Stop, and leave the choice to a person: nothing was sent, or it was proved not to have been taken."""
    sentence = _("It could not go out within six hours of its time.")
    if turn.row.problem:
        sentence = f"{sentence} {turn.row.problem}"
    turn.rest(
        None,
        status=Status.MISSED,
        problem=sentence[:400],
        cure=_("Publish it now, choose another time, or cancel it."),
    )
