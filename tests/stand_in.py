"""The sandbox as a fixture: one process per test worker, reset between tests, and the product pointed at it."""

import os
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from json import dumps, loads
from typing import Any

import pytest

from config.env import META_HOSTS
from tests.servers import free_port, wait_until


@dataclass(frozen=True)
class Sandbox:
    """A running sandbox. `control` changes it; `live` is the judge of what was published."""

    url: str

    def control(self, action: str, /, **body: Any) -> Any:
        """Return the answer of `POST /control/api/<action>`."""
        return self._ask(f"/control/api/{action}", dumps(body).encode())

    def read(self, what: str, **query: str) -> Any:
        """Return the answer of `GET /control/api/<what>`."""
        return self._ask(f"/control/api/{what}?{urllib.parse.urlencode(query)}", None)

    def live(self, username: str) -> list[dict[str, Any]]:
        """Return what stands on the account's public profile."""
        return self.read("live", username=username)["live"]

    def host(self, name: str) -> str:
        """Return the base URL of one of Meta's hosts, such as `graph.instagram.com`."""
        return f"{self.url}/{name}"

    def hosts(self) -> dict[str, str]:
        """Return the value of every host variable."""
        return {name: self.host(urllib.parse.urlsplit(url).hostname or "") for name, url in META_HOSTS.items()}

    def _ask(self, path: str, data: bytes | None) -> Any:
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return loads(answer.read() or b"null")

    def answers(self) -> bool:
        try:
            self.read("state")
        except OSError:
            return False
        return True


@pytest.fixture(scope="session")
def sandbox_process(tmp_path_factory) -> Iterator[Sandbox]:
    """Yield a sandbox of this test worker's own."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    folder = tmp_path_factory.mktemp("sandbox")
    with (folder / "log").open("wb") as log:
        command = [sys.executable, "-m", "sandbox", "--port", str(port), "--data", str(folder), "--public-url", url]
        process = subprocess.Popen(command, stdout=log, stderr=log, env=dict(os.environ))
        try:
            here = Sandbox(url)
            wait_until(lambda: process.poll() is not None or here.answers(), "The sandbox did not answer")
            assert process.poll() is None, (folder / "log").read_text()
            yield here
        finally:
            process.terminate()
            process.wait(10)


@pytest.fixture
def sandbox(sandbox_process: Sandbox) -> Sandbox:
    """Return the sandbox, as new."""
    sandbox_process.control("reset")
    return sandbox_process


@pytest.fixture
def stand_in(sandbox: Sandbox, settings) -> Sandbox:
    """Return the sandbox, with the product's hosts pointed at it."""
    settings.META_HOSTS = sandbox.hosts()
    return sandbox
