"""The library, and the doors through which its files leave."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from library.checks import Refused
from library.entering import rendition_by
from library.models import Asset
from library.rendering import feed_rendition, thumbnail
from library.serving import answer_with
from workspaces.access import WorkspaceRequest, requires
from workspaces.roles import Right


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
