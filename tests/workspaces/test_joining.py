"""How people come in: the first person, open or closed doors, invitations."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.db.models import RestrictedError
from django.urls import reverse
from django.utils import timezone

from workspaces import joining
from workspaces.models import Invitation, Membership, MembershipClient, User, Workspace
from workspaces.roles import Role
from workspaces.scoping import across_workspaces, workspace_in_force

pytestmark = pytest.mark.django_db


def membership_of(user, workspace):
    with workspace_in_force(workspace.id):
        return Membership.objects.filter(user=user).first()


def sign_up(client, email="new@example.com"):
    return client.post(reverse("account_signup"), {"email": email, "password1": "a long enough secret", "name": "New"})


def invite(cast, **fields):
    with workspace_in_force(cast.aurora.id):
        joining.invite(
            fields.get("email", "new@example.com"),
            fields.get("role", Role.EDITOR),
            fields.get("client"),
            cast.ada,
            cast.aurora,
        )
    return re.search(r"/join/([\w-]+)/", mail.outbox[-1].body)[1]


class TestFirstPerson:
    def test_bootstrap_makes_an_operator_who_owns_a_workspace_and_prints_the_password_once(self, capsys):
        call_command("bootstrap", email="me@example.com", workspace="My place")
        email, password = capsys.readouterr().out.split()
        user = User.objects.get(email=email)
        assert user.is_staff
        assert user.check_password(password)
        assert membership_of(user, Workspace.objects.get(slug="my-place")).role == Role.OWNER
        call_command("bootstrap")
        assert capsys.readouterr().out == ""
        assert User.objects.count() == 1

    def test_the_first_person_may_sign_up_although_signup_is_by_invitation(self, client, settings):
        settings.SIGNUP = "invite"
        sign_up(client)
        assert User.objects.filter(email="new@example.com").exists()


class TestSignup:
    @pytest.mark.parametrize(("mode", "let_in"), [("open", True), ("invite", False), ("closed", False)])
    def test_a_stranger_gets_in_only_when_signup_is_open(self, mode, let_in, cast, client, settings):
        settings.SIGNUP = mode
        sign_up(client)
        assert User.objects.filter(email="new@example.com").exists() is let_in

    def test_an_invitation_opens_the_door_and_leads_into_the_workspace(self, cast, client, settings):
        settings.SIGNUP = "invite"
        token = invite(cast, role=Role.ANALYST, client=cast.client)
        client.get(reverse("join", args=[token]))
        sign_up(client)
        user = User.objects.get(email="new@example.com")
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        client.post(reverse("join", args=[token]))
        assert membership_of(user, cast.aurora).role == Role.ANALYST
        with workspace_in_force(cast.aurora.id):
            assert (
                MembershipClient.objects.filter(membership__user=user).values_list("client_id", flat=True).get()
                == cast.client.id
            )

    def test_signup_closed_stays_closed_even_with_an_invitation(self, cast, client, settings):
        settings.SIGNUP = "closed"
        client.get(reverse("join", args=[invite(cast)]))
        sign_up(client)
        assert not User.objects.filter(email="new@example.com").exists()

    def test_two_people_cannot_share_an_address_that_differs_by_case(self, cast):
        with pytest.raises(Exception, match=r"(?i)unique"):
            User.objects.create(email="ADA@example.com")


class TestInvitation:
    def test_a_get_explains_and_joins_nobody(self, cast):
        token = invite(cast)
        cast.browser("mallory").get(reverse("join", args=[token]))
        assert membership_of(cast.mallory, cast.aurora) is None

    def test_it_works_once(self, cast):
        token = invite(cast)
        cast.browser("mallory").post(reverse("join", args=[token]))
        assert membership_of(cast.mallory, cast.aurora).role == Role.EDITOR
        assert cast.browser("ada").get(reverse("join", args=[token])).status_code == 410

    @pytest.mark.parametrize("change", [{"revoked_at": timezone.now()}, {"expires_at": timezone.now() - timedelta(1)}])
    def test_revoked_or_expired_it_is_gone(self, change, cast):
        token = invite(cast)
        with across_workspaces("a test"):
            Invitation.objects.update(**change)
        assert cast.browser("mallory").post(reverse("join", args=[token])).status_code == 410
        assert membership_of(cast.mallory, cast.aurora) is None

    def test_its_token_is_stored_nowhere(self, cast):
        token = invite(cast)
        with workspace_in_force(cast.aurora.id):
            row = Invitation.objects.get()
        assert token not in str(row.__dict__)

    def test_somebody_who_is_here_already_is_told_and_keeps_their_role(self, cast):
        cast.browser("ed").post(reverse("join", args=[invite(cast, role=Role.ADMIN)]))
        assert membership_of(cast.ed, cast.aurora).role == Role.EDITOR

    @pytest.mark.parametrize(
        ("who", "role", "sent"), [("ben", "owner", False), ("ben", "admin", True), ("ada", "owner", True)]
    )
    def test_nobody_hands_out_more_than_they_have(self, who, role, sent, cast):
        cast.browser(who).post(reverse("people", args=["aurora"]), {"email": "x@example.com", "role": role})
        assert bool(mail.outbox) is sent

    def test_a_client_is_invited_for_a_client_only(self, cast):
        response = cast.browser("ada").post(
            reverse("people", args=["aurora"]), {"email": "x@example.com", "role": "client"}
        )
        assert response.status_code == 422
        assert not mail.outbox


class TestRemoval:
    def test_the_last_owner_stays(self, cast):
        pk = membership_of(cast.ada, cast.aurora).pk
        cast.browser("ada").post(reverse("person_remove", args=["aurora", pk]))
        assert membership_of(cast.ada, cast.aurora)

    def test_an_admin_cannot_remove_an_owner(self, cast):
        pk = membership_of(cast.ada, cast.aurora).pk
        assert cast.browser("ben").post(reverse("person_remove", args=["aurora", pk])).status_code == 403

    def test_T16_who_was_removed_is_a_stranger_at_the_next_request(self, cast):
        browser = cast.browser("ed")
        cast.browser("ada").post(reverse("person_remove", args=["aurora", membership_of(cast.ed, cast.aurora).pk]))
        assert browser.get(reverse("home", args=["aurora"])).status_code == 404


def test_A04_nobody_mails_the_whole_world_in_our_name(cast, monkeypatch):
    monkeypatch.setattr("workspaces.forms.INVITATIONS_A_DAY", 2)
    browser, url = cast.browser("ada"), reverse("people", args=["aurora"])
    answers = [browser.post(url, {"email": f"p{n}@example.com", "role": "editor"}).status_code for n in range(3)]
    assert answers == [302, 302, 422]
    assert len(mail.outbox) == 2


class TestLimits:
    """ben and mia look after the bakery alone; none of them hands out, takes away or learns more than that."""

    @pytest.fixture(autouse=True)
    def _limited(self, cast):
        with workspace_in_force(cast.aurora.id):
            for user in (cast.ben, cast.mia):
                MembershipClient.objects.create(membership=membership_of(user, cast.aurora), client=cast.client)

    @pytest.mark.parametrize(("client", "sent"), [(None, False), ("other_client", False), ("client", True)])
    def test_T04_an_invitation_never_reaches_further_than_its_author(self, client, sent, cast):
        data = {"email": "x@example.com", "role": "admin", "client": getattr(cast, client).pk if client else ""}
        cast.browser("ben").post(reverse("people", args=["aurora"]), data)
        assert bool(mail.outbox) is sent

    @pytest.mark.parametrize(("who", "gone"), [("ed", False), ("vi", False), ("ada", False), ("mia", True)])
    def test_T02_only_people_of_the_same_clients_can_be_removed(self, who, gone, cast):
        user = getattr(cast, who)
        pk = membership_of(user, cast.aurora).pk
        answer = cast.browser("ben").post(reverse("person_remove", args=["aurora", pk]))
        assert answer.status_code == (302 if gone else 403)
        assert (membership_of(user, cast.aurora) is None) is gone

    def test_T02_an_invitation_for_everything_is_not_theirs_to_withdraw(self, cast):
        invite(cast)
        with workspace_in_force(cast.aurora.id):
            pk = Invitation.objects.get().pk
        assert cast.browser("ben").post(reverse("invitation_revoke", args=["aurora", pk])).status_code == 403

    def test_T15_people_of_other_clients_are_not_listed(self, cast):
        invite(cast, email="secret@example.com", client=cast.other_client)
        page = cast.browser("ben").get(reverse("people", args=["aurora"])).content.decode()
        assert "mia@example.com" in page
        assert "cleo@example.com" in page
        assert "ed@example.com" not in page
        assert "secret@example.com" not in page
        assert "Climbing gym" not in page

    def test_T02_they_add_no_clients(self, cast):
        url = reverse("clients", args=["aurora"])
        assert cast.browser("mia").get(url).status_code == 200
        assert cast.browser("mia").post(url, {"name": "Mine"}).status_code == 403

    def test_T02_a_client_cannot_go_while_somebody_is_limited_to_it(self, cast):
        """Otherwise the last limit would go with it, and no limit means everything."""
        with workspace_in_force(cast.aurora.id), pytest.raises(RestrictedError):
            cast.client.delete()


def test_T02_an_owner_is_never_limited_to_a_client(cast):
    data = {"email": "x@example.com", "role": "owner", "client": cast.client.pk}
    assert cast.browser("ada").post(reverse("people", args=["aurora"]), data).status_code == 422
    assert not mail.outbox


def test_T16_invitations_end_with_the_membership_of_who_wrote_them(cast):
    data = {"email": "back@example.com", "role": "admin"}
    cast.browser("ben").post(reverse("people", args=["aurora"]), data)
    token = re.search(r"/join/([\w-]+)/", mail.outbox[-1].body)[1]
    cast.browser("ada").post(reverse("person_remove", args=["aurora", membership_of(cast.ben, cast.aurora).pk]))
    assert cast.browser("ben").post(reverse("join", args=[token])).status_code == 410


def test_slugs_stay_free_of_each_other(db):
    Workspace.objects.create(slug="studio", name="a")
    Workspace.objects.create(slug="studio-2", name="b")
    assert joining.free_slug("Studio") == "studio-3"
    assert joining.free_slug("!!!") == "workspace"


def same_for_all(response) -> str:
    """Return the page without what differs from answer to answer."""
    return re.sub(
        r'(nonce="|X-CSRFToken": "|csrfmiddlewaretoken" value=")[\w=+/-]+|aurora|nowhere', "", response.content.decode()
    )


def test_T15_a_foreign_workspace_and_one_that_does_not_exist_look_alike(cast):
    browser = cast.browser("mallory")
    theirs, nowhere = browser.get("/w/aurora/"), browser.get("/w/nowhere/")
    assert theirs.status_code == nowhere.status_code == 404
    assert same_for_all(theirs) == same_for_all(nowhere)


def test_H05_screens_of_a_workspace_are_never_stored(cast):
    assert "no-store" in cast.browser("ada").get(reverse("people", args=["aurora"]))["Cache-Control"]


def test_T16_a_polling_fragment_of_a_signed_out_person_takes_the_screen_to_the_sign_in(cast, client):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/w/aurora/settings/?x=1"}
    response = client.get(reverse("people", args=["aurora"]), headers=headers)
    assert response.status_code == 401
    assert response["HX-Redirect"] == "/account/login/?next=%2Fw%2Faurora%2Fsettings%2F"
