"""Home: what needs me, today, and the figures of every account."""

from django.http import HttpResponse
from django.shortcuts import render

from workspaces.access import WorkspaceRequest, requires
from workspaces.roles import Right


@requires(Right.VIEW)
def home(request: WorkspaceRequest) -> HttpResponse:
    return render(request, "dashboard/home.html")
