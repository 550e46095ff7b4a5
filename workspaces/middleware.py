"""Puts a workspace in force for the whole of a request, response rendering included."""

from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import Resolver404, resolve, reverse

from workspaces.entering import membership_at
from workspaces.scoping import across_workspaces, workspace_in_force

GetResponse = Callable[[HttpRequest], HttpResponse]


def _path_of(address: str) -> str:
    """Return the path of the screen a fragment belongs to; the browser may have sent anything."""
    try:
        return urlsplit(address).path or "/"
    except ValueError:
        return "/"


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send a person to the sign-in; a fragment that polls is told to take the whole screen there."""
    if "HX-Request" in request.headers:
        back = urlencode({"next": _path_of(request.headers.get("HX-Current-URL", ""))})
        return HttpResponse(status=401, headers={"HX-Redirect": f"{reverse('account_login')}?{back}"})
    return HttpResponseRedirect(f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}")


class WorkspaceMiddleware:
    """Reads the workspace from /w/<workspace>/ and nothing else; the admin site is opened to operators explicitly."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            match = resolve(request.path_info)
        except Resolver404:
            return self.get_response(request)
        if match.app_name == "admin" and request.user.is_staff:
            with across_workspaces("Operators see every workspace on the admin site."):
                return self._rendered(request)
        slug = match.kwargs.get("workspace")
        if slug is None:
            return self.get_response(request)
        return self._in_workspace(request, slug)

    def _in_workspace(self, request: HttpRequest, slug: str) -> HttpResponse:
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        membership = membership_at(slug, request.user)
        if membership is None:
            request.stranger = True  # type: ignore[attr-defined]
            return self.get_response(request)
        request.workspace = membership.workspace  # type: ignore[attr-defined]
        request.membership = membership  # type: ignore[attr-defined]
        with workspace_in_force(membership.workspace_id):
            return self._rendered(request)

    def _rendered(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if isinstance(response, TemplateResponse):
            response.render()
        response.setdefault("Cache-Control", "no-store")
        return response

    def process_view(self, request: HttpRequest, *_: object) -> None:
        """Answer strangers with 404, rendered by Django's own handler like any unknown address."""
        if getattr(request, "stranger", False):
            raise Http404
