"""The picker after Facebook Login: which Pages can be connected, and why the others cannot."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts import connecting, credentials, graphs, refusals
from accounts.connecting import Arrival, Way
from accounts.models import Connection, IGUser, PendingGrant
from meta import page
from meta.page import PageNode
from workspaces.models import Client, Membership

READING_TASKS = frozenset({"ANALYZE", "PROFILE_PLUS_ANALYZE"})


@dataclass(frozen=True)
class Offer:
    """One Page on the picker: it can be ticked, or there is a reason and a cure."""

    node: PageNode
    reason: str = ""
    cure: str = ""
    note: str = ""
    is_here: bool = False
    ticked: bool = True

    @property
    def can_connect(self) -> bool:
        return not self.reason


def offers(arrival: Arrival, membership: Membership) -> list[Offer]:
    """Ask Meta for every Page of this grant and return them, those that can be connected first. Raises MetaError."""
    nodes = list(page.pages(graphs.graph_with(arrival.login, arrival.token)))
    ids = [node.ig.ig_id for node in nodes if node.ig]
    here = {account.ig_id: account for account in IGUser.objects.filter(ig_id__in=ids)}
    seen = set(IGUser.objects.visible_to(membership).filter(ig_id__in=ids).values_list("ig_id", flat=True))
    mine = {
        row.ig_user.ig_id: row
        for row in Connection.objects.filter(
            login=arrival.login, meta_user_id=arrival.meta_user_id, ig_user__ig_id__in=ids
        ).select_related("ig_user")
    }
    found = [_offer(node, here, seen, mine) for node in nodes]
    return sorted(found, key=lambda offer: (not offer.can_connect, offer.node.name.lower()))


def _offer(node: PageNode, here: dict[str, IGUser], seen: set[str], mine: dict[str, Connection]) -> Offer:
    if node.ig is None:
        return Offer(
            node,
            _("No professional Instagram account is linked to this Page."),
            _("Link one in the Page's settings at Facebook, under Linked accounts, then come back."),
        )
    if node.token is None:
        return Offer(
            node,
            _("Facebook gave no access to this Page."),
            _("Go through the sign-in again and tick the Page."),
        )
    if not node.may_publish and READING_TASKS.isdisjoint(node.tasks):
        return Offer(
            node,
            _("Your role on this Page allows neither publishing nor insights."),
            _("Ask an admin of the Page for access to content or insights, then come back."),
        )
    account, connection = here.get(node.ig.ig_id), mine.get(node.ig.ig_id)
    if account is not None and account.ig_id not in seen:
        return Offer(node, _("This account is under a client you do not look after."), _("Ask an owner."))
    return _open_offer(node, account, connection)


def _open_offer(node: PageNode, account: IGUser | None, connection: Connection | None) -> Offer:
    is_here = account is not None and account.removed_at is None
    if is_here and connection is not None and connection.is_usable:
        return Offer(
            node,
            _("Already connected through this sign-in."),
            _("Nothing to do: its access is renewed along with the others."),
            is_here=True,
        )
    note = "" if node.may_publish else _("Read only: your role on this Page does not allow publishing.")
    if is_here and connection is None:
        note = note or _("Already here; this adds a second way to it.")
    return Offer(node, note=note, is_here=is_here, ticked=len(note) == 0 or is_here)


def finish(grant: PendingGrant, membership: Membership, chosen: set[str], client: Client | None) -> list[Connection]:
    """Connect the chosen Pages and renew what already lives on this grant. Raises MetaError and Refused.

    The grant is used up first, so that a second press of the button finds nothing.
    """
    arrival = connecting.held(grant)
    found = offers(arrival, membership)
    if not PendingGrant.objects.filter(pk=grant.pk).delete()[0]:
        raise refusals.took_too_long()
    picked = [offer.node for offer in found if offer.can_connect and offer.node.id in chosen]
    renewed = [offer.node for offer in found if not offer.can_connect and offer.is_here]
    made = connecting.connect(arrival, _ways(picked), by=membership.user, client=client)
    connecting.renew_others(arrival, _ways(renewed), by=membership.user)
    return made


def _ways(nodes: list[PageNode]) -> list[Way]:
    return [Way(node.ig, node) for node in nodes if node.ig is not None and node.token]


def drop(grant: PendingGrant) -> None:
    """Forget a grant that nobody wants, and take it back at Meta unless other accounts live on it."""
    try:
        token = credentials.open_pending(grant)
    except credentials.CredentialUnreadable:
        token = None
    grant.delete()
    if token is not None:
        connecting.discard(grant.login, token, grant.meta_user_id)
