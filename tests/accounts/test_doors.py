"""Both doors from the button to the connected account, and every way a person can come back with less."""

import re
from datetime import timedelta

import pytest
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone

from accounts import choosing, credentials, graphs
from accounts.models import Connection, Credential, IGUser, PendingGrant
from accounts.signals import account_connected
from meta import ig_user
from tests.accounts import consent
from workspaces.models import Membership, MembershipClient
from workspaces.scoping import workspace_in_force

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard():
    """Return the accounts that `account_connected` named."""
    names = []

    def listen(ig_user, connection, **_):
        names.append(ig_user.username)

    account_connected.connect(listen)
    yield names
    account_connected.disconnect(listen)


def text_of(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


@pytest.mark.django_db(transaction=True)
def test_the_instagram_door_connects_an_account(ada, cast, heard):
    response = consent.walk(ada, "aurora", "instagram", "levain.porto")
    assert response.status_code == 302, text_of(response)
    with workspace_in_force(cast.aurora.id):
        account, connection = IGUser.objects.get(), Connection.objects.get()
        assert account.ig_id == "17841405822304914"
        assert account.username == "levain.porto"
        assert account.followers_count
        assert connection.is_usable
        assert "instagram_business_content_publish" in connection.permissions
        assert ig_user.me(graphs.graph_for(connection)).ig_id == account.ig_id
    assert heard == ["levain.porto"]
    shown = ada.get(response["Location"])
    assert "Connected: @levain.porto." in text_of(shown)


def test_the_picture_is_fetched_and_served_by_us(ada, connected):
    assert connected.ig_user.picture
    answer = ada.get(reverse("ig_user_picture", args=["aurora", connected.ig_user_id]))
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Cache-Control"] == "private, max-age=86400"
    assert answer.content.startswith(b"\xff\xd8")


@pytest.mark.parametrize("variants", [{"ig_token": "data", "me": "data"}, {"ig_permissions": "string"}])
def test_the_instagram_door_takes_both_documented_answer_shapes(ada, cast, stand_in, variants):
    stand_in.control("variants", **variants)
    try:
        assert consent.walk(ada, "aurora", "instagram", "crux.lisboa").status_code == 302
    finally:
        stand_in.control("variants", ig_token="flat", me="flat", ig_permissions="list")
    with workspace_in_force(cast.aurora.id):
        assert "instagram_business_manage_insights" in Connection.objects.get().permissions


@pytest.mark.django_db(transaction=True)
def test_the_facebook_door_connects_every_ticked_page_of_several_result_pages(ada, cast, heard):
    response = consent.walk(ada, "aurora", "facebook", "ana")
    assert response.status_code == 302, text_of(response)
    shown = consent.pick(ada, response)
    assert shown.status_code == 200
    with workspace_in_force(cast.aurora.id):
        count = Connection.objects.count()
        assert count > 25
        assert len(heard) == count
        some = Connection.objects.select_related("ig_user", "page").first()
        assert some.page.name
        found = ig_user.get(graphs.graph_for(some), some.ig_user.ig_id)
        assert found.username == some.ig_user.username
        assert credentials.read(some, credentials.USER).token != credentials.read(some, credentials.PAGE).token
        assert Credential.objects.count() == 2 * count
        assert not PendingGrant.objects.exists()


def test_the_picker_says_why_a_page_cannot_be_connected_and_what_helps(ada, stand_in):
    response = consent.walk(ada, "aurora", "facebook", "ana")
    shown = text_of(ada.get(response["Location"]))
    assert "Porto Bread Week No professional Instagram account is linked to this Page." in shown
    assert "Link one in the Page's settings at Facebook" in shown.replace("&#x27;", "'")
    assert "Read only: your role on this Page does not allow publishing." in shown


def test_a_page_already_connected_is_shown_as_such_and_its_tokens_are_renewed(ada, by_page, stand_in):
    before = credentials.read(by_page, credentials.PAGE).generation
    response = consent.walk(ada, "aurora", "facebook", "ana")
    shown = consent.pick(ada, response, "134895793791914")
    assert shown.status_code == 200
    response = consent.walk(ada, "aurora", "facebook", "tomas")
    assert "Already connected through this sign-in." in text_of(ada.get(response["Location"]))
    consent.pick(ada, response, "134895793791914")
    assert credentials.read(by_page, credentials.PAGE).generation > before
    assert IGUser.objects.count() == 1
    assert Connection.objects.count() == 2


def test_a_person_without_any_page_reads_what_to_do(ada, stand_in):
    response = consent.walk(ada, "aurora", "facebook", "rui")
    assert "Facebook returned no Page" in text_of(ada.get(response["Location"]))


def test_a_page_linked_to_a_personal_account_cannot_be_connected(ada, stand_in):
    response = consent.walk(ada, "aurora", "facebook", "joana")
    shown = text_of(ada.get(response["Location"]))
    assert "Nothing here can be connected" in shown
    assert "Joana Pires No professional Instagram account is linked to this Page." in shown


def test_the_picker_wants_at_least_one_account(ada, stand_in):
    response = consent.walk(ada, "aurora", "facebook", "tomas")
    answer = ada.post(response["Location"], {"decision": "connect"})
    assert answer.status_code == 422
    assert "Tick at least one account." in text_of(answer)


def test_cancelling_the_picker_forgets_the_grant_and_takes_it_back(ada, cast, stand_in):
    response = consent.walk(ada, "aurora", "facebook", "tomas")
    ada.post(response["Location"], {"decision": "cancel"})
    with workspace_in_force(cast.aurora.id):
        assert not PendingGrant.objects.exists()
    assert not any(token["alive"] for token in stand_in.read("state")["tokens"])


def test_a_pending_grant_is_nobody_elses(ada, cast, stand_in):
    response = consent.walk(ada, "aurora", "facebook", "tomas")
    assert cast.browser("ben").get(response["Location"]).status_code == 404


def test_pressing_the_pickers_button_twice_connects_once(ada, cast, stand_in):
    response = consent.walk(ada, "aurora", "facebook", "tomas")
    consent.pick(ada, response, "134895793791914")
    again = ada.post(response["Location"], {"page": "134895793791914", "decision": "connect"})
    assert again.status_code == 404
    with workspace_in_force(cast.aurora.id):
        assert Connection.objects.count() == 1


def test_an_account_already_here_gets_a_second_connection_through_the_other_login(ada, connected):
    consent.pick(ada, consent.walk(ada, "aurora", "facebook", "tomas"))
    assert IGUser.objects.count() == 1
    assert sorted(Connection.objects.values_list("login", flat=True)) == ["facebook", "instagram"]
    assert choosing.connection_for(connected.ig_user, "publish").login == "facebook"


def test_the_same_account_in_another_workspace_is_independent(ada, cast, connected):
    mallory = cast.browser("mallory")
    assert consent.walk(mallory, "borealis", "instagram", "levain.porto").status_code == 302
    with workspace_in_force(cast.borealis.id):
        theirs = Connection.objects.select_related("ig_user").get()
        assert theirs.ig_user_id != connected.ig_user_id
    shown = mallory.get(reverse("accounts", args=["borealis"]))
    assert b"Ada" not in shown.content


def test_O13_denied_consent_stores_nothing_and_offers_the_door_again(ada, cast, token_calls):
    for door, who in (("instagram", "levain.porto"), ("facebook", "tomas")):
        start = consent.start(ada, "aurora", door)
        answer = consent.come_back(ada, consent.decide(start["Location"], who, decision="cancel"))
        assert answer.status_code == 200
        assert "You pressed Cancel" in text_of(answer)
        assert reverse("connect", args=["aurora"]) in answer.content.decode()
    assert token_calls() == []
    with workspace_in_force(cast.aurora.id):
        assert not IGUser.objects.exists()


def test_O13_an_unticked_permission_connects_with_less_and_says_so(ada, cast, stand_in):
    response = consent.walk(ada, "aurora", "instagram", "levain.porto", untick=("instagram_business_content_publish",))
    shown = text_of(ada.get(response["Location"]))
    assert "came without permission for publishing" in shown
    assert "Permission missing: instagram_business_content_publish" in shown
    with workspace_in_force(cast.aurora.id):
        account = IGUser.objects.get()
        assert choosing.connection_for(account, "publish") is None
        assert choosing.connection_for(account, "insights") is not None
        assert "instagram_business_content_publish" in choosing.why_not(account, "publish")


def test_O13_without_a_required_permission_nothing_is_stored_and_the_grant_is_taken_back(ada, cast, stand_in):
    answer = consent.walk(ada, "aurora", "facebook", "tomas", untick=("pages_show_list",))
    assert answer.status_code == 400
    assert "pages_show_list" in text_of(answer)
    assert "rerequest=1" in answer.content.decode()
    with workspace_in_force(cast.aurora.id):
        assert not PendingGrant.objects.exists()
    assert not any(token["alive"] for token in stand_in.read("state")["tokens"])


def test_asking_again_sends_the_person_to_be_asked_for_what_was_declined(ada, stand_in):
    location = consent.start(ada, "aurora", "facebook", chosen="1", features="publish", rerequest="1")["Location"]
    assert "auth_type=rerequest" in location
    assert "instagram_manage_insights" not in location


def test_a_personal_account_is_told_how_to_become_professional(ada, cast, stand_in):
    body = '{"id":"1","user_id":"2","username":"joana","account_type":"PERSONAL"}'
    stand_in.control("faults", path="/me", host="graph.instagram", kind="body", body=body)
    answer = consent.walk(ada, "aurora", "instagram", "levain.porto")
    assert answer.status_code == 400
    assert "switch to a professional account" in text_of(answer)
    with workspace_in_force(cast.aurora.id):
        assert not IGUser.objects.exists()


@pytest.mark.parametrize("door", ["instagram", "facebook"])
def test_a_door_without_an_app_says_so(ada, settings, door):
    settings.INSTAGRAM_APP_ID = settings.META_APP_ID = ""
    assert consent.start(ada, "aurora", door).status_code == 404
    answer = ada.get(reverse(f"{door}_callback"), {"code": "x", "state": "y"})
    assert answer.status_code == 404
    assert "is not set up" in text_of(answer)
    assert b"This installation has no app" in ada.get(reverse("connect", args=["aurora"])).content


@pytest.mark.parametrize(
    "fault",
    [{"kind": "html"}, {"kind": "http"}, {"kind": "empty"}, {"kind": "reset"}, {"kind": "error", "code": 2}],
    ids=lambda fault: fault["kind"],
)
@pytest.mark.parametrize(("door", "who"), [("instagram", "levain.porto"), ("facebook", "tomas")])
def test_trouble_at_meta_is_a_sentence_and_the_next_try_works(ada, cast, stand_in, fault, door, who):
    stand_in.control("faults", path="/oauth/access_token", **fault)
    answer = consent.walk(ada, "aurora", door, who)
    assert answer.status_code == 502, text_of(answer)
    assert "Nothing was connected" in text_of(answer)
    with workspace_in_force(cast.aurora.id):
        assert not IGUser.objects.exists()
    assert consent.walk(ada, "aurora", door, who).status_code == 302


def test_a_picker_that_meta_does_not_answer_can_be_opened_again(ada, stand_in):
    response = consent.walk(ada, "aurora", "facebook", "tomas")
    stand_in.control("faults", path="/me/accounts", kind="html")
    assert ada.get(response["Location"]).status_code == 502
    assert ada.get(response["Location"]).status_code == 200


def test_an_account_may_be_put_under_a_client_on_the_way(ada, cast, stand_in):
    consent.walk(ada, "aurora", "instagram", "levain.porto", client=str(cast.client.pk))
    with workspace_in_force(cast.aurora.id):
        assert IGUser.objects.get().client == cast.client


def test_a_member_limited_to_a_client_connects_for_that_client_only(cast, stand_in, ada):
    with workspace_in_force(cast.aurora.id):
        MembershipClient.objects.create(membership=Membership.objects.get(user=cast.mia), client=cast.client)
    mia = cast.browser("mia")
    assert consent.start(mia, "aurora", "instagram")["Location"] == reverse("connect", args=["aurora"])
    foreign = consent.start(mia, "aurora", "instagram", client=str(cast.other_client.pk))
    assert foreign["Location"] == reverse("connect", args=["aurora"])
    consent.walk(ada, "aurora", "instagram", "crux.lisboa", client=str(cast.other_client.pk))
    answer = consent.walk(mia, "aurora", "instagram", "crux.lisboa", client=str(cast.client.pk))
    assert answer.status_code == 403
    assert "under a client you do not look after" in text_of(answer)


def test_allauth_stores_nothing_and_no_session_holds_a_token(ada, connected, by_page):
    assert not SocialAccount.objects.exists()
    assert not SocialToken.objects.exists()
    sessions = repr([session.get_decoded() for session in Session.objects.all()])
    for connection in Connection.objects.all():
        for subject in ("user", "page"):
            if connection.credentials.filter(subject=subject).exists():
                assert credentials.read(connection, subject).token.reveal() not in sessions


def test_the_sign_in_screen_offers_no_door(client, db):
    shown = client.get(reverse("account_login")).content.decode()
    assert "instagram_door" not in shown
    assert "facebook_door" not in shown


def test_a_reconnect_near_the_end_of_facebooks_data_access_asks_for_it(ada, by_page):
    location = consent.start(ada, "aurora", "facebook", account=str(by_page.ig_user_id))["Location"]
    assert "auth_type=rerequest" in location
    Connection.objects.update(data_access_expires_at=timezone.now() + timedelta(days=3))
    location = consent.start(ada, "aurora", "facebook", account=str(by_page.ig_user_id))["Location"]
    assert "auth_type=reauthorize" in location
    assert "Expires soon" in text_of(ada.get(reverse("accounts", args=["aurora"])))


def test_one_reconnect_at_facebook_brings_every_account_of_that_person_back(ada, cast, stand_in):
    consent.pick(ada, consent.walk(ada, "aurora", "facebook", "ana"), "134895793791914")
    with workspace_in_force(cast.aurora.id):
        account = IGUser.objects.get()
    response = consent.walk(ada, "aurora", "facebook", "ana")
    consent.pick(ada, response)
    with workspace_in_force(cast.aurora.id):
        count = Connection.objects.update(state=Connection.State.NEEDS_REAUTH)
    assert consent.walk(ada, "aurora", "facebook", "ana", account=str(account.pk)).status_code == 302
    with workspace_in_force(cast.aurora.id):
        assert Connection.objects.usable().count() == count > 25
