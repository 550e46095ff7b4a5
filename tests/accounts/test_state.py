"""What binds a callback to its start: door, browser, person, workspace, errand, time; and each is used once."""

import logging
import threading
import time
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.db import connection as database
from django.urls import reverse
from django.utils import timezone

from accounts import credentials
from accounts.doors import errands
from accounts.models import Connection, Credential, Errand, IGUser
from accounts.refusals import Refused
from tests.accounts import consent
from workspaces.models import Membership
from workspaces.roles import Role
from workspaces.scoping import workspace_in_force

pytestmark = pytest.mark.django_db
DOORS = [("instagram", "levain.porto"), ("facebook", "tomas")]


def nothing_was_stored(cast) -> bool:
    with workspace_in_force(cast.aurora.id):
        return not IGUser.objects.exists() and not Credential.objects.exists()


@pytest.mark.parametrize("query", [{"code": "x"}, {"code": "x", "state": "forged"}, {}, {"state": "forged"}])
@pytest.mark.parametrize("door", ["instagram", "facebook"])
def test_O01_without_our_state_no_code_leaves(ada, cast, token_calls, door, query):
    answer = ada.get(reverse(f"{door}_callback"), query)
    assert answer.status_code == 400
    assert token_calls() == []
    assert nothing_was_stored(cast)


@pytest.mark.parametrize(("door", "who"), DOORS)
def test_O02_a_state_works_once(ada, cast, token_calls, door, who):
    location = consent.decide(consent.start(ada, "aurora", door)["Location"], who)
    assert consent.come_back(ada, location).status_code == 302
    before = token_calls()
    assert before
    assert consent.come_back(ada, location).status_code == 400
    assert token_calls() == before


@pytest.mark.parametrize(("door", "who"), DOORS)
def test_O03_a_state_of_another_browser_is_refused(ada, cast, token_calls, door, who):
    location = consent.decide(consent.start(ada, "aurora", door)["Location"], who)
    assert consent.come_back(cast.browser("ada"), location).status_code == 400
    assert token_calls() == []


@pytest.mark.parametrize(("door", "who"), DOORS)
def test_O04_a_state_older_than_ten_minutes_is_refused_by_the_session(ada, token_calls, door, who):
    location = consent.decide(consent.start(ada, "aurora", door)["Location"], who)
    with time_machine.travel(time.time() + 601, tick=True):
        assert consent.come_back(ada, location).status_code == 400
    assert token_calls() == []


@pytest.mark.parametrize(("door", "who"), DOORS)
def test_O04_an_errand_older_than_ten_minutes_is_refused_by_the_database(ada, cast, token_calls, door, who):
    location = consent.decide(consent.start(ada, "aurora", door)["Location"], who)
    with workspace_in_force(cast.aurora.id):
        Errand.objects.update(created_at=timezone.now() - timedelta(minutes=11))
    assert consent.come_back(ada, location).status_code == 400
    assert token_calls() == []


@pytest.mark.parametrize(
    ("door", "other", "who"), [("instagram", "facebook", "levain.porto"), ("facebook", "instagram", "tomas")]
)
def test_O05_a_state_of_one_door_is_refused_at_the_other(ada, token_calls, door, other, who):
    location = consent.decide(consent.start(ada, "aurora", door)["Location"], who)
    query = parse_qs(urlsplit(location).query)
    answer = ada.get(reverse(f"{other}_callback"), {"code": query["code"][0], "state": query["state"][0]})
    assert answer.status_code == 400
    assert token_calls() == []


def test_O06_a_replayed_code_under_a_new_state_leaves_one_generation(ada, cast):
    location = consent.decide(consent.start(ada, "aurora", "instagram")["Location"], "levain.porto")
    consent.come_back(ada, location)
    code = parse_qs(urlsplit(location).query)["code"][0]
    state = parse_qs(urlsplit(consent.start(ada, "aurora", "instagram")["Location"]).query)["state"][0]
    answer = ada.get(reverse("instagram_callback"), {"code": code, "state": state})
    assert answer.status_code == 400
    assert "Nothing was" in answer.content.decode() or "again" in answer.content.decode()
    with workspace_in_force(cast.aurora.id):
        assert list(Credential.objects.values_list("generation", flat=True)) == [1]


@pytest.mark.django_db(transaction=True)
def test_O06_of_two_callbacks_at_the_same_moment_one_claims_the_errand(cast):
    with workspace_in_force(cast.aurora.id):
        kept = errands.open_errand(cast.ada, "instagram", ig_user=None, client=None, asked=[])
    user = get_user_model().objects.get(pk=cast.ada.pk)
    together, outcomes = threading.Barrier(4), []

    def call() -> None:
        together.wait()
        try:
            errands.claim(user, "instagram", kept)
            outcomes.append("claimed")
        except Refused:
            outcomes.append("refused")
        finally:
            database.close()

    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["claimed", "refused", "refused", "refused"]


def test_O07_somebody_elses_callback_address_links_nothing(ada, cast, token_calls):
    location = consent.decide(
        consent.start(cast.browser("mallory"), "borealis", "instagram")["Location"], "crux.lisboa"
    )
    consent.start(ada, "aurora", "instagram")
    assert consent.come_back(ada, location).status_code == 400
    assert token_calls() == []
    assert nothing_was_stored(cast)


def test_an_errand_of_another_person_is_refused_even_with_its_state(cast):
    with workspace_in_force(cast.aurora.id):
        kept = errands.open_errand(cast.ada, "instagram", ig_user=None, client=None, asked=[])
    ben = get_user_model().objects.get(pk=cast.ben.pk)
    with pytest.raises(Refused):
        errands.claim(ben, "instagram", kept)
    with pytest.raises(Refused):
        errands.claim(ben, "instagram", kept | {"user": str(ben.pk)})


@pytest.mark.parametrize(
    ("door", "who", "wrong"), [("instagram", "levain.porto", "crux.lisboa"), ("facebook", "tomas", "rui")]
)
def test_O09_another_account_on_reconnect_changes_nothing(ada, cast, stand_in, door, who, wrong):
    response = consent.walk(ada, "aurora", door, who)
    if door == "facebook":
        consent.pick(ada, response)
    with workspace_in_force(cast.aurora.id):
        account = IGUser.objects.get()
        before = list(Credential.objects.values_list("pk", "generation"))
    answer = consent.walk(ada, "aurora", door, wrong, account=str(account.pk))
    assert answer.status_code == 409
    assert "Another account came back" in answer.content.decode()
    with workspace_in_force(cast.aurora.id):
        assert IGUser.objects.get() == account
        assert list(Credential.objects.values_list("pk", "generation")) == before
        assert credentials.read(Connection.objects.get(), credentials.USER).token


def test_a_reconnect_brings_a_lost_connection_back(ada, cast, connected):
    Connection.objects.update(state=Connection.State.NEEDS_REAUTH, problem="The password was changed.")
    answer = consent.walk(ada, "aurora", "instagram", "levain.porto", account=str(connected.ig_user_id))
    assert answer.status_code == 302
    connected.refresh_from_db()
    assert (connected.state, connected.problem) == (Connection.State.ACTIVE, "")
    assert credentials.read(connected, credentials.USER).generation == 2


def test_O10_a_member_who_lost_the_right_on_the_way_connects_nothing(ada, cast, token_calls):
    location = consent.decide(consent.start(ada, "aurora", "instagram")["Location"], "levain.porto")
    with workspace_in_force(cast.aurora.id):
        Membership.objects.filter(user=cast.ada).update(role=Role.ANALYST)
    answer = consent.come_back(ada, location)
    assert answer.status_code == 403
    assert token_calls() == []
    assert nothing_was_stored(cast)


@pytest.mark.django_db(transaction=True)
def test_O10_a_member_removed_while_the_code_is_exchanged_connects_nothing(ada, cast, stand_in):
    location = consent.decide(consent.start(ada, "aurora", "instagram")["Location"], "levain.porto")
    stand_in.control("faults", path="/oauth/access_token", kind="slow", seconds=2)

    def remove() -> None:
        with workspace_in_force(cast.aurora.id):
            Membership.objects.filter(user=cast.ada).delete()
        database.close()

    meanwhile = threading.Timer(0.7, remove)
    meanwhile.start()
    answer = consent.come_back(ada, location)
    meanwhile.join()
    assert answer.status_code == 403
    assert nothing_was_stored(cast)


def test_signing_out_on_the_way_connects_nothing(ada, cast, token_calls):
    location = consent.decide(consent.start(ada, "aurora", "instagram")["Location"], "levain.porto")
    ada.logout()
    assert consent.come_back(ada, location).status_code == 403
    assert token_calls() == []


@pytest.mark.parametrize("headers", [{"HTTP_HOST": "testserver"}, {"HTTP_X_FORWARDED_HOST": "evil.example"}])
def test_O12_the_redirect_address_does_not_believe_the_request(ada, headers):
    answer = ada.post(reverse("connect_start", args=["aurora"]), {"door": "instagram"}, **headers)
    query = parse_qs(urlsplit(answer["Location"]).query)
    assert query["redirect_uri"] == ["http://localhost:8000/connect/callback/instagram/"]


def test_O12_a_door_takes_no_scope_or_parameter_from_the_address(ada):
    address = reverse("connect_start", args=["aurora"]) + "?scope=ads_management&auth_params=client_id%3D1"
    location = ada.post(address, {"door": "instagram"})["Location"]
    assert "ads_management" not in location
    assert "client_id=990602627938098" in location
    assert ada.get(reverse("connect_start", args=["aurora"])).status_code == 405


def test_O14_odd_bytes_in_a_code_are_a_sentence(ada, cast):
    for code in ("%00%ff%fe", "%F0%9F%92%A9", "a" * 5000):
        location = consent.start(ada, "aurora", "instagram")["Location"]
        state = parse_qs(urlsplit(location).query)["state"][0]
        answer = ada.get(f"{reverse('instagram_callback')}?code={code}&state={state}")
        assert answer.status_code in (400, 502), answer.status_code
    assert nothing_was_stored(cast)


def test_O15_an_answer_lost_after_meta_accepted_leaves_no_half_account(ada, cast, stand_in):
    stand_in.control("faults", path="/oauth/access_token", kind="drop", when="after")
    assert consent.walk(ada, "aurora", "instagram", "levain.porto").status_code == 502
    assert nothing_was_stored(cast)
    assert consent.walk(ada, "aurora", "instagram", "levain.porto").status_code == 302


def test_O17_a_state_has_256_bits_and_is_not_logged(ada, caplog):
    with caplog.at_level(logging.DEBUG):
        states = [
            parse_qs(urlsplit(consent.start(ada, "aurora", "instagram")["Location"]).query)["state"][0]
            for _ in range(3)
        ]
        answer = ada.get(reverse("instagram_callback"), {"code": "x", "state": "forged"})
    assert len(set(states)) == 3
    assert all(len(state) >= 43 for state in states)
    assert not any(state in caplog.text for state in states)
    assert answer["Referrer-Policy"] == "same-origin"


def test_K06_no_token_or_code_is_logged_on_the_way(ada, cast, stand_in, caplog):
    with caplog.at_level(logging.DEBUG):
        location = consent.decide(consent.start(ada, "aurora", "instagram")["Location"], "levain.porto")
        caplog.clear()
        consent.come_back(ada, location)
    with workspace_in_force(cast.aurora.id):
        token = credentials.read(Connection.objects.get(), credentials.USER).token.reveal()
    assert token not in caplog.text
    assert "sandbox-instagram-secret" not in caplog.text
