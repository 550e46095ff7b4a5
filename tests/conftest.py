"""What every test can use: the cast, the sandbox, and the guard that keeps the suite on this machine."""

import os
import runpy
import sys
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

# A busy machine is slow, not wrong.
hypothesis_settings.register_profile("patient", deadline=None)
hypothesis_settings.load_profile("patient")

GUARD = Path(__file__).parent / "guard"
runpy.run_path(str(GUARD / "sitecustomize.py"))
# Python loads the guard by itself in every child that inherits this.
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(GUARD), os.environ.get("PYTHONPATH")]))

pytest_plugins = ["tests.cast", "tests.stand_in", "tests.browser"]


def pytest_report_header() -> str:
    kind = "PostgreSQL" if os.environ.get("TEST_DATABASE_URL") else "SQLite"
    return f"Gridline on {kind}, Python {sys.version.split()[0]}"


@pytest.fixture(autouse=True)
def _clean_cache():
    """Throttles and counters of one test must not reach the next."""
    yield
    if "django.core.cache" in sys.modules:
        sys.modules["django.core.cache"].cache.clear()
