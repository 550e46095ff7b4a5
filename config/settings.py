"""Settings, all from the environment (see .env.example and docs/operations.md)."""

from datetime import timedelta
from urllib.parse import urlsplit

from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config import env
from config.env import BASE_DIR

DEBUG = env.flag("DEBUG")
SECRET_KEY = env.required("SECRET_KEY", "Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(64))'")
TOKEN_KEYS = env.token_keys()
PUBLIC_URL = env.base_url("PUBLIC_URL", "http://localhost:8000")
SECURE = PUBLIC_URL.startswith("https://")
ALLOWED_HOSTS = [
    h for h in env.text("ALLOWED_HOSTS", urlsplit(PUBLIC_URL).hostname or "").replace(" ", "").split(",") if h
]
CSRF_TRUSTED_ORIGINS = ["{0.scheme}://{0.netloc}".format(urlsplit(PUBLIC_URL))]
# Without it, behind a proxy, everybody would share one address, and one guesser would lock the sign-in for all.
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXIES", 0, 0, 9)
SIGNUP = env.choice("SIGNUP", "invite", ("invite", "open", "closed"))
VAR_DIR = BASE_DIR / "var"

# Meta
GRAPH_API_VERSION = env.text("GRAPH_API_VERSION", "v25.0")
META_HOSTS = env.meta_hosts(debug=DEBUG)
INSTAGRAM_APP_ID = env.text("INSTAGRAM_APP_ID")
INSTAGRAM_APP_SECRET = env.text("INSTAGRAM_APP_SECRET")
META_APP_ID = env.text("META_APP_ID")
META_APP_SECRET = env.text("META_APP_SECRET")
META_LOGIN_CONFIG_ID = env.text("META_LOGIN_CONFIG_ID")
META_LOGIN_RESPONSE = env.choice("META_LOGIN_RESPONSE", "code", ("code", "token"))
META_WEBHOOK_VERIFY_TOKEN = env.text("META_WEBHOOK_VERIFY_TOKEN")
PUBLISH_MAX_SENDS = env.number("PUBLISH_MAX_SENDS", 2, 1, 2)
TIMING_SCALE = float(env.text("TIMING_SCALE", "1") or "1")  # Only tests shorten the waits of publishing.
if not (INSTAGRAM_APP_ID or META_APP_ID) and not DEBUG:
    raise ImproperlyConfigured("Neither INSTAGRAM_APP_ID nor META_APP_ID is set: no account could be connected.")
for _id, _secret in (("INSTAGRAM_APP_ID", "INSTAGRAM_APP_SECRET"), ("META_APP_ID", "META_APP_SECRET")):
    if bool(globals()[_id]) != bool(globals()[_secret]):
        raise ImproperlyConfigured(f"{_id} and {_secret} belong together: set both or neither.")

INSTALLED_APPS = [
    "dashboard",
    "insights",
    "publishing",
    "library",
    "notices",
    "accounts",
    "workspaces",
    "screens",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "django_htmx",
    "django_cotton.apps.SimpleAppConfig",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "workspaces.middleware.WorkspaceMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
COTTON_ISOLATE_BY_DEFAULT = True  # A component sees its attributes, never the page's variables by accident.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "django_cotton.templatetags.cotton",
                "screens.templatetags.icons",
                "screens.templatetags.formats",
                "screens.templatetags.marks",
                "screens.templatetags.charts",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "workspaces.context.frame",
            ],
        },
    }
]

DATABASES = {"default": env.env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'gridline.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.text("REDIS_URL", "redis://127.0.0.1:6379/0")
CACHES = {
    "default": {
        "BACKEND": "config.cache.Cache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "gridline",
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 3},
    }
}
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    "publishing.*": {"queue": "publish"},
    "insights.*": {"queue": "bulk"},
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, float] = {
    "visibility_timeout": 3600,
    "socket_timeout": 10,
    "socket_connect_timeout": 3,
    # Sending a message gives up at once; kombu would try for six seconds while somebody waits for a page.
    "max_retries": 0,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
    "connect_retries_timeout": 0.5,
}
CELERY_TASK_PUBLISH_RETRY = False  # A web request must not hang while Redis is away; the dispatcher looks anyway.
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE: dict[str, dict[str, object]] = {
    "refresh-tokens": {"task": "accounts.refresh_due", "schedule": timedelta(minutes=5)},
    "beat-heartbeat": {"task": "accounts.beat_heartbeat", "schedule": timedelta(seconds=30)},
    "insights-due": {"task": "insights.sync_due", "schedule": timedelta(minutes=1)},
    "insights-prune": {"task": "insights.prune_raw_answers", "schedule": timedelta(hours=6)},
    "notices-deliver": {"task": "notices.deliver", "schedule": timedelta(seconds=30)},
    "publishing-look": {"task": "publishing.look", "schedule": timedelta(seconds=15)},
    "publishing-tell": {"task": "publishing.tell", "schedule": timedelta(minutes=1)},
}

# People
AUTH_USER_MODEL = "workspaces.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "landing"
ACCOUNT_ADAPTER = "workspaces.adapter.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "accounts.doors.adapter.DoorAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = {"reset_password": "20/m/ip,3/h/key"}
ACCOUNT_SIGNUP_FORM_CLASS = "workspaces.forms.NameForm"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_SESSION_REMEMBER = True
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS: dict[str, dict[str, object]] = {}

# Mail: embedded runs drop it into var/outbox, where /outbox/ shows it.
EMAIL_URL = env.text("EMAIL_URL")
if EMAIL_URL:
    vars().update(env.env.email_url_config(EMAIL_URL))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = VAR_DIR / "outbox"
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", f"Gridline <gridline@{urlsplit(PUBLIC_URL).hostname}>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# Language and time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

# Files
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_KEEP_ONLY_HASHED_FILES = True  # Half the files to compress when a run collects them.
MEDIA_ROOT = VAR_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "library.receiving.LimitHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# Security
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_NAME = "__Host-session" if SECURE else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE else "csrf"
CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
PERMISSIONS_POLICY: dict[str, list[str]] = {
    name: [] for name in ("camera", "geolocation", "microphone", "payment", "usb", "display-capture")
}
CONSENT_ORIGINS = sorted(
    {"{0.scheme}://{0.netloc}".format(urlsplit(META_HOSTS[h])) for h in ("INSTAGRAM_OAUTH_URL", "FACEBOOK_OAUTH_URL")}
)
CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": (),
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        # Chromium applies form-action to the redirect that follows a POST, so the consent hosts stand here.
        "form-action": [SELF, *CONSENT_ORIGINS],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        # urllib3 and requests write whole URLs at DEBUG, and some of Meta's carry a token.
        "urllib3": {"level": "WARNING"},
        "requests": {"level": "WARNING"},
        "django.server": {"level": "INFO"},
    },
}
