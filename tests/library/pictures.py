"""Pictures made in memory, so that every test says what is in its file."""

import struct
import zlib
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image


def picture(size=(1080, 1350), mode="RGB", color=None) -> Image.Image:
    """Return a picture with some structure, so that it neither compresses to nothing nor hides a flip."""
    image = Image.radial_gradient("L").resize(size)
    image = Image.merge("RGB", (image, image.transpose(Image.Transpose.ROTATE_180), Image.new("L", size, 90)))
    return image.convert(mode) if color is None else Image.new(mode, size, color)


def encoded(image: Image.Image, kind="JPEG", **options) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def upload(data: bytes, name="loaf.jpg", content_type="image/jpeg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, content_type)


def photo(size=(1080, 1350), name="loaf.jpg", kind="JPEG", **options) -> SimpleUploadedFile:
    return upload(encoded(picture(size), kind, **options), name)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_claiming(width: int, height: int) -> bytes:
    """Return a PNG of a few hundred bytes whose header promises a picture of any size."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packed = zlib.compress(b"\0" * 100_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
