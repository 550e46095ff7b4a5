"""Fetching a photograph from the address a client gave, as Meta does: once, directly, following no redirect."""

import http.client
import io
import socket
import ssl
import time
import warnings
from urllib.parse import urlsplit

from PIL import Image, UnidentifiedImageError

from sandbox.container_tables import IMAGE_BYTES, RATIO
from sandbox.errors import GraphError, bad_param, publishing_error

CONNECT_SECONDS = 10.0
WHOLE_SECONDS = 20.0
AGENT = "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)"


def photograph(address: str) -> bytes:
    """The bytes of a JPEG that Instagram takes; otherwise Meta's refusal with its subcode."""
    check_address(address)
    body = download(address)
    check_picture(body)
    return body


def check_address(address: str) -> None:
    if not address.isascii():
        raise bad_param("image_url must contain ASCII characters only")
    if not is_web_address(address):
        raise publishing_error(2207052, f"The media URI doesn't meet our requirements: {address[:120]}")


def is_web_address(address: str) -> bool:
    try:
        parts, port = urlsplit(address), urlsplit(address).port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and port != 0


def connect(address: str) -> http.client.HTTPConnection:
    parts = urlsplit(address)
    host = parts.hostname or ""
    if parts.scheme == "https":
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(host, parts.port or 443, timeout=CONNECT_SECONDS, context=context)
    return http.client.HTTPConnection(host, parts.port or 80, timeout=CONNECT_SECONDS)


def download(address: str) -> bytes:
    parts = urlsplit(address)
    connection = connect(address)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("GET", target, headers={"User-Agent": AGENT, "Accept": "*/*"})
        answer = connection.getresponse()
        if answer.status != 200:
            raise publishing_error(2207052, f"The media could not be fetched from this URI: HTTP {answer.status}")
        return read_whole(answer)
    except TimeoutError as error:
        raise publishing_error(2207003) from error
    except (OSError, http.client.HTTPException, socket.gaierror) as error:
        raise publishing_error(
            2207052, f"The media could not be fetched from this URI: {type(error).__name__}"
        ) from error
    finally:
        connection.close()


def read_whole(answer: http.client.HTTPResponse) -> bytes:
    """The body, up to the size Meta takes and within the time Meta waits."""
    deadline = time.monotonic() + WHOLE_SECONDS
    body = io.BytesIO()
    while chunk := answer.read1(65536):
        body.write(chunk)
        if body.tell() > IMAGE_BYTES:
            raise publishing_error(2207004)
        if time.monotonic() > deadline:
            raise publishing_error(2207003)
    if answer.length:
        raise publishing_error(2207052, "The media could not be fetched from this URI: the download ended early")
    return body.getvalue()


def check_picture(body: bytes) -> None:
    """By content, never by name: JPEG, decodable, between 4:5 and 1.91:1."""
    width, height = size_of(body)
    # Half a pixel of grace on either side, as a rendering to 4:5 seldom divides evenly.
    if not (width + 0.5) / (height - 0.5) >= RATIO[0] or not (width - 0.5) / (height + 0.5) <= RATIO[1]:
        raise publishing_error(2207009, f"This one is {width} × {height}.")


def size_of(body: bytes) -> tuple[int, int]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(body)) as picture:
                if picture.format != "JPEG":
                    raise wrong_format(picture.format)
                picture.load()
                return picture.size
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise wrong_format(None) from error


def wrong_format(name: str | None) -> GraphError:
    if name is None:
        return publishing_error(2207052, "The file at this URI is not a photo or video.")
    return publishing_error(2207005, f"This one is {name}.")
