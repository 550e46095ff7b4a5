"""Leases: one worker at a time works on a row, for a while, under an epoch that fences its late writes.

The claim is one conditional UPDATE by the database's clock; it works alike on SQLite and PostgreSQL, and a killed
worker's lease simply runs out.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import DateTimeField, ExpressionWrapper, F, Q, QuerySet
from django.db.models.functions import Now


def in_future(span: timedelta) -> ExpressionWrapper:
    """Return the database's now plus `span`, for use in an UPDATE."""
    return ExpressionWrapper(Now() + span, output_field=DateTimeField())


def take(rows: QuerySet[Any], pk: UUID | int, span: timedelta) -> int | None:
    """Take the lease on one row for `span` and return its new epoch, or None when somebody else holds it."""
    free = Q(lease_until=None) | Q(lease_until__lt=Now())
    won = rows.filter(free, pk=pk).update(lease_until=in_future(span), lease_epoch=F("lease_epoch") + 1)
    if not won:
        return None
    return int(rows.values_list("lease_epoch", flat=True).get(pk=pk))


def give_back(rows: QuerySet[Any], pk: UUID | int, epoch: int) -> bool:
    """End the lease of `epoch`. Say whether it was still ours."""
    return bool(rows.filter(pk=pk, lease_epoch=epoch).update(lease_until=None))
