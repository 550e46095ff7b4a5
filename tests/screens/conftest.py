"""The browser of the process tests, lent to the screens."""

from tests.processes.conftest import chromium, page, shoot  # noqa: F401
