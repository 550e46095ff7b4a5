"""The library, and the doors through which its files leave."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from library.entering import rendition_by
from library.models import Asset, Rendition
from library.rendering import thumbnail
from workspaces.access import WorkspaceRequest, requires
from workspaces.roles import Right

# Files of ours are never interpreted, whatever they contain.
LOCKED = "default-src 'none'; sandbox"
FOR_GOOD = "private, max-age=31536000, immutable"


def _file(rendition: Rendition, cache: str) -> HttpResponse:
    """Answer with the file as a whole: renditions have at most 8 MB, most of them a tenth of that."""
    try:
        with rendition.file.open("rb") as file:
            response = HttpResponse(file.read(), content_type="image/jpeg")
    except FileNotFoundError as error:
        raise Http404 from error
    response.headers["Content-Length"] = str(rendition.size)
    response.headers["Content-Disposition"] = f'inline; filename="{rendition.id.hex}.jpg"'
    response.headers["Content-Security-Policy"] = LOCKED
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = cache
    return response


@login_not_required
@require_safe
def media_fetch(request: HttpRequest, token: str) -> HttpResponse:
    """Serve a rendition to whoever holds an unexpired link; anything else looks as if it never existed."""
    rendition = rendition_by(token, count=request.method == "GET")
    if rendition is None:
        raise Http404
    return _file(rendition, "private, max-age=300")


@requires(Right.VIEW)
@require_safe
def asset_thumb(request: WorkspaceRequest, pk: str) -> HttpResponse:
    asset = get_object_or_404(Asset.objects.visible_to(request.membership), pk=pk)
    try:
        small = thumbnail(asset)
    except FileNotFoundError as error:
        raise Http404 from error
    return _file(small, FOR_GOOD)
