"""What happens once a grant is back: checked again, then stored, or discarded and taken back."""

from typing import Any

from allauth.socialaccount.adapter import get_adapter
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import choosing, connecting, graphs, refusals
from accounts.connecting import Arrival, Way
from accounts.doors import errands
from accounts.doors.errands import Visit
from accounts.models import Connection, IGUser
from accounts.refusals import Refused
from meta import page
from meta.errors import MetaError
from meta.oauth import Grant
from meta.page import PageNode
from workspaces.models import Membership
from workspaces.scoping import workspace_in_force

ABILITIES = {"publish": gettext_lazy("publishing"), "insights": gettext_lazy("insights")}


def door(request: HttpRequest, login: str) -> Any:
    """Return the allauth provider of a login."""
    return get_adapter(request).get_provider(request, provider=f"{login}_door")


def arrive(request: HttpRequest, visit: Visit, grant: Grant, *, is_long_lived: bool = False) -> HttpResponse:
    """Store what came back and return the next screen. A grant that is not kept is taken back where Meta lets us."""
    login = visit.errand.login
    with workspace_in_force(visit.membership.workspace_id):
        try:
            membership = errands.may_connect(request.user)  # type: ignore[arg-type]
            if login == "instagram":
                return _by_instagram(request, visit, membership, grant)
            arrival = connecting.arrive_facebook(grant, is_long_lived=is_long_lived)
            return _by_facebook(request, visit, membership, arrival)
        except (MetaError, Refused):
            connecting.discard(login, grant.token)
            raise


def _by_instagram(request: HttpRequest, visit: Visit, membership: Membership, grant: Grant) -> HttpResponse:
    errand = visit.errand
    arrival, profile = connecting.arrive_instagram(grant, errand.asked)
    _must_be_expected(errand.ig_user, profile.ig_id, f"@{profile.username}")
    must_see(membership, profile.ig_id, profile.username)
    made = connecting.connect(arrival, [Way(profile)], by=membership.user, client=errand.client)
    return _welcome(request, visit, made)


def _by_facebook(request: HttpRequest, visit: Visit, membership: Membership, arrival: Arrival) -> HttpResponse:
    errand = visit.errand
    if errand.ig_user is None:
        grant = connecting.hold(arrival, by=membership.user, client=errand.client)
        return redirect("connect_pick", visit.slug, grant.pk)
    ways = ways_of(list(page.pages(graphs.graph_with("facebook", arrival.token))))
    expected = next((way for way in ways if way.profile.ig_id == errand.ig_user.ig_id), None)
    if expected is None:
        came = ", ".join(f"@{way.profile.username}" for way in ways[:3]) or _("somebody without that account")
        raise refusals.other_account(errand.ig_user.username, came)
    made = connecting.connect(arrival, [expected], by=membership.user)
    others = connecting.renew_others(arrival, [way for way in ways if way is not expected], by=membership.user)
    return _welcome(request, visit, [*made, *others])


def ways_of(nodes: list[PageNode]) -> list[Way]:
    """Return the ways that Pages open: those with an Instagram account and a token."""
    return [Way(node.ig, node) for node in nodes if node.ig is not None and node.token]


def _must_be_expected(expected: IGUser | None, ig_id: str, came: str) -> None:
    if expected is not None and expected.ig_id != ig_id:
        raise refusals.other_account(expected.username, came)


def must_see(membership: Membership, ig_id: str, username: str) -> None:
    """Refuse when the account is here under a client this membership does not look after."""
    here = IGUser.objects.filter(ig_id=ig_id)
    if here.exists() and not here.visible_to(membership).exists():
        raise refusals.not_yours(username)


def _welcome(request: HttpRequest, visit: Visit, connections: list[Connection]) -> HttpResponse:
    greet(request, connections)
    if len(connections) == 1:
        return redirect("account", visit.slug, connections[0].ig_user_id)
    return redirect("accounts", visit.slug)


def greet(request: HttpRequest, connections: list[Connection]) -> None:
    """Say what is connected now, and what it lacks because a permission stayed unticked."""
    names = ", ".join(f"@{connection.ig_user.username}" for connection in connections)
    messages.success(request, _("Connected: %(names)s.") % {"names": names})
    for connection in connections:
        lacking = [str(word) for ability, word in ABILITIES.items() if not choosing.can(connection, ability)]
        if lacking:
            sentence = _("@%(username)s came without permission for %(abilities)s. Ask again on its page.")
            messages.warning(
                request, sentence % {"username": connection.ig_user.username, "abilities": ", ".join(lacking)}
            )
