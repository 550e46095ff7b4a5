"""Accounts: the list, one account, its connections, and the pictures we serve."""

from uuid import UUID

from django.contrib import messages
from django.db.models.fields.files import FieldFile
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import disconnecting, overview, refreshing, standing, syncing
from accounts.forms import ClientForm
from accounts.models import Connection, IGMedia, IGUser
from meta.errors import MetaError
from workspaces.access import WorkspaceRequest, requires
from workspaces.models import Client
from workspaces.roles import Right


def account_of(request: WorkspaceRequest, pk: UUID) -> IGUser:
    """Return an account this person may see, removed ones included, or answer 404."""
    accounts = IGUser.objects.visible_to(request.membership).select_related("client", "workspace")
    return get_object_or_404(accounts, pk=pk)


def connection_of(request: WorkspaceRequest, pk: UUID) -> Connection:
    """Return a connection of an account this person may see, or answer 404."""
    visible = IGUser.objects.visible_to(request.membership)
    return get_object_or_404(Connection.objects.select_related("ig_user", "page").filter(ig_user__in=visible), pk=pk)


@require_GET
@requires(Right.VIEW)
def accounts(request: WorkspaceRequest) -> HttpResponse:
    lines = overview.lines(request)
    context = {
        "active": "accounts",
        "lines": lines,
        "lost": sum(1 for line in lines if line.lost),
        "has_clients": Client.objects.exists(),
    }
    return render(request, "accounts/account_list.html", context)


@require_GET
@requires(Right.VIEW)
def account(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    ig_user = account_of(request, pk)
    initial = {"client": ig_user.client_id}
    form = ClientForm(membership=request.membership, initial=initial) if Client.objects.exists() else None
    context = {
        "active": "accounts",
        "account": ig_user,
        "picture_url": overview.picture_url(request.workspace.slug, ig_user),
        "cards": overview.cards(ig_user),
        "form": form,
    }
    return render(request, "accounts/account_detail.html", context)


@require_POST
@requires(Right.CONNECT)
def account_client(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """Put an account under another client."""
    ig_user = account_of(request, pk)
    form = ClientForm(request.POST, membership=request.membership)
    if not form.is_valid():
        messages.error(request, _("Choose one of your clients."))
    else:
        ig_user.client = form.cleaned_data["client"]
        ig_user.save(update_fields=["client"])
        messages.success(request, _("Saved."))
    return redirect("account", request.workspace.slug, ig_user.pk)


@require_POST
@requires(Right.CONNECT)
def connection_check(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """Ask Meta for the profile, and renew the access where it is old enough for that."""
    connection = connection_of(request, pk)
    back = redirect("account", request.workspace.slug, connection.ig_user_id)
    if connection.state == Connection.State.DISCONNECTED:
        messages.error(request, _("This connection was ended here. Connect the account again."))
        return back
    try:
        profile = syncing.read_profile(connection)
    except MetaError as error:
        messages.error(request, f"{error.message} {error.cure}".strip())
        return back
    standing.restore(connection)
    syncing.store_profile(connection.ig_user, profile)
    outcome = refreshing.refresh(connection.pk, by_hand=True)
    sentences = {
        "refreshed": _("It works, and its access was renewed."),
        "young": _("It works. Its access is younger than a day and needs no renewal."),
    }
    messages.success(request, sentences.get(outcome, _("It works.")))
    return back


@require_POST
@requires(Right.CONNECT)
def disconnect(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """End one connection."""
    connection = connection_of(request, pk)
    disconnecting.disconnect(connection)
    messages.success(
        request, _("%(login)s is disconnected and its access deleted.") % {"login": connection.get_login_display()}
    )
    return redirect("account", request.workspace.slug, connection.ig_user_id)


@require_http_methods(["GET", "POST"])
@requires(Right.CONNECT)
def account_remove(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """Say what removing an account means, and do it."""
    ig_user = account_of(request, pk)
    if request.method == "GET":
        return render(request, "accounts/account_remove.html", {"active": "accounts", "account": ig_user})
    disconnecting.remove(ig_user)
    messages.success(
        request,
        _("@%(username)s was removed. Its posts and figures stay; connect it again to bring it back.")
        % {"username": ig_user.username},
    )
    return redirect("accounts", request.workspace.slug)


@require_GET
@requires(Right.VIEW)
def ig_user_picture(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    return _served(account_of(request, pk).picture)


@require_GET
@requires(Right.VIEW)
def media_thumbnail(request: WorkspaceRequest, pk: int) -> HttpResponse:
    visible = IGUser.objects.visible_to(request.membership)
    return _served(get_object_or_404(IGMedia.objects.filter(ig_user__in=visible), pk=pk).thumbnail)


def _served(file: FieldFile) -> HttpResponse:
    """Return a picture we drew ourselves; browsers keep it for a day, shared caches never."""
    if not file:
        raise Http404
    try:
        with file.open("rb") as opened:
            response = HttpResponse(opened.read(), content_type="image/jpeg")
    except FileNotFoundError:
        raise Http404 from None
    response["Cache-Control"] = "private, max-age=86400"
    response["X-Content-Type-Options"] = "nosniff"
    return response
