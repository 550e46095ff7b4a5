"""Small marks: status words and icons, deltas, shares, page numbers."""

from collections.abc import Iterator

from django import template
from django.core.paginator import Paginator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from screens import formats
from screens.templatetags.icons import icon

register = template.Library()

# What `data-s` knows. Apps with states of their own bring word and icon along; these stand in where they do not.
STATUS = {
    "draft": (gettext_lazy("Draft"), "pencil-line"),
    "approval": (gettext_lazy("Awaiting approval"), "user-check"),
    "scheduled": (gettext_lazy("Scheduled"), "clock"),
    "publishing": (gettext_lazy("Publishing"), "loader"),
    "published": (gettext_lazy("Published"), "circle-check"),
    "held": (gettext_lazy("Held"), "circle-pause"),
    "failed": (gettext_lazy("Failed"), "circle-x"),
    "review": (gettext_lazy("Needs review"), "circle-help"),
    "ok": (gettext_lazy("Connected"), "circle-check"),
    "comments": (gettext_lazy("Comments"), "message-circle"),
}


@register.simple_tag
def status_icon(state: str, name: str = "") -> SafeString:
    return icon(name or STATUS.get(state, ("", "circle"))[1])


@register.simple_tag
def status_word(state: str, word: str = "") -> str:
    return word or str(STATUS.get(state, ("", ""))[0])


@register.simple_tag
def delta(value: object, kind: str = "percent", good: str = "up") -> SafeString:
    """Draw a difference: a ratio with kind `percent`, a plain difference with `number`.

    None reads "new": there was nothing before. `good` names the direction that is welcome: up, down or neither.
    """
    if not formats.is_number(value):
        return format_html('<span class="delta">{}</span>', _("new"))
    number = round(float(value), 3) if kind == "percent" else value
    text = formats.percent(abs(number)) if kind == "percent" else formats.figure(abs(number))
    if not number:
        return format_html('<span class="delta">{}</span>', text)
    rises = number > 0
    colour = "" if good == "neither" else ("up" if rises == (good == "up") else "down")
    arrow, word = ("↑", _("up")) if rises else ("↓", _("down"))
    return format_html(
        '<span class="delta {}"><span aria-hidden="true">{}</span><span class="sr">{}</span> {}</span>',
        colour,
        arrow,
        word,
        text,
    )


@register.simple_tag
def share(value: object, whole: object) -> str:
    """Return `value` of `whole` in per cent between 0 and 100, as an SVG length without its unit."""
    part, total = float(value or 0), float(whole or 0)  # type: ignore[arg-type]
    return f"{min(100.0, max(0.0, 100 * part / total)):.4g}" if total else "0"


@register.filter
def pages_near(paginator: Paginator, number: int) -> Iterator[int]:
    """Return the page numbers to show around `number`; 0 stands for pages left out."""
    return (n if isinstance(n, int) else 0 for n in paginator.get_elided_page_range(number, on_each_side=1, on_ends=1))


@register.simple_tag
def status_image(state: str, word: str = "", name: str = "") -> SafeString:
    """Draw a state as an icon that carries its word, for places too small to write it."""
    known, shape = STATUS.get(state, ("", "circle"))
    return icon(name or shape, word or str(known))
