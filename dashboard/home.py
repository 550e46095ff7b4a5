"""What Home shows below its needs: today's posts and every account with its figures."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from uuid import UUID

from django.db.models import F, Min, Window
from django.db.models.functions import RowNumber
from django.utils.translation import ngettext

from accounts.models import IGMedia, IGUser
from insights.models import Rollup
from publishing.models import Publication
from screens.formats import change
from workspaces.access import WorkspaceRequest
from workspaces.models import Client

OUT = (Publication.Status.PUBLISHED,)
TO_COME = (
    Publication.Status.SCHEDULED,
    Publication.Status.PREPARING,
    Publication.Status.PROCESSING,
    Publication.Status.READY,
    Publication.Status.PUBLISHING,
    Publication.Status.CONFIRMING,
)
HIDDEN = (Publication.Status.CANCELLED, Publication.Status.DRAFT)
SHOWN = 6


@dataclass(frozen=True)
class Today:
    """The day of the workspace's zone: how many are out, to come, stopped, and the rows around now."""

    rows: list[Publication]
    near: list[Publication]
    out: int
    to_come: int
    stopped: int
    next: Publication | None


def today_of(request: WorkspaceRequest, now: datetime) -> Today:
    """Return today's publications in time order."""
    local = now.astimezone(request.workspace.zone)
    start = datetime.combine(local.date(), time.min, request.workspace.zone)
    rows = list(
        Publication.objects.visible_to(request.membership)
        .between(start, start + timedelta(days=1))
        .exclude(status__in=HIDDEN)
        .select_related("ig_user", "revision")
        .prefetch_related("revision__items")
        .order_by("scheduled_at", "id")
    )
    ahead = [row for row in rows if row.status in TO_COME]
    first = next((n for n, row in enumerate(rows) if row.status in TO_COME), max(0, len(rows) - SHOWN))
    start_at = max(0, min(first - 1, len(rows) - SHOWN))
    return Today(
        rows=rows,
        near=rows[start_at : start_at + SHOWN],
        out=sum(row.status in OUT for row in rows),
        to_come=len(ahead),
        stopped=len(rows) - len(ahead) - sum(row.status in OUT for row in rows),
        next=next((row for row in ahead if row.scheduled_at and row.scheduled_at >= now), None),
    )


@dataclass
class Line:
    """One account of the table."""

    account: IGUser
    rollup: Rollup | None
    latest: list[IGMedia] = field(default_factory=list)
    next_at: datetime | None = None
    stopped: int = 0
    picture_url: str = ""

    @property
    def stopped_label(self) -> str:
        return ngettext("%(n)d thing needs you", "%(n)d things need you", self.stopped) % {"n": self.stopped}

    @property
    def followers(self) -> int | None:
        """Followers as last read: the rollup's, else the profile's."""
        known = self.rollup.followers if self.rollup else None
        return known if known is not None else self.account.followers_count

    @property
    def engaged_share(self) -> float | None:
        """Engaged accounts as a share of those reached."""
        if not self.rollup or not self.rollup.reach or self.rollup.engaged is None:
            return None
        return self.rollup.engaged / self.rollup.reach

    @property
    def reach_change(self) -> float | None:
        """Change of reach against the window before, as a ratio."""
        return change(self.rollup.reach, self.rollup.reach_before) if self.rollup else None


@dataclass
class Group:
    """The accounts of one client. Unique counts have no sum; followers and views do."""

    client: Client | None
    lines: list[Line]

    @property
    def needs(self) -> int:
        return sum(line.stopped for line in self.lines)

    def total(self, name: str) -> int | None:
        known = [getattr(line.rollup, name) for line in self.lines if line.rollup]
        known = [value for value in known if value is not None]
        return sum(known) if known else None

    @property
    def followers(self) -> int | None:
        return self.total("followers")

    @property
    def followers_delta(self) -> int | None:
        return self.total("followers_delta")

    @property
    def views(self) -> int | None:
        return self.total("views")

    @property
    def spark(self) -> list[int | None]:
        """Views per day of all accounts together; a day nobody has is a gap."""
        columns = zip(*(line.rollup.spark for line in self.lines if line.rollup and line.rollup.spark), strict=False)
        return [
            sum(v for v in column if v is not None) if any(v is not None for v in column) else None
            for column in columns
        ]


def lines_of(request: WorkspaceRequest, now: datetime, stopped: Iterable[UUID | None]) -> list[Line]:
    """Return a line for every account this person may see, with its figures, latest media and next post."""
    accounts = IGUser.objects.here().visible_to(request.membership).select_related("client", "workspace", "rollup")
    lines = {account.id: Line(account, getattr(account, "rollup", None)) for account in accounts}
    for account_id in stopped:
        if account_id in lines:
            lines[account_id].stopped += 1
    for media in _latest(lines):
        lines[media.ig_user_id].latest.append(media)
    planned = Publication.objects.filter(ig_user__in=lines, status__in=TO_COME, scheduled_at__gte=now)
    for account_id, at in planned.order_by().values_list("ig_user_id").annotate(at=Min("scheduled_at")):
        lines[account_id].next_at = at
    return list(lines.values())


def _latest(lines: dict[UUID, Line]) -> Iterable[IGMedia]:
    rank = Window(RowNumber(), partition_by=F("ig_user_id"), order_by=F("posted_at").desc())
    return IGMedia.objects.live().filter(ig_user__in=lines).annotate(rank=rank).filter(rank__lte=3).order_by("rank")


def filtered(lines: list[Line], chosen: str, now: datetime) -> list[Line]:
    """Return the lines of one filter chip."""
    tests = {
        "needs": lambda line: line.stopped > 0,
        "falling": lambda line: (line.reach_change or 0) < 0,
        "quiet": lambda line: line.rollup and (not line.latest or _older(line.latest[0].posted_at, now, 7)),
        "unplanned": lambda line: line.next_at is None,
    }
    return [line for line in lines if tests[chosen](line)] if chosen in tests else lines


def _older(at: datetime | None, now: datetime, days: int) -> bool:
    return at is None or now - at > timedelta(days=days)


def grouped(lines: list[Line]) -> list[Group]:
    """Return the lines by client, those with needs first, accounts without a client last."""
    by_client: dict[UUID | None, list[Line]] = defaultdict(list)
    clients: dict[UUID | None, Client | None] = {}
    for line in lines:
        by_client[line.account.client_id].append(line)
        clients[line.account.client_id] = line.account.client
    groups = [Group(clients[key], rows) for key, rows in by_client.items()]
    return sorted(groups, key=lambda g: (g.client is None, -g.needs, g.client.name.lower() if g.client else ""))
