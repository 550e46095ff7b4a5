"""Home: what needs me, today, and the figures of every account."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from dashboard.home import FILTERS, filtered, grouped, lines_of, today_of
from dashboard.needs import needs_of, stopped_accounts
from workspaces.access import WorkspaceRequest, requires
from workspaces.roles import Right


@requires(Right.VIEW)
def home(request: WorkspaceRequest) -> HttpResponse:
    now = timezone.now()
    chosen = request.GET.get("show", "all")
    wanted = request.GET.get("q", "").strip().lower().lstrip("@")
    needs = needs_of(request, now)
    lines = lines_of(request, now, stopped_accounts(needs))
    shown = [line for line in filtered(lines, chosen, now) if wanted in line.account.username.lower()]
    context = {
        "active": "home",
        "now": now,
        "needs": needs,
        "today": today_of(request, now),
        "lines": lines,
        "shown": shown,
        "groups": grouped(shown),
        "filters": [(name, len(filtered(lines, name, now))) for name in FILTERS],
        "chosen": chosen if chosen in FILTERS else "all",
        "wanted": wanted,
    }
    return render(request, "dashboard/home.html", context)
