"""Pulls an account's figures, step by step: each step is one question, and its rows and the cursor are one commit.

A worker may be killed anywhere: the next one asks that one question again. No worker waits: what must
wait gives its seat up and says when to go on.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts import gates, graphs, health
from accounts import syncing as mirror
from accounts.choosing import connection_for, why_not
from accounts.models import Connection, IGMedia, IGUser
from insights import asking, catalogue, claiming, storing
from insights.asking import Harvest, Listening, Reading
from insights.days import DAY, closes, day_of, last_closed
from insights.models import SyncRun
from insights.planning import Step, days_to_read, jitter, plan, plan_of
from insights.rollups import roll_up
from meta import ig_media, ig_user
from meta.errors import (
    AccountRestricted,
    MetaError,
    ObjectMissing,
    PermissionMissing,
    RateLimited,
    Rejected,
    TokenInvalid,
)
from meta.ig_media import MediaPage
from workspaces.models import Workspace

log = logging.getLogger(__name__)
State, Kind = SyncRun.State, SyncRun.Kind

SLICE_STEPS = 10
PAGE = 25
NEWEST_MEDIA = 50
DETAILED_MEDIA = 8
DETAILED_FOR = timedelta(days=7)
SAME_METRIC_DROPPED = 2
AFTER_TROUBLE = 6
MOST_FAILURES = 8
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=2)
BETWEEN_REFUSALS = timedelta(seconds=90)
WITHOUT_CONNECTION = timedelta(hours=6)
AFTER_CLOSE = timedelta(hours=1)
SPREAD = timedelta(hours=3)
DAILY_AT_ONCE = 500


@dataclass
class Outcome:
    """What a step brought. `cursor` is where to go on inside the step; None when the step is done."""

    harvest: Harvest = field(default_factory=Harvest)
    media: list[IGMedia] = field(default_factory=list)
    cursor: dict[str, Any] | None = None


def database_now() -> datetime:
    """Return the database's time: the only clock that runs are compared by."""
    return Workspace.objects.order_by().annotate(clock=Now()).values_list("clock", flat=True)[0]


# Starting ------------------------------------------------------------------------------------------------------------


def start(account: IGUser, kind: str, *, wait: timedelta = timedelta(0)) -> SyncRun | None:
    """Open a run of this kind for the account and return it, or None when one is open already."""
    last = last_closed(database_now())
    if SyncRun.objects.open().filter(ig_user=account, kind=kind).exists():
        return None
    days = days_to_read(kind, last, _read_until(account))
    try:
        with transaction.atomic():
            return SyncRun.objects.create(
                workspace_id=account.workspace_id,
                ig_user=account,
                kind=kind,
                last_day=last,
                days=days,
                total=len(plan(kind, last, days)),
                next_run_at=database_now() + wait,
            )
    except IntegrityError:
        return None


def start_first(account: IGUser) -> SyncRun | None:
    """Open the first sync, or a fresh one when the account was read before."""
    return start(account, Kind.MANUAL if _read_until(account) else Kind.FIRST)


def sync_now(account: IGUser) -> SyncRun:
    """Return the run that answers a person's wish for fresh figures: an open one at once, or a new one."""
    waiting = SyncRun.objects.open().exclude(kind=Kind.BACKFILL).filter(ig_user=account)
    waiting.filter(state=State.WAITING).update(next_run_at=Now())
    return waiting.first() or start(account, Kind.MANUAL) or waiting.get()


def wake(account: IGUser) -> int:
    """Let the account's waiting runs go on now, as after a reconnect; return how many there are."""
    return SyncRun.objects.open().filter(ig_user=account, state=State.WAITING).update(next_run_at=Now(), failures=0)


def close_all(account: IGUser) -> int:
    """End the open runs of an account that left the workspace."""
    open_runs = SyncRun.objects.open().filter(ig_user=account)
    return open_runs.update(state=State.FAILED, finished_at=Now(), problem=_("The account was removed."))


def _read_until(account: IGUser):
    done = SyncRun.objects.filter(ig_user=account, state__in=[State.DONE, State.PARTIAL]).exclude(kind=Kind.BACKFILL)
    return done.order_by("-last_day").values_list("last_day", flat=True).first()


def open_daily_runs() -> int:
    """Open the day's run for every connected account that has none for Meta's last closed day; return how many."""
    now = database_now()
    last = last_closed(now)
    usable = Connection.objects.usable().filter(ig_user=OuterRef("pk"))
    known = SyncRun.objects.filter(ig_user=OuterRef("pk"))
    read = known.filter(last_day__gte=last).exclude(kind=Kind.BACKFILL)
    under_way = known.open().exclude(kind=Kind.BACKFILL)
    due = IGUser.objects.here().filter(Exists(usable), Exists(known), ~Exists(read), ~Exists(under_way))
    started = 0
    for account in due[:DAILY_AT_ONCE]:
        at = closes(last) + AFTER_CLOSE + jitter(account.ig_id, SPREAD)
        started += start(account, Kind.DAILY, wait=max(at - now, timedelta(0))) is not None
    return started


# Going on ------------------------------------------------------------------------------------------------------------


def advance(run_id: UUID, epoch: int) -> None:
    """Take some steps of a run we claimed. Whatever happens, nothing is written once the claim is somebody else's."""
    try:
        for _n in range(SLICE_STEPS):
            run, now = claiming.hold(run_id, epoch)
            if not _go_on(run, epoch, now):
                return
        claiming.let_go(run, epoch)
    except claiming.LeaseLost:
        log.info("Sync %s is somebody else's now.", run_id)


def _go_on(run: SyncRun, epoch: int, now: datetime) -> bool:
    """Take one step; say whether another may follow at once."""
    steps = plan_of(run)
    if run.done >= len(steps):
        _finish(run, epoch)
        return False
    connection = connection_for(run.ig_user, "insights")
    if connection is None:
        claiming.let_go(run, epoch, wait=WITHOUT_CONNECTION, problem=why_not(run.ig_user, "insights"))
        return False
    room = gates.room_for(connection, "backfill" if run.kind == Kind.BACKFILL else "routine")
    if not room.ok:
        claiming.let_go(run, epoch, wait=max((room.until or now) - now, FIRST_WAIT), problem=room.reason)
        return False
    return _ask(run, epoch, steps[run.done], connection, now)


def _ask(run: SyncRun, epoch: int, step: Step, connection: Connection, now: datetime) -> bool:
    graph = None
    try:
        graph = Listening(graphs.graph_for(connection))
        outcome = STEPS[step.do](run, step, graph, now)
    except MetaError as error:
        health.note_error(connection, error)
        return _stumble(run, epoch, error, graph.calls if graph else 0)
    health.note_success(connection)
    _commit(run, epoch, outcome, graph, now)
    return True


def _commit(run: SyncRun, epoch: int, outcome: Outcome, graph: Listening, now: datetime) -> None:
    """Write a step's rows and the cursor in one transaction, if the run is still ours."""
    account = run.ig_user
    with transaction.atomic():
        on = outcome.cursor is None
        claiming.write(
            run,
            epoch,
            done=run.done + on,
            cursor=(outcome.cursor or {}) | {"gaps": run.cursor.get("gaps", 0)},
            calls=run.calls + graph.calls,
            started_at=run.started_at or now,
            failures=0,
            problem="",
        )
        storing.store_account_values(account, outcome.harvest.readings, now)
        storing.store_media_values(outcome.media, outcome.harvest.readings, now)
        news = storing.store_refusals(account, outcome.harvest.refusals, now)
        storing.keep_raw(account, graph.heard, now)
    for refusal in news:
        log.warning("Instagram refused metric %s for %s: %s", refusal.metric, account.ig_id, refusal.reason)


def _stumble(run: SyncRun, epoch: int, error: MetaError, calls: int) -> bool:
    """Decide by the error what becomes of the run; say whether its next step may follow at once."""
    said = f"{error.message} {error.cure}".strip()
    claiming.write(run, epoch, calls=run.calls + calls)
    if isinstance(error, RateLimited):
        claiming.let_go(run, epoch, wait=(error.regain_after or timedelta(hours=1)) * 1.1, problem=said)
    elif isinstance(error, PermissionMissing | ObjectMissing | AccountRestricted):
        claiming.finish(run, epoch, State.FAILED, said)
    elif isinstance(error, Rejected):
        log.warning("Sync %s leaves a gap at step %s: %s", run.pk, run.done, error)
        claiming.write(run, epoch, done=run.done + 1, cursor={"gaps": run.cursor.get("gaps", 0) + 1})
        return True
    elif run.failures + 1 >= MOST_FAILURES:
        claiming.finish(run, epoch, State.FAILED, said)
    else:
        again = min(FIRST_WAIT * 2**run.failures, LONGEST_WAIT)
        wait = BETWEEN_REFUSALS if isinstance(error, TokenInvalid) else again
        claiming.let_go(run, epoch, wait=wait, problem=said, failures=run.failures + 1)
    return False


def _finish(run: SyncRun, epoch: int) -> None:
    gaps = run.cursor.get("gaps", 0)
    with transaction.atomic():
        claiming.finish(run, epoch, State.PARTIAL if gaps else State.DONE)
        roll_up(run.ig_user)
        if run.kind == Kind.FIRST:
            start(run.ig_user, Kind.BACKFILL)


# The steps -----------------------------------------------------------------------------------------------------------


def _profile(run: SyncRun, step: Step, graph: Listening, now: datetime) -> Outcome:
    """Read the profile; its follower count is the day's snapshot, the only history of followers there is."""
    account = run.ig_user
    profile = ig_user.get(graph, account.ig_id) if graph.login.has_pages else ig_user.me(graph)
    if profile.ig_id != account.ig_id:
        raise ObjectMissing(_("Another Instagram account answered with this connection."))
    mirror.store_profile(account, profile)
    if profile.followers_count is None:
        return Outcome()
    snapshot = Reading(catalogue.ACCOUNT["followers_count"].id, profile.followers_count, day_of(now))
    return Outcome(Harvest([snapshot]))


def _figures(ask: Callable[..., Harvest]) -> Callable[..., Outcome]:
    def step(run: SyncRun, step: Step, graph: Listening, now: datetime) -> Outcome:
        refused = storing.refused(run.ig_user, asking.ACCOUNT_LEVEL, now)
        return Outcome(ask(graph, run.ig_user.ig_id, step, refused))

    return step


def _series(run: SyncRun, step: Step, graph: Listening, now: datetime) -> Outcome:
    refused = storing.refused(run.ig_user, asking.ACCOUNT_LEVEL, now)
    return Outcome(asking.series(graph, run.ig_user.ig_id, step, refused, last_closed(now)))


def _media(run: SyncRun, step: Step, graph: Listening, now: datetime) -> Outcome:
    """Read one page of media with its figures. A page Meta refuses is halved until one media stands alone."""
    account, at = run.ig_user, dict(run.cursor)
    metrics = [m.name for m in catalogue.listed(graph.login.key, step.last)]
    page = _page(graph, account.ig_id, metrics, at)
    rows = mirror.store_media(account, list(page.items), now)
    readings = [
        Reading(catalogue.MEDIA[name].id, value, media=item.id)
        for item in page.items
        for name, value in (item.insights or {}).items()
        if value is not None and name in catalogue.MEDIA
    ]
    seen = at.get("seen", []) + [item.id for item in page.items]
    more = bool(page.after) and len(seen) < (NEWEST_MEDIA if run.kind == Kind.FIRST else PAGE)
    if not more:
        _mark_gone(account, page, seen)
    at |= {"after": page.after, "seen": seen}
    return Outcome(Harvest(readings), rows, at if more else None)


def _page(graph: Listening, ig_id: str, metrics: list[str], at: dict[str, Any]) -> MediaPage:
    """Return the next page, as large as Meta lets us. `at` remembers the size, and how many media refused which metric.

    What several media in a row refuse, the older ones behind them are not asked for.
    """
    limit, dropped = at.get("limit", PAGE), at.setdefault("dropped", {})
    asked = [name for name in metrics if dropped.get(name, 0) < SAME_METRIC_DROPPED]
    while True:
        try:
            page = ig_media.list_media(graph, ig_id, limit=limit, after=at.get("after"), metrics=asked)
        except (ObjectMissing, AccountRestricted):
            raise
        except Rejected as error:
            if not asked:
                raise
            limit, asked = _smaller(limit, asked, error, dropped)
        else:
            at["limit"] = max(limit, AFTER_TROUBLE)
            return page


def _smaller(limit: int, asked: list[str], error: Rejected, dropped: dict[str, int]) -> tuple[int, list[str]]:
    """Return a smaller question: half the media; for a single one, without the metric it refuses, or without any."""
    if limit > 1:
        return limit // 2, asked
    culprits = [error.metric] if error.metric in asked else asked
    for name in culprits:
        dropped[name] = dropped.get(name, 0) + 1
    return limit, [name for name in asked if name not in culprits]


def _mark_gone(account: IGUser, page: MediaPage, seen: list[str]) -> None:
    """Media that the listing left out are gone. Its oldest second may go on overleaf, so that one proves nothing."""
    times = [item.timestamp for item in page.items if item.timestamp]
    if times and page.after:
        mirror.mark_gone(account, seen, since=min(times) + timedelta(seconds=1))
    elif not page.after:
        mirror.mark_gone(account, seen, since=account.added_at - 20 * 366 * DAY)


def _details(run: SyncRun, step: Step, graph: Listening, now: datetime) -> Outcome:
    """Ask one media for what only its kind has; the queue of media is fixed when the step begins."""
    at = dict(run.cursor)
    queue = at["queue"] if "queue" in at else _worth_details(run, now)
    media = IGMedia.objects.live().filter(ig_user=run.ig_user, media_id__in=queue[:1]).first()
    harvest = Harvest()
    kind = catalogue.product_of(media.media_product_type) if media else None
    if media and kind:
        harvest = _media_details(run, media, kind, graph, now)
    rest = queue[1:]
    return Outcome(harvest, [media] if media else [], {"queue": rest} if rest else None)


def _worth_details(run: SyncRun, now: datetime) -> list[str]:
    newest = IGMedia.objects.live().filter(ig_user=run.ig_user).order_by("-posted_at")
    if run.kind != Kind.FIRST:
        newest = newest.filter(posted_at__gte=now - DETAILED_FOR)
    return list(newest.values_list("media_id", flat=True)[:DETAILED_MEDIA])


def _media_details(run: SyncRun, media: IGMedia, kind: catalogue.Product, graph: Listening, now: datetime) -> Harvest:
    refused = storing.refused(run.ig_user, kind.value, now)
    try:
        return asking.details(graph, media.media_id, kind, refused, day_of(now))
    except ObjectMissing:
        # Between the listing and this question it was deleted; the next listing will say so.
        return Harvest()


STEPS: dict[str, Callable[[SyncRun, Step, Listening, datetime], Outcome]] = {
    "profile": _profile,
    "series": _series,
    "total": _figures(asking.total),
    "split": _figures(asking.split),
    "follows": _figures(asking.follows),
    "audience": _figures(asking.audience),
    "media": _media,
    "details": _details,
}
