"""Pictures from Meta's servers: fetched once, within limits, drawn anew, and from then on served by us.

Meta's links expire within days, and no page of ours loads anything from a foreign host.
"""

import io
import time
import warnings
from urllib.parse import SplitResult, urlsplit

import requests
import urllib3
from django.conf import settings
from PIL import Image, ImageOps

FORMATS = ("JPEG", "PNG", "WEBP")
CDN = (".cdninstagram.com", ".fbcdn.net")
META = (".instagram.com", ".facebook.com")
CONNECT_SECONDS = 5
SECONDS = 15
CHUNK = 64 * 1024
MOST_BYTES = 12 * 1024 * 1024
MOST_PIXELS = 50_000_000
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def fetch(url: str, *, side: int) -> bytes | None:
    """Return the picture at `url` as a JPEG that fits into a square of `side` pixels, or None when it cannot be had.

    Nothing is asked of a host that is neither Meta's CDN nor the configured stand-in for it.
    """
    if not url or not is_metas(url):
        return None
    raw = _download(url)
    return None if raw is None else redraw(raw, side=side)


def is_metas(url: str) -> bool:
    """Say whether a picture's address lies on a host that Meta gives us."""
    try:
        parts = urlsplit(url)
        origin = _origin(parts)
    except ValueError:
        return False
    if parts.username or parts.password or not parts.hostname:
        return False
    if parts.scheme == "https" and parts.hostname.endswith(CDN) and parts.port in (None, 443):
        return True
    return origin in _stand_ins()


def _stand_ins() -> set[tuple[str, str, int | None]]:
    """Return the origins of configured hosts that are not Meta's own."""
    bases = [urlsplit(base) for base in settings.META_HOSTS.values()]
    return {_origin(base) for base in bases if not f".{base.hostname}".endswith(META)}


def _origin(parts: SplitResult) -> tuple[str, str, int | None]:
    """Return scheme, host and port; every name of this machine counts as the same one."""
    host = (parts.hostname or "").lower()
    return parts.scheme, "localhost" if host in LOOPBACK else host, parts.port


def _download(url: str) -> bytes | None:
    """Return the body, unless it is late, large or no picture. A slow body ends by our clock, not by its own."""
    until = time.monotonic() + SECONDS
    body = bytearray()
    try:
        with requests.get(url, stream=True, allow_redirects=False, timeout=(CONNECT_SECONDS, SECONDS)) as answer:
            if answer.status_code != 200 or not answer.headers.get("Content-Type", "").startswith("image/"):
                return None
            # One read of the socket at a time: reading a whole chunk would wait for each of its bytes anew.
            while piece := answer.raw.read1(CHUNK, decode_content=True):
                body += piece
                if len(body) > MOST_BYTES or time.monotonic() > until:
                    return None
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError):
        return None
    return bytes(body)


def redraw(raw: bytes, *, side: int) -> bytes | None:
    """Return picture bytes as a fresh JPEG without metadata, or None when they are no picture we want to open."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(raw), formats=FORMATS) as image:
                if image.width * image.height > MOST_PIXELS:
                    return None
                image.draft("RGB", (side * 2, side * 2))
                upright = ImageOps.exif_transpose(image).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return None
    upright.thumbnail((side, side))
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=85)
    return out.getvalue()
