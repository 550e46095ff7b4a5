"""Why a change to the plan does not happen, in words for the person who asked."""

from collections.abc import Sequence

from publishing.models import Publication


class PlanRefused(Exception):
    """A plan that cannot stand; `problems` are sentences.

    When it is confirmable, the person may go on all the same: call again with `twin_ok=True`.
    """

    def __init__(self, problems: list[str], twins: Sequence[Publication] = ()) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems
        self.twins = list(twins)

    @property
    def is_confirmable(self) -> bool:
        return bool(self.twins)


class Conflict(Exception):
    """The engine or another person was first; the message says so in a sentence."""
