"""Opens what somebody sent us as a photograph, without trusting its name, its type or its size.

Everything is decided by content. The header is read first, so that a small file that unpacks into a huge picture is
refused before any of it is decoded.
"""

import struct
import zlib
from io import BytesIO
from threading import BoundedSemaphore
from typing import IO

import pillow_heif
from django.utils.translation import gettext as _
from PIL import Image, ImageCms, ImageOps

from library.checks import Refused

pillow_heif.register_heif_opener()

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
CONTENT_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "HEIF": "image/heic"}
MOST_PIXELS = 64_000_000
LEAST_SIDE = 64
# A progressive JPEG may repeat cheap scans over a large picture without end; honest ones have about a dozen.
MOST_SCANS = 120
# Large enough for every rendition we make, so that big JPEGs are decoded at a fraction of their size.
WORKING_SIDE = 2880
# A picture at the cap takes some 250 MB while it is worked on.
DESK = BoundedSemaphore(2)

# What decoders raise on broken input; Pillow's plugins and the codecs below them have no common base class.
BROKEN = (
    OSError,
    EOFError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    RuntimeError,
    MemoryError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
    Warning,
)

# First bytes → what it is. Only to say it in words; what may enter is decided by FORMATS.
KNOWN_STRANGERS = (
    (b"GIF8", "GIF"),
    (b"%PDF", "PDF"),
    (b"%!PS", "EPS"),
    (b"8BPS", "PSD"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"BM", "BMP"),
    (b"PK\x03\x04", "ZIP"),
    (b"SIMPLE  =", "FITS"),
    (b"\x1aE\xdf\xa3", "WebM"),
    (b"\0\0\x01\0", "ICO"),
)

# Brands of ISO files that are not video; a HEIC that could not be opened is simply damaged.
BRANDS = {b"avif": "AVIF", b"avis": "AVIF", b"qt  ": "MOV"} | dict.fromkeys(
    (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"), ""
)


def kind_of(head: bytes) -> str:
    """Return in one word what a file is by its first bytes, or an empty string."""
    if head[4:8] == b"ftyp":
        return BRANDS.get(head[8:12], "MP4")
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<svg", b"<?xml")) and b"<svg" in start:
        return "SVG"
    if start.startswith((b"<!doctype html", b"<html")):
        return "HTML"
    return next((word for magic, word in KNOWN_STRANGERS if head.startswith(magic)), "")


def header(file: IO[bytes]) -> Image.Image:
    """Return the picture with only its header read; raise `Refused` for anything we do not take."""
    file.seek(0)
    head = file.read(1024)
    file.seek(0)
    if not head:
        raise Refused(_("The file is empty."))
    try:
        image = Image.open(file, formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused(_too_many_pixels()) from error
    except BROKEN as error:
        kind = kind_of(head)
        if kind:
            raise Refused(
                _("This is a %(kind)s file. Send a JPEG, PNG, HEIC or WebP photo.") % {"kind": kind}
            ) from error
        raise Refused(_("This is not a photo we can read. Send a JPEG, PNG, HEIC or WebP.")) from error
    _check_header(image, file)
    return image


def _check_header(image: Image.Image, file: IO[bytes]) -> None:
    width, height = image.size
    if width * height > MOST_PIXELS:
        raise Refused(_too_many_pixels(width, height))
    if min(width, height) < LEAST_SIDE:
        raise Refused(
            _("The picture is only %(width)s × %(height)s pixels. Send one at least 320 wide.")
            % {"width": width, "height": height}
        )
    if image.format in ("PNG", "WEBP") and getattr(image, "n_frames", 1) > 1:
        raise Refused(_("This picture moves. Send a still photo."))
    if image.format in ("JPEG", "MPO"):
        _check_scans(file)


def _check_scans(file: IO[bytes]) -> None:
    place = file.tell()
    file.seek(0)
    scans = file.read().count(b"\xff\xda")
    file.seek(place)
    if scans > MOST_SCANS:
        raise Refused(_("This JPEG is built in a way that takes too long to read. Save it again and send the copy."))


def _too_many_pixels(width: int = 0, height: int = 0) -> str:
    if width:
        return _("The picture has %(width)s × %(height)s pixels. We take up to 64 million pixels.") % {
            "width": width,
            "height": height,
        }
    return _("The picture has far too many pixels. We take up to 64 million.")


def content_type(image: Image.Image) -> str:
    """Return the media type of an opened picture. A JPEG with a second picture inside is still a JPEG."""
    return CONTENT_TYPES.get(image.format or "", "image/jpeg")


def photograph(file: IO[bytes]) -> tuple[Image.Image, tuple[int, int], str]:
    """Return the picture upright in plain sRGB, its full size upright, and its media type.

    The picture may be smaller than the full size when the original is much larger than anything we make of it.
    Raise `Refused` when it is cut off or broken.
    """
    image = header(file)
    mime, (width, height) = content_type(image), image.size
    try:
        image.draft(None, (WORKING_SIDE, WORKING_SIDE))
        image.load()
        turned = image.getexif().get(0x0112) in (5, 6, 7, 8)
        upright = in_srgb(ImageOps.exif_transpose(image))
    except BROKEN as error:
        raise Refused(_("The file is cut off or damaged. Export the photo again and send that copy.")) from error
    return upright, (height, width) if turned else (width, height), mime


def in_srgb(image: Image.Image) -> Image.Image:
    """Return `image` as 8-bit sRGB: profiles applied, 16 bits brought down, transparency laid on white."""
    if image.mode.startswith("I"):
        image = image.point(lambda value: value / 256).convert("L")
    if "transparency" in image.info or image.mode in ("RGBA", "LA", "PA", "La", "RGBa"):
        image = _on_white(image)
    profile = image.info.get("icc_profile")
    if profile and image.mode in ("RGB", "CMYK", "L"):
        image = _from_profile(image, profile)
    return image.convert("RGB")


def _on_white(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    layer = image.convert("RGBA")
    paper = Image.new("RGBA", layer.size, "white")
    paper.alpha_composite(layer)
    flat = paper.convert("RGB")
    if profile:
        flat.info["icc_profile"] = profile
    return flat


def _from_profile(image: Image.Image, profile: bytes) -> Image.Image:
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image  # A profile that does not fit its picture is common; the plain values are the best guess.
    return converted or image
