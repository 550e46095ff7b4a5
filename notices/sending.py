"""Sends notices: claimed by one worker at a time, marked sent before the mail leaves."""

import logging
import smtplib
from datetime import timedelta

from django.core.mail import send_mail
from django.db.models import F
from django.utils import timezone

from notices.entering import due
from notices.models import Notice
from workspaces.scoping import workspace_in_force

log = logging.getLogger(__name__)
FIRST_WAIT = timedelta(minutes=1)


def deliver_due() -> int:
    """Send what is due and return how many mails left."""
    sent = 0
    for workspace_id, notice_id in due():
        with workspace_in_force(workspace_id):
            sent += deliver(notice_id)
    return sent


def deliver(notice_id: int) -> bool:
    """Send one notice unless another worker has it. A refused mail is tried again later, with growing waits."""
    now = timezone.now()
    claimed = Notice.objects.unsent().filter(pk=notice_id).update(sent_at=now, attempts=F("attempts") + 1)
    if not claimed:
        return False
    notice = Notice.objects.select_related("user").get(pk=notice_id)
    try:
        send_mail(notice.subject, notice.body, None, [notice.user.email])
    except (smtplib.SMTPException, OSError) as error:
        log.warning("Notice %s was not sent: %s", notice_id, type(error).__name__)
        wait = FIRST_WAIT * 2 ** min(notice.attempts, 8)
        Notice.objects.filter(pk=notice_id).update(sent_at=None, next_run_at=now + wait)
        return False
    return True
