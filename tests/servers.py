"""Finds or starts the servers the suite runs on: `python -m tests.servers pytest …`.

PostgreSQL: TEST_DATABASE_URL, else the server on 127.0.0.1:5432 if it lets `postgres` in, else a cluster of its own in
a temporary folder. Redis: TEST_REDIS_URL, else a private one. Without PostgreSQL the suite runs on SQLite and says so;
with REQUIRE_SERVERS=1 (the CI sets it) it fails instead.
"""

import contextlib
import getpass
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg

from config.embedded import redis_command

USUAL_POSTGRES = "postgres://postgres@127.0.0.1:5432/postgres"


def main(command: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="gl-", dir="/tmp") as folder, contextlib.ExitStack() as servers:
        environment = dict(os.environ)
        environment.pop("DJANGO_SETTINGS_MODULE", None)  # Importing `config` names the product's own settings.
        os.chmod(folder, 0o755)
        if not environment.get("TEST_REDIS_URL"):
            environment["TEST_REDIS_URL"] = servers.enter_context(private_redis(Path(folder)))
        database = environment.get("TEST_DATABASE_URL") or find_postgres()
        if not database and find_initdb():
            database = servers.enter_context(private_postgres(Path(folder)))
        if not database:
            complain_about_sqlite()
        environment["TEST_DATABASE_URL"] = database or ""
        say(f"Database {database or 'SQLite'}, Redis {environment['TEST_REDIS_URL']}")
        program = Path(sys.executable).parent / command[0]
        return subprocess.run([str(program), *command[1:]], env=environment, check=False).returncode


def complain_about_sqlite() -> None:
    text = "No PostgreSQL answers or can be started here"
    if os.environ.get("REQUIRE_SERVERS"):
        raise SystemExit(f"{text}, and REQUIRE_SERVERS forbids going on without it.")
    bar = "!" * 78
    say(f"{bar}\n!! {text}: the suite runs on SQLite ONLY.\n!! What is peculiar to PostgreSQL stays untested.\n{bar}")


def find_postgres() -> str | None:
    """Return the address of a server that runs already and lets us create databases."""
    with (
        contextlib.suppress(psycopg.OperationalError),
        psycopg.connect(USUAL_POSTGRES, connect_timeout=2) as connection,
    ):
        row = connection.execute("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
        if row and row[0]:
            return USUAL_POSTGRES
    return None


def find_initdb() -> Path | None:
    """Return PostgreSQL's initdb: Debian keeps it off the PATH. Root needs the user `postgres` to run it."""
    found = shutil.which("initdb")
    candidates = [Path(found)] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    if not candidates or (os.getuid() == 0 and not _has_postgres_user()):
        return None
    return candidates[0]


def _has_postgres_user() -> bool:
    return subprocess.run(["id", "postgres"], capture_output=True, check=False).returncode == 0


@contextlib.contextmanager
def private_postgres(folder: Path) -> Iterator[str]:
    """Run a cluster that forgets everything; yield its address."""
    initdb = find_initdb()
    assert initdb
    pg_ctl = str(initdb.parent / "pg_ctl")
    home = folder / "postgres"
    home.mkdir()
    as_owner = []
    if os.getuid() == 0:
        shutil.chown(home, "postgres")
        as_owner = ["runuser", "-u", "postgres", "--"]
    data, port = str(home / "data"), free_port()
    options = f"-h 127.0.0.1 -p {port} -k {home} -c fsync=off -c full_page_writes=off -c max_connections=100"
    run = {"check": True, "stdout": subprocess.DEVNULL, "cwd": "/"}
    subprocess.run([*as_owner, str(initdb), "-D", data, "-U", "postgres", "-A", "trust", "-N"], **run)
    subprocess.run([*as_owner, pg_ctl, "-D", data, "-o", options, "-l", str(home / "log"), "-w", "start"], **run)
    try:
        yield f"postgres://postgres@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([*as_owner, pg_ctl, "-D", data, "-m", "immediate", "-w", "stop"], **run)


@contextlib.contextmanager
def private_redis(folder: Path) -> Iterator[str]:
    """Run a Redis on a unix socket in the folder; yield its address."""
    path = folder / "redis.sock"
    process = subprocess.Popen(redis_command(path, folder), stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        wait_until(path.exists, "Redis did not start")
        yield f"unix://{path}"
    finally:
        process.terminate()
        process.wait(10)


def free_port() -> int:
    """Return a port nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, complaint, seconds: float = 30.0) -> None:
    """Return when the condition holds; fail with the complaint (text, or what makes it) when it does not."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            said = complaint() if callable(complaint) else complaint
            raise AssertionError(f"{said} within {seconds:.0f} s.")
        time.sleep(0.05)


def say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    os.environ.setdefault("USER", getpass.getuser())
    sys.exit(main(sys.argv[1:]))
