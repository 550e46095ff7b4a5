"""The guard of every workspace view."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django_htmx.middleware import HtmxDetails

from workspaces.models import Membership, User, Workspace
from workspaces.roles import Right


class PersonRequest(HttpRequest):
    """A request of somebody who is signed in."""

    user: User
    htmx: HtmxDetails


class WorkspaceRequest(PersonRequest):
    """A request that passed `WorkspaceMiddleware`."""

    workspace: Workspace
    membership: Membership


View = Callable[..., HttpResponseBase]


def requires(right: Right) -> Callable[[View], View]:
    """Let only members with `right` in. Strangers never get here: the middleware answered 404; others get 403."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: WorkspaceRequest, *args: Any, workspace: str, **kwargs: Any) -> HttpResponseBase:
            if not request.membership.may(right):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.right = right  # type: ignore[attr-defined]
        return guarded

    return guard
