"""The product's settings for tests: nothing from `.env`, nobody to talk to, everything fast."""

import base64
import os
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Parallel clones on one database server or one Redis must not meet.
CHECKOUT = sha256(str(ROOT).encode()).hexdigest()[:10]
SCRATCH = ROOT / "var" / "test"
SCRATCH.mkdir(parents=True, exist_ok=True)
# Port 9 is the discard service: nobody listens, so a test that forgot its stand-in fails at once.
NOBODY = "http://127.0.0.1:9"

os.environ |= {
    "SECRET_KEY": "only-for-tests-" * 5,
    "TOKEN_KEYS": "test:" + base64.b64encode(b"only for tests, thirty-two bytes").decode(),
    "DEBUG": "false",
    "ALLOWED_HOSTS": "localhost,127.0.0.1,testserver",
    "PUBLIC_URL": "http://localhost:8000",
    "SIGNUP": "invite",
    "DATABASE_URL": os.environ.get("TEST_DATABASE_URL") or f"sqlite:///{SCRATCH / 'unused.sqlite3'}",
    "REDIS_URL": os.environ.get("TEST_REDIS_URL") or "redis://127.0.0.1:9/0",
    "EMAIL_URL": "memorymail://",
    "DEFAULT_FROM_EMAIL": "Gridline <gridline@localhost>",
    "PUBLISH_MAX_SENDS": "2",
    "GRAPH_API_VERSION": "v25.0",
    "INSTAGRAM_APP_ID": "990602627938098",
    "INSTAGRAM_APP_SECRET": "sandbox-instagram-secret",
    "META_APP_ID": "138483919580948",
    "META_APP_SECRET": "sandbox-meta-secret",
    "META_LOGIN_CONFIG_ID": "",
    "META_LOGIN_RESPONSE": "code",
    "META_WEBHOOK_VERIFY_TOKEN": "only-for-tests",
    "FACEBOOK_GRAPH_URL": f"{NOBODY}/graph.facebook.com",
    "INSTAGRAM_GRAPH_URL": f"{NOBODY}/graph.instagram.com",
    "INSTAGRAM_API_URL": f"{NOBODY}/api.instagram.com",
    "INSTAGRAM_OAUTH_URL": f"{NOBODY}/www.instagram.com",
    "FACEBOOK_OAUTH_URL": f"{NOBODY}/www.facebook.com",
    "FACEBOOK_RUPLOAD_URL": f"{NOBODY}/rupload.facebook.com",
    "STAND_IN_ALLOWED": "true",
    "TIMING_SCALE": "1",
}

from config.settings import *  # noqa: E402, F403
from config.settings import CACHES, DATABASES, LOGGING  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
MEDIA_ROOT = SCRATCH / "media"
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# Messages go nowhere: what workers do is called directly, or seen in tests/processes with a broker of their own.
CELERY_BROKER_URL = "redis://127.0.0.1:9/0"
# Runs that start no servers have no Redis; the full run uses the real one.
if not os.environ.get("TEST_REDIS_URL"):
    CACHES["default"] = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
else:
    # Clearing the cache empties a whole Redis database, so each test worker has its own.
    _number = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    _base = os.environ["TEST_REDIS_URL"].partition("?")[0]
    CACHES["default"]["LOCATION"] = (
        f"{_base}?db={_number}" if _base.startswith("unix://") else f"{'/'.join(_base.split('/')[:3])}/{_number}"
    )
DATABASES["default"]["TEST"] = (
    {"NAME": str(SCRATCH / "tests.sqlite3")}
    if DATABASES["default"]["ENGINE"].endswith("sqlite3")
    else {"NAME": f"test_gridline_{CHECKOUT}"}
)
LOGGING["root"]["level"] = "WARNING"
