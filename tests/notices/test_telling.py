"""People are told once, the right people, and a silent mail server loses nothing."""

import smtplib

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from accounts.signals import connection_lost
from notices import sending, telling
from notices.models import MOST_ATTEMPTS, Notice
from workspaces.roles import Right
from workspaces.scoping import across_workspaces, workspace_in_force

pytestmark = pytest.mark.django_db
RIGHT_TO_CONNECT = {"ada@example.com", "ben@example.com", "mia@example.com"}


def lose(connection):
    with workspace_in_force(connection.workspace_id):
        connection_lost.send(sender=type(connection), connection=connection)


def recipients():
    return {address for message in mail.outbox for address in message.to}


@pytest.fixture
def connection(ig_user_factory, connection_factory):
    return connection_factory(ig_user_factory("miramar.funchal"), problem="Access withdrawn.")


def test_a_lost_connection_tells_everybody_who_can_reconnect_and_nobody_else(connection):
    lose(connection)
    assert sending.deliver_due() == 3
    assert recipients() == RIGHT_TO_CONNECT
    assert "miramar.funchal" in mail.outbox[0].subject
    assert "Access withdrawn." in mail.outbox[0].body
    assert f"/w/aurora/accounts/{connection.ig_user_id}/" in mail.outbox[0].body


def test_a_connection_that_somebody_ended_on_purpose_is_no_news(connection):
    connection.state = "disconnected"
    lose(connection)
    assert sending.deliver_due() == 0


def test_the_same_loss_told_twice_is_one_mail(connection):
    lose(connection)
    lose(connection)
    sending.deliver_due()
    sending.deliver_due()
    assert len(mail.outbox) == 3


def test_a_mail_server_that_refuses_is_tried_again_and_given_up_in_the_end(connection, monkeypatch):
    lose(connection)

    def refuse(*_args):
        raise smtplib.SMTPServerDisconnected("gone")

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    assert sending.deliver_due() == 0
    with across_workspaces("a test"):
        assert Notice.objects.unsent().count() == 3
        row = Notice.objects.first()
    for _ in range(MOST_ATTEMPTS):
        with workspace_in_force(row.workspace_id):
            sending.deliver(row.pk)
    with across_workspaces("a test"):
        assert Notice.objects.get(pk=row.pk).attempts == MOST_ATTEMPTS
        assert not Notice.objects.unsent().filter(pk=row.pk).exists()


def test_who_is_limited_to_other_clients_is_not_told(cast):
    with workspace_in_force(cast.aurora.id):
        told = telling.tell(
            "k", right=Right.APPROVE, client_id=cast.other_client.id, subject="s",
            template="notices/mail/connection_lost.txt", path="/x/",
        )  # fmt: skip
        assert not Notice.objects.filter(user=cast.cleo).exists()
    assert told == 3
