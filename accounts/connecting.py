"""From a grant to connected accounts: what each login gives, what is stored, and what is taken back."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts import credentials, entering, graphs, refusals, standing, syncing
from accounts.models import Connection, IGUser, Page, PendingGrant
from accounts.refreshing import due_at
from accounts.signals import account_connected
from meta import ig_user as ig_user_node
from meta import oauth, page
from meta.errors import MetaError
from meta.ig_user import Profile
from meta.logins import BY_KEY
from meta.oauth import Grant
from meta.page import PageNode
from meta.secrets import Secret
from workspaces.models import Client, User
from workspaces.scoping import workspace_in_force

log = logging.getLogger(__name__)
PICK_WITHIN = timedelta(minutes=30)
PICTURES_AT_ONCE = 3


@dataclass(frozen=True)
class Arrival:
    """A long-lived grant whose owner and permissions are known."""

    login: str
    app_id: str
    token: Secret
    meta_user_id: str
    permissions: tuple[str, ...]
    expires_at: datetime | None
    data_access_expires_at: datetime | None = None


@dataclass(frozen=True)
class Way:
    """How an arrival reaches one account: directly, or through a Page with its own token."""

    profile: Profile
    page: PageNode | None = None


def arrive_instagram(short: Grant, asked: Iterable[str]) -> tuple[Arrival, Profile]:
    """Return the arrival and the account of an Instagram Login. Raises MetaError and Refused.

    Where Meta does not list the permissions, those asked for count as granted.
    """
    app, hosts = graphs.app_for("instagram"), graphs.hosts()
    granted = short.permissions if short.permissions is not None else frozenset(asked)
    _check_required(app.login.key, granted)
    long = oauth.long_lived(app, hosts, short.token)
    profile = ig_user_node.me(graphs.graph_with("instagram", long.token))
    if profile.account_type == "PERSONAL":
        raise refusals.personal_account(profile.username)
    return (
        Arrival(
            login="instagram",
            app_id=app.id,
            token=long.token,
            meta_user_id=profile.app_scoped_id or short.user_id or profile.ig_id,
            permissions=tuple(sorted(granted)),
            expires_at=oauth.until(long, timezone.now()),
        ),
        profile,
    )


def arrive_facebook(grant: Grant, *, is_long_lived: bool = False) -> Arrival:
    """Return the arrival of a Facebook Login. Raises MetaError, and Refused when the token is not ours or too poor.

    Meta is asked whom the token belongs to and which app it was given to: a fragment can be forged by anybody.
    """
    app, hosts = graphs.app_for("facebook"), graphs.hosts()
    info = oauth.debug_token(app, hosts, grant.token)
    if not info.is_valid or not info.is_for(app):
        raise refusals.forged_token()
    long = grant if is_long_lived else oauth.long_lived(app, hosts, grant.token)
    graph = graphs.graph_with("facebook", long.token)
    owner = page.me_id(graph)
    if info.user_id and info.user_id != owner:
        raise refusals.forged_token()
    granted = {name for name, status in oauth.permissions(graph).items() if status == "granted"}
    _check_required("facebook", granted)
    return Arrival(
        login="facebook",
        app_id=app.id,
        token=long.token,
        meta_user_id=owner,
        permissions=tuple(sorted(granted)),
        expires_at=info.expires_at if is_long_lived else oauth.until(long, timezone.now()),
        data_access_expires_at=info.data_access_expires_at or grant.data_access_expires_at,
    )


def _check_required(login_key: str, granted: Iterable[str]) -> None:
    lacking = BY_KEY[login_key].missing_scopes(granted, [])
    if lacking:
        raise refusals.permission_missing(lacking)


def discard(login_key: str, token: Secret, meta_user_id: str = "") -> None:
    """Take a grant back at Meta if nothing lives on it. Only Facebook Login has a call for that."""
    if not BY_KEY[login_key].has_pages:
        return
    graph = graphs.graph_with(login_key, token)
    try:
        owner = meta_user_id or page.me_id(graph)
        if not entering.grant_is_used(graphs.app_for(login_key).id, owner):
            oauth.revoke(graph)
    except MetaError as error:
        log.info("A grant that was not used could not be taken back: %s", error)


def hold(arrival: Arrival, *, by: User, client: Client | None) -> PendingGrant:
    """Keep a Facebook grant, sealed, until the person has picked accounts."""
    grant = PendingGrant(
        user=by,
        login=arrival.login,
        app_id=arrival.app_id,
        client=client,
        meta_user_id=arrival.meta_user_id,
        permissions=list(arrival.permissions),
        token_expires_at=arrival.expires_at,
        data_access_expires_at=arrival.data_access_expires_at,
        expires_at=timezone.now() + PICK_WITHIN,
    )
    grant.check_workspace()
    credentials.seal_pending(grant, arrival.token)
    grant.save()
    return grant


def held(grant: PendingGrant) -> Arrival:
    """Return the arrival a pending grant stands for. Raises CredentialUnreadable."""
    return Arrival(
        login=grant.login,
        app_id=grant.app_id,
        token=credentials.open_pending(grant),
        meta_user_id=grant.meta_user_id,
        permissions=tuple(grant.permissions),
        expires_at=grant.token_expires_at,
        data_access_expires_at=grant.data_access_expires_at,
    )


def connect(arrival: Arrival, ways: Sequence[Way], *, by: User, client: Client | None = None) -> list[Connection]:
    """Store accounts with their connections and tokens, all or none, and return the connections in order.

    An account may be here already, through the other login or another person: then this is one more connection to it.
    A connection of the same person is renewed. Pictures are fetched outside the transaction; those of many accounts
    wait for the first sync.
    """
    with transaction.atomic():
        made = [_store(arrival, way, by, client) for way in ways]
    if len(made) <= PICTURES_AT_ONCE:
        for connection, way in zip(made, ways, strict=True):
            syncing.renew_picture(connection.ig_user, way.profile.profile_picture_url)
    return made


def _store(arrival: Arrival, way: Way, by: User, client: Client | None) -> Connection:
    ig_user = syncing.store_profile(_account(way.profile, client), way.profile, with_picture=False)
    connection = _connection(arrival, way, ig_user, by)
    credentials.store(connection, credentials.USER, arrival.token, expires_at=arrival.expires_at)
    if way.page is not None and way.page.token:
        credentials.store(connection, credentials.PAGE, way.page.token)
    standing.restore(connection)
    Connection.objects.filter(pk=connection.pk).update(state=Connection.State.ACTIVE, problem="")
    connection.state, connection.problem = Connection.State.ACTIVE, ""
    transaction.on_commit(lambda: _tell_connected(connection), robust=True)
    return connection


def _account(profile: Profile, client: Client | None) -> IGUser:
    ig_user, made = IGUser.objects.get_or_create(
        ig_id=profile.ig_id, defaults={"username": (profile.username or profile.ig_id)[:64], "client": client}
    )
    if not made:
        ig_user.removed_at = None
        ig_user.client = ig_user.client or client
        ig_user.save(update_fields=["removed_at", "client"])
    return ig_user


def _connection(arrival: Arrival, way: Way, ig_user: IGUser, by: User) -> Connection:
    now = timezone.now()
    values = {
        "app_id": arrival.app_id,
        "permissions": list(arrival.permissions),
        "connected_by": by,
        "connected_at": now,
        "disconnected_at": None,
        "expires_at": arrival.expires_at,
        "data_access_expires_at": arrival.data_access_expires_at,
        "proved_at": now,
        "refreshed_at": now,
        "failures": 0,
        "auth_failed_at": None,
    }
    if way.page is not None:
        values["page"] = _page(way.page)
        values["tasks"] = list(way.page.tasks)
    connection, _made = Connection.objects.update_or_create(
        ig_user=ig_user, login=arrival.login, meta_user_id=arrival.meta_user_id, defaults=values
    )
    connection.refresh_due_at = due_at(connection, now)
    connection.save(update_fields=["refresh_due_at"])
    return connection


def _page(node: PageNode) -> Page:
    page_row, _made = Page.objects.update_or_create(page_id=node.id, defaults={"name": node.name[:200]})
    return page_row


def _tell_connected(connection: Connection) -> None:
    with workspace_in_force(connection.workspace_id):
        account_connected.send(sender=Connection, ig_user=connection.ig_user, connection=connection)


def renew_others(arrival: Arrival, ways: Iterable[Way], *, by: User) -> list[Connection]:
    """Give fresh tokens to every connection here that lives on the same person's grant, and return those.

    One sign-in at Facebook covers all of a person's Pages; a changed password ends them all together.
    """
    mine = Connection.objects.exclude(state=Connection.State.DISCONNECTED).filter(
        login=arrival.login, meta_user_id=arrival.meta_user_id, ig_user__removed_at=None
    )
    here = set(mine.values_list("ig_user__ig_id", flat=True))
    return connect(arrival, [way for way in ways if way.profile.ig_id in here], by=by)
