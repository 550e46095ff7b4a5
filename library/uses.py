"""How often assets are used. The apps above say so through counters they register when they are ready."""

from collections import Counter
from collections.abc import Callable, Iterable
from uuid import UUID

from library.models import Asset

UseCounter = Callable[[list[UUID]], dict[UUID, int]]
_counters: list[UseCounter] = []


def register(counter: UseCounter) -> None:
    """Add a function that returns, for asset ids, how many things use each; once, however often it is added."""
    if counter not in _counters:
        _counters.append(counter)


def uses_of(assets: Iterable[Asset]) -> Counter[UUID]:
    """Return how many posts use each asset."""
    ids = [asset.pk for asset in assets]
    total: Counter[UUID] = Counter()
    for counter in _counters:
        total.update(counter(ids))
    return total
