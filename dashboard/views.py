"""Home: what needs me, today, and the figures of every account."""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from dashboard import pictures
from dashboard.home import Line, filtered, grouped, lines_of, today_of
from dashboard.needs import Need, first_line, needs_of, stopped_accounts
from dashboard.ruler import ruler_of
from publishing.models import Publication
from publishing.states import state_of
from workspaces.access import WorkspaceRequest, requires
from workspaces.roles import Right

FILTERS = {
    "all": gettext_lazy("All"),
    "needs": gettext_lazy("Needs you"),
    "falling": gettext_lazy("Falling"),
    "quiet": gettext_lazy("Quiet for 7 days"),
    "unplanned": gettext_lazy("Nothing planned"),
}
# Meta may correct a day for 72 hours after it ended.
STILL_MOVING = timedelta(days=2)
DOORS = (
    {
        "label": gettext_lazy("Instagram Login"),
        "sentence": gettext_lazy("You sign in at Instagram. No Facebook Page is needed: figures and publishing."),
    },
    {
        "label": gettext_lazy("Facebook Login"),
        "sentence": gettext_lazy("You sign in at Facebook and choose Pages: several accounts in one go."),
    },
)


@require_safe
@requires(Right.VIEW)
def home(request: WorkspaceRequest) -> HttpResponse:
    now = timezone.now()
    needs = needs_of(request, now)
    lines = lines_of(request, now, stopped_accounts(needs))
    today = today_of(request, now)
    _decorate(request.workspace.slug, needs, today.near, lines)
    return render(
        request,
        "dashboard/home.html",
        {
            "active": "home",
            "now": now,
            "needs": needs,
            "needs_count": len(needs),
            "today": today,
            "ruler": ruler_of(today.rows, now, request.workspace.zone),
            "doors": DOORS,
            "all_quiet": _("Nothing needs you"),
            "nothing_today": _("Nothing is planned for today"),
            "no_match": _("No account matches"),
            "lines": lines,
            **_table(request, lines, now),
        },
    )


def _decorate(slug: str, needs: list[Need], rows: list[Publication], lines: list[Line]) -> None:
    """Give every row what its template shows beside the row itself."""
    for need in needs:
        need.picture = pictures.of_account(slug, need.account)
        need.thumb = pictures.of_publication(slug, need.publication)
    for row in rows:
        row.thumb_url = pictures.of_publication(slug, row)  # type: ignore[attr-defined]
        row.first_line = first_line(row)  # type: ignore[attr-defined]
        row.state = state_of(row)  # type: ignore[attr-defined]
    for line in lines:
        line.picture_url = pictures.of_account(slug, line.account)
        for media in line.latest:
            media.thumb_url = pictures.of_media(slug, media)  # type: ignore[attr-defined]


def _table(request: WorkspaceRequest, lines: list[Line], now: datetime) -> dict[str, Any]:
    """Return the accounts table as the address asks for it."""
    chosen = request.GET.get("show", "all")
    chosen = chosen if chosen in FILTERS else "all"
    wanted = request.GET.get("q", "").strip().lower().lstrip("@")
    shown = [line for line in filtered(lines, chosen, now) if wanted in line.account.username.lower()]
    last_days = [line.rollup.day for line in lines if line.rollup and line.rollup.day]
    return {
        "chosen": chosen,
        "wanted": wanted,
        "shown": shown,
        "groups": grouped(shown),
        "filters": [
            {"name": name, "label": label, "n": len(filtered(lines, name, now))} for name, label in FILTERS.items()
        ],
        "final_until": min(last_days) - STILL_MOVING if last_days else None,
    }
