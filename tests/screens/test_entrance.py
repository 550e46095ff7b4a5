"""Sign-up, verification, sign-in, a forgotten password: the whole way, as a person walks it."""

import re

import pytest
from django.core import mail
from django.test import Client as Browser

from workspaces.models import User

PASSWORD = "four words nobody joins"


@pytest.fixture
def browser(db, settings):
    settings.SIGNUP = "open"
    return Browser()


def link_in(letter) -> str:
    """Return the path of the only link in a letter."""
    (link,) = re.findall(r"https?://[^/\s]+(/\S+)", letter.body)
    return link


def sign_up(browser, **fields):
    data = {"email": "mara@example.com", "password1": PASSWORD, "name": "Mara Teixeira", **fields}
    return browser.post("/account/signup/", data, follow=True)


def test_a_person_signs_up_confirms_and_signs_in(browser):
    answer = sign_up(browser)
    assert "Look into your mail" in answer.content.decode()
    assert User.objects.get().name == "Mara Teixeira"
    (letter,) = mail.outbox
    assert letter.subject == "Confirm your address"
    assert "Gridline at testserver" in letter.body
    assert "&" not in letter.body.split("http")[0]

    confirm = browser.get(link_in(letter))
    assert "mara@example.com" in confirm.content.decode()
    browser.post(link_in(letter))
    answer = browser.post("/account/login/", {"login": "mara@example.com", "password": PASSWORD}, follow=True)
    assert answer.redirect_chain[-1][0] == "/new/"
    assert "Your workspace." in answer.content.decode()


def test_nobody_gets_in_before_the_address_is_confirmed(browser):
    sign_up(browser)
    answer = browser.post("/account/login/", {"login": "mara@example.com", "password": PASSWORD}, follow=True)
    assert "Look into your mail" in answer.content.decode()
    assert browser.get("/").status_code == 302
    assert browser.get("/", follow=True).redirect_chain[-1][0].startswith("/account/login/")


def test_a_known_address_is_told_so_by_mail_only(browser, user_factory):
    user_factory("mara")
    answer = sign_up(browser)
    assert "Look into your mail" in answer.content.decode()
    assert [letter.subject for letter in mail.outbox] == ["You already have an account"]
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [({"password1": "12345678"}, "too short"), ({"email": "mara at home"}, "valid email"), ({"email": ""}, "required")],
)
def test_a_bad_entry_is_explained_at_its_field_and_the_rest_is_kept(browser, fields, sentence):
    page = sign_up(browser, **fields).content.decode()
    assert sentence in page
    assert 'value="Mara Teixeira"' in page
    field = "password1" if "password1" in fields else "email"
    assert f'id="id_{field}_error"' in page
    (field_tag,) = re.findall(rf'<input[^>]*id="id_{field}"[^>]*>', page)
    described = re.search(r'aria-describedby="([^"]+)"', field_tag).group(1)
    for target in described.split():
        assert f'id="{target}"' in page


def test_a_wrong_password_says_so_and_keeps_the_address(browser, user_factory):
    user_factory("mara")
    page = browser.post("/account/login/", {"login": "mara@example.com", "password": "wrong"}).content.decode()
    assert 'role="alert"' in page
    assert 'value="mara@example.com"' in page


def test_a_forgotten_password_is_replaced_through_the_mailed_link(browser, user_factory):
    user_factory("mara")
    answer = browser.post("/account/password/reset/", {"email": "mara@example.com"}, follow=True)
    assert "Look into your mail" in answer.content.decode()
    form = browser.get(link_in(mail.outbox[0]), follow=True)
    assert "Choose a password." in form.content.decode()
    where = form.redirect_chain[-1][0]
    done = browser.post(where, {"password1": PASSWORD, "password2": PASSWORD}, follow=True)
    assert "Your password is changed." in done.content.decode()
    answer = browser.post("/account/login/", {"login": "mara@example.com", "password": PASSWORD}, follow=True)
    assert answer.redirect_chain[-1][0] == "/new/"


def test_a_used_reset_link_explains_itself(browser):
    page = browser.get("/account/password/reset/key/1-nothing/", follow=True).content.decode()
    assert "This link no longer works." in page


def test_without_an_invitation_the_door_says_so(db, settings, user_factory):
    settings.SIGNUP = "invite"
    user_factory("ada")
    browser = Browser()
    assert "By invitation only" in browser.get("/account/login/").content.decode()
    assert "By invitation only." in browser.get("/account/signup/").content.decode()


@pytest.mark.parametrize(
    "address",
    ["password/change/", "email/", "logout/", "reauthenticate/", "login/", "signup/", "inactive/", "confirm-email/"],
)
@pytest.mark.parametrize("signed_in", [True, False])
def test_every_account_page_is_ours(browser, user_factory, address, signed_in):
    if signed_in:
        browser.force_login(user_factory("mara"), backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = browser.get(f"/account/{address}", follow=True)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "· Gridline</title>" in page
    assert not re.search(r"\sstyle=|<style|\{%|\{\{|<c-", page)
    assert "default-src 'none'" in answer["Content-Security-Policy"]


def test_signing_out_takes_a_press(browser, user_factory):
    browser.force_login(user_factory("mara"), backend="allauth.account.auth_backends.AuthenticationBackend")
    browser.get("/account/logout/")
    assert "_auth_user_id" in browser.session
    browser.post("/account/logout/")
    assert "_auth_user_id" not in browser.session


def test_an_unknown_address_gets_a_page_of_ours(browser):
    answer = browser.get("/no/such/page/")
    assert answer.status_code == 404
    assert "Nothing here." in answer.content.decode()
