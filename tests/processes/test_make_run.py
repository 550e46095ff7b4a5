"""What `make run` executes, in a copy of the checkout: nothing here touches anybody's var/."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.env import META_HOSTS
from tests.servers import free_port, wait_until
from tests.settings import ROOT

pytestmark = pytest.mark.processes
SET_BY_TESTS = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "TOKEN_KEYS", "PUBLIC_URL", "ALLOWED_HOSTS", "EMAIL_URL"}
SET_BY_TESTS |= {"INSTAGRAM_APP_ID", "INSTAGRAM_APP_SECRET", "META_APP_ID", "META_APP_SECRET", "STAND_IN_ALLOWED"}
SET_BY_TESTS |= {"DJANGO_SETTINGS_MODULE", "META_WEBHOOK_VERIFY_TOKEN", "DEBUG", "MAKELEVEL", *META_HOSTS}


class Run:
    """A supervisor in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port, self.sandbox_port = free_port(), free_port()
        self.environment = {name: value for name, value in os.environ.items() if name not in SET_BY_TESTS}
        self.environment |= {"PORT": str(self.port), "SANDBOX_PORT": str(self.sandbox_port)}
        self.process: subprocess.Popen[bytes] | None = None
        self.runs = 0

    def start(self, **variables: str) -> None:
        self.runs += 1
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "config.supervisor"],
                cwd=self.folder,
                env=self.environment | variables,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def wait_until_ready(self) -> float:
        """Return the seconds until the sign-in page answered."""
        began = time.monotonic()
        wait_until(lambda: self._page() or self._has_ended(), "No sign-in page", 240)
        assert not self._has_ended(), self.log
        return time.monotonic() - began

    def _has_ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def _page(self) -> str:
        address = f"http://localhost:{self.port}/account/login/"
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=3) as answer:
            return answer.read().decode()
        return ""

    def processes(self) -> dict[int, str]:
        """Return everything that runs from this folder, by process id."""
        found = {}
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if entry.joinpath("cwd").resolve().is_relative_to(self.folder):
                    found[int(entry.name)] = entry.joinpath("cmdline").read_bytes().replace(b"\0", b" ").decode()
        return found

    def end(self, number: int) -> float:
        """Send a signal; return the seconds until nothing of it is left."""
        assert self.process is not None
        began = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(30)
        wait_until(lambda: not self.processes(), lambda: f"Left behind: {self.processes()}", 20)
        return time.monotonic() - began


@pytest.fixture
def run() -> Iterator[Run]:
    if not Path("/proc/self/cwd").exists():
        pytest.skip("Looking for orphans needs /proc.")
    with tempfile.TemporaryDirectory(prefix="gl-", dir="/tmp") as name:
        folder = Path(name).resolve() / "checkout"
        listing = ["git", "ls-files", "-co", "--exclude-standard", "-z"]
        for path in subprocess.run(listing, cwd=ROOT, capture_output=True, check=True, text=True).stdout.split("\0"):
            if path and (ROOT / path).is_file():
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / path, folder / path)
        here = Run(folder)
        yield here
        for pid in here.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if here.process:
            here.process.wait(10)


def everything_runs(run: Run) -> None:
    wait_until(lambda: run.log.count("Stop with") == run.runs, lambda: f"No banner:\n{run.log}", 60)


@pytest.mark.timeout(600)
def test_a_newcomer_gets_a_sign_in_and_the_second_run_keeps_everything(run, capsys):
    run.start()
    first = run.wait_until_ready()
    everything_runs(run)
    sign_in = re.search(r"Sign in with +(\S+)  (\S+)", run.log)
    assert sign_in, run.log
    assert f"http://localhost:{run.port}" in run.log
    assert run.log.count("starts again") == 0, run.log
    stopped = run.end(signal.SIGINT)
    var = run.folder / "var"
    secrets = (var / "secrets.env").read_text()
    # What is secret is readable by its owner only.
    assert {oct(path.stat().st_mode & 0o077) for path in (var, var / "secrets.env", var / "sign-in.txt")} == {"0o0"}
    run.start()
    second = run.wait_until_ready()
    everything_runs(run)
    assert (var / "secrets.env").read_text() == secrets
    assert set(re.findall(r"Sign in with +(\S+)  (\S+)", run.log)) == {sign_in.groups()}
    with capsys.disabled():
        sys.stdout.write(f"\n[make run] ready {first:.1f} s, again {second:.1f} s, stopped {stopped:.1f} s\n")
    assert_the_dead_are_started_again(run)
    # A killed supervisor leaves no orphans either.
    run.end(signal.SIGKILL)


def assert_the_dead_are_started_again(run: Run) -> None:
    [beat] = [pid for pid, command in run.processes().items() if " beat " in command]
    os.kill(beat, signal.SIGKILL)
    wait_until(lambda: "beat     | ended with code -9; starts again in 1 s." in run.log, "Nobody noticed")
    wait_until(lambda: any(" beat " in c for pid, c in run.processes().items() if pid != beat), "Not started again")


@pytest.mark.parametrize("name", ["PORT", "SANDBOX_PORT"])
def test_a_taken_port_is_said_before_anything_starts(run, name):
    with socket.create_server(("127.0.0.1", int(run.environment[name]))) as taken:
        run.start()
        assert run.process.wait(30) == 1
        assert f"Port {taken.getsockname()[1]} is already in use" in run.log
    assert not (run.folder / "var" / "gridline.sqlite3").exists()


def test_half_a_configuration_is_refused_with_a_sentence(run):
    run.start(INSTAGRAM_GRAPH_URL="http://127.0.0.1:9/")
    assert run.process.wait(30) == 1
    assert "INSTAGRAM_GRAPH_URL is set, but neither INSTAGRAM_APP_ID nor META_APP_ID" in run.log
