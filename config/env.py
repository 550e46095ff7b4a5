"""Reads the environment, and stops the start with a sentence when a variable makes no sense."""

import base64
import binascii
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
# The environment wins over .env, and .env over the secrets that `make run` generates once.
for _file in (BASE_DIR / ".env", BASE_DIR / "var" / "secrets.env"):
    if _file.is_file():
        env.read_env(str(_file))

META_HOSTS = {
    "FACEBOOK_GRAPH_URL": "https://graph.facebook.com",
    "INSTAGRAM_GRAPH_URL": "https://graph.instagram.com",
    "INSTAGRAM_API_URL": "https://api.instagram.com",
    "INSTAGRAM_OAUTH_URL": "https://www.instagram.com",
    "FACEBOOK_OAUTH_URL": "https://www.facebook.com",
    "FACEBOOK_RUPLOAD_URL": "https://rupload.facebook.com",
}


def text(name: str, default: str = "") -> str:
    return str(env.str(name, default=default)).strip()


def required(name: str, hint: str) -> str:
    value = text(name)
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. {hint}")
    return value


def flag(name: str, default: bool = False) -> bool:
    value = text(name).lower()
    if value in ("", "true", "1", "yes", "on", "false", "0", "no", "off"):
        return default if value == "" else value in ("true", "1", "yes", "on")
    raise ImproperlyConfigured(f"{name} must be true or false, not {value!r}.")


def choice(name: str, default: str, choices: tuple[str, ...]) -> str:
    value = text(name, default) or default
    if value not in choices:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}, not {value!r}.")
    return value


def number(name: str, default: int, minimum: int, maximum: int) -> int:
    value = text(name) or str(default)
    if not value.isdigit() or not minimum <= int(value) <= maximum:
        raise ImproperlyConfigured(f"{name} must be a whole number from {minimum} to {maximum}, not {value!r}.")
    return int(value)


def base_url(name: str, default: str) -> str:
    """Return an http(s) base URL without a trailing slash; it may carry a port and a path."""
    value = (text(name, default) or default).rstrip("/")
    parts = urlsplit(value)
    if (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or parts.query
        or parts.fragment
        or "@" in parts.netloc
    ):
        raise ImproperlyConfigured(f"{name} must be a base URL such as {default}, not {value!r}.")
    return value


def token_keys() -> list[tuple[str, bytes]]:
    """Return the key ring as (kid, 32 bytes), newest first."""
    raw = required("TOKEN_KEYS", "Make one with: python3 manage.py token_key")
    ring = []
    for entry in raw.split(","):
        kid, _, encoded = entry.strip().partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if not kid or len(kid) > 16 or len(key) != 32:
            raise ImproperlyConfigured("TOKEN_KEYS must read kid:base64,kid:base64 with 32 random bytes for each kid.")
        ring.append((kid, key))
    if len({kid for kid, _ in ring}) != len(ring):
        raise ImproperlyConfigured("TOKEN_KEYS names a kid twice.")
    return ring


def meta_hosts(*, debug: bool) -> dict[str, str]:
    """Return the base URL of each of Meta's hosts; refuse stand-ins in production unless they are allowed."""
    hosts = {name: base_url(name, default) for name, default in META_HOSTS.items()}
    foreign = [name for name, default in META_HOSTS.items() if hosts[name] != default]
    if foreign and not debug and not flag("STAND_IN_ALLOWED"):
        raise ImproperlyConfigured(
            f"{', '.join(foreign)}: not Meta's host. Set STAND_IN_ALLOWED=true if that is meant."
        )
    return hosts
