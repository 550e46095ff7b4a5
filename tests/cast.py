"""The cast: Aurora, an agency with a person in every role, and Borealis, whose mallory must see nothing of it."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from allauth.account.models import EmailAddress
from django.test import Client as Browser

from accounts.models import Connection, IGUser
from workspaces.models import Client, Membership, MembershipClient, User, Workspace
from workspaces.roles import Role
from workspaces.scoping import workspace_in_force

PASSWORD = "correct horse battery"
PEOPLE = {
    "ada": Role.OWNER,
    "ben": Role.ADMIN,
    "mia": Role.MANAGER,
    "ed": Role.EDITOR,
    "vi": Role.ANALYST,
    "cleo": Role.CLIENT,
}


@dataclass
class Cast:
    """Two workspaces with their people. `cast.ada` is a person; `cast.browser("ada")` is signed in as her."""

    aurora: Workspace
    borealis: Workspace
    client: Client
    other_client: Client
    people: dict[str, User] = field(default_factory=dict)

    def __getattr__(self, name: str) -> User:
        try:
            return self.__dict__["people"][name]
        except KeyError:
            raise AttributeError(name) from None

    def browser(self, name: str) -> Browser:
        browser = Browser()
        browser.force_login(self.people[name], backend="allauth.account.auth_backends.AuthenticationBackend")
        return browser

    def by_role(self, role: str) -> User:
        return self.people[next(name for name, of in PEOPLE.items() if of == role)]


@pytest.fixture
def user_factory(db) -> Callable[..., User]:
    """Return a function that makes a person whose e-mail address is verified."""

    def make(name: str, **fields) -> User:
        email = fields.pop("email", f"{name}@example.com")
        user = User.objects.create_user(email, PASSWORD, name=name.title(), **fields)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        return user

    return make


@pytest.fixture
def workspace_factory(db) -> Callable[..., Workspace]:
    """Return a function that makes a workspace, with people by role: workspace_factory("aurora", owner=ada)."""

    def make(slug: str, **people: User) -> Workspace:
        workspace = Workspace.objects.create(slug=slug, name=slug.title(), time_zone="Europe/Lisbon")
        with workspace_in_force(workspace.id):
            for role, user in people.items():
                Membership.objects.create(user=user, role=role)
        return workspace

    return make


@pytest.fixture
def cast(user_factory, workspace_factory) -> Cast:
    """Return the cast. No workspace is in force yet: use `in_aurora`, or a browser."""
    people = {name: user_factory(name) for name in (*PEOPLE, "mallory")}
    aurora = workspace_factory("aurora", **{role: people[name] for name, role in PEOPLE.items()})
    borealis = workspace_factory("borealis", owner=people["mallory"])
    with workspace_in_force(aurora.id):
        bakery, gym = Client.objects.create(name="Bakery"), Client.objects.create(name="Climbing gym")
        cleo = Membership.objects.get(user=people["cleo"])
        MembershipClient.objects.create(membership=cleo, client=bakery)
    return Cast(aurora, borealis, bakery, gym, people)


@pytest.fixture
def in_aurora(cast):
    """Put Aurora in force for the whole test and return the cast."""
    with workspace_in_force(cast.aurora.id):
        yield cast


@pytest.fixture
def ig_user_factory(cast) -> Callable[..., IGUser]:
    """Return a function that makes an Instagram account in a workspace (Aurora unless said)."""
    count = 0

    def make(
        username: str = "", *, workspace: Workspace | None = None, client: Client | None = None, **fields
    ) -> IGUser:
        nonlocal count
        count += 1
        with workspace_in_force((workspace or cast.aurora).id):
            return IGUser.objects.create(
                username=username or f"account_{count}",
                ig_id=fields.pop("ig_id", f"1784140000000{count:04}"),
                client=client,
                **fields,
            )

    return make


@pytest.fixture
def connection_factory(cast) -> Callable[..., Connection]:
    """Return a function that makes a connection without any token; tests of tokens store their own."""

    def make(ig_user: IGUser, login: str = "instagram", **fields) -> Connection:
        app_id = {"instagram": "990602627938098", "facebook": "138483919580948"}[login]
        with workspace_in_force(ig_user.workspace_id):
            return Connection.objects.create(
                ig_user=ig_user, login=login, app_id=app_id, meta_user_id=f"m{ig_user.ig_id[-6:]}", **fields
            )

    return make
