"""What must not be set wrongly, found at the start instead of at the due second."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register


@register(Tags.compatibility)
def publishing_settings(**_: Any) -> list[CheckMessage]:
    """Return an error for each setting under which publishing would break its promises."""
    found: list[CheckMessage] = []
    if settings.PUBLISH_MAX_SENDS not in (1, 2):
        found.append(Error("PUBLISH_MAX_SENDS must be 1 or 2, never more.", id="publishing.E1"))
    if not 0 < settings.TIMING_SCALE <= 1:
        found.append(Error("TIMING_SCALE must be above 0 and at most 1.", id="publishing.E2"))
    return found
