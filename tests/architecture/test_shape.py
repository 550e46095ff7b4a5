"""The shape of the code, held by numbers: a file or a function that outgrows them needs its reason here."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = (
    (ROOT / "pyproject.toml")
    .read_text()
    .partition("root_packages = [")[2]
    .partition("]")[0]
    .replace('"', "")
    .split(", ")
)
FILES = sorted(path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts)
MOST_LINES, MOST_IN_A_FUNCTION = 400, 50
LONG_FILES: dict[str, str] = {}
LONG_FUNCTIONS: dict[str, str] = {}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_no_file_outgrows_one_head(path):
    assert len(path.read_text().splitlines()) <= MOST_LINES or name_of(path) in LONG_FILES


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_no_function_outgrows_one_screen(path):
    long = [
        node.name
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno - node.lineno >= MOST_IN_A_FUNCTION
        and f"{name_of(path)}:{node.name}" not in LONG_FUNCTIONS
    ]
    assert not long


@pytest.mark.parametrize("name", ["services.py", "utils.py", "helpers.py", "managers.py", "common.py", "misc.py"])
def test_no_file_is_named_after_a_layer(name):
    assert not [name_of(path) for path in FILES if path.name == name]


def test_nothing_sleeps():
    sleepers = [name_of(path) for path in FILES if "time.sleep(" in path.read_text() and "sandbox" not in path.parts]
    assert not sleepers


def test_models_never_call_meta():
    for path in (p for p in FILES if p.name == "models.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert not [name for name in names if name.split(".")[0] == "meta"], name_of(path)
