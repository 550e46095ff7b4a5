"""Charts as server-rendered SVG: no script, no style attribute, the numbers in a table beside them."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django import template
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from screens import charts, formats
from screens.charts import Bar, Day, Photo, Place, Span

register = template.Library()
HEAD = 16
FOOT, FOOT_WITH_PHOTOS = 32, 58


def points(line: Iterable[Place]) -> str:
    """Return the points of a polyline in a box of 100 by 100. Never localised: SVG wants a dot."""
    return " ".join(f"{place.x:.2f},{place.y:.2f}" for place in line)


def rect(span: Span | None) -> dict[str, Any] | None:
    if span is None:
        return None
    return {
        "x": f"{span.start:.2f}",
        "width": f"{span.width:.2f}",
        "middle": f"{span.middle:.2f}",
        "wide": span.width > 7,
    }


def dot(place: Place, plot: int) -> dict[str, str]:
    y = place.y * plot / 100
    return {"x": f"{place.x:.2f}", "y": f"{y:.1f}", "above": f"{y - 10:.1f}", "text": formats.figure(place.value)}


@register.inclusion_tag("screens/chart.html")
def chart(
    days: Sequence[Day],
    label: str = "",
    photos: Sequence[Photo] = (),
    height: int = 338,
    value_word: str = "",
    before_word: str = "",
    series: int = 1,
    table: bool = True,
) -> dict[str, Any]:
    """Draw a trend of `days` (Day: on, value, before, provisional) with photographs under its axis.

    `label` names it for screen readers, `value_word` and `before_word` head the table's columns.
    """
    drawn = charts.trend(days, photos)
    foot = FOOT_WITH_PHOTOS if photos else FOOT
    plot = height - HEAD - foot
    return {
        **_axes(drawn, days, plot),
        **_marks(drawn, plot),
        "label": label,
        "height": height,
        "inner": height - HEAD,
        "plot": plot,
        "series": series,
        "labels_y": plot + foot - 4,
        "tick_end": plot + 8,
        "data": json.dumps([_spoken(day, x) for day, x in zip(days, drawn.xs, strict=True)]),
        "days": days,
        "table": table,
        "value_word": value_word or label or _("Value"),
        "before_word": before_word or _("Period before"),
        "has_before": any(day.before is not None for day in days),
        "empty": not any(drawn.lines),
    }


def _axes(drawn: charts.Trend, days: Sequence[Day], plot: int) -> dict[str, Any]:
    """Return the axis, its round numbers and the days named under it."""
    heights = [(tick, drawn.scale.y(tick) * plot / 100) for tick in drawn.scale.ticks() if tick and drawn.last]
    named = [n for n in charts.axis_days(len(days)) if drawn.xs[n] <= charts.RIGHT - 2 or len(days) < 3]
    return {
        "axis_y": f"{drawn.scale.y(0) * plot / 100:.1f}",
        "ticks": [
            {"y": f"{y:.1f}", "above": f"{y - 4:.1f}", "text": formats.figure(tick, drawn.scale.decimals)}
            for tick, y in heights
        ],
        "axis": [
            {"x": f"{drawn.xs[n]:.2f}", "text": date_format(days[n].on, "j M"), "crowded": bool(i % 2)}
            for i, n in enumerate(named)
        ],
    }


def _marks(drawn: charts.Trend, plot: int) -> dict[str, Any]:
    """Return what is drawn between the axes. A day known alone between two gaps is a dot."""
    lone = [line[0] for line in drawn.lines if len(line) == 1 and line[0] is not drawn.last]
    return {
        "gaps": [rect(span) for span in drawn.gaps],
        "late": rect(drawn.late),
        "lines": [points(line) for line in drawn.lines if len(line) > 1],
        "before": [points(line) for line in drawn.before if len(line) > 1],
        "dots": [dot(place, plot) for place in lone],
        "last": dot(drawn.last, plot) if drawn.last else None,
        "peak": dot(drawn.peak, plot) if drawn.peak else None,
        "pins": [{"x": f"{pin.x:.2f}", "photo": pin.photo, "crowded": pin.crowded} for pin in drawn.pins],
    }


def _spoken(day: Day, x: float) -> list[Any]:
    """Return what the crosshair says at this day: its place, the day, the value, the value before."""
    value = _("no data") if day.value is None else formats.figure(day.value)
    before = "" if day.before is None else formats.figure(day.before)
    return [round(x, 2), date_format(day.on, "D j M"), value, before, _("provisional") if day.provisional else ""]


@register.simple_tag
def spark(values: Sequence[formats.Number | Day | None], provisional: int = 0, label: str = "") -> SafeString:
    """Draw a sparkline; the last `provisional` days are hatched, a None breaks the line."""
    stretches, xs = charts.spark([v.value if isinstance(v, Day) else v for v in values or ()])
    if not stretches:
        return format_html('<span class="spark faint" title="{}">{}</span>', _("no data"), formats.NOTHING)
    lines = format_html_join("", '<polyline class="line" points="{}"/>', ((points(line),) for line in stretches))
    late: str | SafeString = ""
    if provisional and len(xs) > provisional:
        start = xs[-provisional - 1]
        late = format_html(
            '<rect class="late" x="{}%" y="0" width="{}%" height="100%"/>', f"{start:.2f}", f"{100 - start:.2f}"
        )
    end = stretches[-1][-1]
    named = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="spark" {}>{}'
        '<svg viewBox="0 0 100 100" preserveAspectRatio="none" width="100%" height="100%">{}</svg>'
        '<circle class="end" cx="{}%" cy="{}%" r="1.75"/></svg>',
        named,
        late,
        lines,
        f"{end.x:.2f}",
        f"{end.y:.1f}",
    )


@register.inclusion_tag("screens/bars.html")
def bars(rows: Sequence[Bar], shares: bool = False) -> dict[str, Any]:
    """Draw a list of bars from zero; with `shares` the number is the share of their sum."""
    total = sum(float(row.value) for row in rows if row.value is not None)
    drawn = []
    for row, (length, tick) in zip(rows, charts.bar_shares(rows), strict=True):
        text = row.text or formats.figure(row.value)
        if shares and row.value is not None and total:
            text = formats.percent(float(row.value) / total)
        drawn.append(
            {
                "row": row,
                "length": None if length is None else f"{length:.2f}",
                "tick": None if tick is None else f"{tick:.2f}",
                "text": text,
                "change": formats.change(row.value, row.before),
                "compared": row.before is not None,
            }
        )
    return {"rows": drawn, "compared": any(row["compared"] for row in drawn)}


@register.inclusion_tag("screens/heat.html")
def heat(rows: Sequence[Sequence[formats.Number | None]], day_names: Sequence[str], label: str = "") -> dict[str, Any]:
    """Draw seven rows of 24 hours as squares whose side is the value; the highest stands out."""
    squares = charts.halftone(rows)
    best = max((value for *_place, value in squares), default=None)
    return {
        "label": label,
        "day_names": day_names,
        "hours": [f"{hour:02}" for hour in range(0, 24, 3)],
        "height": len(rows) * 10,
        "squares": [
            {
                "x": f"{x:.1f}",
                "y": f"{y:.1f}",
                "side": f"{side:.1f}",
                "round": f"{side * 0.18:.1f}",
                "best": value == best,
            }
            for x, y, side, value in squares
        ],
    }
