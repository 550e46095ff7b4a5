"""Writes what a sync brought. An older reading never overwrites a newer one, and unknown is never written as zero."""

import json
import zlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, F, Value, When

from accounts.models import IGMedia, IGUser
from insights.asking import Reading, Refusal
from insights.models import AccountValue, MediaValue, MetricRefusal, RawAnswer
from meta.graph import Answer

REFUSED_FOR = timedelta(days=30)
RAW_KEPT = timedelta(days=30)
LONGEST_BREAKDOWN = 160


def store_account_values(ig_user: IGUser, readings: Iterable[Reading], read_at: datetime) -> int:
    """Write figures of an account read at `read_at`; return how many rows are new."""
    rows = {
        (r.metric, r.span, r.day, r.breakdown[:LONGEST_BREAKDOWN]): AccountValue(
            ig_user=ig_user,
            metric=r.metric,
            span=r.span,
            day=r.day,
            breakdown=r.breakdown[:LONGEST_BREAKDOWN],
            value=round(r.value),
            fetched_at=read_at,
        )
        for r in readings
        if r.day is not None and not r.media
    }
    days = {row.day for row in rows.values()}
    here = AccountValue.objects.filter(
        ig_user=ig_user, day__in=days, span__in={r.span for r in rows.values()}, metric__in={key[0] for key in rows}
    )
    return _newest_wins(AccountValue, here, rows, read_at)


def store_media_values(media: Sequence[IGMedia], readings: Iterable[Reading], read_at: datetime) -> int:
    """Write figures of media read at `read_at`; return how many rows are new."""
    by_id = {one.media_id: one for one in media}
    rows = {
        (by_id[r.media].pk, r.metric, r.breakdown[:LONGEST_BREAKDOWN]): MediaValue(
            media=by_id[r.media],
            metric=r.metric,
            breakdown=r.breakdown[:LONGEST_BREAKDOWN],
            value=r.value,
            fetched_at=read_at,
        )
        for r in readings
        if r.media in by_id
    }
    here = MediaValue.objects.filter(media__in=list(by_id.values()), metric__in={key[1] for key in rows})
    return _newest_wins(MediaValue, here, rows, read_at)


_KEYS: dict[type[AccountValue] | type[MediaValue], tuple[str, ...]] = {
    AccountValue: ("metric", "span", "day", "breakdown"),
    MediaValue: ("media_id", "metric", "breakdown"),
}


def _newest_wins(
    model: type[AccountValue] | type[MediaValue], here: Any, rows: dict[tuple[Any, ...], Any], read_at: datetime
) -> int:
    """Insert what is missing, then update what is older: one statement each, whose condition the database checks."""
    if not rows:
        return 0
    before = here.count()
    model._default_manager.bulk_create(rows.values(), ignore_conflicts=True, batch_size=400)
    new = here.count() - before
    older = here.filter(fetched_at__lt=read_at).values_list("pk", *_KEYS[model])
    stale = {pk: rows[tuple(key)] for pk, *key in older if tuple(key) in rows}
    if stale:
        field = model._meta.get_field("value")
        new_values = (When(pk=pk, then=Value(row.value, output_field=field)) for pk, row in stale.items())
        value = Case(*new_values, default=F("value"), output_field=field)
        here.filter(pk__in=stale, fetched_at__lte=read_at).update(value=value, fetched_at=read_at)
    return int(new)


def store_refusals(ig_user: IGUser, refusals: Iterable[Refusal], now: datetime) -> list[Refusal]:
    """Remember what Meta refused for 30 days; return the refusals that are news."""
    news = []
    for refusal in refusals:
        _row, created = MetricRefusal.objects.update_or_create(
            ig_user=ig_user,
            metric=refusal.metric,
            level=refusal.level,
            defaults={"reason": refusal.reason[:300], "until": now + REFUSED_FOR},
        )
        if created:
            news.append(refusal)
    return news


def refused(ig_user: IGUser, level: str, now: datetime) -> set[int]:
    """Return the metrics not to ask for at this level now."""
    rows = MetricRefusal.objects.filter(ig_user=ig_user, level=level, until__gt=now)
    return set(rows.values_list("metric", flat=True))


def keep_raw(ig_user: IGUser, heard: Iterable[tuple[str, Answer]], read_at: datetime) -> None:
    """Keep answers as they came, compressed; paging links are taken out because they carry the token."""
    RawAnswer.objects.bulk_create(
        RawAnswer(
            ig_user=ig_user,
            request=request,
            body=zlib.compress(json.dumps(_without_links(dict(answer))).encode()),
            fetched_at=read_at,
        )
        for request, answer in heard
    )


def prune_raw(now: datetime) -> int:
    """Delete the answers that are 30 days old; return how many."""
    return RawAnswer.objects.filter(fetched_at__lt=now - RAW_KEPT).delete()[0]


def open_raw(row: RawAnswer) -> Any:
    """Return an answer as Meta gave it, without its paging links."""
    return json.loads(zlib.decompress(bytes(row.body)))


def _without_links(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_links(part) for key, part in value.items() if key not in ("next", "previous")}
    if isinstance(value, list):
        return [_without_links(part) for part in value]
    return value
