"""Connections, credentials, the mirror of Meta's nodes, and what every remote write needs: gates and a ledger."""

import uuid
from datetime import datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from workspaces.models import Client, Membership
from workspaces.scoping import TenantManager, TenantModel, TenantQuerySet


class LoginKey(models.TextChoices):
    INSTAGRAM = "instagram", _("Instagram Login")
    FACEBOOK = "facebook", _("Facebook Login")


class IGUserQuerySet(TenantQuerySet["IGUser"]):
    def here(self) -> "IGUserQuerySet":
        """Accounts that have not been removed."""
        return self.filter(removed_at=None)

    def visible_to(self, membership: Membership) -> "IGUserQuerySet":
        """Accounts a membership may see: all, or those of the clients it is limited to."""
        limits = membership.client_ids()
        return self if limits is None else self.filter(client_id__in=limits)


class IGUser(TenantModel):
    """An Instagram professional account in one workspace, however many connections lead to it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ig_id = models.CharField(max_length=32, help_text=_("Meta's id of the professional account"))
    username = models.CharField(max_length=64)
    name = models.CharField(max_length=150, blank=True)
    account_type = models.CharField(max_length=32, blank=True)
    biography = models.TextField(blank=True)
    website = models.TextField(blank=True)
    followers_count = models.BigIntegerField(null=True)
    follows_count = models.BigIntegerField(null=True)
    media_count = models.BigIntegerField(null=True)
    picture = models.FileField(upload_to="pictures/", blank=True, max_length=200)
    picture_read_at = models.DateTimeField(null=True, editable=False)
    client = models.ForeignKey(Client, on_delete=models.SET_NULL, null=True, blank=True, related_name="ig_users")
    added_at = models.DateTimeField(default=timezone.now, editable=False)
    removed_at = models.DateTimeField(null=True, blank=True)
    profile_read_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = TenantManager.from_queryset(IGUserQuerySet)()

    class Meta:
        ordering = ["username"]
        constraints = [models.UniqueConstraint(fields=["workspace", "ig_id"], name="one_ig_user_per_workspace")]

    def __str__(self) -> str:
        return f"@{self.username}"

    @property
    def zone(self) -> ZoneInfo:
        return self.client.zone if self.client else self.workspace.zone


class Page(TenantModel):
    """A Facebook Page through which an account was reached."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    page_id = models.CharField(max_length=32)
    name = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "page_id"], name="one_page_per_workspace")]

    def __str__(self) -> str:
        return self.name


class Leased(models.Model):
    """A row that one worker at a time may work on, named by an epoch that fences late writes."""

    lease_until = models.DateTimeField(null=True, editable=False)
    lease_epoch = models.BigIntegerField(default=0, editable=False)

    class Meta:
        abstract = True


class ConnectionQuerySet(TenantQuerySet["Connection"]):
    def usable(self) -> "ConnectionQuerySet":
        return self.filter(state__in=Connection.USABLE)

    def due_for_refresh(self) -> "ConnectionQuerySet":
        """Connections whose token should be refreshed now, by the database's clock, and which nobody works on."""
        free = models.Q(lease_until=None) | models.Q(lease_until__lt=Now())
        return self.usable().filter(free, refresh_due_at__lte=Now())


class Connection(Leased, TenantModel):
    """One person's grant through one login for one account."""

    class State(models.TextChoices):
        ACTIVE = "active", _("Connected")
        DEGRADED = "degraded", _("Instagram is not answering well")
        NEEDS_REAUTH = "needs_reauth", _("Needs reconnecting")
        REVOKED = "revoked", _("Access withdrawn")
        DISCONNECTED = "disconnected", _("Disconnected")

    USABLE: ClassVar[tuple[str, ...]] = (State.ACTIVE, State.DEGRADED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ig_user = models.ForeignKey(IGUser, on_delete=models.CASCADE, related_name="connections")
    login = models.CharField(max_length=16, choices=LoginKey)
    app_id = models.CharField(max_length=32)
    meta_user_id = models.CharField(max_length=32, help_text=_("App-scoped id of the person who granted"))
    page = models.ForeignKey(Page, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    permissions = models.JSONField(default=list)
    tasks = models.JSONField(default=list)
    state = models.CharField(max_length=16, choices=State, default=State.ACTIVE)
    connected_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    connected_at = models.DateTimeField(default=timezone.now, editable=False)
    disconnected_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, help_text=_("When the user token ends; empty: no date known"))
    data_access_expires_at = models.DateTimeField(null=True)
    proved_at = models.DateTimeField(null=True, help_text=_("Last call Meta answered with this token"))
    refresh_due_at = models.DateTimeField(null=True)
    refreshed_at = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)
    auth_failed_at = models.DateTimeField(null=True, help_text=_("First of two refusals that count as a dead token"))
    problem = models.CharField(max_length=300, blank=True)

    objects: ClassVar[Any] = TenantManager.from_queryset(ConnectionQuerySet)()

    class Meta:
        ordering = ["connected_at"]
        constraints = [
            models.UniqueConstraint(fields=["ig_user", "login", "meta_user_id"], name="one_connection_per_grant"),
        ]

    def __str__(self) -> str:
        return f"{self.get_login_display()} · {self.ig_user_id}"

    @property
    def is_usable(self) -> bool:
        return self.state in self.USABLE

    def time_left(self, now: datetime) -> timedelta | None:
        """Return how long the token still lives, or None when no end is known."""
        return None if self.expires_at is None else self.expires_at - now


class Credential(TenantModel):
    """One encrypted token. Only accounts.credentials reads it; nothing shows it."""

    class Subject(models.TextChoices):
        USER = "user"
        PAGE = "page"

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="credentials")
    subject = models.CharField(max_length=8, choices=Subject)
    generation = models.PositiveIntegerField()
    kid = models.CharField(max_length=16)
    sealed = models.BinaryField()
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "subject", "generation"], name="one_credential_per_generation"
            )
        ]

    def __str__(self) -> str:
        return "•••"


class Errand(TenantModel):
    """One way through a door, from the button to the callback: who, where, which account is expected. Used once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    login = models.CharField(max_length=16, choices=LoginKey)
    ig_user = models.ForeignKey(IGUser, on_delete=models.CASCADE, null=True, related_name="+")
    client = models.ForeignKey(Client, on_delete=models.SET_NULL, null=True, related_name="+")
    asked = models.JSONField(default=list, help_text=_("The permissions that were asked for"))
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.get_login_display()} · {self.user_id}"


class PendingGrant(TenantModel):
    """What came back from a door and waits for the person to pick accounts; its token is sealed and it expires."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    login = models.CharField(max_length=16, choices=LoginKey)
    app_id = models.CharField(max_length=32)
    client = models.ForeignKey(Client, on_delete=models.SET_NULL, null=True, related_name="+")
    meta_user_id = models.CharField(max_length=32)
    permissions = models.JSONField(default=list)
    kid = models.CharField(max_length=16)
    sealed = models.BinaryField()
    token_expires_at = models.DateTimeField(null=True)
    data_access_expires_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return "•••"


class IGMediaQuerySet(TenantQuerySet["IGMedia"]):
    def live(self) -> "IGMediaQuerySet":
        return self.filter(gone_at=None)


class IGMedia(TenantModel):
    """What is published on an account, as last read. Only accounts.syncing writes it."""

    ig_user = models.ForeignKey(IGUser, on_delete=models.CASCADE, related_name="media")
    media_id = models.CharField(max_length=32)
    media_type = models.CharField(max_length=24, blank=True)
    media_product_type = models.CharField(max_length=16, blank=True)
    caption = models.TextField(blank=True)
    permalink = models.URLField(max_length=300, blank=True)
    posted_at = models.DateTimeField(null=True)
    like_count = models.BigIntegerField(null=True)
    comments_count = models.BigIntegerField(null=True)
    thumbnail = models.FileField(upload_to="thumbnails/", blank=True, max_length=200)
    read_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = TenantManager.from_queryset(IGMediaQuerySet)()

    class Meta:
        ordering = ["-posted_at"]
        constraints = [models.UniqueConstraint(fields=["ig_user", "media_id"], name="one_row_per_media")]
        indexes = [models.Index(fields=["ig_user", "-posted_at"], name="media_by_date")]

    def __str__(self) -> str:
        return self.media_id


class AccountGate(models.Model):
    """Budget, quota and fence of one account under one app, above tenants; it holds no tenant's data.

    The same account may be connected in two workspaces: Meta counts its calls and posts together, so we do too.
    """

    app_id = models.CharField(max_length=32)
    ig_id = models.CharField(max_length=32)
    usage_percent = models.PositiveSmallIntegerField(default=0)
    usage_read_at = models.DateTimeField(null=True)
    regain_at = models.DateTimeField(null=True)
    quota_total = models.PositiveIntegerField(null=True)
    quota_used = models.PositiveIntegerField(null=True)
    quota_read_at = models.DateTimeField(null=True)
    fence_holder = models.UUIDField(null=True, help_text=_("The publication being sent now; one at a time"))
    fenced_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["app_id", "ig_id"], name="one_gate_per_app_and_account")]

    def __str__(self) -> str:
        return f"{self.app_id}/{self.ig_id}"


class RemoteAttempt(TenantModel):
    """One remote write or refresh: what was tried, when, and what Meta said. Never a token, never a caption."""

    connection = models.ForeignKey(Connection, on_delete=models.SET_NULL, null=True, related_name="+")
    subject = models.UUIDField(null=True, help_text=_("The publication or connection it was made for"))
    operation = models.CharField(max_length=40)
    epoch = models.BigIntegerField(default=0)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=24, blank=True)
    http_status = models.PositiveSmallIntegerField(null=True)
    code = models.IntegerField(null=True)
    subcode = models.IntegerField(null=True)
    trace_id = models.CharField(max_length=64, blank=True)
    said = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["started_at", "id"]
        indexes = [models.Index(fields=["subject", "started_at"], name="attempts_by_subject")]

    def __str__(self) -> str:
        return f"{self.operation}: {self.outcome or 'under way'}"


class Heartbeat(models.Model):
    """The last sign of life of a process that works in the background."""

    process = models.CharField(max_length=80, unique=True, help_text=_("Kind and host, such as worker@host:pid"))
    kind = models.CharField(max_length=20)
    beat_at = models.DateTimeField()

    class Meta:
        ordering = ["kind", "process"]

    def __str__(self) -> str:
        return self.process
