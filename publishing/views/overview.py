"""The plan as a month and as a list."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import IGUser
from publishing.cards import cards_of, title_of
from publishing.drafting import posts_of
from publishing.models import Post, Publication
from publishing.month import Month
from publishing.states import STATES, State
from screens.formats import zone_label
from workspaces.access import WorkspaceRequest, requires
from workspaces.roles import Right

PER_PAGE = 30
Status = Publication.Status
# Filters a person would think of: several of the engine's states are one to them.
GROUPS: dict[str, tuple[str, ...]] = {
    Status.DRAFT: (Status.DRAFT,),
    Status.SCHEDULED: (Status.SCHEDULED, Status.READY),
    Status.PUBLISHING: (Status.PREPARING, Status.PROCESSING, Status.PUBLISHING, Status.CONFIRMING),
    Status.PUBLISHED: (Status.PUBLISHED,),
    Status.HELD: (Status.HELD,),
    Status.FAILED: (Status.FAILED, Status.MISSED),
    Status.NEEDS_REVIEW: (Status.NEEDS_REVIEW,),
}


@dataclass(frozen=True)
class Chip:
    """A status filter with how many posts it would show."""

    key: str
    state: State
    n: int
    on: bool


def _rows(request: WorkspaceRequest) -> Any:
    """Return the publications the person sees on the chosen account, with what a card shows."""
    rows = Publication.objects.visible_to(request.membership).exclude(status=Status.CANCELLED)
    if account := _uuid(request.GET.get("account", "")):
        rows = rows.filter(ig_user_id=account)
    return rows.select_related("revision", "ig_user").prefetch_related("revision__items")


def _chips(statuses: Counter[str], chosen: str) -> list[Chip]:
    chips = []
    for key, group in GROUPS.items():
        n = sum(statuses[status] for status in group)
        if n or key == chosen:
            chips.append(Chip(key, STATES[key], n, key == chosen))
    return chips


@requires(Right.VIEW)
@require_safe
def calendar(request: WorkspaceRequest) -> HttpResponse:
    """Show a month of the plan: `?month=2026-11`, times in the workspace's zone."""
    now, zone = timezone.now(), request.workspace.zone
    month = Month.named(request.GET.get("month", ""), zone, now)
    rows = list(_rows(request).between(*month.span))
    chosen = request.GET.get("status", "")
    counts = Counter(row.status for row in rows)
    shown = cards_of(row for row in rows if not chosen or row.status in GROUPS.get(chosen, ()))
    days = month.days(shown, now)
    context = {
        "active": "calendar",
        "month": month,
        "name": date_format(month.first, "F"),
        "year": month.first.year,
        "before": month.shifted(-1),
        "after": month.shifted(1),
        "days": days,
        "weekdays": [date_format(day.on, "D") for day in days[:7]],
        "zone_words": _zone_words(month),
        "zone": zone,
        "chips": _chips(counts, chosen),
        "is_empty": not rows,
        **_account_filter(request),
    }
    return render(request, "publishing/calendar.html", context)


def _zone_words(month: Month) -> str:
    """Return the zone of the times shown, and a change of the clocks within the month."""
    start = month.moment(month.first)
    changes = month.changes_offset()
    if changes is None:
        return _("Times in %(zone)s") % {"zone": zone_label(month.zone, start)}
    after = zone_label(month.zone, month.moment(month.shifted(1).first))
    return _("Times in %(zone)s, from %(day)s %(after)s") % {
        "zone": zone_label(month.zone, start),
        "day": date_format(changes, "l j"),
        "after": after.partition("(")[2].rstrip(")") or after,
    }


@requires(Right.VIEW)
@require_safe
def posts(request: WorkspaceRequest) -> HttpResponse:
    """List the plan, newest time first, with filters that stay in the address."""
    rows = _rows(request)
    if post := _uuid(request.GET.get("post", "")):
        rows = rows.filter(post_id=post)
    if day := _day(request):
        rows = rows.between(*day)
    counts = Counter(rows.order_by().values_list("status", flat=True))
    chosen = request.GET.get("status", "")
    if chosen in GROUPS:
        rows = rows.filter(status__in=GROUPS[chosen])
    page = Paginator(rows.order_by("-scheduled_at", "-created_at"), PER_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "active": "calendar",
        "page": page,
        "cards": cards_of(page.object_list),
        "query": f"{query.urlencode()}&" if query else "",
        "chips": _chips(counts, chosen),
        "chosen": chosen,
        "loose": _without_account(request) if chosen in ("", Status.DRAFT) and page.number == 1 else [],
        "zone": request.workspace.zone,
        **_account_filter(request),
    }
    return render(request, "publishing/posts.html", context)


def _without_account(request: WorkspaceRequest) -> list[tuple[Post, str]]:
    """Return drafts that name no account yet, each with its title, newest first."""
    if any(request.GET.get(name) for name in ("account", "post", "day")):
        return []
    drafts = posts_of(request.membership).filter(publications=None).prefetch_related("revisions")[:20]
    return [(draft, title_of(list(draft.revisions.all())[-1].caption)) for draft in drafts]


def _account_filter(request: WorkspaceRequest) -> dict[str, Any]:
    accounts = list(IGUser.objects.here().visible_to(request.membership).select_related("client"))
    chosen = _uuid(request.GET.get("account", ""))
    return {
        "accounts": accounts,
        "account": next((account for account in accounts if account.pk == chosen), None),
        "by_client": any(account.client_id for account in accounts),
    }


def _day(request: WorkspaceRequest) -> tuple[datetime, datetime] | None:
    """Return when the day in `?day=` begins and ends in the workspace's zone."""
    try:
        on = date.fromisoformat(request.GET.get("day", ""))
        day = datetime.combine(on, time(), request.workspace.zone)
        after = datetime.combine(on + timedelta(days=1), time(), request.workspace.zone)
        return day.astimezone(UTC), after.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
