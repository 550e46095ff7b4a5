"""What the browser is given: vendored files as they were checked, small style sheets, colours that can be read."""

import gzip
import re
from hashlib import sha256
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "static"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SHEETS = [STATIC / "css" / f"{name}.css" for name in ("tokens", "base", "components", "figures", "screens")]


def name_of(path):
    return str(path.relative_to(ROOT))


def test_vendored_files_are_those_that_were_checked():
    sums = dict(reversed(line.split()) for line in (STATIC / "vendor" / "SHA256SUMS").read_text().splitlines())
    scripts = [path for path in (STATIC / "vendor").rglob("*") if path.suffix in {".js", ".css"}]
    assert sums == {str(path.relative_to(STATIC / "vendor")): sha256(path.read_bytes()).hexdigest() for path in scripts}
    for path in scripts:
        assert "sourceMappingURL" not in path.read_text()
        assert (path.parent / "LICENSE").exists()


def test_the_style_sheets_stay_small():
    assert sum(sheet.stat().st_size for sheet in SHEETS) <= 60_000


def test_a_first_page_weighs_at_most_150_kilobytes():
    scripts = [*(STATIC / "js").glob("*.js"), STATIC / "vendor" / "htmx" / "htmx.min.js"]
    packed = sum(len(gzip.compress(path.read_bytes())) for path in (*SHEETS, *scripts))
    font = (STATIC / "font" / "inter-latin-wght-normal.woff2").stat().st_size
    assert packed + font <= 110_000  # The page itself has the rest.


def test_every_file_a_style_sheet_names_is_there():
    for sheet in (STATIC / "css").glob("*.css"):
        for url in re.findall(r'url\("?([^")]+)"?\)', sheet.read_text()):
            assert url.startswith("#") or (sheet.parent / url).resolve().exists(), (sheet.name, url)


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_templates_keep_the_strict_policy(path):
    text = path.read_text()
    assert not re.search(r"\sstyle\s*=", text), "A style attribute is refused by the policy."
    assert not re.search(r"<style", text)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text), "A handler in an attribute is refused by the policy."
    assert not re.search(r"\bhx-on", text)
    assert not re.search(r"<(?:link|script|img|image|iframe)[^>]*(?:src|href)=\"(?:https?:)?//", text), "Another host."
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*nonce)", text)


COLOUR = re.compile(r"#[0-9a-f]{3,8}\b|\brgb\(", re.IGNORECASE)
# Words over a photograph have to be read on any of them, in both themes.
OVER_PHOTOGRAPHS = (".ig-count", ".reel text")


def test_colours_live_among_the_tokens():
    for sheet in (STATIC / "css").glob("*.css"):
        if sheet.name == "tokens.css":
            continue
        for line in sheet.read_text().splitlines():
            raw = COLOUR.search(line.split("url(")[0]) and "light-dark(" not in line
            assert not raw or any(name in line for name in OVER_PHOTOGRAPHS), f"{sheet.name}: {line.strip()}"


def tokens() -> dict[str, tuple[str, str]]:
    """Return each colour token as its light and its dark value."""
    text = (STATIC / "css" / "tokens.css").read_text()
    pairs = re.findall(r"--([a-z0-9-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", text)
    return {name: (light, dark) for name, light, dark in pairs}


def luminance(colour: str) -> float:
    """Return the relative luminance of WCAG 2.2."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


STATUSES = ("draft", "approval", "scheduled", "publishing", "published", "held", "failed", "review")


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "surface", "sunk"])
@pytest.mark.parametrize("ink", ["ink", "ink-2", "ink-3", "accent", *STATUSES])
def test_text_can_be_read(ink, ground, theme):
    known = tokens()
    assert contrast(known[ink][theme], known[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("ink", "ground", "least"),
    [("paper", "ink", 4.5), ("on-accent", "accent", 4.5), ("surface", "failed", 4.5), ("edge", "surface", 3.0)],
)
def test_controls_can_be_told_from_their_ground(ink, ground, least, theme):
    known = tokens()
    assert contrast(known[ink][theme], known[ground][theme]) >= least


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("status", STATUSES)
def test_a_pill_can_be_read_on_its_tint(status, theme):
    known = tokens()
    share = 0.09 if theme == 0 else 0.17
    mixed = [
        round(
            int(known[status][theme][n : n + 2], 16) * share + int(known["surface"][theme][n : n + 2], 16) * (1 - share)
        )
        for n in (1, 3, 5)
    ]
    assert contrast(known[status][theme], "#" + "".join(f"{part:02x}" for part in mixed)) >= 4.5
