"""Promises the files of the repository keep: locks, settings and their documents, no trace of anybody's machine."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from django.urls import reverse

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
# Names only tests or Django itself read; whoever runs the product never sets them.
NOT_FOR_PEOPLE = {"TIMING_SCALE", "DJANGO_SETTINGS_MODULE"}


def tracked_text() -> dict[str, str]:
    names = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout.split("\0")
    texts = {}
    for name in filter(None, names):
        data = (ROOT / name).read_bytes() if (ROOT / name).is_file() else b""
        if b"\0" not in data[:8000]:
            texts[name] = data.decode("utf-8", "replace")
    return texts


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_locked_package_carries_hashes(lock):
    blocks = re.split(r"\n(?=[a-z0-9])", lock.read_text().replace("\\\n", ""))
    pins = [block for block in blocks if re.match(r"[A-Za-z0-9._-]+(\[[^]]*])?==", block)]
    assert pins
    assert [pin.splitlines()[0] for pin in pins if "--hash=sha256:" not in pin] == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_locks_name_no_host(lock):
    assert re.findall(r"https?://|--(?:extra-)?index-url|--find-links", lock.read_text()) == []


def test_every_direct_dependency_is_locked():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = {re.split(r"[\[<>=~!; ]", name)[0].lower() for name in project["project"]["dependencies"]}
    locked = set(re.findall(r"^([a-z0-9._-]+)==", (ROOT / "requirements" / "core.txt").read_text(), re.M))
    assert wanted - locked == set()


def test_no_file_names_a_registry_or_a_place_on_somebodys_machine():
    # Spelled in pieces, so that this file does not find itself.
    indexes = ["pypi" + ".org", "pythonhosted" + ".org"]
    places = ["/home" + r"/\w+", "/work" + r"/\w", "/root" + "/", "/Users" + r"/\w+"]
    pattern = re.compile("|".join(indexes + places))
    found = {name: match.group() for name, text in tracked_text().items() if (match := pattern.search(text))}
    assert found == {}


def settings_read() -> set[str]:
    """Return every variable the configuration reads from the environment."""
    names = set()
    for name in ("settings.py", "env.py", "embedded.py"):
        text = (ROOT / "config" / name).read_text()
        names |= set(re.findall(r"\b(?:text|flag|choice|number|base_url|required|_port)\(\s*\"([A-Z_]+)\"", text))
        names |= set(re.findall(r"\.(?:db|get)\(\"([A-Z_]+)\"", text))
        names |= set(re.findall(r"^    \"([A-Z_]+_URL)\": \"https:", text, re.M))
    return names - NOT_FOR_PEOPLE


def test_every_setting_stands_in_the_example_and_every_example_is_read():
    example = set(re.findall(r"^#?([A-Z][A-Z_]+)=", (ROOT / ".env.example").read_text(), re.M))
    assert example == settings_read()


def test_every_setting_is_documented():
    page = (ROOT / "docs" / "operations.md").read_text()
    assert [name for name in sorted(settings_read()) if f"`{name}`" not in page] == []


def test_the_example_changes_nothing_when_copied():
    lines = (ROOT / ".env.example").read_text().splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == []


def test_links_between_documents_lead_somewhere():
    broken = []
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"]\((?!https?:|#|mailto:)([^)#\s]+)", path.read_text()):
            if not (path.parent / target).exists():
                broken.append(f"{path.name}: {target}")
    assert broken == []


def test_every_make_target_says_what_it_does():
    text = (ROOT / "Makefile").read_text()
    phony = set(re.findall(r"^\.PHONY: (.+)$", text, re.M))
    explained = set(re.findall(r"^([a-z-]+):.*## ", text, re.M))
    assert phony == explained


@pytest.mark.parametrize("name", ["instagram_callback", "facebook_callback"])
def test_the_readme_names_the_redirect_addresses(name):
    assert f"`https://gridline.example.com{reverse(name)}`" in (ROOT / "README.md").read_text()


SEED_ROW = re.compile(r"^\| (\d+) \| [^|]+ \| [^|]+ \| ([^|]+) \|$", re.M)


def test_the_seed_table_agrees_with_the_tests():
    """A row that says `works` has its test_seed_NN, and a test without such a row is a row not yet updated."""
    rows = SEED_ROW.findall((ROOT / "docs" / "seed-coverage.md").read_text())
    assert [int(number) for number, _ in rows] == list(range(1, 45))
    working = {int(number) for number, state in rows if state.strip() == "works"}
    tests = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    assert working == {int(number) for number in re.findall(r"def test_seed_(\d\d)_", tests)}
