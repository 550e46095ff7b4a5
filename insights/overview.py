"""What the insights screen of one account shows: read once from the database, then worked out by pure functions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.models import Connection, IGUser
from insights import audiences, catalogue, figures, posts
from insights.audiences import FOLLOWING, FORMATS, Age
from insights.catalogue import WINDOWS
from insights.days import DAY, closes, last_closed, opens, settles
from insights.figures import Kpi, Trend, Values
from insights.models import AccountValue, MetricRefusal, SyncRun
from insights.planning import Progress, progress
from screens.charts import Bar, Day, Photo
from screens.formats import day as written
from workspaces.access import WorkspaceRequest

RUNS = 6
SCOPE = 200
BEHIND = 2
_PEOPLE = [metric.id for metric in catalogue.ACCOUNT.values() if catalogue.Group.AUDIENCE in metric.groups]


@dataclass(frozen=True)
class Choice:
    """What a person chose to see, each part checked: an address with nonsense in it shows the usual."""

    days: int = 30
    metric: str = "reach"
    compare: bool = True
    all_posts: bool = False

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Choice":
        lengths = {str(length): length for length in figures.RANGES}
        metric = query.get("metric", "")
        return cls(
            lengths.get(query.get("days", ""), cls.days),
            metric if metric in figures.KPIS else cls.metric,
            compare=query.get("compare", "1") != "0",
            all_posts=query.get("posts") == "all",
        )

    def address(self, *, days: int = 0, metric: str = "", compare: bool | None = None) -> str:
        """Return the query string of this choice with some parts changed."""
        shown = self.compare if compare is None else compare
        return f"?days={days or self.days}&metric={metric or self.metric}&compare={int(shown)}"


@dataclass(frozen=True)
class Range:
    days: int
    on: bool
    address: str


@dataclass(frozen=True)
class Passport:
    """Where a figure comes from."""

    asked: list[str]
    first: datetime
    last: datetime
    fetched_at: datetime | None
    provisional_until: datetime | None
    method: str | Promise
    gaps: list[tuple[date, date]]
    page: str


@dataclass(frozen=True)
class Tile:
    """A KPI with the address that draws its trend, and its passport."""

    kpi: Kpi
    address: str
    passport: Passport


@dataclass(frozen=True)
class Standing:
    """How the reading of an account stands, from its newest runs."""

    runs: list[SyncRun]

    @property
    def running(self) -> SyncRun | None:
        """Return the open run that matters most: what a person waits for before the history."""
        waiting = [run for run in self.runs if run.is_open]
        return min(waiting, key=lambda run: run.kind == SyncRun.Kind.BACKFILL, default=None)

    @property
    def progress(self) -> Progress | None:
        return progress(self.running) if self.running else None

    @property
    def problem(self) -> str:
        """Return what stands in the way of fresh figures, in one sentence; '' when nothing does."""
        if self.running:
            return self.running.problem
        newest = self.runs[0] if self.runs else None
        return newest.problem if newest and newest.state == SyncRun.State.FAILED else ""

    @property
    def read_at(self) -> datetime | None:
        """Return when the account was last read to the end."""
        return next((run.finished_at for run in self.runs if run.is_done), None)


def standing_of(account: IGUser) -> Standing:
    return Standing(list(SyncRun.objects.filter(ig_user=account)[:RUNS]))


@dataclass(frozen=True)
class Overview:
    """Everything the screen shows."""

    choice: Choice
    first: date
    last: date
    tiles: list[Tile]
    trend: Trend
    photos: list[Photo]
    formats: list[Bar]
    following: list[Bar]
    ages: list[Age]
    cities: list[Bar]
    media: list[posts.Row]
    media_known: int
    standing: Standing
    connection: Connection | None
    has_figures: bool
    is_behind: bool

    @property
    def before_first(self) -> date:
        return self.first - self.choice.days * DAY

    @property
    def before_last(self) -> date:
        return self.first - DAY

    @property
    def chosen(self) -> Kpi:
        return next(tile.kpi for tile in self.tiles if tile.kpi.metric.name == self.choice.metric)

    @property
    def ranges(self) -> list[Range]:
        return [Range(n, n == self.choice.days, self.choice.address(days=n)) for n in figures.RANGES]

    @property
    def compare_address(self) -> str:
        return self.choice.address(compare=not self.choice.compare)

    @property
    def trend_days(self) -> list[Day]:
        shown = self.choice.compare
        return [Day(on, now, before if shown else None, late) for on, now, before, late in self.trend.rows]

    @property
    def opens_at(self) -> datetime:
        """Return when the newest day began, to say what midnight Pacific is here."""
        return opens(self.last)

    @property
    def most_usual(self) -> float:
        return max((row.times_usual for row in self.media if row.times_usual is not None), default=1)

    @property
    def chart_label(self) -> str:
        """Return the chart in one sentence."""
        said = _("%(label)s per day from %(first)s to %(last)s.") % {
            "label": self.trend.metric.label,
            "first": written(self.first),
            "last": written(self.last),
        }
        if self.trend.peak is None:
            return said
        on, value = self.trend.peak
        return f"{said} " + _("Peak %(value)s on %(day)s.") % {"value": f"{value:,}", "day": written(on)}


def accounts_of(request: WorkspaceRequest) -> QuerySet[IGUser]:
    """Return the accounts this person may see, ready for a screen."""
    rows = IGUser.objects.here().visible_to(request.membership)
    return rows.select_related("client", "workspace", "rollup")


def overview(account: IGUser, choice: Choice, now: datetime) -> Overview:
    """Read and work out everything the screen shows, in a number of queries that does not depend on the account."""
    newest = last_closed(now)
    values = _values(account, newest, choice.days)
    last = min(_newest_known(values) or newest, newest)
    first = last - (choice.days - 1) * DAY
    media = posts.newest(account)
    ages, cities = audiences.people(account)
    return Overview(
        choice=choice,
        first=first,
        last=last,
        tiles=_tiles(account, values, choice, last, now),
        trend=figures.trend(values, catalogue.ACCOUNT[choice.metric], last, choice.days, now),
        photos=posts.photos(account, media, first, last),
        formats=audiences.bars(figures.parts(values, "reach", last, "media_product_type"), FORMATS),
        following=audiences.bars(figures.parts(values, "reach", last, "follow_type"), FOLLOWING),
        ages=ages,
        cities=cities,
        media=posts.rows(media, now, everything=choice.all_posts),
        media_known=len(media),
        standing=standing_of(account),
        connection=_connection(account),
        has_figures=bool(values),
        is_behind=bool(values) and (newest - last).days >= BEHIND,
    )


def _connection(account: IGUser) -> Connection | None:
    """Return the connection to speak of: a usable one, else the newest."""
    known = list(account.connections.select_related("connected_by"))
    usable = [connection for connection in known if connection.is_usable]
    found = usable or known
    return found[-1] if found else None


def _values(account: IGUser, newest: date, length: int) -> Values:
    """Return the days and windows the screen may need, with two weeks to spare for an account that is behind."""
    earliest = newest - (2 * max(length, *WINDOWS) + 14) * DAY
    rows = AccountValue.objects.filter(ig_user=account, day__gte=earliest).exclude(metric__in=_PEOPLE)
    columns = ("metric", "span", "day", "breakdown", "value", "fetched_at")
    return Values(rows.filter(Q(span=1) | Q(span__in=WINDOWS)).values_list(*columns))


def _newest_known(values: Values) -> date | None:
    """Return the last day with figures: a sync that is a day behind shows the day before, not a hole."""
    reach = catalogue.ACCOUNT["reach"]
    return max(filter(None, (values.newest_day(reach, length) for length in (1, *WINDOWS))), default=None)


def _tiles(account: IGUser, values: Values, choice: Choice, last: date, now: datetime) -> list[Tile]:
    refusals = MetricRefusal.objects.filter(ig_user=account, level="account", until__gt=now)
    refused = frozenset(refusals.values_list("metric", flat=True))
    return [
        Tile(
            kpi,
            choice.address(metric=kpi.metric.name),
            passport(account, kpi, figures.trend(values, kpi.metric, last, choice.days, now), now),
        )
        for kpi in figures.kpis(values, last, choice.days, now, refused)
    ]


def passport(account: IGUser, kpi: Kpi, line: Trend, now: datetime) -> Passport:
    """Return where a KPI's figure comes from, as its reader may ask."""
    metric, first, last = kpi.metric, line.days[0], line.days[-1]
    kind = "total_value" if "total_value" in metric.metric_types else "time_series"
    asked = [f"GET /{account.ig_id}/insights", f"metric={metric.name}&period={metric.period}", f"metric_type={kind}"]
    if kpi.total.added_up:
        asked.append(_("day by day, then added up"))
    until = settles(last)
    return Passport(
        asked=asked,
        first=opens(first),
        last=closes(last),
        fetched_at=kpi.total.fetched_at,
        provisional_until=until if until > now else None,
        method=metric.method,
        gaps=line.gaps,
        page=metric.page,
    )


def scope_of(request: WorkspaceRequest, account: IGUser) -> dict[str, object]:
    """Return what the head of the screen shows: this account, and the others to go to."""
    slug = request.workspace.slug
    others = list(accounts_of(request)[:SCOPE])

    def face(one: IGUser) -> str:
        return reverse("ig_user_picture", kwargs={"workspace": slug, "pk": one.pk}) if one.picture else ""

    return {
        "single": len(others) < 2,
        "all_url": reverse("insights", kwargs={"workspace": slug}),
        "account": account.username,
        "picture": face(account),
        "choices": [
            {
                "url": reverse("account_insights", kwargs={"workspace": slug, "pk": one.pk}),
                "name": one.username,
                "picture": face(one),
                "client": one.client.name if one.client else "",
            }
            for one in others
        ],
    }
