"""The operators' view of people and workspaces. The admin site looks across workspaces; the middleware says so."""

from typing import Any, ClassVar

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest

from workspaces.models import Client, Invitation, Membership, User, Workspace
from workspaces.scoping import workspace_in_force

admin.site.site_header = admin.site.site_title = "Gridline"
admin.site.index_title = "Operations"
# One sign-in for all: throttled, verified, and with whatever else it asks for.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]


class TenantAdmin(admin.ModelAdmin):
    """Shows rows of every workspace, and writes each inside its own."""

    list_select_related: ClassVar[tuple[str, ...]] = ("workspace",)
    show_facets = admin.ShowFacets.NEVER

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        with workspace_in_force(obj.workspace_id):
            super().save_model(request, obj, form, change)


class ReadOnlyAdmin(TenantAdmin):
    """For rows that only the product writes: operators read them and use the actions."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(User)
class PersonAdmin(UserAdmin):
    ordering = ("email",)
    list_display = ("email", "name", "is_active", "is_staff", "last_login")
    search_fields = ("email", "name")
    list_filter = ("is_active", "is_staff")
    fieldsets = (
        (None, {"fields": ("email", "name", "password")}),
        ("Operator", {"fields": ("is_active", "is_staff", "is_superuser")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "password1", "password2")}),)


@admin.register(Workspace)
class WorkspaceAdmin(admin.ModelAdmin):
    list_display = ("name", "slug", "time_zone", "people", "created_at")
    search_fields = ("name", "slug")

    def people(self, workspace: Workspace) -> int:
        return Membership.objects.filter(workspace=workspace).count()


@admin.register(Membership)
class MembershipAdmin(TenantAdmin):
    list_display = ("user", "workspace", "role", "joined_at")
    list_filter = ("role",)
    search_fields = ("user__email", "workspace__name")
    list_select_related = ("workspace", "user")
    autocomplete_fields = ("user",)
    readonly_fields = ("workspace", "joined_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(Client)
class ClientAdmin(TenantAdmin):
    list_display = ("name", "workspace", "time_zone", "created_at")
    search_fields = ("name", "workspace__name")
    readonly_fields = ("workspace",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    list_display = ("email", "workspace", "role", "created_at", "expires_at", "accepted_at", "revoked_at")
    search_fields = ("email", "workspace__name")
    exclude = ("token_hash",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Invitation]:
        return super().get_queryset(request).select_related("workspace")
