"""Photographs as Meta's image hosts would serve them: crops of our own still lifes, and what was uploaded."""

import io
import threading
from pathlib import Path

from PIL import Image, ImageEnhance, ImageOps

from sandbox.clock import DAY
from sandbox.personas import Persona, number
from sandbox.server import Request, Response
from sandbox.world import World

FOLDER = Path(__file__).parent / "photographs"
HOST = "scontent.cdninstagram.com"
LIFE = 4 * DAY
WIDTHS = {"t": 320, "a": 150, "f": 864}


def url(world: World, photograph: str, size: str = "f") -> str:
    """An address that looks and expires like Meta's: `oe` is the end of its life in hexadecimal seconds."""
    # Rounded to half a day, so that the same picture keeps its address for a while and a cache may hold it.
    ends = int((world.now() + LIFE) // 43200 * 43200)
    seal = f"{number('seal', photograph, ends):016x}"
    file = f"{world.public_url}/{HOST}/v/t51.82787-15/{size}.{photograph}.jpg"
    return f"{file}?stp=dst-jpg_e35&_nc_cat=1&oh=00_{seal}&oe={ends:X}"


def avatar_url(world: World, persona: Persona) -> str:
    return url(world, f"{persona.avatar}.0", "a") if persona.avatar else ""


def serve(world: World, request: Request) -> Response:
    """The bytes behind an address; 403 once it has expired, like Meta's."""
    try:
        ends = int(request.params.get("oe", "0"), 16)
    except ValueError:
        ends = 0
    if ends < world.now():
        return Response(403, b"URL signature expired", "text/plain")
    size, _, name = request.path.rpartition("/")[2].removesuffix(".jpg").partition(".")
    body = rendered(world, size, name)
    if body is None:
        return Response(404, b"Not found", "text/plain")
    headers = {"cache-control": "max-age=86400", "cross-origin-resource-policy": "cross-origin", "vary": "origin"}
    return Response(200, body, "image/jpeg", headers)


def rendered(world: World, size: str, name: str) -> bytes | None:
    """A photograph in one size, made once and kept in the storage folder."""
    stem, _, crop = name.partition(".")
    source = world.store.folder / "uploads" / f"{stem}.jpg" if crop == "u" else FOLDER / f"{stem}.jpg"
    if size not in WIDTHS or not stem.replace("_", "").isalnum() or not source.is_file():
        return None
    if crop == "u" and size == "f":
        return source.read_bytes()
    kept = world.store.folder / "renditions" / f"{size}.{stem}.{crop}.jpg"
    if not kept.is_file():
        kept.parent.mkdir(exist_ok=True)
        half = kept.with_suffix(f".{threading.get_ident()}")
        half.write_bytes(render(source, size, crop))
        half.replace(kept)
    return kept.read_bytes()


def render(source: Path, size: str, crop: str) -> bytes:
    with Image.open(source) as opened:
        picture = opened.convert("RGB")
    if crop.isdigit():
        picture = variation(picture, int(crop))
    if size == "a":
        picture = ImageOps.fit(picture, (WIDTHS["a"], WIDTHS["a"]))
    width = WIDTHS[size]
    if picture.width > width:
        picture = picture.resize((width, round(picture.height * width / picture.width)), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=84)
    return out.getvalue()


def variation(picture: Image.Image, kind: int) -> Image.Image:
    """Six views of one still life: as it is, mirrored, close, off centre, cooler, warmer."""
    width, height = picture.size
    if kind in (1, 3, 5):
        picture = ImageOps.mirror(picture)
    if kind in (2, 3):
        left, top = (0.14, 0.18) if kind == 2 else (0.04, 0.1)
        box = (int(width * left), int(height * top), int(width * (left + 0.78)), int(height * (top + 0.78)))
        picture = picture.crop(box)
    if kind in (4, 5):
        picture = tint(picture, 1.07 if kind == 5 else 0.94)
    return picture


def tint(picture: Image.Image, warmth: float) -> Image.Image:
    red, green, blue = picture.split()
    red = red.point(lambda value: min(255, int(value * warmth)))
    blue = blue.point(lambda value: min(255, int(value / warmth)))
    return ImageEnhance.Brightness(Image.merge("RGB", (red, green, blue))).enhance(1.02)
