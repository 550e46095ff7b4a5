"""Tokens at rest: AES-256-GCM under a key ring, each bound to its place, each read anew for every call.

The associated data names workspace, connection, subject and generation, so a ciphertext copied to another row does not
open. The key ring is `TOKEN_KEYS`; its first key seals, every key opens.
"""

import logging
import os
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.utils import timezone

from accounts.models import Connection, Credential, PendingGrant
from meta.errors import ReconnectNeeded
from meta.secrets import Secret

log = logging.getLogger(__name__)
NONCE_BYTES = 12
USER, PAGE = Credential.Subject.USER, Credential.Subject.PAGE


class CredentialUnreadable(ReconnectNeeded):
    """A stored token could not be opened, or there is none. No call was made."""


@dataclass(frozen=True)
class Stored:
    """One opened token with the generation it had when it was read."""

    token: Secret
    generation: int
    issued_at: datetime
    expires_at: datetime | None


def seal(token: Secret, place: str) -> tuple[str, bytes]:
    """Return the key id and the ciphertext of a token bound to `place`."""
    kid, key = settings.TOKEN_KEYS[0]
    nonce = os.urandom(NONCE_BYTES)
    return kid, nonce + AESGCM(key).encrypt(nonce, token.reveal().encode(), place.encode())


def unseal(kid: str, sealed: bytes | memoryview, place: str) -> Secret:
    """Return the token, or raise CredentialUnreadable when key, place or a single bit is wrong."""
    key = dict(settings.TOKEN_KEYS).get(kid)
    if key is None:
        log.error("A stored token needs the key %s, which TOKEN_KEYS does not have.", kid)
        raise _unreadable()
    raw = bytes(sealed)
    try:
        opened = AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], place.encode())
    except (InvalidTag, ValueError):
        log.error("A stored token did not open at its place: it was damaged or moved. Place: %s", place)
        raise _unreadable() from None
    return Secret(opened.decode())


def _unreadable() -> CredentialUnreadable:
    return CredentialUnreadable(
        "The stored access to this account cannot be read.",
        cause="The stored access to this account cannot be read.",
        cure="Connect the account again.",
        sent=False,
    )


def _place(row: Credential) -> str:
    return f"{row.workspace_id}|{row.connection_id}|{row.subject}|{row.generation}"


def read(connection: Connection, subject: str) -> Stored:
    """Return the newest token of a subject, straight from the database; nothing keeps it between calls."""
    row = Credential.objects.filter(connection_id=connection.pk, subject=subject).order_by("-generation").first()
    if row is None:
        raise _unreadable()
    return Stored(unseal(row.kid, row.sealed, _place(row)), row.generation, row.issued_at, row.expires_at)


def store(
    connection: Connection,
    subject: str,
    token: Secret,
    *,
    generation: int | None = None,
    expires_at: datetime | None = None,
) -> Credential:
    """Store a token as the given generation, or as the next one, and drop those before it.

    The generation is unique per connection and subject: of two writers that saw the same one, the second fails.
    """
    older = Credential.objects.filter(connection_id=connection.pk, subject=subject)
    if generation is None:
        generation = (older.order_by("-generation").values_list("generation", flat=True).first() or 0) + 1
    row = Credential(
        workspace_id=connection.workspace_id,
        connection=connection,
        subject=subject,
        generation=generation,
        issued_at=timezone.now(),
        expires_at=expires_at,
    )
    row.kid, row.sealed = seal(token, _place(row))
    row.save(force_insert=True)
    older.filter(generation__lt=generation).delete()
    return row


def shred(connection: Connection) -> None:
    """Delete every token of a connection."""
    Credential.objects.filter(connection_id=connection.pk).delete()


def _waiting_place(grant: PendingGrant) -> str:
    return f"{grant.workspace_id}|pending|{grant.user_id}|{grant.pk}"


def seal_pending(grant: PendingGrant, token: Secret) -> None:
    """Put a token into a grant that waits for its picker; the caller saves it. It opens for this person alone."""
    grant.kid, grant.sealed = seal(token, _waiting_place(grant))


def open_pending(grant: PendingGrant) -> Secret:
    return unseal(grant.kid, grant.sealed, _waiting_place(grant))
