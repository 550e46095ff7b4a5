"""The product's own settings for real processes of a test: only where files lie differs."""

import os
from pathlib import Path

from config.settings import *  # noqa: F403

SCRATCH = Path(os.environ["STACK_FOLDER"])
MEDIA_ROOT = SCRATCH / "media"
# Tests sign in often; everything else about passwords stays as it is.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Served from where they lie, so that a test run needs no collectstatic.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True
