"""Number and time formats as filters."""

from django import template

from screens import formats

register = template.Library()
for _filter in (
    formats.figure,
    formats.signed,
    formats.percent,
    formats.at_zone,
    formats.zone_label,
    formats.clock,
    formats.day,
    formats.age,
    formats.duration,
    formats.initials,
):
    register.filter(_filter.__name__, _filter)


@register.filter
def change_from(now: object, before: object) -> float | None:
    """Return how much a figure differs from the one before, as a ratio, or None."""
    return formats.change(now, before)  # type: ignore[arg-type]


@register.simple_tag
def time_zones() -> list[str]:
    """Return the names a person may choose a time zone from."""
    return formats.zone_names()
