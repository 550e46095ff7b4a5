"""The operators' view of connections and of what background work does with them. No token is ever shown here."""

from uuid import UUID

import allauth.socialaccount.admin  # noqa: F401  # Registers what is taken away below; autodiscovery may come later.
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import gates, refreshing
from accounts.models import AccountGate, Connection, Heartbeat, IGUser, RemoteAttempt
from workspaces.admin import ReadOnlyAdmin
from workspaces.scoping import workspace_in_force

AT_ONCE = 20

# Our doors take their apps from the settings and store nothing as a social account: these screens would only mislead.
for model in (SocialApp, SocialAccount, SocialToken):
    if admin.site.is_registered(model):
        admin.site.unregister(model)

OUTCOMES = {
    "busy": _("is being renewed already"),
    "young": _("younger than a day, Meta renews it later"),
    "resting": _("not in use"),
    "expired": _("has expired, the account must be connected again"),
    "refreshed": _("renewed"),
    "refused": _("Meta refuses it, the account must be connected again"),
    "later": _("Meta is in trouble, tried again later"),
    "stale": _("was renewed by another process"),
}


@admin.register(IGUser)
class IGUserAdmin(ReadOnlyAdmin):
    list_display = ("username", "workspace", "client", "account_type", "added_at", "removed_at")
    list_select_related = ("workspace", "client")
    search_fields = ("username", "ig_id", "workspace__name")


@admin.register(Connection)
class ConnectionAdmin(ReadOnlyAdmin):
    list_display = (
        "account",
        "workspace",
        "login",
        "state",
        "expires_at",
        "refresh_due_at",
        "proved_at",
        "failures",
        "problem",
    )
    list_filter = ("login", "state")
    list_select_related = ("workspace", "ig_user")
    search_fields = ("ig_user__username", "ig_user__ig_id", "workspace__name")
    actions = ("refresh_now",)

    @admin.display(description=_("account"), ordering="ig_user__username")
    def account(self, connection: Connection) -> str:
        return str(connection.ig_user)

    @admin.action(description=_("Renew the access now"))
    def refresh_now(self, request: HttpRequest, chosen: QuerySet[Connection]) -> None:
        """Renew up to twenty tokens and say how each went."""
        rows: list[tuple[UUID, UUID, str]] = [
            (row.pk, row.workspace_id, str(row.ig_user)) for row in chosen.select_related("ig_user")[:AT_ONCE]
        ]
        for pk, workspace_id, name in rows:
            with workspace_in_force(workspace_id):
                outcome = refreshing.refresh(pk, by_hand=True)
            self.message_user(request, f"{name}: {OUTCOMES[outcome]}", messages.INFO)


@admin.register(AccountGate)
class AccountGateAdmin(admin.ModelAdmin):
    list_display = ("ig_id", "app_id", "usage_percent", "usage_read_at", "regain_at", "quota_used", "quota_total")
    list_filter = ("app_id",)
    search_fields = ("ig_id",)
    actions = ("free_fence",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AccountGate | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AccountGate | None = None) -> bool:
        return False

    @admin.action(description=_("Free the fence (only when nothing is being sent)"))
    def free_fence(self, request: HttpRequest, chosen: QuerySet[AccountGate]) -> None:
        for gate in chosen.exclude(fence_holder=None):
            if gate.fence_holder and gates.release_fence(gate.app_id, gate.ig_id, gate.fence_holder):
                self.message_user(request, f"{gate}: freed", messages.INFO)


@admin.register(RemoteAttempt)
class RemoteAttemptAdmin(ReadOnlyAdmin):
    list_display = (
        "started_at",
        "operation",
        "outcome",
        "workspace",
        "epoch",
        "http_status",
        "code",
        "subcode",
        "trace_id",
        "said",
    )
    list_filter = ("operation", "outcome")
    search_fields = ("subject", "trace_id")
    ordering = ("-started_at",)


@admin.register(Heartbeat)
class HeartbeatAdmin(admin.ModelAdmin):
    list_display = ("kind", "process", "beat_at")
    list_filter = ("kind",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Heartbeat | None = None) -> bool:
        return False
