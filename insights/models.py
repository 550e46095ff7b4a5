"""Figures: values per account and day, values per media, a rollup for Home, sync runs, and raw answers for 30 days."""

import uuid
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import IGMedia, IGUser, Leased
from workspaces.scoping import TenantManager, TenantModel, TenantQuerySet


class AccountValue(TenantModel):
    """One figure of an account. `metric` is the catalogue's small id; `span` is 1 for a day, 7, 28 or 30 for a window.

    A missing row means unknown; it is never written as zero. `breakdown` is '' for the whole, else 'key=value'.
    """

    id = models.BigAutoField(primary_key=True)
    ig_user = models.ForeignKey(IGUser, on_delete=models.CASCADE, related_name="+")
    metric = models.PositiveSmallIntegerField()
    span = models.PositiveSmallIntegerField(default=1, help_text=_("Days the figure covers"))
    day = models.DateField(help_text=_("Meta's day (Pacific); the last one of a window"))
    breakdown = models.CharField(max_length=160, default="", blank=True)
    value = models.BigIntegerField()
    fetched_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ig_user", "metric", "span", "day", "breakdown"], name="one_account_value")
        ]


class MediaValue(TenantModel):
    """The latest figure of one media for one metric (lifetime)."""

    id = models.BigAutoField(primary_key=True)
    media = models.ForeignKey(IGMedia, on_delete=models.CASCADE, related_name="values")
    metric = models.PositiveSmallIntegerField()
    breakdown = models.CharField(max_length=160, default="", blank=True)
    value = models.FloatField()
    fetched_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["media", "metric", "breakdown"], name="one_media_value")]


class MetricRefusal(TenantModel):
    """A metric Meta refused for this account (or media type): not asked again until `until`."""

    ig_user = models.ForeignKey(IGUser, on_delete=models.CASCADE, related_name="+")
    metric = models.PositiveSmallIntegerField()
    level = models.CharField(max_length=24, help_text=_("account, FEED, REELS, STORY"))
    reason = models.CharField(max_length=300)
    until = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ig_user", "metric", "level"], name="one_refusal")]


class Rollup(TenantModel):
    """What Home and the account list show of an account, computed after each sync."""

    ig_user = models.OneToOneField(IGUser, on_delete=models.CASCADE, related_name="rollup")
    day = models.DateField(null=True, help_text=_("Last Meta day with figures"))
    followers = models.BigIntegerField(null=True)
    followers_delta = models.BigIntegerField(null=True)
    reach = models.BigIntegerField(null=True)
    reach_before = models.BigIntegerField(null=True)
    views = models.BigIntegerField(null=True)
    views_before = models.BigIntegerField(null=True)
    engaged = models.BigIntegerField(null=True)
    interactions = models.BigIntegerField(null=True)
    spark = models.JSONField(default=list, help_text=_("Views per day, oldest first, null for unknown"))
    made_at = models.DateTimeField(default=timezone.now)


class SyncRunQuerySet(TenantQuerySet["SyncRun"]):
    def open(self) -> "SyncRunQuerySet":
        return self.filter(state__in=[SyncRun.State.WAITING, SyncRun.State.RUNNING])


class SyncRun(Leased, TenantModel):
    """One pull of an account's figures: its plan, how far it came, what stopped it."""

    class Kind(models.TextChoices):
        FIRST = "first", _("First sync")
        DAILY = "daily", _("Daily")
        BACKFILL = "backfill", _("History")
        MANUAL = "manual", _("Asked for")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        PARTIAL = "partial", _("Done with gaps")
        FAILED = "failed", _("Failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ig_user = models.ForeignKey(IGUser, on_delete=models.CASCADE, related_name="sync_runs")
    kind = models.CharField(max_length=12, choices=Kind)
    state = models.CharField(max_length=12, choices=State, default=State.WAITING)
    last_day = models.DateField(help_text=_("The newest of Meta's days it reads"))
    days = models.PositiveSmallIntegerField(default=3, help_text=_("Single days it reads, newest first"))
    cursor = models.JSONField(default=dict, help_text=_("Where in a step of many pages to go on after a stop"))
    done = models.PositiveIntegerField(default=0, help_text=_("Steps"))
    total = models.PositiveIntegerField(default=0)
    calls = models.PositiveIntegerField(default=0)
    next_run_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)

    objects: ClassVar[Any] = TenantManager.from_queryset(SyncRunQuerySet)()

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["state", "next_run_at"], name="sync_due")]
        constraints = [
            models.UniqueConstraint(
                fields=["ig_user", "kind"],
                condition=models.Q(state__in=["waiting", "running"]),
                name="one_open_run_per_kind",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.get_state_display()}"

    @property
    def is_done(self) -> bool:
        return self.state in (self.State.DONE, self.State.PARTIAL)

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.WAITING, self.State.RUNNING)


class RawAnswer(TenantModel):
    """An answer of Meta as it came, compressed, kept 30 days so that figures can be derived again."""

    id = models.BigAutoField(primary_key=True)
    ig_user = models.ForeignKey(IGUser, on_delete=models.CASCADE, related_name="+")
    request = models.CharField(max_length=300, help_text=_("Path and parameters, without a token"))
    body = models.BinaryField()
    fetched_at = models.DateTimeField(db_index=True)
