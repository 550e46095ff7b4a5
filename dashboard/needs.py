"""What needs a person: stopped posts, lost access, access that ends soon, quotas nearly used."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import AccountGate, Connection, IGUser
from publishing.models import Publication
from workspaces.access import WorkspaceRequest
from workspaces.roles import Right

STOPPED = (
    Publication.Status.FAILED,
    Publication.Status.NEEDS_REVIEW,
    Publication.Status.MISSED,
    Publication.Status.HELD,
)
LOOK_BACK = timedelta(days=30)
SOON = timedelta(days=7)
NEARLY = 0.9
ROWS = 8


@dataclass
class Need:
    """One row: state, picture, what, cause, age, the one cure."""

    word: str
    icon: str
    data_s: str
    what: str
    detail: str
    cause: str
    since: datetime | None
    cure: str
    url: str
    account: IGUser | None = None
    publication: Publication | None = None
    picture: str = ""
    thumb: str = ""


# state → word, icon, colour, the cure's label
STATES = {
    Publication.Status.FAILED: (gettext_lazy("Failed"), "circle-x", "failed", gettext_lazy("Mend")),
    Publication.Status.NEEDS_REVIEW: (gettext_lazy("Needs review"), "circle-help", "review", gettext_lazy("Compare")),
    Publication.Status.MISSED: (gettext_lazy("Missed"), "clock-alert", "failed", gettext_lazy("Decide")),
    Publication.Status.HELD: (gettext_lazy("On hold"), "circle-pause", "held", gettext_lazy("See why")),
}


def needs_of(request: WorkspaceRequest, now: datetime) -> list[Need]:
    """Return what needs this person, gravest first; more than eight rows are merged like with like."""
    publications = list(_stopped(request, now))
    lost = _lost_accounts(request)
    rows = [
        *_publication_needs(request, publications, {user.id for user in lost}),
        *_reconnect_needs(request, lost, publications),
        *_expiring_needs(request, now),
        *_quota_needs(request),
    ]
    return rows if len(rows) <= ROWS else merged(rows)


def stopped_accounts(needs: list[Need]) -> list[UUID]:
    """Return the account of each need, once per need."""
    return [need.account.id for need in needs if need.account]


def _stopped(request: WorkspaceRequest, now: datetime) -> Iterable[Publication]:
    return (
        Publication.objects.visible_to(request.membership)
        .filter(status__in=STOPPED)
        .exclude(status=Publication.Status.HELD, held_reason=Publication.Hold.RATE)  # Goes on by itself.
        .filter(
            Q(scheduled_at__gte=now - LOOK_BACK)
            | Q(status__in=[Publication.Status.NEEDS_REVIEW, Publication.Status.HELD])
        )
        .select_related("ig_user", "revision")
        .prefetch_related("revision__items")
        .order_by("-scheduled_at")
    )


def first_line(publication: Publication) -> str:
    """Return the first line of a publication's caption, or a word for an empty one."""
    return publication.revision.caption.strip().partition("\n")[0] or _("No caption")


def _publication_needs(request: WorkspaceRequest, publications: list[Publication], lost: set[UUID]) -> Iterator[Need]:
    for publication in publications:
        if publication.status == Publication.Status.HELD and publication.ig_user_id in lost:
            continue  # One row says "reconnect" for all of them.
        word, icon, data_s, cure = STATES[Publication.Status(publication.status)]
        yield Need(
            word=str(word),
            icon=icon,
            data_s=data_s,
            what=f"@{publication.username}",
            detail=first_line(publication),
            cause=publication.problem,
            since=publication.scheduled_at,
            cure=str(cure),
            url=reverse("publication", args=[request.workspace.slug, publication.id]),
            account=publication.ig_user,
            publication=publication,
        )


def _lost_accounts(request: WorkspaceRequest) -> list[IGUser]:
    """Accounts that are here but that no working connection leads to."""
    working = Connection.objects.usable().values("ig_user_id")
    return list(IGUser.objects.here().visible_to(request.membership).exclude(pk__in=working))


def _reconnect_needs(request: WorkspaceRequest, lost: list[IGUser], publications: list[Publication]) -> Iterator[Need]:
    waiting: dict[UUID, list[Publication]] = defaultdict(list)
    for publication in publications:
        if publication.status == Publication.Status.HELD and publication.ig_user_id:
            waiting[publication.ig_user_id].append(publication)
    causes = dict(
        Connection.objects.filter(ig_user__in=lost).order_by("connected_at").values_list("ig_user_id", "problem")
    )
    for user in lost:
        posts = len(waiting[user.id])
        yield Need(
            word=_("Reconnect"),
            icon="unplug",
            data_s="held",
            what=f"@{user.username}",
            detail=ngettext("%(n)d post waits", "%(n)d posts wait", posts) % {"n": posts} if posts else "",
            cause=causes.get(user.id) or _("Instagram no longer accepts the access we have."),
            since=None,
            cure=_("Reconnect") if request.membership.may(Right.CONNECT) else _("See"),
            url=reverse("account", args=[request.workspace.slug, user.id]),
            account=user,
        )


def _expiring_needs(request: WorkspaceRequest, now: datetime) -> Iterator[Need]:
    accounts = IGUser.objects.here().visible_to(request.membership)
    ending = (
        Connection.objects.usable()
        .filter(ig_user__in=accounts, expires_at__lt=now + SOON)
        .exclude(
            ig_user__in=Connection.objects.usable()
            .filter(Q(expires_at=None) | Q(expires_at__gte=now + SOON))
            .values("ig_user")
        )
        .select_related("ig_user", "connected_by")
    )
    for connection in ending:
        who = connection.connected_by
        yield Need(
            word=_("Expiring"),
            icon="hourglass",
            data_s="held",
            what=f"@{connection.ig_user.username}",
            detail=_("access ends soon"),
            cause=_("Only %(who)s can renew it.") % {"who": who} if who else _("It could not be renewed so far."),
            since=connection.expires_at,
            cure=_("Renew"),
            url=reverse("account", args=[request.workspace.slug, connection.ig_user_id]),
            account=connection.ig_user,
        )


def _quota_needs(request: WorkspaceRequest) -> Iterator[Need]:
    accounts = {user.ig_id: user for user in IGUser.objects.here().visible_to(request.membership)}
    gates = AccountGate.objects.filter(ig_id__in=accounts, quota_total__gt=0, quota_used__gt=0)
    for gate in gates:
        used, total = gate.quota_used or 0, gate.quota_total or 1
        if used < total * NEARLY:
            continue
        user = accounts[gate.ig_id]
        yield Need(
            word=_("Quota"),
            icon="gauge",
            data_s="held",
            what=f"@{user.username}",
            detail=_("%(used)d of %(total)d posts used") % {"used": used, "total": total},
            cause=_("Instagram counts 24 hours back. Posts over the limit wait."),
            since=None,
            cure=_("See plan"),
            url=reverse("posts", args=[request.workspace.slug]) + f"?account={user.id}",
            account=user,
        )


def merged(rows: list[Need]) -> list[Need]:
    """Return at most eight rows: kinds with several rows become one that counts them."""
    kinds: dict[str, list[Need]] = defaultdict(list)
    for row in rows:
        kinds[row.word].append(row)
    singles = sum(1 for same in kinds.values() if len(same) == 1)
    room = max(0, ROWS - singles - sum(1 for same in kinds.values() if len(same) > 1))
    out: list[Need] = []
    for same in kinds.values():
        keep = same if len(same) == 1 else same[: 0 if room == 0 else min(room, len(same) - 1)]
        room -= len(keep) if len(same) > 1 else 0
        out += keep
        if rest := same[len(keep) :]:
            out.append(_summary(rest) if len(rest) > 1 else rest[0])
    return out


def _summary(same: list[Need]) -> Need:
    names = list(dict.fromkeys(row.what for row in same))
    shown = " · ".join(names[:4])
    more = ngettext("%(n)d more account", "%(n)d more accounts", len(names) - 4) % {"n": len(names) - 4}
    first = same[0]
    return Need(
        word=first.word,
        icon=first.icon,
        data_s=first.data_s,
        what=_("%(n)d more like this") % {"n": len(same)},
        detail="",
        cause=f"{shown} · {more}" if len(names) > 4 else shown,
        since=None,
        cure=_("See all"),
        url=_list_of(first),
        account=first.account,
    )


def _list_of(need: Need) -> str:
    """Return the address of the list that holds needs like this one."""
    workspace, _slash, _rest = need.url.removeprefix("/w/").partition("/")
    if need.publication:
        return reverse("posts", args=[workspace]) + f"?status={need.publication.status}"
    return reverse("accounts", args=[workspace])
