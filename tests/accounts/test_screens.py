"""The account screens: who sees what, what each state says, and how many queries a long list costs."""

import re
from datetime import timedelta

import pytest
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin
from django.core.management import CommandError, call_command
from django.db import connection as database
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import credentials
from accounts.models import Connection, Credential, Errand, IGUser, PendingGrant
from accounts.signals import account_removed, connection_lost
from meta.secrets import Secret
from tests.accounts import consent
from workspaces.scoping import workspace_in_force

pytestmark = pytest.mark.django_db
State = Connection.State


def text_of(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_a_list_of_many_accounts_costs_as_many_queries_as_one_of_few(cast, ig_user_factory, connection_factory):
    browser = cast.browser("ada")
    counts = []
    for _ in range(2):
        for _ in range(6):
            account = ig_user_factory(client=cast.client)
            connection_factory(account)
            connection_factory(account, "facebook")
        with CaptureQueriesContext(database) as seen:
            assert browser.get(reverse("accounts", args=["aurora"])).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("state", "word"),
    [
        (State.ACTIVE, "Connected"),
        (State.DEGRADED, "Not answering well"),
        (State.NEEDS_REAUTH, "Reconnect"),
        (State.REVOKED, "Access withdrawn"),
        (State.DISCONNECTED, "Not connected"),
    ],
)
def test_the_list_says_how_each_account_stands(cast, ig_user_factory, connection_factory, state, word):
    connection_factory(ig_user_factory("northlight"), state=state)
    shown = text_of(cast.browser("ada").get(reverse("accounts", args=["aurora"])))
    assert "@northlight" in shown
    assert word in shown


def test_an_access_that_ends_within_a_week_shows_before_it_ends(cast, ig_user_factory, connection_factory):
    connection_factory(ig_user_factory(), expires_at=timezone.now() + timedelta(days=3, hours=1))
    shown = text_of(cast.browser("ada").get(reverse("accounts", args=["aurora"])))
    assert "Expires soon" in shown
    assert "3 days" in shown


def test_a_member_limited_to_a_client_sees_that_clients_accounts(cast, ig_user_factory):
    ig_user_factory("bakery.lisbon", client=cast.client)
    ig_user_factory("gym.lisbon", client=cast.other_client)
    ig_user_factory("nobodys")
    shown = text_of(cast.browser("cleo").get(reverse("accounts", args=["aurora"])))
    assert "@bakery.lisbon" in shown
    assert "@gym.lisbon" not in shown
    assert "@nobodys" not in shown


def test_who_may_only_look_finds_no_button_to_change_anything(cast, ig_user_factory, connection_factory):
    connection = connection_factory(ig_user_factory("northlight"), state=State.NEEDS_REAUTH)
    browser = cast.browser("vi")
    for address in (reverse("accounts", args=["aurora"]), reverse("account", args=["aurora", connection.ig_user_id])):
        shown = browser.get(address).content.decode()
        assert "northlight" in shown
        assert reverse("connect_start", args=["aurora"]) not in shown
        assert "/disconnect/" not in shown


def test_an_empty_workspace_shows_the_way_to_the_doors(cast):
    shown = cast.browser("ada").get(reverse("accounts", args=["aurora"])).content.decode()
    assert "No account yet" in shown
    assert reverse("connect", args=["aurora"]) in shown


def test_the_doors_show_what_each_opens_and_will_ask(cast):
    shown = text_of(cast.browser("ada").get(reverse("connect", args=["aurora"])))
    for phrase in ("With Instagram alone", "With a Facebook Page", "instagram_business_content_publish", "answer only"):
        assert phrase in shown


def test_disconnecting_shreds_the_tokens_tells_the_product_and_keeps_the_account(ada, connected):
    lost = []

    def listen(connection, **_):
        lost.append(connection.pk)

    connection_lost.connect(listen)
    with TestCase.captureOnCommitCallbacks(execute=True):
        answer = ada.post(reverse("disconnect", args=["aurora", connected.pk]))
    connection_lost.disconnect(listen)
    assert answer.status_code == 302
    connected.refresh_from_db()
    assert connected.state == State.DISCONNECTED
    assert not Credential.objects.exists()
    assert lost == [connected.pk]
    assert IGUser.objects.here().count() == 1
    assert "Not connected" in text_of(ada.get(reverse("accounts", args=["aurora"])))


def test_disconnecting_the_last_connection_of_a_person_takes_the_grant_back(ada, by_page, stand_in):
    ada.post(reverse("disconnect", args=["aurora", by_page.pk]))
    assert not any(token["alive"] for token in stand_in.read("state")["tokens"])


def test_a_grant_on_which_another_workspace_lives_is_not_taken_back(ada, cast, by_page, stand_in, ig_user_factory):
    with workspace_in_force(cast.borealis.id):
        theirs = IGUser.objects.create(username="x", ig_id="1")
        Connection.objects.create(
            ig_user=theirs, login="facebook", app_id=by_page.app_id, meta_user_id=by_page.meta_user_id
        )
    ada.post(reverse("disconnect", args=["aurora", by_page.pk]))
    assert any(token["alive"] for token in stand_in.read("state")["tokens"])


def test_removing_an_account_ends_its_connections_and_connecting_again_brings_it_back(ada, cast, connected):
    gone = []

    def listen(ig_user, **_):
        gone.append(ig_user.username)

    account_removed.connect(listen)
    address = reverse("account_remove", args=["aurora", connected.ig_user_id])
    assert "What was published and measured stays" in text_of(ada.get(address))
    with TestCase.captureOnCommitCallbacks(execute=True):
        ada.post(address)
    account_removed.disconnect(listen)
    assert gone == ["levain.porto"]
    assert not Credential.objects.exists()
    assert "No account yet" in text_of(ada.get(reverse("accounts", args=["aurora"])))
    consent.walk(ada, "aurora", "instagram", "levain.porto")
    assert IGUser.objects.here().get().pk == connected.ig_user_id
    assert Connection.objects.get().state == State.ACTIVE


def test_checking_now_proves_the_access_and_says_when_it_is_too_young_to_renew(ada, connected, grow_old):
    address = reverse("connection_check", args=["aurora", connected.pk])
    assert "younger than a day" in text_of(ada.post(address, follow=True))
    grow_old(connected)
    assert "its access was renewed" in text_of(ada.post(address, follow=True))
    assert credentials.read(connected, credentials.USER).generation == 2


def test_checking_a_lost_connection_that_works_again_brings_it_back(ada, connected):
    Connection.objects.update(state=State.NEEDS_REAUTH, problem="x")
    ada.post(reverse("connection_check", args=["aurora", connected.pk]))
    connected.refresh_from_db()
    assert (connected.state, connected.problem) == (State.ACTIVE, "")


def test_checking_while_meta_is_down_is_a_sentence(ada, connected, stand_in):
    stand_in.control("faults", path="/me", kind="html")
    shown = text_of(ada.post(reverse("connection_check", args=["aurora", connected.pk]), follow=True))
    assert "Meta" in shown
    connected.refresh_from_db()
    assert connected.is_usable


def test_an_account_moves_to_another_client_and_not_to_one_of_another_workspace(ada, cast, connected):
    address = reverse("account_client", args=["aurora", connected.ig_user_id])
    ada.post(address, {"client": str(cast.other_client.pk)})
    assert IGUser.objects.get().client == cast.other_client
    ada.post(address, {"client": "00000000-0000-0000-0000-000000000000"})
    assert IGUser.objects.get().client == cast.other_client


def test_a_picture_that_is_gone_from_the_disk_is_not_found(ada, connected):
    connected.ig_user.picture.storage.delete(connected.ig_user.picture.name)
    assert ada.get(reverse("ig_user_picture", args=["aurora", connected.ig_user_id])).status_code == 404


def test_K05_the_admin_site_shows_connections_and_no_token(cast, client, ig_user_factory, connection_factory):
    connection = connection_factory(ig_user_factory("northlight"))
    with workspace_in_force(cast.aurora.id):
        credentials.store(connection, credentials.USER, Secret("IGAAcanary"))
    for model in (Credential, PendingGrant, Errand, SocialApp, SocialAccount, SocialToken):
        assert not admin.site.is_registered(model)
    cast.ada.is_staff = cast.ada.is_superuser = True
    cast.ada.save()
    browser = cast.browser("ada")
    for name in ("iguser", "connection", "accountgate", "remoteattempt", "heartbeat"):
        assert browser.get(reverse(f"admin:accounts_{name}_changelist")).status_code == 200
    shown = browser.get(reverse("admin:accounts_connection_change", args=[connection.pk])).content.decode()
    assert "northlight" in browser.get(reverse("admin:accounts_connection_changelist")).content.decode()
    assert "IGAAcanary" not in shown
    assert "sealed" not in shown


def test_an_operator_renews_tokens_from_the_admin_site(cast, connected, grow_old, ada):
    grow_old(connected)
    cast.ada.is_staff = cast.ada.is_superuser = True
    cast.ada.save()
    answer = cast.browser("ada").post(
        reverse("admin:accounts_connection_changelist"),
        {"action": "refresh_now", "_selected_action": str(connected.pk)},
        follow=True,
    )
    assert "@levain.porto: renewed" in answer.content.decode()


def test_K23_credentials_cannot_be_dumped(cast, ig_user_factory, connection_factory, capsys):
    connection = connection_factory(ig_user_factory())
    with workspace_in_force(cast.aurora.id):
        credentials.store(connection, credentials.USER, Secret("IGAAcanary"))
    with pytest.raises(CommandError):
        call_command("dumpdata", "accounts.credential")
    assert "sealed" not in capsys.readouterr().out
