"""Tells people by e-mail about posts that stopped and will not go on by themselves, once per stop.

The rows themselves are the queue: what stopped lately and nobody was told about yet. A crash between stopping and
telling loses nothing.
"""

from collections.abc import Iterable

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from notices.models import Notice
from notices.telling import tell
from publishing.claiming import stopped_lately
from publishing.models import Publication
from publishing.states import state_of
from workspaces.roles import Right
from workspaces.scoping import workspace_in_force

Status = Publication.Status
# Lost access has a notice of its own; quotas and limits pass by themselves, and Home shows them.
NEEDS_A_PERSON = Q(status__in=[Status.FAILED, Status.NEEDS_REVIEW, Status.MISSED]) | Q(
    status=Status.HELD, held_reason=Publication.Hold.ACCOUNT
)


def tell_due() -> int:
    """Write the notices that are missing and return how many people are told."""
    told = 0
    for workspace_id, ids in stopped_lately(NEEDS_A_PERSON).items():
        with workspace_in_force(workspace_id):
            rows = Publication.objects.select_related("post", "workspace").filter(NEEDS_A_PERSON, pk__in=ids)
            told += sum(tell_about(row) for row in _untold(rows))
    return told


def key_of(row: Publication) -> str:
    """Name the stop: the same publication may fail again after somebody tried again."""
    occasion = row.held_reason if row.status == Status.HELD else str(row.lease_epoch)
    return f"stopped:{row.pk}:{row.status}:{occasion}"


def _untold(rows: Iterable[Publication]) -> list[Publication]:
    by_key = {key_of(row): row for row in rows}
    known = set(Notice.objects.filter(key__in=by_key).values_list("key", flat=True))
    return [row for key, row in by_key.items() if key not in known]


def tell_about(row: Publication) -> int:
    """Write a notice for everybody who may plan for this account; return how many they are."""
    state = state_of(row)
    return tell(
        key_of(row),
        right=Right.SCHEDULE,
        client_id=row.post.client_id,
        subject=_("%(state)s: the post for @%(username)s") % {"state": state.word, "username": row.username},
        template="publishing/mail/stopped.txt",
        path=reverse("publication", args=[row.workspace.slug, row.pk]),
        publication=row,
        state=state,
        zone=row.time_zone or row.workspace.time_zone,
    )
