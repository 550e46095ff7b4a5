"""Notices: an outbox, so that a crash or a silent mail server neither loses one nor sends one twice."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from workspaces.scoping import TenantManager, TenantModel, TenantQuerySet

MOST_ATTEMPTS = 8


class NoticeQuerySet(TenantQuerySet["Notice"]):
    def unsent(self) -> "NoticeQuerySet":
        return self.filter(sent_at=None, attempts__lt=MOST_ATTEMPTS)


class Notice(TenantModel):
    """One thing one person is told once: `key` names the occasion."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=120, help_text=_("The occasion, such as lost:<connection>:<time>"))
    subject = models.CharField(max_length=200)
    body = models.TextField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    next_run_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    objects: ClassVar[Any] = TenantManager.from_queryset(NoticeQuerySet)()

    class Meta:
        ordering = ["-created_at"]
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="one_notice_per_occasion")]
        indexes = [models.Index(fields=["next_run_at"], name="notice_due", condition=models.Q(sent_at=None))]

    def __str__(self) -> str:
        return self.subject
