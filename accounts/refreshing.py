"""Keeping tokens alive: when a refresh is due, one worker at a time, and what each answer means.

Instagram: developers.facebook.com/docs/instagram-platform/reference/refresh_access_token. Facebook:
/docs/facebook-login/guides/access-tokens/get-long-lived. Both read 2026-11-22. Only a dead token disconnects; trouble
at Meta's end is waited out.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import credentials, graphs, health, leasing, ledger, standing
from accounts.models import Connection
from meta import ig_user as ig_user_node
from meta import oauth, page
from meta.errors import MetaError, NoAnswer, TokenInvalid
from meta.logins import BY_KEY
from meta.oauth import Grant
from meta.secrets import Secret

log = logging.getLogger(__name__)
YOUNGEST = timedelta(hours=24)
EARLY = timedelta(days=20)
JITTER = timedelta(days=7)
LEASE = timedelta(minutes=5)
FIRST_WAIT = timedelta(minutes=15)
LONGEST_WAIT = timedelta(hours=12)
LAST_DAY_WAIT = timedelta(hours=1)


def due_at(connection: Connection, issued_at: datetime) -> datetime | None:
    """Return when the token should be refreshed: not before it is 24 hours old, and 13 to 20 days before its end.

    Which day of those seven is fixed by the connection's id, so that accounts connected together do not fall due
    together. None when the token has no known end.
    """
    if connection.expires_at is None:
        return None
    return max(connection.expires_at - EARLY + _jitter(connection.pk), issued_at + YOUNGEST)


def _jitter(pk: UUID) -> timedelta:
    return JITTER * (int.from_bytes(sha256(pk.bytes).digest()[:4]) / 2**32)


def back_off(connection: Connection, now: datetime) -> datetime:
    """Return when to try again after trouble: 15 minutes, doubled up to 12 hours, hourly on a token's last day."""
    wait = min(FIRST_WAIT * 2 ** min(connection.failures, 10), LONGEST_WAIT)
    left = connection.time_left(now)
    if left is not None and left < timedelta(hours=24):
        wait = min(wait, LAST_DAY_WAIT)
    return now + wait


@dataclass(frozen=True)
class Renewed:
    """What a refresh brought: the person's token and, with Facebook Login, the Page's."""

    grant: Grant
    page_token: Secret | None = None
    tasks: tuple[str, ...] | None = None


class OtherOwner(NoAnswer):
    """The answer belongs to somebody else; it is thrown away."""


def refresh(connection_id: UUID, *, by_hand: bool = False) -> str:
    """Refresh one connection's token if it may be refreshed, and return what happened in one word.

    'busy', 'young', 'resting', 'expired', 'refreshed', 'refused', 'later' or 'stale' (another worker was faster). The
    lease keeps two workers apart; should it run out, the generation lets only one of them store.
    """
    rows = Connection.objects.filter(pk=connection_id)
    epoch = leasing.take(rows, connection_id, LEASE)
    if epoch is None:
        return "busy"
    try:
        return _refresh(rows.select_related("ig_user", "page").get(), epoch, by_hand=by_hand)
    finally:
        leasing.give_back(rows, connection_id, epoch)


def _refresh(connection: Connection, epoch: int, *, by_hand: bool) -> str:
    now = timezone.now()
    if not connection.is_usable and not (by_hand and connection.state == Connection.State.NEEDS_REAUTH):
        return "resting"
    try:
        stored = credentials.read(connection, credentials.USER)
    except credentials.CredentialUnreadable as error:
        standing.lose(connection, error.message)
        return "refused"
    if connection.expires_at is not None and connection.expires_at <= now:
        standing.lose(connection, _("The access has expired: Meta gave it for 60 days. Connect the account again."))
        return "expired"
    if now - stored.issued_at < YOUNGEST:
        _set_due(connection, due_at(connection, stored.issued_at))
        return "young"
    return _ask(connection, stored, epoch, now)


def _ask(connection: Connection, stored: credentials.Stored, epoch: int, now: datetime) -> str:
    try:
        with ledger.attempt("refresh_token", connection=connection, epoch=epoch):
            renewed = _renew(connection, stored.token)
    except TokenInvalid as error:
        health.note_error(connection, error)
        _after_refusal(connection, error, now)
        return "refused"
    except MetaError as error:
        health.note_error(connection, error)
        _set_due(connection, back_off(connection, now))
        return "later"
    return _keep(connection, stored, renewed, epoch)


def _after_refusal(connection: Connection, error: TokenInvalid, now: datetime) -> None:
    """Ask soon for the second opinion; where the probe disagreed, say so and leave Meta alone for a while."""
    connection.refresh_from_db(fields=["state", "auth_failed_at"])
    if not connection.is_usable:
        return
    if connection.auth_failed_at is not None:
        _set_due(connection, now + health.BETWEEN_REFUSALS * 2)
        return
    problem = _("It works, but Meta does not renew its access: %(cause)s") % {"cause": error.cause}
    Connection.objects.filter(pk=connection.pk).usable().update(problem=problem[:300])
    _set_due(connection, now + LONGEST_WAIT)


def _renew(connection: Connection, token: Secret) -> Renewed:
    """Return the new tokens, proven to belong to the same account where Meta answers that question."""
    app, hosts = graphs.app_for(connection.login), graphs.hosts()
    grant = oauth.refresh(app, hosts, token)
    graph = graphs.graph_with(connection.login, grant.token, ig_id=connection.ig_user.ig_id)
    if BY_KEY[connection.login].has_pages:
        _must_be(connection.meta_user_id, page.me_id(graph))
        if connection.page is None:
            return Renewed(grant)
        node = page.get(graph, connection.page.page_id)
        return Renewed(grant, node.token, node.tasks)
    try:
        owner = ig_user_node.me(graph)
    except TokenInvalid as error:
        raise NoAnswer(_("Instagram gave a new access that does not work. We keep the one we have.")) from error
    except MetaError as error:
        # The new token came over TLS for the old one; not being able to ask whose it is, is no reason to lose it.
        log.info("Whose the refreshed token is could not be asked: %s", error)
        return Renewed(grant)
    _must_be(connection.ig_user.ig_id, owner.ig_id)
    return Renewed(grant)


def _must_be(expected: str, came: str) -> None:
    if expected != came:
        raise OtherOwner(_("Meta answered with the access of another account. We keep the one we have."))


def _keep(connection: Connection, stored: credentials.Stored, renewed: Renewed, epoch: int) -> str:
    """Store the new generation, unless another worker did or the lease went to somebody else."""
    now = timezone.now()
    connection.expires_at = oauth.until(renewed.grant, now)
    values: dict[str, object] = {
        "expires_at": connection.expires_at,
        "refresh_due_at": due_at(connection, now),
        "refreshed_at": now,
    }
    if renewed.tasks is not None:
        values["tasks"] = list(renewed.tasks)
    try:
        with transaction.atomic():
            if not Connection.objects.filter(pk=connection.pk, lease_epoch=epoch).update(**values):
                return "stale"
            credentials.store(
                connection,
                credentials.USER,
                renewed.grant.token,
                generation=stored.generation + 1,
                expires_at=connection.expires_at,
            )
            if renewed.page_token is not None:
                credentials.store(connection, credentials.PAGE, renewed.page_token)
    except IntegrityError:
        return "stale"
    standing.restore(connection)
    standing.prove(connection)
    return "refreshed"


def _set_due(connection: Connection, when: datetime | None) -> None:
    Connection.objects.filter(pk=connection.pk).update(refresh_due_at=when)
    connection.refresh_due_at = when
