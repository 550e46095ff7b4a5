"""Budget, publishing quota and fence of one account under one app, shared by every workspace that connected it.

The same account may be connected twice: what Meta counts together, these rows count together. They stand above the
tenants and hold no tenant's data.
"""

from datetime import timedelta
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from accounts import graphs
from accounts.budgets import Room, gate, note_limit, note_usage, room_for, write
from accounts.leasing import in_future
from accounts.models import AccountGate, Connection
from meta import ig_container

__all__ = ["Room", "note_limit", "note_usage", "read_quota", "release_fence", "room_for", "take_fence"]

FENCE_LASTS = timedelta(hours=25)
"""A container lives 24 hours; after that nothing sent under the fence can still go live."""


def read_quota(connection: Connection) -> AccountGate:
    """Ask Meta how much of the publishing quota is used, keep it, and return the row. Raises MetaError."""
    ig_id = connection.ig_user.ig_id
    limit = ig_container.publishing_limit(graphs.graph_for(connection), ig_id)
    write(connection.app_id, ig_id, quota_total=limit.total, quota_used=limit.used, quota_read_at=timezone.now())
    return gate(connection.app_id, ig_id)


def take_fence(app_id: str, ig_id: str, publication_id: UUID) -> bool:
    """Let one publication send to an account; say whether it is this one. Taking it twice is taking it once."""
    gate(app_id, ig_id)
    free = Q(fence_holder=None) | Q(fence_holder=publication_id) | Q(fenced_at__lt=in_future(-FENCE_LASTS))
    rows = AccountGate.objects.filter(free, app_id=app_id, ig_id=ig_id)
    return bool(rows.update(fence_holder=publication_id, fenced_at=Now()))


def release_fence(app_id: str, ig_id: str, publication_id: UUID) -> bool:
    """Free the account for the next publication; only the holder can."""
    rows = AccountGate.objects.filter(app_id=app_id, ig_id=ig_id, fence_holder=publication_id)
    return bool(rows.update(fence_holder=None, fenced_at=None))
