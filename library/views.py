"""The library, and the doors through which its files leave."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import ProtectedError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from library.checks import Refused
from library.entering import rendition_by
from library.models import Asset
from library.receiving import cut_uploads
from library.rendering import feed_rendition, thumbnail
from library.serving import answer_with
from library.storing import clean_name, discard, store, too_large
from library.uses import uses_of
from workspaces.access import WorkspaceRequest, requires
from workspaces.models import Client
from workspaces.roles import Right

PER_PAGE = 48
AT_ONCE = 20


@requires(Right.VIEW)
@require_http_methods(["GET", "POST"])
def library(request: WorkspaceRequest) -> HttpResponse:
    """Show the photos of the workspace as a grid; a POST uploads more."""
    if request.method == "POST":
        return _upload(request)
    return _grid(request)


def _grid(request: WorkspaceRequest, refused: list[str] | None = None) -> HttpResponse:
    clients = list(Client.objects.visible_to(request.membership))
    chosen = next((client for client in clients if str(client.pk) == request.GET.get("client")), None)
    assets = Asset.objects.visible_to(request.membership).select_related("client")
    if chosen:
        assets = assets.filter(client=chosen)
    page = Paginator(assets, PER_PAGE).get_page(request.GET.get("page"))
    uses = uses_of(page.object_list)
    context = {
        "active": "library",
        "page": page,
        "assets": [(asset, uses[asset.pk]) for asset in page.object_list],
        "clients": clients,
        "chosen": chosen,
        "query": f"client={chosen.pk}&" if chosen else "",
        "refused": refused,
        "may_upload": request.membership.may(Right.COMPOSE),
    }
    return render(request, "library/library.html", context, status=422 if refused else 200)


def _upload(request: WorkspaceRequest) -> HttpResponse:
    """Store every photo that can be taken, and name each that cannot with its reason."""
    if not request.membership.may(Right.COMPOSE):
        raise PermissionDenied
    files = request.FILES.getlist("photos")
    refused = [
        _("“%(name)s”: %(reason)s") % {"name": clean_name(name), "reason": too_large()}
        for name in cut_uploads(request, "photos")
    ]
    client, stored = _client_of(request), 0
    for file in files[:AT_ONCE]:
        try:
            store(file, by=request.membership.user, client=client)
            stored += 1
        except Refused as error:
            refused.append(error.message)
    if len(files) > AT_ONCE:
        refused.append(_("Up to %(n)s photos at once; send the others after these.") % {"n": AT_ONCE})
    if stored:
        messages.success(request, ngettext("%(n)s photo added.", "%(n)s photos added.", stored) % {"n": stored})
    elif not refused:
        refused.append(_("Choose at least one photo."))
    if refused:
        return _grid(request, refused)
    return redirect("library", request.workspace.slug)


def _client_of(request: WorkspaceRequest) -> Client | None:
    """Return the client to file photos under: the one chosen, or the only one the person belongs to."""
    limits = request.membership.client_ids()
    try:
        asked = [UUID(request.POST.get("client", ""))]
    except ValueError:
        asked = list(limits) if limits and len(limits) == 1 else []
    return Client.objects.visible_to(request.membership).filter(pk__in=asked).first()


@requires(Right.COMPOSE)
@require_POST
def asset_discard(request: WorkspaceRequest, pk: str) -> HttpResponse:
    """Throw a photo away that no post uses."""
    asset = get_object_or_404(Asset.objects.visible_to(request.membership), pk=pk)
    try:
        discard(asset)
    except ProtectedError:
        messages.warning(request, _("“%(name)s” stands in a post, so it stays.") % {"name": asset.name})
    else:
        messages.success(request, _("“%(name)s” is gone.") % {"name": asset.name})
    return redirect("library", request.workspace.slug)


@login_not_required
@require_safe
def media_fetch(request: HttpRequest, token: str) -> HttpResponse:
    """Serve a rendition to whoever holds an unexpired link; anything else looks as if it never existed."""
    rendition = rendition_by(token, count=request.method == "GET")
    if rendition is None:
        raise Http404
    return answer_with(rendition, "private, max-age=300")


@requires(Right.VIEW)
@require_safe
def asset_thumb(request: WorkspaceRequest, pk: str) -> HttpResponse:
    asset = get_object_or_404(Asset.objects.visible_to(request.membership), pk=pk)
    try:
        return answer_with(thumbnail(asset))
    except (FileNotFoundError, Refused) as error:
        raise Http404 from error


@requires(Right.VIEW)
@require_safe
def asset_photo(request: WorkspaceRequest, pk: str) -> HttpResponse:
    """Show what would go to Instagram: `?recipe=` names the fix; without one that fits, the small picture."""
    asset = get_object_or_404(Asset.objects.visible_to(request.membership), pk=pk)
    try:
        return answer_with(feed_rendition(asset, request.GET.get("recipe", "")))
    except Refused:
        return answer_with(thumbnail(asset))
    except FileNotFoundError as error:
        raise Http404 from error
