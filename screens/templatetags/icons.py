"""Icons (Lucide), inline, so that they take the colour of the text and need no request of their own."""

from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from xml.etree import ElementTree
from zipfile import ZipFile

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
# Lucide renames icons now and then; templates keep the old word.
RENAMED = {"circle-help": "circle-question-mark", "more": "ellipsis", "close": "x"}
SVG = "{http://www.w3.org/2000/svg}"


class NoSuchIcon(ValueError):
    """Lucide has no icon of this name."""


@lru_cache(maxsize=1)
def _shapes() -> dict[str, bytes]:
    """Return every icon's file by name, read once per process."""
    with ZipFile(BytesIO(files("lucide").joinpath("lucide.zip").read_bytes())) as archive:
        return {name.removesuffix(".svg"): archive.read(name) for name in archive.namelist()}


@lru_cache(maxsize=512)
def inner(name: str) -> str:
    """Return the shapes inside the icon called `name`; raise NoSuchIcon for a name Lucide does not know."""
    source = _shapes().get(RENAMED.get(name, name))
    if source is None:
        raise NoSuchIcon(f"There is no icon called {name!r}.")
    root = ElementTree.fromstring(source)  # noqa: S314 - the archive is an installed package, not a stranger's.
    for node in root.iter():
        node.tag = node.tag.removeprefix(SVG)
    return "".join(ElementTree.tostring(child, encoding="unicode").strip() for child in root)


@register.simple_tag
def icon(name: str, label: str = "", cls: str = "") -> SafeString:
    """Draw an icon: decorative without `label`, an image with that name otherwise."""
    shapes = mark_safe(inner(str(name)))  # noqa: S308 - shapes of the installed archive.
    classes = f"icon i-{name} {cls}".strip()
    if label:
        return format_html(
            '<svg class="{}" viewBox="0 0 24 24" role="img" aria-label="{}">{}</svg>', classes, label, shapes
        )
    return format_html('<svg class="{}" viewBox="0 0 24 24" aria-hidden="true">{}</svg>', classes, shapes)
