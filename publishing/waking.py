"""Telling the workers to look now, as a courtesy: the dispatcher would find the work by itself a moment later."""

import logging

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)


def look_soon() -> None:
    """Ask a worker to look for due publications once the transaction has committed."""
    transaction.on_commit(_look)


def _look() -> None:
    try:
        current_app.send_task("publishing.look", retry=False)
    except (OperationalError, OSError):
        log.info("Redis is away; the dispatcher will find the post.")
