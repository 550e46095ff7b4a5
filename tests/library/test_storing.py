"""What may enter the library, and what becomes of it."""

import os
import resource
import struct
import time
import unicodedata
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from library import opening, storing
from library.checks import BORDERS, CROP_TALL, CROP_WIDE, MOST_BYTES, Refused, findings
from library.models import Asset, Rendition
from library.rendering import feed_rendition, thumbnail
from library.storing import clean_name, store
from tests.library.pictures import encoded, photo, picture, png_claiming, upload

GPS = 0x8825


@pytest.fixture
def put(in_aurora, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    return lambda file, **fields: store(file, by=in_aurora.ed, **fields)


def opened(rendition: Rendition) -> Image.Image:
    with rendition.file.open("rb") as file:
        image = Image.open(BytesIO(file.read()))
        image.load()
    return image


@pytest.mark.parametrize(
    ("kind", "name", "mime"),
    [
        ("JPEG", "a.jpg", "image/jpeg"),
        ("PNG", "a.png", "image/png"),
        ("WEBP", "a.webp", "image/webp"),
        ("HEIF", "IMG_0001.HEIC", "image/heic"),
    ],
)
def test_each_kind_of_photo_becomes_what_instagram_takes(put, kind, name, mime):
    asset = put(upload(encoded(picture((1200, 1500)), kind), name))
    assert (asset.content_type, asset.width, asset.height) == (mime, 1200, 1500)
    rendition = feed_rendition(asset)
    image = opened(rendition)
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (1200, 1500))
    assert rendition.size == os.path.getsize(rendition.file.path) <= MOST_BYTES


def test_the_same_content_is_stored_once(put, in_aurora):
    data = encoded(picture())
    first = put(upload(data, "one.jpg"))
    assert put(upload(data, "two.jpg")) == first
    assert Asset.objects.count() == 1
    assert put(upload(data), client=in_aurora.client) != first, "another client's people learn nothing of it"


def test_U01_a_picture_of_50000_by_50000_is_refused_before_it_is_decoded(put):
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    with pytest.raises(Refused, match="pixels"):
        put(upload(png_claiming(50_000, 50_000), "bomb.png"))
    assert time.monotonic() - started < 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024
    with pytest.raises(Refused, match=r"9000 × 9000 pixels"):
        put(upload(png_claiming(9_000, 9_000), "bomb.png"))


@pytest.mark.parametrize("kind", ["WEBP", "PNG"])
def test_U02_a_picture_of_many_frames_is_refused(put, kind):
    frames = [picture((80, 80), color=(n, 0, 0)) for n in range(40)]
    data = encoded(frames[0], kind, save_all=True, append_images=frames[1:])
    with pytest.raises(Refused, match="moves"):
        put(upload(data))


def test_U02_a_gif_is_named_as_one(put):
    with pytest.raises(Refused, match=r"“cat\.gif”: This is a GIF file"):
        put(upload(encoded(picture((400, 400)), "GIF"), "cat.gif"))


def test_a_jpeg_of_endless_scans_is_refused(put, monkeypatch):
    data = encoded(picture(), progressive=True)
    assert put(upload(data))
    scan = data[data.rindex(b"\xff\xda") : -2]
    with pytest.raises(Refused, match="too long to read"):
        put(upload(data[:-2] + scan * 300 + data[-2:]))


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"SIMPLE  =                    T" + b" " * 3000, "FITS"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "EPS"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "PDF"),
        (b"8BPS\0\1" + b"\0" * 60, "PSD"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "SVG"),
        (b"<?xml version='1.0'?><svg><script>1</script></svg>", "SVG"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\0" * 100, "MP4"),
        (b"\0\0\0\x14ftypqt  \0\0\0\0qt  " + b"\0" * 100, "MOV"),
        (b"PK\x03\x04" + b"\0" * 100, "ZIP"),
    ],
)
def test_U03_U09_a_stranger_called_jpg_is_refused_by_content_and_named(put, data, word):
    with pytest.raises(Refused, match=f"This is a {word} file"):
        put(upload(data, "loaf.jpg", "image/jpeg"))


def test_U03_a_tiff_is_refused_although_pillow_could_read_it(put):
    with pytest.raises(Refused, match="TIFF"):
        put(upload(encoded(picture((400, 400)), "TIFF")))


def test_U04_what_hangs_on_a_jpeg_is_not_in_what_we_serve(put):
    payload = b"PK\x03\x04<script>alert(1)</script><?php system('id') ?>"
    data = encoded(picture(), comment=payload) + payload
    asset = put(upload(data))
    for rendition in (feed_rendition(asset), thumbnail(asset)):
        with rendition.file.open("rb") as file:
            served = file.read()
        assert b"script" not in served
        assert b"php" not in served
        assert b"PK\x03\x04" not in served


def test_U05_the_place_is_removed_and_the_picture_stands_upright(put):
    image = picture((1500, 1200))
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(GPS)[1] = "N"
    exif.get_ifd(GPS)[2] = (41.0, 9.0, 0.0)
    data = encoded(image, exif=exif)
    assert Image.open(BytesIO(data)).getexif().get_ifd(GPS)
    asset = put(upload(data))
    assert (asset.width, asset.height) == (1200, 1500)
    served = opened(feed_rendition(asset))
    assert served.size == (1200, 1500)
    assert not served.getexif()
    assert not served.info.get("icc_profile")
    upright = image.transpose(Image.Transpose.ROTATE_270).getpixel((10, 700))
    assert all(abs(a - b) < 12 for a, b in zip(served.getpixel((10, 700)), upright, strict=True))


def sixteen_bits() -> bytes:
    out = BytesIO()
    Image.frombytes("I;16", (600, 600), struct.pack("<H", 0x8000) * 360_000).save(out, "PNG")
    return out.getvalue()


def test_U06_sixteen_bits_keep_their_brightness(put):
    image = opened(feed_rendition(put(upload(sixteen_bits(), "grey.png"))))
    assert image.mode == "RGB"
    assert all(abs(value - 128) <= 2 for value in image.getpixel((300, 300)))


def test_U06_cmyk_becomes_rgb(put):
    data = encoded(Image.new("CMYK", (800, 800), (0, 255, 255, 0)))
    red, green, blue = opened(feed_rendition(put(upload(data)))).getpixel((400, 400))
    assert red > 200
    assert green < 60
    assert blue < 60


def test_U06_what_is_transparent_becomes_white(put):
    image = Image.new("RGBA", (800, 800), (0, 0, 0, 0))
    assert opened(feed_rendition(put(upload(encoded(image, "PNG"))))).getpixel((9, 9)) == (255, 255, 255)
    palette = Image.new("P", (800, 800), 0)
    data = encoded(palette, "PNG", transparency=0)
    assert opened(feed_rendition(put(upload(data)))).getpixel((9, 9)) == (255, 255, 255)


def test_U06_a_colour_profile_is_applied(put):
    """A profile that is not sRGB changes the values; the same values without a profile stay."""
    lab_like = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()
    for profile in (lab_like, b"not a profile at all"):
        asset = put(upload(encoded(picture((700, 700)), icc_profile=profile)))
        assert opened(feed_rendition(asset)).mode == "RGB"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
@pytest.mark.parametrize("part", [0.02, 0.3, 0.7, 0.98])
def test_U07_a_file_that_is_cut_off_is_refused_in_words(put, kind, part):
    data = encoded(picture(), kind)
    with pytest.raises(Refused, match=r"cut off|not a photo"):
        put(upload(data[: int(len(data) * part)]))
    assert not Asset.objects.exists()


def test_an_empty_file_is_refused(put):
    with pytest.raises(Refused, match="empty"):
        put(upload(b""))


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "..\\..\\boot.ini",
        "a\r\nContent-Type: text/html.jpg",
        "x" * 300 + ".jpg",
        "\u202egpj.exe",
        "\0.jpg",
        "....",
        "",
        "🥖" * 200 + ".jpeg",
    ],
)
def test_U08_a_name_is_shown_clean_and_names_nothing_on_disk(put, name):
    file = photo((400, 400))
    file._name = name
    asset = put(file)
    assert 0 < len(asset.name) <= 120
    assert not any(unicodedata.category(c)[0] == "C" for c in asset.name)
    assert "/" not in asset.name
    assert "\\" not in asset.name
    assert asset.file.name == f"originals/{asset.id.hex}.jpg"


@given(st.text(max_size=400))
def test_U08_any_name_can_be_cleaned(name):
    cleaned = clean_name(name)
    assert 0 < len(cleaned) <= 120
    assert clean_name(cleaned) == cleaned


def test_U09_the_claimed_type_means_nothing(put):
    asset = put(upload(encoded(picture(), "PNG"), "clip.mp4", "video/mp4"))
    assert asset.content_type == "image/png"


def test_U11_a_file_over_the_limit_is_refused(put, monkeypatch):
    monkeypatch.setattr(storing, "MOST_BYTES", 1000)
    with pytest.raises(Refused, match="30 MB"):
        put(photo())


@pytest.mark.parametrize(
    ("size", "level", "recipes"),
    [
        ((1080, 1350), None, []),
        ((1080, 1351), "error", [CROP_TALL, BORDERS]),
        ((1080, 566), None, []),
        ((1080, 565), "error", [CROP_WIDE, BORDERS]),
        ((1086, 1448), "error", [CROP_TALL, BORDERS]),
        ((300, 300), "warning", []),
        ((320, 320), None, []),
    ],
)
def test_the_edges_of_what_instagram_takes(size, level, recipes):
    found = findings(Asset(width=size[0], height=size[1]))
    assert [f.level for f in found] == ([level] if level else [])
    assert [fix.recipe for f in found for fix in f.fixes] == recipes


@pytest.mark.parametrize("size", [(1086, 1448), (1080, 1351), (3000, 1000), (500, 2500), (2160, 1129), (200, 90)])
def test_every_fix_lands_within_the_range(put, size):
    asset = put(photo(size))
    for fix in findings(asset)[0].fixes:
        rendition = feed_rendition(asset, fix.recipe)
        assert 4 * rendition.height <= 5 * rendition.width
        assert 100 * rendition.width <= 191 * rendition.height
        assert 320 <= rendition.width <= 1440
        assert opened(rendition).size == (rendition.width, rendition.height)
        assert feed_rendition(asset, fix.recipe) == rendition, "made once"


def test_out_of_range_is_not_rendered_without_a_fix(put):
    with pytest.raises(Refused, match=r"narrower than 4:5"):
        feed_rendition(put(photo((1086, 1448))))


def test_borders_cut_nothing_and_a_crop_keeps_the_middle(put):
    asset = put(photo((600, 1500)))
    framed = opened(feed_rendition(asset, BORDERS))
    assert framed.getpixel((5, framed.height // 2)) == (255, 255, 255)
    cropped = opened(feed_rendition(asset, CROP_TALL))
    assert cropped.size == (600, 750)


def test_a_large_photo_comes_down_to_1440(put):
    rendition = feed_rendition(put(photo((6000, 4000))))
    assert (rendition.width, rendition.height) == (1440, 960)


def test_a_small_one_is_enlarged_to_320_and_said_so(put):
    asset = put(photo((200, 200)))
    assert findings(asset)[0].level == "warning"
    assert feed_rendition(asset).width == 320


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=600))
def test_B09_random_bytes_are_refused_never_an_error(data):
    with pytest.raises(Refused):
        opening.photograph(BytesIO(data))


SEEDS = {kind: encoded(picture((120, 120)), kind) for kind in ("JPEG", "PNG", "WEBP", "HEIF")}


@settings(max_examples=150, deadline=None)
@given(kind=st.sampled_from(sorted(SEEDS)), place=st.floats(0, 0.999), noise=st.binary(min_size=1, max_size=40))
def test_U07_a_photo_with_flipped_bytes_is_read_or_refused(kind, place, noise):
    data = bytearray(SEEDS[kind])
    at = int(len(data) * place)
    data[at : at + len(noise)] = noise
    try:
        image, size, _mime = opening.photograph(BytesIO(bytes(data)))
    except Refused:
        return
    assert image.mode == "RGB"
    assert size[0] > 0
