"""The operators' view of publications: what was tried, what Meta said, and the few things one may do about it."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from accounts.models import RemoteAttempt
from publishing import scheduling
from publishing.models import Publication
from publishing.refusals import Conflict, PlanRefused
from workspaces.admin import ReadOnlyAdmin
from workspaces.scoping import workspace_in_force


@admin.register(Publication)
class PublicationAdmin(ReadOnlyAdmin):
    list_display = ("username", "workspace", "status", "scheduled_at", "late_by", "send_count", "problem")
    list_filter = ("status", "held_reason")
    search_fields = ("username", "ig_id", "ig_media_id", "container_id")
    date_hierarchy = "scheduled_at"
    readonly_fields = ("attempts",)
    actions = ("retry", "hold")

    @admin.display(description="Attempts")
    def attempts(self, publication: Publication) -> SafeString:
        rows = RemoteAttempt.objects.filter(subject=publication.pk)
        lines = (
            (row.started_at, row.operation, row.outcome or "under way", row.code or "", row.trace_id) for row in rows
        )
        return format_html_join("", "<p>{} · {} · {} · {} · {}</p>", lines)

    @admin.action(description="Try again, or let go on what is on hold")
    def retry(self, request: HttpRequest, chosen: QuerySet[Publication]) -> None:
        self._each(request, chosen, scheduling.retry)

    @admin.action(description="Put on hold")
    def hold(self, request: HttpRequest, chosen: QuerySet[Publication]) -> None:
        self._each(request, chosen, scheduling.hold)

    def _each(self, request: HttpRequest, chosen: QuerySet[Publication], change) -> None:
        for publication in chosen:
            try:
                with workspace_in_force(publication.workspace_id):
                    change(publication)
            except (Conflict, PlanRefused) as refused:
                self.message_user(request, str(refused), messages.WARNING)
            else:
                self.message_user(request, f"@{publication.username}: {publication.status}", messages.SUCCESS)
