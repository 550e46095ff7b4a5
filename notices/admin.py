from django.contrib import admin

from notices.models import Notice
from workspaces.admin import ReadOnlyAdmin


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    list_display = ("subject", "user", "workspace", "created_at", "sent_at", "attempts")
    list_select_related = ("workspace", "user")
    search_fields = ("subject", "user__email", "workspace__name")
