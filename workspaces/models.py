"""User, Workspace (the tenant), Client, Membership, Invitation."""

import secrets
import uuid
from hashlib import sha256
from typing import Any, ClassVar
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from workspaces.roles import RIGHTS, Right, Role
from workspaces.scoping import TenantManager, TenantModel, TenantQuerySet


def validate_time_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(
            _("“%(name)s” is not a time zone. Try a name such as Europe/Lisbon."), params={"name": name}
        )


class UserManager(BaseUserManager["User"]):
    """Makes people who sign in by e-mail."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        if not email:
            raise ValueError("A person needs an e-mail address.")
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    """A person who signs in to Gridline. Operators are staff."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = None  # type: ignore[assignment]
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()  # type: ignore[misc,assignment]

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="one_user_per_email")]

    def __str__(self) -> str:
        return self.get_full_name()

    def get_full_name(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        return self.name.split(" ")[0] if self.name else self.email.partition("@")[0]

    @property
    def initials(self) -> str:
        parts = self.get_full_name().replace(".", " ").split()
        return "".join(part[0] for part in parts[:2]).upper()


class Workspace(models.Model):
    """The tenant: an agency, or one person with one account."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(_("address"), max_length=50, unique=True)
    name = models.CharField(_("name"), max_length=80)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[validate_time_zone])
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class ClientQuerySet(TenantQuerySet["Client"]):
    def visible_to(self, membership: "Membership") -> "ClientQuerySet":
        """Clients a membership may see: all, or those it is limited to."""
        limits = membership.client_ids()
        return self if limits is None else self.filter(pk__in=limits)


class Client(TenantModel):
    """A workspace's customer. A person with one account never meets one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=80)
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        blank=True,
        validators=[validate_time_zone],
        help_text=_("Empty: the workspace's"),
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[Any] = TenantManager.from_queryset(ClientQuerySet)()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint("workspace", Lower("name"), name="one_client_per_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone) if self.time_zone else self.workspace.zone


class Membership(TenantModel):
    """A person in a workspace, with a role, perhaps limited to some clients."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(_("role"), max_length=16, choices=Role)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "user"], name="one_membership_per_person")]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"

    def may(self, right: Right) -> bool:
        return right in RIGHTS[self.role]

    def client_ids(self) -> frozenset[uuid.UUID] | None:
        """Return the clients this membership is limited to, or None when it sees every client."""
        if not hasattr(self, "_client_ids"):
            limits = frozenset(MembershipClient.objects.filter(membership=self).values_list("client_id", flat=True))
            self._client_ids = limits
        if not self._client_ids and self.role != Role.CLIENT:
            return None
        return self._client_ids

    def sees_client(self, client_id: uuid.UUID | None) -> bool:
        limits = self.client_ids()
        return limits is None or client_id in limits

    def is_over(self, role: str, client_ids: frozenset[uuid.UUID] | None) -> bool:
        """Say whether somebody with this role and these limits has nothing that this membership lacks."""
        limits = self.client_ids()
        within = limits is None or (client_ids is not None and client_ids <= limits)
        return within and RIGHTS[role] <= RIGHTS[self.role]


class MembershipClient(TenantModel):
    """Limits a membership to a client."""

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="limits")
    # No limit left would mean every client, so a client stays as long as somebody is limited to it.
    client = models.ForeignKey(Client, on_delete=models.RESTRICT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["membership", "client"], name="one_limit_per_client")]


class InvitationQuerySet(TenantQuerySet["Invitation"]):
    def open(self) -> "InvitationQuerySet":
        return self.filter(accepted_at=None, revoked_at=None, expires_at__gt=timezone.now())


class Invitation(TenantModel):
    """A one-use, expiring way into a workspace, known only by the hash of its token."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(_("e-mail"))
    role = models.CharField(_("role"), max_length=16, choices=Role, default=Role.EDITOR)
    client = models.ForeignKey(
        Client, on_delete=models.CASCADE, null=True, blank=True, related_name="+", help_text=_("Empty: every client")
    )
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = TenantManager.from_queryset(InvitationQuerySet)()

    class Meta:
        ordering = ["-created_at"]

    @staticmethod
    def new_token() -> tuple[str, str]:
        """Return a fresh token of 256 bits and its hash; only the hash is stored."""
        token = secrets.token_urlsafe(32)
        return token, Invitation.hash(token)

    @staticmethod
    def hash(token: str) -> str:
        return sha256(token.encode()).hexdigest()

    def client_ids(self) -> frozenset[uuid.UUID] | None:
        """Return the clients whom it limits its guest to, or None when it lets them see every client."""
        return frozenset({self.client_id}) if self.client_id else None

    @property
    def is_open(self) -> bool:
        return self.accepted_at is None and self.revoked_at is None and self.expires_at > timezone.now()
