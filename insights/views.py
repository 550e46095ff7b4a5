"""Insights on screen: the list, one account, its progress, and the wish for fresh figures."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from insights import syncing, tasks
from insights.catalogue import MEDIA
from insights.models import AccountValue
from insights.overview import Choice, accounts_of, overview, scope_of, standing_of
from insights.posts import COLUMNS
from workspaces.access import WorkspaceRequest, requires
from workspaces.roles import Right


@requires(Right.VIEW)
@require_GET
def insights(request: WorkspaceRequest) -> HttpResponse:
    """List the accounts; a person with a single one goes straight to it."""
    accounts = list(accounts_of(request))
    if len(accounts) == 1:
        return redirect("account_insights", workspace=request.workspace.slug, pk=accounts[0].pk)
    return TemplateResponse(request, "insights/list.html", {"active": "insights", "accounts": accounts})


@requires(Right.VIEW)
@require_GET
def account_insights(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """Show the figures of one account."""
    account = get_object_or_404(accounts_of(request), pk=pk)
    page = overview(account, Choice.of(request.GET), timezone.now())
    context = {
        "active": "insights",
        "account": account,
        "page": page,
        "scope": scope_of(request, account),
        "columns": [MEDIA[name] for name in COLUMNS],
        "zone": account.zone,
    }
    return TemplateResponse(request, "insights/account.html", context)


@requires(Right.VIEW)
@require_GET
def account_progress(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """Return how far reading has come: a fragment that asks again while it works and stops by itself."""
    account = get_object_or_404(accounts_of(request), pk=pk)
    standing = standing_of(account)
    first = "first" in request.GET
    context = {"account": account, "standing": standing, "first": first}
    response = TemplateResponse(request, "insights/progress.html", context)
    if standing.running is None or (first and AccountValue.objects.filter(ig_user=account, span=30).exists()):
        # The new figures stand all over the screen, so it is loaded anew, once.
        response["HX-Refresh"] = "true"
    return response


@requires(Right.COMPOSE)
@require_POST
def account_sync(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """Read the account now, and go back to its screen."""
    account = get_object_or_404(accounts_of(request), pk=pk)
    syncing.sync_now(account)
    tasks.hand_out()
    messages.success(request, _("Reading the newest figures of @%(username)s.") % {"username": account.username})
    return redirect("account_insights", workspace=request.workspace.slug, pk=account.pk)
