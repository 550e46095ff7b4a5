"""A publication as calendar and list show it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from publishing.models import Publication
from publishing.states import State, state_of

TITLE = 80


@dataclass(frozen=True)
class Card:
    """A publication, how its state looks, the first line of its caption, and whether it has a photo."""

    row: Publication
    state: State
    title: str
    has_photo: bool


def title_of(caption: str) -> str:
    return caption.partition("\n")[0][:TITLE] or _("No caption")


def cards_of(rows: Iterable[Publication]) -> list[Card]:
    """Return the cards of publications whose revisions and items were fetched along."""
    return [Card(row, state_of(row), title_of(row.revision.caption), bool(row.revision.items.all())) for row in rows]
