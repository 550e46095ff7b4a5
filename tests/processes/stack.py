"""Gridline as real processes on ports of their own, with a Redis and the sandbox beside them."""

import contextlib
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from django.db import connection

from tests.servers import free_port, private_redis, wait_until
from tests.settings import ROOT
from tests.stand_in import Sandbox

CELERY = [sys.executable, "-m", "celery", "--quiet", "-A", "config"]
SIGNS = ("Traceback", " ERROR ", "CRITICAL")
WORKER = [*CELERY, "worker", "-P", "threads", "--loglevel", "INFO", "--without-gossip", "--without-mingle"]


class Stack:
    """Processes by name. `stack.kill("worker")` is kill -9; `stack.log("worker")` is what it wrote."""

    def __init__(self, folder: Path, sandbox: Sandbox, redis_url: str, **variables: str) -> None:
        self.folder = folder
        self.sandbox = sandbox
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.processes.settings",
            "STACK_FOLDER": str(folder),
            "PYTHONUNBUFFERED": "1",
            "DATABASE_URL": database_url(),
            "REDIS_URL": redis_url,
            "PUBLIC_URL": self.url,
            "ALLOWED_HOSTS": "localhost,127.0.0.1",
            "EMAIL_URL": f"filemail:///{folder / 'outbox'}",
            **sandbox.hosts(),
            **variables,
        }

    def commands(self) -> dict[str, list[str]]:
        gunicorn = [sys.executable, "-m", "gunicorn", "config.wsgi:application", "--bind", f"127.0.0.1:{self.port}"]
        return {
            "web": [*gunicorn, "--worker-class", "gthread", "--threads", "8", "--log-level", "warning"],
            "worker": [*WORKER, "-c", "8", "-Q", "publish,default", "-n", f"worker-{self.port}@%h"],
            "bulk": [*WORKER, "-c", "2", "-Q", "bulk", "-n", f"bulk-{self.port}@%h"],
            "dispatch": [sys.executable, "manage.py", "dispatch"],
            "beat": [*CELERY, "beat", "--schedule", str(self.folder / "beat"), "--pidfile", ""],
        }

    def start(self, *names: str) -> None:
        """Start the named processes, or every one that does not run."""
        for name in names or self.commands():
            if name not in self.processes:
                with (self.folder / f"{name}.log").open("ab") as log:
                    self.processes[name] = subprocess.Popen(
                        self.commands()[name],
                        cwd=ROOT,
                        env=self.environment,
                        stdout=log,
                        stderr=log,
                        start_new_session=True,
                    )
        if "web" in self.processes:
            wait_until(self.answers, lambda: f"The web server did not answer:\n{self.log('web')}", 60)

    def answers(self) -> bool:
        assert self.processes["web"].poll() is None, self.log("web")
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.url}/healthz", timeout=2):
            return True
        return False

    def kill(self, name: str, number: int = signal.SIGKILL) -> None:
        """End a process with all it started, and forget it."""
        process = self.processes.pop(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        process.wait(30)

    def log(self, name: str) -> str:
        path = self.folder / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def stop(self) -> None:
        for process in self.processes.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        for name in list(self.processes):
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.processes[name].wait(5)
            self.kill(name)

    def errors(self) -> dict[str, str]:
        """Return, by process, what it wrote from the first sign of something unforeseen on."""
        found = {}
        for name in self.commands():
            lines = self.log(name).splitlines()
            first = next((at for at, line in enumerate(lines) if any(sign in line for sign in SIGNS)), None)
            if first is not None:
                found[name] = "\n".join(lines[first : first + 60])
        return found


def database_url() -> str:
    """Return the address of the database this test uses, for other processes."""
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{settings['NAME']}"
    login = quote(settings["USER"]) + (f":{quote(settings['PASSWORD'])}" if settings["PASSWORD"] else "")
    return f"postgres://{login}@{settings['HOST']}:{settings['PORT']}/{settings['NAME']}"


@contextlib.contextmanager
def running_stack(folder: Path, sandbox: Sandbox, **variables: str) -> Iterator[Stack]:
    """Yield a stack with a Redis of its own; end everything afterwards."""
    (folder / "outbox").mkdir()
    with private_redis(folder) as redis_url:
        stack = Stack(folder, sandbox, redis_url, **variables)
        try:
            yield stack
        finally:
            stack.stop()
