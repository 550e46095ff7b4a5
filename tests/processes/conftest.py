"""Fixtures for tests that start real processes."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes.stack import Stack, running_stack


def pytest_collection_modifyitems(items):
    """Keep a file's tests that start processes on one test worker: two stacks at once would only slow each other."""
    for item in items:
        if item.get_closest_marker("processes") or item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


@pytest.fixture
def stack(request, transactional_db, sandbox) -> Iterator[Stack]:
    """Yield a stack on the test's own database, nothing started yet; its variables are an indirect parameter."""
    variables = getattr(request, "param", {})
    with (
        tempfile.TemporaryDirectory(prefix="gl-", dir="/tmp") as folder,
        running_stack(Path(folder), sandbox, **variables) as here,
    ):
        yield here
