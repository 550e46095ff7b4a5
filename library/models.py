"""Assets (stored once by their SHA-256), what is made from them, and the links through which Meta fetches them."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from workspaces.models import Client, Membership
from workspaces.scoping import TenantManager, TenantModel, TenantQuerySet


class AssetQuerySet(TenantQuerySet["Asset"]):
    def visible_to(self, membership: Membership) -> "AssetQuerySet":
        """Assets a membership may use: all, or those of its clients and what the person uploaded without a client."""
        limits = membership.client_ids()
        if limits is None:
            return self
        own = models.Q(client=None, uploaded_by_id=membership.user_id)
        return self.filter(own | models.Q(client_id__in=limits))


class Asset(TenantModel):
    """An uploaded original."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client = models.ForeignKey(Client, on_delete=models.RESTRICT, null=True, blank=True, related_name="+")
    sha256 = models.CharField(max_length=64, editable=False)
    file = models.FileField(upload_to="originals/", max_length=200)
    name = models.CharField(max_length=200, help_text=_("As the person called it"))
    content_type = models.CharField(max_length=40)
    size = models.PositiveBigIntegerField(help_text=_("Bytes"))
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    uploaded_at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[Any] = TenantManager.from_queryset(AssetQuerySet)()

    class Meta:
        ordering = ["-uploaded_at"]
        # Once per client, not only per workspace: who is limited to one client learns nothing about another's files.
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "sha256"], condition=models.Q(client=None), name="one_asset_per_content"
            ),
            models.UniqueConstraint(fields=["workspace", "client", "sha256"], name="one_asset_per_client_and_content"),
        ]

    def __str__(self) -> str:
        return self.name


class Rendition(TenantModel):
    """A file made from an asset: what Instagram takes, or a thumbnail for us."""

    class Kind(models.TextChoices):
        FEED = "feed", _("JPEG for the feed")
        THUMB = "thumb", _("Thumbnail")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="renditions")
    kind = models.CharField(max_length=16, choices=Kind)
    recipe = models.CharField(max_length=80, blank=True, help_text=_("How it was made, such as crop=4:5"))
    file = models.FileField(upload_to="renditions/", max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["asset", "kind", "recipe"], name="one_rendition_per_recipe")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.asset_id}"


class MediaLink(TenantModel):
    """A signed, expiring way to one rendition that needs no cookie. Only the hash of its token is stored."""

    token_hash = models.CharField(max_length=64, unique=True)
    rendition = models.ForeignKey(Rendition, on_delete=models.CASCADE, related_name="links")
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    fetched_at = models.DateTimeField(null=True)
    fetches = models.PositiveIntegerField(default=0)
