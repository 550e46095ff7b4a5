"""What the frame around every screen shows."""

from typing import Any

from django.http import HttpRequest

from workspaces.entering import places_of
from workspaces.roles import Right


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return the workspace, the person's other workspaces and their rights, for screens inside a workspace."""
    membership = getattr(request, "membership", None)
    if membership is None:
        return {}
    return {
        "workspace": request.workspace,  # type: ignore[attr-defined]
        "membership": membership,
        "may": {right.value: membership.may(right) for right in Right},
        "places": places_of(request.user),  # type: ignore[arg-type]
    }
