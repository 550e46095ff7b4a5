"""Celery entry points."""

from celery import shared_task

from notices.sending import deliver_due


@shared_task(name="notices.deliver")
def deliver() -> int:
    return deliver_due()
