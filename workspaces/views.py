"""Landing, the first workspace, people and clients."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from workspaces import joining
from workspaces.access import PersonRequest, WorkspaceRequest, requires
from workspaces.adapter import INVITATION_KEY
from workspaces.entering import invitation_by, places_of
from workspaces.forms import ClientForm, InvitationForm, WorkspaceForm
from workspaces.models import Client, Invitation, Membership, Workspace
from workspaces.roles import MEANING, Right, Role


@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when the process serves and its database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"ok": True})


def landing(request: PersonRequest) -> HttpResponse:
    """Send a person to their workspace, or to the screen that makes the first one."""
    if INVITATION_KEY in request.session:
        return redirect("join", request.session[INVITATION_KEY])
    places = places_of(request.user)
    return redirect("home", places[0].slug) if places else redirect("workspace_new")


@require_http_methods(["GET", "POST"])
def workspace_new(request: PersonRequest) -> HttpResponse:
    form = WorkspaceForm(request.POST or None, initial={"time_zone": "UTC"})
    if request.method == "POST" and form.is_valid():
        workspace = joining.open_workspace(form.cleaned_data["name"], form.cleaned_data["time_zone"], request.user)
        return redirect("home", workspace.slug)
    return render(request, "workspaces/workspace_new.html", {"form": form}, status=422 if form.is_bound else 200)


@login_not_required
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Follow an invitation: a GET only explains and remembers it, a POST joins."""
    invitation = invitation_by(token)
    if invitation is None:
        request.session.pop(INVITATION_KEY, None)
        return render(request, "workspaces/join_gone.html", status=410)
    if not request.user.is_authenticated:
        request.session[INVITATION_KEY] = token
        return render(request, "workspaces/join.html", {"invitation": invitation})
    if request.method == "POST":
        request.session.pop(INVITATION_KEY, None)
        if not joining.accept(invitation, request.user):
            messages.info(request, _("You already belong to %(workspace)s.") % {"workspace": invitation.workspace})
        return redirect("home", invitation.workspace.slug)
    return render(request, "workspaces/join.html", {"invitation": invitation})


@require_http_methods(["GET", "POST"])
@requires(Right.MANAGE_WORKSPACE)
def settings(request: WorkspaceRequest) -> HttpResponse:
    # A row of its own: what a refused form holds must not show up in the frame around it.
    form = WorkspaceForm(request.POST or None, instance=Workspace.objects.get(pk=request.workspace.pk))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("settings", request.workspace.slug)
    return render(request, "workspaces/settings.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@requires(Right.MANAGE_PEOPLE)
def people(request: WorkspaceRequest) -> HttpResponse:
    form = InvitationForm(request.POST or None, membership=request.membership)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        joining.invite(data["email"], data["role"], data["client"], request.user, request.workspace)
        messages.success(request, _("Invitation sent to %(email)s.") % {"email": data["email"]})
        return redirect("people", request.workspace.slug)
    context = {
        "form": form,
        "members": joining.people_under(request.membership),
        "invitations": joining.invitations_under(request.membership),
        "roles": [(role.label, MEANING[role]) for role in Role],
    }
    return render(request, "workspaces/people.html", context, status=422 if form.errors else 200)


@require_POST
@requires(Right.MANAGE_PEOPLE)
def person_remove(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """End a membership; the last owner stays."""
    member = get_object_or_404(Membership, pk=pk)
    if not request.membership.is_over(member.role, member.client_ids()):
        raise PermissionDenied
    if joining.remove(member):
        messages.success(request, _("%(person)s no longer belongs here.") % {"person": member.user})
    else:
        messages.error(request, _("A workspace keeps at least one owner."))
    return redirect("people", request.workspace.slug)


@require_POST
@requires(Right.MANAGE_PEOPLE)
def invitation_revoke(request: WorkspaceRequest, pk: str) -> HttpResponse:
    invitation = get_object_or_404(Invitation, pk=pk)
    if not request.membership.is_over(invitation.role, invitation.client_ids()):
        raise PermissionDenied
    Invitation.objects.open().filter(pk=pk).update(revoked_at=timezone.now())
    messages.success(request, _("The invitation no longer works."))
    return redirect("people", request.workspace.slug)


@require_http_methods(["GET", "POST"])
@requires(Right.MANAGE_CLIENTS)
def clients(request: WorkspaceRequest) -> HttpResponse:
    """List the clients a person sees. Who is limited to some adds no others: they would not see them."""
    may_add = request.membership.client_ids() is None
    if request.method == "POST" and not may_add:
        raise PermissionDenied
    form = ClientForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Client added."))
        return redirect("clients", request.workspace.slug)
    context = {"form": form if may_add else None, "clients": Client.objects.visible_to(request.membership)}
    return render(request, "workspaces/clients.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@requires(Right.MANAGE_CLIENTS)
def client_edit(request: WorkspaceRequest, pk: str) -> HttpResponse:
    client = get_object_or_404(Client.objects.visible_to(request.membership), pk=pk)
    form = ClientForm(request.POST or None, instance=client)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("clients", request.workspace.slug)
    return render(
        request, "workspaces/client_edit.html", {"form": form, "client": client}, status=422 if form.errors else 200
    )
