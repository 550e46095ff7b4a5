"""Signing in: throttled per person and per address, the same for everybody, and never a way to another site."""

import pytest
from django.core import mail
from django.urls import reverse

from tests.cast import PASSWORD
from workspaces.models import User

pytestmark = pytest.mark.django_db
FOREIGN = [
    "//evil.example",
    "https:evil.example",
    "https://evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "javascript:alert(1)",
    "https://testserver@evil.example",
    "/\t/evil.example",
    "\n//evil.example",
    "http:///evil.example",
]


def sign_in(client, email="ada@example.com", password=PASSWORD, **extra):
    data = {"login": email, "password": password, **extra.pop("data", {})}
    return client.post(reverse("account_login"), data, **extra)


def is_in(client) -> bool:
    return "_auth_user_id" in client.session


@pytest.mark.parametrize("where", FOREIGN)
def test_O11_next_never_leads_to_another_site(where, cast, client):
    assert sign_in(client, data={"next": where})["Location"] == "/"


@pytest.mark.parametrize("where", FOREIGN)
def test_O11_signing_out_never_leads_to_another_site(where, cast):
    answer = cast.browser("ada").post(reverse("account_logout"), {"next": where})
    assert "evil" not in answer["Location"]


def test_A01_one_person_cannot_be_guessed_from_many_addresses(cast, client):
    for n in range(5):
        sign_in(client, password="wrong", REMOTE_ADDR=f"10.0.0.{n}")
    sign_in(client, REMOTE_ADDR="10.0.0.99")
    assert not is_in(client)


def test_A01_while_redis_is_away_people_get_in_and_guessers_do_not(cast, client, settings):
    nobody = {"BACKEND": "config.cache.Cache", "LOCATION": "redis://127.0.0.1:9/0"}
    settings.CACHES = {"default": nobody}
    sign_in(client)
    assert is_in(client)
    client.logout()
    for n in range(5):
        sign_in(client, email="ben@example.com", password="wrong", REMOTE_ADDR=f"10.0.0.{n}")
    sign_in(client, email="ben@example.com")
    assert not is_in(client)


def test_A02_a_forged_address_does_not_buy_more_guesses(cast, client):
    for n in range(12):
        sign_in(client, email=f"p{n}@example.com", password="wrong", headers={"X-Forwarded-For": f"203.0.113.{n}"})
    sign_in(client, headers={"X-Forwarded-For": "198.51.100.1"})
    assert not is_in(client)


def test_A02_behind_a_proxy_one_guesser_does_not_lock_out_the_others(cast, client, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for n in range(12):
        sign_in(client, email=f"p{n}@example.com", password="wrong", headers={"X-Forwarded-For": "203.0.113.9"})
    sign_in(client, headers={"X-Forwarded-For": "1.2.3.4, 198.51.100.1"})
    assert is_in(client)


def test_A03_three_letters_an_hour_about_a_new_password(cast, client):
    for n in range(6):
        client.post(reverse("account_reset_password"), {"email": "ada@example.com"}, REMOTE_ADDR=f"10.0.0.{n}")
    assert len(mail.outbox) == 3


def test_A01_the_reset_answers_the_same_for_anybody(cast, client):
    known = client.post(reverse("account_reset_password"), {"email": "ada@example.com"})
    stranger = client.post(reverse("account_reset_password"), {"email": "nobody@example.com"})
    assert (known.status_code, known["Location"]) == (stranger.status_code, stranger["Location"])


def test_A01_signing_up_answers_the_same_for_an_address_that_is_taken(cast, client, settings):
    settings.SIGNUP = "open"
    answers = []
    for email in ("ada@example.com", "fresh@example.com"):
        client.logout()
        data = {"email": email, "password1": "a long enough secret"}
        answer = client.post(reverse("account_signup"), data)
        answers.append((answer.status_code, answer["Location"]))
    assert answers[0] == answers[1]


def test_H08_the_admin_site_has_no_sign_in_of_its_own(cast, client):
    User.objects.filter(pk=cast.ada.pk).update(is_staff=True, is_superuser=True)
    for n in range(8):
        answer = client.post("/admin/login/?next=/admin/", {"username": "ada@example.com", "password": PASSWORD})
        assert answer["Location"] == "/account/login/?next=%2Fadmin%2F", n
    assert not is_in(client)


def test_H08_who_is_no_operator_has_no_way_into_the_admin_site(cast):
    assert cast.browser("ada").get("/admin/", follow=True).status_code == 403


def test_O16_signing_in_changes_the_session_and_a_new_password_ends_the_others(cast, client):
    client.get(reverse("join", args=["nothing"]))
    session = client.session
    session["kept"] = 1
    session.save()
    before = session.session_key
    client.cookies["session"] = before
    sign_in(client)
    assert client.session.session_key != before
    cast.ada.set_password("another long secret")
    cast.ada.save()
    assert client.get("/new/").status_code == 302
