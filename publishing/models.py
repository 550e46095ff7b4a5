"""Post (our plan), its immutable revisions, and Publication: one revision on one account."""

import uuid
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Connection, IGUser, Leased
from library.models import Asset, Rendition
from workspaces.models import Client, Membership
from workspaces.scoping import TenantManager, TenantModel, TenantQuerySet


class Kind(models.TextChoices):
    IMAGE = "image", _("Post")


class Post(TenantModel):
    """What somebody plans to publish."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client = models.ForeignKey(Client, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]

    def latest(self) -> "PostRevision":
        return self.revisions.latest("number")


class PostRevision(TenantModel):
    """An immutable state of a post; publications, approvals and differences point at it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.IMAGE)
    caption = models.TextField(blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["post", "number"], name="one_revision_per_number")]


class PostItem(TenantModel):
    """One image of a revision, in order."""

    revision = models.ForeignKey(PostRevision, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField()
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="+")
    rendition = models.ForeignKey(Rendition, on_delete=models.PROTECT, related_name="+")
    alt_text = models.CharField(max_length=1000, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["revision", "position"], name="one_item_per_position")]


class PublicationQuerySet(TenantQuerySet["Publication"]):
    def visible_to(self, membership: Membership) -> "PublicationQuerySet":
        limits = membership.client_ids()
        return self if limits is None else self.filter(post__client_id__in=limits)

    def between(self, start: datetime, end: datetime) -> "PublicationQuerySet":
        return self.filter(scheduled_at__gte=start, scheduled_at__lt=end)


class Publication(Leased, TenantModel):
    """One revision on one account. It survives the account's removal, and it is the row the engine works on."""

    class Status(models.TextChoices):
        DRAFT = "draft"
        SCHEDULED = "scheduled"
        PREPARING = "preparing"
        PROCESSING = "processing"
        READY = "ready"
        PUBLISHING = "publishing"
        CONFIRMING = "confirming"
        PUBLISHED = "published"
        HELD = "held"
        MISSED = "missed"
        FAILED = "failed"
        NEEDS_REVIEW = "needs_review"
        CANCELLED = "cancelled"

    class Hold(models.TextChoices):
        TOKEN = "token", _("the connection")
        ACCOUNT = "account", _("the account")
        QUOTA = "quota", _("the daily limit")
        RATE = "rate", _("Instagram's pace")
        PERSON = "person", _("a person")

    RUNNABLE: ClassVar[tuple[str, ...]] = (
        Status.SCHEDULED,
        Status.PREPARING,
        Status.PROCESSING,
        Status.READY,
        Status.PUBLISHING,
        Status.CONFIRMING,
    )
    AFTER_FENCE: ClassVar[tuple[str, ...]] = (
        Status.PUBLISHING,
        Status.CONFIRMING,
        Status.NEEDS_REVIEW,
        Status.PUBLISHED,
    )

    MAY_CANCEL: ClassVar[tuple[str, ...]] = (
        Status.DRAFT,
        Status.SCHEDULED,
        Status.PREPARING,
        Status.PROCESSING,
        Status.READY,
        Status.HELD,
        Status.MISSED,
        Status.FAILED,
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="publications")
    revision = models.ForeignKey(PostRevision, on_delete=models.PROTECT, related_name="publications")
    ig_user = models.ForeignKey(IGUser, on_delete=models.SET_NULL, null=True, related_name="publications")
    connection = models.ForeignKey(Connection, on_delete=models.SET_NULL, null=True, related_name="+")
    username = models.CharField(max_length=64, help_text=_("As it was called when planned"))
    app_id = models.CharField(max_length=32)
    ig_id = models.CharField(max_length=32)
    status = models.CharField(max_length=16, choices=Status, default=Status.DRAFT)
    fingerprint = models.CharField(max_length=64, help_text=_("SHA-256 of kind, media and caption"))
    caption_key = models.CharField(
        max_length=64, default="", help_text=_("SHA-256 of the caption as a listing may show it")
    )

    scheduled_at = models.DateTimeField(null=True)
    wall_time = models.CharField(max_length=19, blank=True, help_text=_("As the person wrote it: YYYY-MM-DDTHH:MM"))
    time_zone = models.CharField(max_length=64, blank=True)
    next_run_at = models.DateTimeField(null=True)
    lease_owner = models.UUIDField(null=True)
    crashes = models.PositiveSmallIntegerField(default=0, help_text=_("Steps in a row that never came to their end"))

    container_id = models.CharField(max_length=64, blank=True)
    container_created_at = models.DateTimeField(null=True)
    container_state = models.CharField(max_length=16, blank=True)
    containers_made = models.PositiveSmallIntegerField(default=0)
    status_reads = models.PositiveSmallIntegerField(default=0)
    looked_at = models.DateTimeField(null=True, help_text=_("Last FINISHED read before the fence"))
    seen_published_at = models.DateTimeField(null=True, help_text=_("Meta said PUBLISHED once; this never goes away"))
    fence_at = models.DateTimeField(null=True)
    first_fence_at = models.DateTimeField(null=True, help_text=_("From here on it may be in the listing"))
    send_count = models.PositiveSmallIntegerField(default=0, help_text=_("How often this container was sent"))
    extra_sends = models.PositiveSmallIntegerField(default=0, help_text=_("Further sends that a person decided on"))
    doubt = models.CharField(max_length=16, blank=True, help_text=_("What kind of answer the last send got"))
    confirm_reads = models.PositiveSmallIntegerField(default=0)
    finished_reads = models.PositiveSmallIntegerField(default=0)
    absent_reads = models.PositiveSmallIntegerField(default=0)
    first_finished_at = models.DateTimeField(null=True, help_text=_("First FINISHED read after the fence"))
    failures = models.PositiveSmallIntegerField(default=0, help_text=_("Transient failures in a row before the fence"))

    ig_media_id = models.CharField(max_length=32, blank=True)
    permalink = models.URLField(max_length=300, blank=True)
    published_at = models.DateTimeField(null=True)
    late_by = models.DurationField(null=True)
    error_code = models.IntegerField(null=True)
    error_subcode = models.IntegerField(null=True)
    problem = models.CharField(max_length=400, blank=True, help_text=_("What went wrong, in words"))
    cure = models.CharField(max_length=400, blank=True)
    held_from = models.CharField(max_length=16, blank=True)
    held_reason = models.CharField(max_length=16, blank=True, choices=Hold)
    waited_for_quota = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[Any] = TenantManager.from_queryset(PublicationQuerySet)()

    class Meta:
        ordering = ["scheduled_at", "created_at"]
        indexes = [
            models.Index(fields=["next_run_at"], name="publication_due", condition=models.Q(next_run_at__isnull=False)),
            models.Index(fields=["app_id", "ig_id", "status"], name="publication_by_account"),
            models.Index(fields=["workspace", "scheduled_at"], name="publication_calendar"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["app_id", "ig_id"], condition=models.Q(status="publishing"), name="one_in_fence"
            ),
            # Two posts with the same caption could not be told apart in a listing while both are in doubt.
            models.UniqueConstraint(
                fields=["app_id", "ig_id", "caption_key"],
                condition=models.Q(status__in=["publishing", "confirming"]),
                name="no_twin_in_doubt",
            ),
            models.UniqueConstraint(
                fields=["app_id", "ig_id", "ig_media_id"],
                condition=~models.Q(ig_media_id=""),
                name="one_row_per_live_media",
            ),
        ]

    def __str__(self) -> str:
        return f"@{self.username}: {self.status}"
