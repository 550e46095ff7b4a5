"""The links through which Meta fetches a rendition: opaque, expiring, without a cookie.

Meta downloads the file when the container is made: it has to be public, direct and without a login
(developers.facebook.com/docs/instagram-platform/content-publishing, read 2026-11-22).
"""

import secrets
from datetime import timedelta
from hashlib import sha256

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from library.models import MediaLink, Rendition

TOKEN_BYTES = 24  # 192 bits.
KEPT_AFTER_EXPIRY = timedelta(days=2)


def media_url(rendition: Rendition, *, lives: timedelta) -> str:
    """Return a fresh absolute URL that serves `rendition` for as long as `lives`. Only the token's hash is kept."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    now = timezone.now()
    MediaLink.objects.filter(expires_at__lt=now - KEPT_AFTER_EXPIRY).delete()
    MediaLink.objects.create(rendition=rendition, token_hash=hashed(token), expires_at=now + lives)
    return settings.PUBLIC_URL.rstrip("/") + reverse("media_fetch", args=[token])


def hashed(token: str) -> str:
    """Return what is stored of a token."""
    return sha256(token.encode()).hexdigest()
