"""Makes what Instagram takes, and thumbnails, out of an asset. Each recipe is made once and kept."""

from fractions import Fraction
from hashlib import sha256
from io import BytesIO
from math import ceil, floor

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from PIL import Image

from library.checks import (
    BORDERS,
    CROP_TALL,
    CROP_WIDE,
    LEAST_WIDTH,
    MOST_BYTES,
    MOST_WIDTH,
    NARROWEST,
    RECIPES,
    WIDEST,
    Refused,
    findings,
)
from library.models import Asset, Rendition
from library.opening import DESK, photograph

QUALITIES = (91, 85, 75, 60, 40)
THUMB_SIDE = 480


def feed_rendition(asset: Asset, recipe: str = "") -> Rendition:
    """Return the JPEG that Instagram's feed takes, made from `asset` by `recipe` (one of `checks.RECIPES`).

    Raise `Refused` when the asset is out of range and the recipe does not mend it.
    """
    if recipe not in RECIPES:
        raise Refused(f"Unknown recipe {recipe!r}.")
    for finding in findings(asset, recipe):
        if finding.blocks:
            raise Refused(finding.text)
    kept = _kept(asset, Rendition.Kind.FEED, recipe)
    if kept:
        return kept
    with DESK, asset.file.open("rb") as original:
        picture, _size, _mime = photograph(original)
        return _keep(asset, Rendition.Kind.FEED, recipe, for_feed(picture, recipe))


def thumbnail(asset: Asset, picture: Image.Image | None = None) -> Rendition:
    """Return a small JPEG of the whole picture, for our own screens. `picture` saves decoding it again."""
    kept = _kept(asset, Rendition.Kind.THUMB, "")
    if kept:
        return kept
    if picture is None:
        with DESK, asset.file.open("rb") as original:
            picture, _size, _mime = photograph(original)
    small = picture.copy()
    small.thumbnail((THUMB_SIDE, THUMB_SIDE), Image.Resampling.LANCZOS)
    return _keep(asset, Rendition.Kind.THUMB, "", small)


def for_feed(picture: Image.Image, recipe: str) -> Image.Image:
    """Return `picture` cut or framed by `recipe`, between 320 and 1440 wide and exactly within 4:5 and 1.91:1."""
    if recipe == CROP_TALL:
        picture = _cropped(picture, NARROWEST)
    elif recipe == CROP_WIDE:
        picture = _cropped(picture, WIDEST)
    elif recipe == BORDERS:
        picture = _framed(picture)
    width = min(max(picture.width, LEAST_WIDTH), MOST_WIDTH)
    height = round(width * Fraction(picture.height, picture.width))
    height = min(max(height, ceil(width / WIDEST)), floor(width / NARROWEST))
    if (width, height) == picture.size:
        return picture
    return picture.resize((width, height), Image.Resampling.LANCZOS)


def _cropped(picture: Image.Image, shape: Fraction) -> Image.Image:
    """Cut the middle of `picture` to `shape` (width over height)."""
    width, height = picture.size
    if Fraction(width, height) > shape:
        kept = max(1, round(height * shape))
        left = (width - kept) // 2
        return picture.crop((left, 0, left + kept, height))
    kept = max(1, round(width / shape))
    top = (height - kept) // 2
    return picture.crop((0, top, width, top + kept))


def _framed(picture: Image.Image) -> Image.Image:
    """Lay `picture` on white so that nothing of it is cut."""
    width, height = picture.size
    frame_width, frame_height = width, height
    if Fraction(width, height) < NARROWEST:
        frame_width = ceil(height * NARROWEST)
    elif Fraction(width, height) > WIDEST:
        frame_height = ceil(width / WIDEST)
    paper = Image.new("RGB", (frame_width, frame_height), "white")
    paper.paste(picture, ((frame_width - width) // 2, (frame_height - height) // 2))
    return paper


def as_jpeg(picture: Image.Image) -> bytes:
    """Return `picture` as a JPEG of at most 8 MB that carries no metadata."""
    plain = Image.new("RGB", picture.size)
    plain.paste(picture)
    data = b""
    for quality in QUALITIES:
        out = BytesIO()
        plain.save(out, "JPEG", quality=quality, optimize=True)
        data = out.getvalue()
        if len(data) <= MOST_BYTES:
            break
    return data


def _kept(asset: Asset, kind: str, recipe: str) -> Rendition | None:
    return Rendition.objects.filter(asset=asset, kind=kind, recipe=recipe).first()


def _keep(asset: Asset, kind: str, recipe: str, picture: Image.Image) -> Rendition:
    """Store one rendition; when another request made the same one meanwhile, return theirs."""
    data = as_jpeg(picture)
    rendition = Rendition(
        asset=asset,
        kind=kind,
        recipe=recipe,
        sha256=sha256(data).hexdigest(),
        size=len(data),
        width=picture.width,
        height=picture.height,
    )
    rendition.file.save(f"{rendition.id.hex}.jpg", ContentFile(data), save=False)
    try:
        with transaction.atomic():
            rendition.save(force_insert=True)
    except IntegrityError:
        rendition.file.delete(save=False)
        return Rendition.objects.get(asset=asset, kind=kind, recipe=recipe)
    return rendition
