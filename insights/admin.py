"""Syncs and refused metrics for operators; figures themselves are read on the product's screens."""

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from insights import syncing, tasks
from insights.models import MetricRefusal, SyncRun, SyncRunQuerySet
from workspaces.admin import ReadOnlyAdmin


@admin.register(SyncRun)
class SyncRunAdmin(ReadOnlyAdmin):
    list_display = ("ig_user", "workspace", "kind", "state", "done", "total", "calls", "next_run_at", "problem")
    list_filter = ("state", "kind")
    list_select_related = ("ig_user", "workspace")
    search_fields = ("ig_user__username", "ig_user__ig_id")
    date_hierarchy = "created_at"
    actions = ("sync_now",)

    @admin.action(description=_("Sync these accounts now"))
    def sync_now(self, request: HttpRequest, queryset: SyncRunQuerySet) -> None:
        accounts = {run.ig_user_id: run.ig_user for run in queryset.select_related("ig_user")}
        for account in accounts.values():
            syncing.sync_now(account)
        tasks.hand_out()
        said = ngettext("%(n)s account is being read.", "%(n)s accounts are being read.", len(accounts))
        self.message_user(request, said % {"n": len(accounts)}, messages.SUCCESS)


@admin.register(MetricRefusal)
class MetricRefusalAdmin(ReadOnlyAdmin):
    list_display = ("ig_user", "workspace", "metric", "level", "until", "reason")
    list_select_related = ("ig_user", "workspace")
