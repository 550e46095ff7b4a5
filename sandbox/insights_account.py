"""`GET /{ig-id}/insights`: what is refused, which days are meant, and the answer's three shapes."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from sandbox import figures
from sandbox.clock import DAY, PACIFIC, day_end, day_start, meta_time, month_start, pacific_day, week_start
from sandbox.errors import GraphError, bad_param
from sandbox.graph_call import Call
from sandbox.insight_tables import (
    ACCOUNT,
    BREAKDOWN_VALUES,
    BREAKDOWNS,
    DEAD,
    DEAD_SINCE_22,
    LIVING_TIMEFRAMES,
    METRIC_TYPES,
    PERIODS,
    TIMEFRAMES,
    UNDOCUMENTED,
    AccountMetric,
)
from sandbox.personas import Persona, share

GONE_IN_22 = "Starting from version 22 and above, the {metric} metric is no longer supported. Please use another one."
MONTH = 30 * DAY
RETENTION = 730
LATEST = 4102444800
FEWEST = 100


@dataclass(frozen=True)
class Question:
    """A checked request."""

    metrics: tuple[str, ...]
    period: str
    metric_type: str
    breakdowns: tuple[str, ...]
    timeframe: str
    since: float
    until: float

    @property
    def days(self) -> range:
        return range(pacific_day(self.since), pacific_day(max(self.until - 1, self.since)) + 1)


def read(call: Call, persona: Persona) -> dict[str, Any]:
    """The answer to an insights request of an account."""
    call.require("insights")
    call.allow("metric", "period", "metric_type", "breakdown", "breakdowns", "timeframe", "since", "until")
    question = checked(call)
    data = [entry for metric in question.metrics if (entry := answer(call, persona, question, metric))]
    return {"data": data, "paging": paging(call, question)}


def listed(text: str) -> tuple[str, ...]:
    """A comma list or a JSON array."""
    return tuple(part.strip().strip('"') for part in text.strip("[] ").split(",") if part.strip())


def checked(call: Call) -> Question:
    params = call.params
    metrics = listed(params.get("metric", ""))
    if not metrics:
        raise bad_param("The parameter metric is required")
    refuse_metrics(metrics, call.version)
    period = one_of("period", params.get("period", ""), PERIODS)
    kind = params.get("metric_type") or "default"
    one_of("metric_type", kind, METRIC_TYPES)
    given = listed(params.get("breakdown") or params.get("breakdowns") or "")
    breakdowns = tuple("follow_type" if name == "follower_type" else name for name in given)
    for position, name in enumerate(breakdowns):
        one_of(f"breakdown[{position}]", name, BREAKDOWNS)
    timeframe = params.get("timeframe", "").lower()
    if timeframe:
        one_of("timeframe", timeframe, TIMEFRAMES)
    refuse_combination(metrics, period, kind, breakdowns)
    refuse_timeframe(metrics, timeframe)
    since, until = window(call, metrics)
    return Question(metrics, period, kind, breakdowns, timeframe, since, until)


def one_of(name: str, value: str, allowed: tuple[str, ...]) -> str:
    if not value:
        raise bad_param(f"The parameter {name} is required")
    if value not in allowed:
        raise bad_param(f"{name} must be one of the following values: {', '.join(allowed)}")
    return value


def refuse_metrics(metrics: tuple[str, ...], version: str) -> None:
    for position, metric in enumerate(metrics):
        if metric in DEAD_SINCE_22:
            raise bad_param(GONE_IN_22.format(metric=metric))
        if metric in DEAD or metric in UNDOCUMENTED:
            raise bad_param(f"The metric {metric} is no longer supported")
        if metric not in ACCOUNT:
            raise bad_param(f"metric[{position}] must be one of the following values: {', '.join(sorted(ACCOUNT))}")


def refuse_combination(metrics: tuple[str, ...], period: str, kind: str, breakdowns: tuple[str, ...]) -> None:
    rows = {name: ACCOUNT[name] for name in metrics}
    wrong = [name for name, row in rows.items() if row.period != period]
    if wrong:
        raise bad_param(f"The following metrics ({', '.join(wrong)}) do not support the period {period}")
    needy = [name for name, row in rows.items() if row.types == ("total_value",)]
    if needy and kind != "total_value":
        raise bad_param(
            f"The following metrics ({', '.join(needy)}) should be specified with parameter metric_type=total_value"
        )
    series = [name for name, row in rows.items() if row.types == ("time_series",)]
    if series and kind == "total_value":
        raise bad_param(f"The following metrics ({', '.join(series)}) do not support metric_type=total_value")
    if breakdowns and kind != "total_value":
        raise bad_param("Breakdowns are only supported with metric_type=total_value")
    if any(name not in row.breakdowns for row in rows.values() for name in breakdowns):
        raise GraphError(100, "An unknown error has occurred.")


def refuse_timeframe(metrics: tuple[str, ...], timeframe: str) -> None:
    for metric in metrics:
        if not ACCOUNT[metric].is_demographic or metric == "follower_demographics":
            continue
        if not timeframe:
            raise bad_param(f"The parameter timeframe is required for {metric}")
        if timeframe not in LIVING_TIMEFRAMES:
            raise bad_param(
                f"The timeframe {timeframe} is no longer supported for {metric}; use this_week or this_month"
            )


def moment(call: Call, name: str) -> float | None:
    """A time parameter: Unix seconds or a date, between 1970 and 2100."""
    text = call.params.get(name, "")
    if not text:
        return None
    try:
        found = float(text) if re.fullmatch(r"\d{1,10}", text) else date(text)
    except (ValueError, OverflowError):
        raise bad_param(f"{name} must be a Unix timestamp") from None
    if not 0 <= found <= LATEST:
        raise bad_param(f"{name} must be a Unix timestamp")
    return found


def date(text: str) -> float:
    found = datetime.fromisoformat(text)
    return (found if found.tzinfo else found.replace(tzinfo=PACIFIC)).timestamp()


def window(call: Call, metrics: tuple[str, ...]) -> tuple[float, float]:
    """The asked range; without one the last 24 hours. A lone `since` reaches 30 days at most."""
    now = call.world.now()
    since, until = moment(call, "since"), moment(call, "until")
    if until is None:
        until = now if since is None else min(now, since + MONTH)
    if since is None:
        since = until - DAY
    if since > until:
        raise bad_param("since must be before until")
    if until - since > MONTH:
        raise bad_param("There cannot be more than 30 days (2592000 s) between since and until")
    return since, until


def paging(call: Call, question: Question) -> dict[str, str]:
    """Windows of the same length before and after; they never end."""
    length = max(question.until - question.since, DAY)
    moves = {"previous": (question.since - length, question.since), "next": (question.until, question.until + length)}
    found = {}
    for name, (since, until) in moves.items():
        values = call.params | {"access_token": call.session.token, "since": str(int(since)), "until": str(int(until))}
        found[name] = f"{call.url}?{urlencode(values)}"
    return found


# Answers -------------------------------------------------------------------------------------------------------------


def answer(call: Call, persona: Persona, question: Question, metric: str) -> dict[str, Any] | None:
    """One entry of `data`; None when Meta has nothing to say."""
    row = ACCOUNT[metric]
    if row.needs_followers and figures.followers_now(call.world, persona) < FEWEST:
        return None
    shaper = shape_of(metric, row, question)
    body = shaper(call, persona, question, metric, row)
    if body is None:
        return None
    head = {"name": metric, "period": question.period}
    tail = {"title": row.title, "description": row.description} | body
    if "values" in body:
        tail = body | {"title": row.title, "description": row.description}
    return head | tail | {"id": f"{persona.id}/insights/{metric}/{question.period}"}


Shaper = Callable[[Call, Persona, Question, str, AccountMetric], dict[str, Any] | None]


def shape_of(metric: str, row: AccountMetric, question: Question) -> Shaper:
    if metric == "online_followers":
        return online
    if row.is_demographic:
        return demographics
    return total if question.metric_type == "total_value" else series


def known_days(call: Call, persona: Persona, question: Question) -> list[int]:
    """The days of the window that have begun, lie within two years and after the account became professional."""
    now = call.world.now()
    first = max(
        pacific_day(now) - RETENTION, pacific_day(figures.professional_since(call.world, persona)), figures.FIRST_DAY
    )
    return [day for day in question.days if first <= day and day_start(day) <= now]


def value_on(call: Call, persona: Persona, source: str, day: int) -> int:
    return int(figures.account_day(call.world, persona, day)[source] * figures.ripeness(call.world, day))


def series(call: Call, persona: Persona, question: Question, metric: str, row: AccountMetric) -> dict[str, Any] | None:
    days = known_days(call, persona, question)
    if metric == "follower_count":
        today = pacific_day(call.world.now())
        days = [day for day in days if today - 30 <= day < today]
    values = [{"value": value_on(call, persona, row.source, day), "end_time": meta_time(day_end(day))} for day in days]
    return {"values": values} if values else None


def total(call: Call, persona: Persona, question: Question, metric: str, row: AccountMetric) -> dict[str, Any] | None:
    days = known_days(call, persona, question)
    if not days:
        return None
    if metric == "follows_and_unfollows":
        return {"total_value": follow_movement(call, persona, question, days)}
    values = [value_on(call, persona, row.source, day) for day in days]
    whole = unique(values) if row.unique else sum(values)
    body: dict[str, Any] = {"value": whole}
    if question.breakdowns:
        body["breakdowns"] = [broken_down(whole, question.breakdowns, persona.username, metric, days[0], len(days))]
    return {"total_value": body}


def unique(values: list[int]) -> int:
    """People counted once over several days: fewer than the sum, more than the best day."""
    if len(values) < 2 or not sum(values):
        return sum(values)
    return max(max(values), int(sum(values) * len(values) ** -0.38))


def follow_movement(call: Call, persona: Persona, question: Question, days: list[int]) -> dict[str, Any]:
    came = sum(value_on(call, persona, "follows", day) for day in days)
    left = sum(value_on(call, persona, "unfollows", day) for day in days)
    if not question.breakdowns:
        return {"value": came}
    results = [{"dimension_values": ["FOLLOWER"], "value": came}, {"dimension_values": ["NON_FOLLOWER"], "value": left}]
    return {"breakdowns": [{"dimension_keys": ["follow_type"], "results": results}]}


def broken_down(whole: int, names: tuple[str, ...], *seed: object) -> dict[str, Any]:
    """A total split over one or several dimensions; parts of zero are left out."""
    weights: dict[tuple[str, ...], float] = {(): 1.0}
    for name in names:
        weights = {
            (*keys, value): weight * part
            for keys, weight in weights.items()
            for value, part in BREAKDOWN_VALUES[name].items()
        }
    parts = figures.shares(whole, {"\t".join(keys): weight for keys, weight in weights.items()}, *seed, *names)
    results = [{"dimension_values": key.split("\t"), "value": value} for key, value in parts.items() if value]
    return {"dimension_keys": list(names), "results": results}


def timeframe_days(call: Call, timeframe: str) -> range:
    now = call.world.now()
    today = pacific_day(now)
    if timeframe == "prev_month":
        first = month_start(now)
        return range(month_start(day_start(first - 1)), first)
    starts = {"this_week": week_start(now), "this_month": month_start(now)}
    back = {"last_14_days": 14, "last_30_days": 30, "last_90_days": 90}
    return range(starts.get(timeframe) or today - back[timeframe], today + 1)


def demographics(
    call: Call, persona: Persona, question: Question, metric: str, row: AccountMetric
) -> dict[str, Any] | None:
    """Lifetime figures by people: the timeframe is the first dimension, 45 values at most, known data only."""
    timeframe = question.timeframe or "this_month"
    if metric == "follower_demographics":
        audience = figures.followers_now(call.world, persona)
    else:
        audience = unique([value_on(call, persona, row.source, day) for day in timeframe_days(call, timeframe)])
    if audience < FEWEST:
        return None
    known = int(audience * 0.92)
    if not question.breakdowns:
        return {"total_value": {"value": known}}
    parts = broken_down(known, question.breakdowns, persona.username, metric)
    results = sorted(parts["results"], key=lambda entry: -entry["value"])[:45]
    results = [entry | {"dimension_values": [timeframe.upper(), *entry["dimension_values"]]} for entry in results]
    return {
        "total_value": {"breakdowns": [{"dimension_keys": ["timeframe", *question.breakdowns], "results": results}]}
    }


def online(call: Call, persona: Persona, question: Question, metric: str, row: AccountMetric) -> dict[str, Any] | None:
    """Followers online by hour of the Pacific day, for the last 30 days; now and then a day is empty."""
    today = pacific_day(call.world.now())
    days = [day for day in known_days(call, persona, question) if today - 30 <= day < today]
    values = [{"value": hours(persona, day), "end_time": meta_time(day_end(day))} for day in days]
    return {"values": values} if values else None


def hours(persona: Persona, day: int) -> dict[str, int]:
    if share("online-gap", persona.username, day) > 0.95:
        return {}
    count = figures.followers(persona, day)
    # Lisbon lives eight hours ahead of the Pacific day: the evening peak stands at 12 to 14.
    curve = [0.16 + 0.3 * max(0.0, 1 - min(abs(hour - 13), 24 - abs(hour - 13)) / 9) for hour in range(24)]
    return {
        str(hour): int(count * part * (0.9 + 0.2 * share(persona.username, day, hour)))
        for hour, part in enumerate(curve)
    }
