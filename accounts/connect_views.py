"""Connecting: the two doors, the button that opens one, and the picker behind Facebook's."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import connecting, graphs, picking, refusals, states
from accounts.doors import arriving, errands
from accounts.doors.handshake import screen
from accounts.forms import ClientForm, StartForm, clients_of
from accounts.models import IGUser, PendingGrant
from accounts.refusals import Refused
from meta.errors import MetaError
from meta.logins import BY_KEY
from workspaces.access import WorkspaceRequest, requires
from workspaces.roles import Right

# Feature, through Instagram alone, through a Page. Only what the platform offers, not what we built.
UNLOCKS = (
    (gettext_lazy("Post, reel, story, carousel"), True, True),
    (gettext_lazy("Insights of account and posts"), True, True),
    (gettext_lazy("Comments: answer, hide, delete"), True, True),
    (gettext_lazy("Messages and welcome flows"), True, True),
    (gettext_lazy("Mentions in captions and comments"), gettext_lazy("answer only"), True),
    (gettext_lazy("Products, shop, appeals"), False, True),
    (gettext_lazy("Music for reels"), False, True),
    (gettext_lazy("Paid partnerships"), False, True),
    (gettext_lazy("Look at other accounts, hashtags"), False, True),
    (gettext_lazy("Delete published posts"), False, True),
)


@require_GET
@requires(Right.CONNECT)
def connect(request: WorkspaceRequest) -> HttpResponse:
    """Show the two doors, and which one serves whom."""
    form = StartForm(membership=request.membership, initial=_initial(request))
    context = {
        "active": "accounts",
        "form": form,
        "has_clients": clients_of(request.membership).exists(),
        "unlocks": UNLOCKS,
        "instagram_is_open": bool(graphs.app_for("instagram").id),
        "facebook_is_open": bool(graphs.app_for("facebook").id),
    }
    return render(request, "accounts/connect.html", context)


def _initial(request: WorkspaceRequest) -> dict[str, object]:
    """Take the client of the screen the person came from."""
    try:
        wanted = UUID(request.GET.get("client", ""))
    except ValueError:
        return {}
    return {"client": clients_of(request.membership).filter(pk=wanted).values_list("pk", flat=True).first()}


@require_POST
@requires(Right.CONNECT)
def connect_start(request: WorkspaceRequest) -> HttpResponseBase:
    """Open a door: remember who is going where, and send the person to Meta."""
    form = StartForm(request.POST, membership=request.membership)
    if not form.is_valid():
        messages.error(request, _("Choose one of the two ways, and a client of yours."))
        return redirect("connect", request.workspace.slug)
    login, account = BY_KEY[form.cleaned_data["door"]], form.cleaned_data["account"]
    if not graphs.app_for(login.key).id:
        return screen(request, refusals.not_configured(login.label), request.workspace.slug)
    scopes = login.scopes_for(form.wanted())
    kept = errands.open_errand(
        request.user,
        login.key,
        ig_user=account,
        client=form.cleaned_data["client"],
        asked=scopes,
    )
    params: dict[str, object] = {}
    if login.has_pages and (form.cleaned_data["rerequest"] or account):
        params["auth_type"] = _auth_type(account)
    if not login.has_pages and form.cleaned_data["fresh"]:
        params["force_reauth"] = True
    door = arriving.door(request, login.key)
    return door.redirect(request, process="redirect", data=kept, scope=list(scopes), auth_params=params)


def _auth_type(account: IGUser | None) -> str:
    """Return how Facebook should ask: for the 90 days of data access when they end, else for what was declined."""
    soon = timezone.now() + states.SOON * 2
    if account is not None and account.connections.filter(data_access_expires_at__lt=soon).exists():
        return "reauthorize"
    return "rerequest"


def pending_of(request: WorkspaceRequest, pk: UUID) -> PendingGrant:
    """Return a grant this person brought and has not picked from yet, or answer 404."""
    return get_object_or_404(PendingGrant.objects.select_related("client"), pk=pk, user=request.user)


@require_http_methods(["GET", "POST"])
@requires(Right.CONNECT)
def connect_pick(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """Show the Pages that came back, and connect those that are ticked."""
    grant = pending_of(request, pk)
    if grant.expires_at <= timezone.now():
        messages.error(request, str(refusals.took_too_long()))
        return redirect("connect", request.workspace.slug)
    try:
        if request.method == "POST":
            return _picked(request, grant)
        return _picker(request, grant)
    except MetaError as error:
        return screen(request, refusals.from_meta(error), request.workspace.slug)
    except Refused as refused:
        return screen(request, refused, request.workspace.slug)


def _picker(request: WorkspaceRequest, grant: PendingGrant, error: str = "") -> HttpResponse:
    offers = picking.offers(connecting.held(grant), request.membership)
    form = ClientForm(membership=request.membership, initial={"client": grant.client_id})
    context = {
        "active": "accounts",
        "grant": grant,
        "offers": offers,
        "open_offers": [offer for offer in offers if offer.can_connect],
        "closed_offers": [offer for offer in offers if not offer.can_connect],
        "form": form if clients_of(request.membership).exists() else None,
        "error": error,
    }
    return render(request, "accounts/connect_pick.html", context, status=422 if error else 200)


def _picked(request: WorkspaceRequest, grant: PendingGrant) -> HttpResponse:
    if request.POST.get("decision") == "cancel":
        picking.drop(grant)
        messages.info(request, _("Nothing was connected."))
        return redirect("accounts", request.workspace.slug)
    form = ClientForm(request.POST, membership=request.membership)
    if not form.is_valid():
        return _picker(request, grant, _("Choose one of your clients."))
    chosen = set(request.POST.getlist("page"))
    if not chosen:
        return _picker(request, grant, _("Tick at least one account."))
    made = picking.finish(grant, request.membership, chosen, form.cleaned_data["client"])
    if made:
        arriving.greet(request, made)
    else:
        messages.info(request, _("Nothing was connected."))
    return redirect("accounts", request.workspace.slug)
