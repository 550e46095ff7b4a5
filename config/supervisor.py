"""What `make run` executes: everything Gridline needs, in one terminal, stopped by one Ctrl-C.

`python -m config.supervisor` prepares the machine, starts the processes, prints their lines with a prefix and starts
again what dies. `python -m config.supervisor manage shell` runs one management command in the same environment.
"""

import contextlib
import fcntl
import os
import selectors
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import IO

from config import embedded
from config.embedded import CannotStart, Embedded

PYTHON = sys.executable
LONGEST_BACKOFF = 30.0
SETTLED_AFTER = 60.0
WAVES = (("web", "beat", "dispatch"), ("worker", "bulk"), ("sandbox", "redis"))
GRACE = (4.0, 8.0, 3.0)
COLOURS = {"web": 36, "worker": 32, "bulk": 33, "dispatch": 35, "beat": 34, "sandbox": 31, "redis": 90}


class Child:
    """One process in its own session, so that Ctrl-C reaches it through the supervisor and in order."""

    def __init__(self, name: str, command: list[str]) -> None:
        self.name = name
        self.command = command
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0
        self.start_after = 0.0
        self.failures = 0
        self.rest = b""

    def start(self) -> IO[bytes]:
        """Start the process; return the stream of everything it writes."""
        self.process = subprocess.Popen(
            self.command,
            cwd=embedded.ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.started_at = time.monotonic()
        assert self.process.stdout is not None  # noqa: S101 - narrows the type; PIPE was asked for
        os.set_blocking(self.process.stdout.fileno(), False)
        return self.process.stdout

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def send(self, number: int) -> None:
        """Signal the whole session: a server's own workers as well."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)

    def back_off(self) -> float:
        """Return in how many seconds to start again: 1, 2, 4 … 30, from the beginning after a settled minute."""
        if time.monotonic() - self.started_at > SETTLED_AFTER:
            self.failures = 0
        self.failures += 1
        wait = min(2.0 ** (self.failures - 1), LONGEST_BACKOFF)
        self.start_after = time.monotonic() + wait
        return wait


class Supervisor:
    """Starts children, copies their lines to one stream, restarts the dead, and ends all of them in waves."""

    def __init__(self, out: IO[str]) -> None:
        self.out = out
        self.children: dict[str, Child] = {}
        self.selector = selectors.DefaultSelector()
        self.stop_signals = 0
        self.parent = os.getppid() if os.environ.get("MAKELEVEL") else 0
        # A process of its own, in its own session: it outlives this one by as long as tidying up takes.
        self.lifeline = subprocess.Popen(
            [PYTHON, "-I", str(embedded.ROOT / "config" / "lifeline.py")],
            stdin=subprocess.PIPE,
            start_new_session=True,
            cwd=embedded.ROOT,
        )

    @property
    def is_stopping(self) -> bool:
        return self.stop_signals > 0

    def on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.stop_signals += 1

    def add(self, name: str, command: list[str]) -> None:
        self.children[name] = Child(name, command)
        self._start(self.children[name])

    def run_once(self, name: str, command: list[str]) -> None:
        """Run a command to its end under the same log; raise CannotStart when it fails."""
        child = self.children[name] = Child(name, command)
        self._start(child)
        while child.is_alive and not self.is_stopping:
            self.copy_lines(0.1)
        if self.is_stopping:
            return
        self.copy_lines(0)
        del self.children[name]
        if child.process and child.process.returncode:
            raise CannotStart("The preparation failed; the lines above say why. Nothing is running.")

    def watch(self) -> None:
        """Copy lines for a moment, then look after the dead."""
        self.copy_lines(0.25)
        if self.parent and os.getppid() != self.parent:
            self.say("gridline", "make is gone; stopping.")
            self.stop_signals += 1
        for child in self.children.values():
            if child.is_alive or self.is_stopping:
                continue
            if child.process is not None:
                self._mourn(child)
            elif time.monotonic() >= child.start_after:
                self._start(child)

    def stop(self) -> None:
        """End everything: what takes work first, what the others lean on last. A second signal shortens the wait."""
        for names, grace in zip(WAVES, GRACE, strict=True):
            wave = [self.children[name] for name in names if name in self.children]
            wave += [child for name, child in self.children.items() if name == "prepare" and names is WAVES[0]]
            for child in wave:
                child.send(signal.SIGTERM)
            deadline = time.monotonic() + grace
            while any(child.is_alive for child in wave) and time.monotonic() < deadline and self.stop_signals < 2:
                self.copy_lines(0.05)
            for child in wave:
                if child.is_alive:
                    self.say(child.name, "did not stop in time; killed.")
                child.send(signal.SIGKILL)
        self.copy_lines(0)

    def close(self) -> None:
        """End the lifeline, which finds nothing left to do."""
        for child in self.children.values():
            if child.process:
                child.process.wait()
        with contextlib.suppress(BrokenPipeError):
            self.lifeline.communicate(timeout=10)

    def copy_lines(self, timeout: float) -> None:
        for key, _ in self.selector.select(timeout):
            child: Child = key.data
            with contextlib.suppress(BlockingIOError):
                chunk = os.read(key.fd, 65536)
                if not chunk:
                    self.selector.unregister(key.fileobj)
                *lines, child.rest = (child.rest + chunk).split(b"\n")
                for line in lines:
                    self.say(child.name, line.decode("utf-8", "replace").rstrip("\r"))

    def say(self, name: str, line: str) -> None:
        label = f"{name:<8} |"
        if self.out.isatty():
            label = f"\x1b[{COLOURS.get(name, 1)}m{label}\x1b[0m"
        try:
            self.out.write(f"{label} {line}\n")
            self.out.flush()
        except BrokenPipeError:  # The reader of our log went away; the product goes on until it is told to stop.
            self.out = open(os.devnull, "w")  # noqa: SIM115 - stays open as long as the process

    def _start(self, child: Child) -> None:
        self.selector.register(child.start(), selectors.EVENT_READ, child)
        if child.process:
            self._tell_lifeline("+", child.process.pid)

    def _mourn(self, child: Child) -> None:
        process, child.process = child.process, None
        if process:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)  # Workers a dead server left behind still hold its port.
            self._tell_lifeline("-", process.pid)
            self.say(child.name, f"ended with code {process.returncode}; starts again in {child.back_off():.0f} s.")

    def _tell_lifeline(self, sign: str, pid: int) -> None:
        if self.lifeline.stdin:
            with contextlib.suppress(BrokenPipeError):
                self.lifeline.stdin.write(f"{sign}{pid}\n".encode())
                self.lifeline.stdin.flush()


def main(arguments: list[str]) -> int:
    try:
        parts = embedded.complete_environment()
        os.environ.setdefault("PYTHONUNBUFFERED", "1")
        if arguments[:1] == ["manage"]:
            os.execv(PYTHON, [PYTHON, "manage.py", *arguments[1:]])  # noqa: S606 - our own interpreter
        ports = {"PORT": parts.port} | ({"SANDBOX_PORT": parts.sandbox_port} if parts.has_sandbox else {})
        embedded.refuse_taken_ports(ports)
        with only_one(parts.var / "run.lock"):
            run(parts, Supervisor(sys.stdout))
    except CannotStart as problem:
        sys.stderr.write(f"\nGridline did not start: {problem}\n")
        return 1
    return 0


@contextlib.contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Hold the folder's lock; raise CannotStart when another run holds it."""
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart("Gridline already runs from this folder. Stop it there first (Ctrl-C).") from None
        yield


def run(parts: Embedded, supervisor: Supervisor) -> None:
    """Start everything, print where it is, and stay until a signal comes."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, supervisor.on_signal)
    try:
        if parts.redis_socket:
            supervisor.add("redis", embedded.redis_command(parts.redis_socket, parts.var / "redis"))
        if not embedded.is_prepared(parts.var):
            supervisor.run_once("prepare", [PYTHON, "-m", "config.prepare", str(parts.var)])
        if supervisor.is_stopping:
            return
        # The sign-in page first: the others take as long to load and would share the processor with it.
        supervisor.add("web", web_command(parts.port))
        wait_for_web(supervisor, parts.port)
        for name, command in background(parts).items():
            supervisor.add(name, command)
        for line in banner(parts):
            supervisor.say("gridline", line)
        while not supervisor.is_stopping:
            supervisor.watch()
    finally:
        supervisor.stop_signals = max(supervisor.stop_signals, 1)
        supervisor.stop()
        supervisor.close()


def web_command(port: int) -> list[str]:
    return [
        *(PYTHON, "-m", "gunicorn", "config.wsgi:application", "--bind", f"127.0.0.1:{port}"),
        *("--worker-class", "gthread", "--workers", "2", "--threads", "8", "--graceful-timeout", "3"),
        *("--preload", "--log-level", "warning"),
    ]


def background(parts: Embedded) -> dict[str, list[str]]:
    celery = [PYTHON, "-m", "celery", "--quiet", "-A", "config"]
    worker = [*celery, "worker", "-P", "threads", "--loglevel", "INFO", "--without-gossip", "--without-mingle"]
    port = str(parts.sandbox_port)
    data, public = str(parts.var / "sandbox"), f"http://localhost:{port}"
    sandbox = [PYTHON, "-m", "sandbox", "--port", port, "--data", data, "--public-url", public]
    return ({"sandbox": sandbox} if parts.has_sandbox else {}) | {
        "worker": [*worker, "-c", "8", "-Q", "publish,default", "-n", "worker@%h"],
        "bulk": [*worker, "-c", "2", "-Q", "bulk", "-n", "bulk@%h"],
        "dispatch": [PYTHON, "manage.py", "dispatch"],
        "beat": [
            *celery,
            "beat",
            "--schedule",
            str(parts.var / "beat-schedule"),
            "--pidfile",
            "",
            "--loglevel",
            "WARNING",
        ],
    }


def wait_for_web(supervisor: Supervisor, port: int) -> None:
    """Return once the web server answers anything, or after a minute of silence."""
    deadline = time.monotonic() + 60
    while not supervisor.is_stopping and time.monotonic() < deadline:
        supervisor.watch()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            continue


def banner(parts: Embedded) -> list[str]:
    lines = ["", f"Gridline answers at  {os.environ['PUBLIC_URL']}"]
    sign_in = parts.var / "sign-in.txt"
    if sign_in.exists() and sign_in.read_text().strip():
        email, password = sign_in.read_text().split()
        lines.append(f"Sign in with         {email}  {password}  (until you change it)")
    if os.environ["EMAIL_URL"].startswith("filemail:"):
        lines.append(f"Its mail lands at    {os.environ['PUBLIC_URL']}/outbox/")
    if parts.has_sandbox:
        lines.append(f"Instead of Meta      http://localhost:{parts.sandbox_port}/control/  (no app id is set)")
    return [*lines, "Stop with            Ctrl-C", ""]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
