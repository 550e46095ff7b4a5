"""The operators' view of photos and of the links through which Meta fetched them. Nothing can be changed here."""

from django.contrib import admin

from library.models import Asset, MediaLink
from workspaces.admin import ReadOnlyAdmin


@admin.register(Asset)
class AssetAdmin(ReadOnlyAdmin):
    list_display = ("name", "workspace", "client", "content_type", "size", "width", "height", "uploaded_at")
    list_filter = ("content_type",)
    list_select_related = ("workspace", "client")
    search_fields = ("name", "sha256", "workspace__name")


@admin.register(MediaLink)
class MediaLinkAdmin(ReadOnlyAdmin):
    """The token is known only by its hash, and not even that is shown."""

    list_display = ("rendition", "workspace", "created_at", "expires_at", "fetches", "fetched_at")
    list_select_related = ("workspace", "rendition")
    exclude = ("token_hash",)
