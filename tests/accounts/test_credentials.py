"""Tokens at rest: sealed to their place, masked everywhere, unreadable once moved or damaged."""

import json
import pickle

import pytest
from django.core import serializers
from django.db import IntegrityError, transaction
from django.db import connection as database

from accounts import credentials, graphs
from accounts.models import Connection, Credential
from meta.secrets import Secret
from workspaces.scoping import workspace_in_force

CANARY = "IGAAcanary0token0that0must0not0show"


@pytest.fixture
def connection(in_aurora, ig_user_factory, connection_factory) -> Connection:
    made = connection_factory(ig_user_factory("northlight"))
    credentials.store(made, credentials.USER, Secret(CANARY))
    return made


def test_the_newest_generation_is_read_at_each_call(connection):
    credentials.store(connection, credentials.USER, Secret("second"))
    stored = credentials.read(connection, credentials.USER)
    assert stored.token.reveal() == "second"
    assert stored.generation == 2


def test_K01_the_database_holds_no_token_in_clear(connection):
    with database.cursor() as cursor:
        cursor.execute("SELECT sealed, kid FROM accounts_credential")
        rows = repr([[bytes(value) if not isinstance(value, str) else value for value in row] for row in cursor])
    assert CANARY not in rows
    assert CANARY[::-1] not in rows


def test_K04_a_credential_does_not_show_itself(connection):
    row = Credential.objects.get()
    stored = credentials.read(connection, credentials.USER)
    assert CANARY not in f"{row} {row!r} {stored} {stored!r} {stored.token}"
    with pytest.raises(TypeError):
        pickle.dumps(stored)
    with pytest.raises(TypeError):
        json.dumps(stored.token)
    assert CANARY not in serializers.serialize("json", [row])


def test_K07_a_token_copied_to_another_workspace_does_not_open(cast, connection, ig_user_factory, connection_factory):
    theirs = connection_factory(ig_user_factory("mallorys", workspace=cast.borealis))
    row = Credential.objects.get()
    with workspace_in_force(cast.borealis.id):
        copied = Credential(connection=theirs, subject=row.subject, generation=1, kid=row.kid, sealed=row.sealed)
        copied.issued_at = row.issued_at
        copied.save()
        with pytest.raises(credentials.CredentialUnreadable):
            graphs.graph_for(theirs)
        theirs.refresh_from_db()
        assert theirs.state == Connection.State.NEEDS_REAUTH


@pytest.mark.parametrize("change", [{"subject": "page"}, {"generation": 2}])
def test_K07_a_token_moved_within_its_connection_does_not_open(connection, change):
    Credential.objects.update(**change)
    with pytest.raises(credentials.CredentialUnreadable):
        credentials.read(connection, change.get("subject", "user"))


def test_K08_a_flipped_bit_is_noticed_and_no_call_is_made(connection):
    row = Credential.objects.get()
    sealed = bytearray(bytes(row.sealed))
    sealed[20] ^= 1
    Credential.objects.update(sealed=bytes(sealed))
    with pytest.raises(credentials.CredentialUnreadable) as refused:
        graphs.graph_for(connection)
    assert refused.value.sent is False
    connection.refresh_from_db()
    assert connection.state == Connection.State.NEEDS_REAUTH
    assert "cannot be read" in connection.problem


def test_a_token_sealed_with_an_older_key_still_opens(connection, settings):
    settings.TOKEN_KEYS = [("new", b"n" * 32), *settings.TOKEN_KEYS]
    assert credentials.read(connection, credentials.USER).token.reveal() == CANARY
    credentials.store(connection, credentials.USER, Secret("again"))
    assert Credential.objects.get().kid == "new"


def test_K22_without_its_key_a_token_is_unusable_and_the_account_asks_to_be_reconnected(connection, settings):
    settings.TOKEN_KEYS = [("other", b"o" * 32)]
    with pytest.raises(credentials.CredentialUnreadable):
        graphs.graph_for(connection)
    connection.refresh_from_db()
    assert connection.state == Connection.State.NEEDS_REAUTH


def test_two_writers_of_one_generation_leave_one(connection):
    credentials.store(connection, credentials.USER, Secret("winner"), generation=2)
    with pytest.raises(IntegrityError), transaction.atomic():
        credentials.store(connection, credentials.USER, Secret("loser"), generation=2)
    assert credentials.read(connection, credentials.USER).token.reveal() == "winner"
