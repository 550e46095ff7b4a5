"""Tenancy held over the model registry: a new tenant model is covered the moment it exists."""

from pathlib import Path
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import models

from workspaces.models import Client, Membership, MembershipClient
from workspaces.scoping import (
    ForeignWorkspace,
    NoWorkspaceInForce,
    TenantModel,
    across_workspaces,
    current_workspace_id,
    workspace_in_force,
)

OURS = ("workspaces", "accounts", "library", "notices", "insights", "publishing")
ROOT = Path(__file__).resolve().parents[2]
# Rows that hold no tenant's data, each with its reason.
ABOVE_TENANTS = {
    "workspaces.User": "a person may belong to several workspaces",
    "workspaces.Workspace": "the tenant itself",
    "accounts.AccountGate": "Meta counts an account's calls and posts together, whoever connected it",
    "accounts.Heartbeat": "processes serve every workspace",
}
ALL = [model for model in apps.get_models() if model._meta.app_label in OURS]
TENANT = [model for model in ALL if issubclass(model, TenantModel)]
# The modules that may look across workspaces: the other ways in, claims of background work, and the admin site.
MAY_LOOK_ACROSS = {
    "workspaces/scoping.py",
    "workspaces/entering.py",
    "workspaces/middleware.py",
    "accounts/entering.py",
    "library/entering.py",
    "notices/entering.py",
    "insights/entering.py",
    "publishing/claiming.py",
    "publishing/reading.py",
}
TOUCHES = {
    "all": lambda m: list(m.objects.all()),
    "exists": lambda m: m.objects.exists(),
    "count": lambda m: m.objects.count(),
    "first": lambda m: m.objects.first(),
    "filter": lambda m: m.objects.filter(pk=None),
    "none": lambda m: m.objects.none(),
    "aggregate": lambda m: m.objects.aggregate(n=models.Count("pk")),
    "create": lambda m: m.objects.create(),
    "get_or_create": lambda m: m.objects.get_or_create(),
    "update_or_create": lambda m: m.objects.update_or_create(),
    "bulk_create": lambda m: m.objects.bulk_create([m()]),
    "update": lambda m: m.objects.update(workspace=None),
    "delete": lambda m: m.objects.all().delete(),
    "in_bulk": lambda m: m.objects.in_bulk(),
    "raw": lambda m: m.objects.raw("SELECT 1"),
    "save": lambda m: m().save(),
    "delete_one": lambda m: m(pk=1).delete(),
}


def product_files():
    for app in (*OURS, "config", "dashboard", "meta", "screens"):
        yield from (path for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts)


@pytest.mark.parametrize("model", ALL, ids=lambda model: model._meta.label)
def test_every_row_belongs_to_a_workspace_or_says_why_not(model):
    assert issubclass(model, TenantModel) != (model._meta.label in ABOVE_TENANTS)


@pytest.mark.parametrize("model", TENANT, ids=lambda model: model._meta.label)
@pytest.mark.parametrize("touch", TOUCHES.values(), ids=TOUCHES.keys())
def test_T07_without_a_workspace_nothing_can_be_touched(model, touch):
    with pytest.raises(NoWorkspaceInForce):
        touch(model)


@pytest.mark.parametrize("model", TENANT, ids=lambda model: model._meta.label)
def test_every_tenant_model_is_reached_through_the_scoped_manager_alone(model):
    assert [manager.name for manager in model._meta.managers] == ["objects"]
    assert model._meta.base_manager_name is None


@pytest.mark.django_db
@pytest.mark.parametrize("model", TENANT, ids=lambda model: model._meta.label)
def test_a_row_of_another_workspace_is_invisible_and_cannot_be_written(model, cast):
    with workspace_in_force(cast.borealis.id):
        assert not model.objects.filter(workspace=cast.aurora).exists()
        with pytest.raises(ForeignWorkspace):
            model(workspace=cast.aurora).save()
        with pytest.raises(ForeignWorkspace):
            model.objects.bulk_create([model(workspace=cast.aurora)])


def test_a_workspace_is_never_none():
    with pytest.raises(NoWorkspaceInForce), workspace_in_force(None):
        pass
    with pytest.raises(NoWorkspaceInForce):
        current_workspace_id()
    with across_workspaces("a test"), pytest.raises(NoWorkspaceInForce):
        current_workspace_id()


def test_the_scope_ends_with_its_block_even_after_an_error():
    with pytest.raises(ZeroDivisionError), workspace_in_force(uuid4()):
        raise ZeroDivisionError
    with pytest.raises(NoWorkspaceInForce):
        Client.objects.all()


@pytest.mark.django_db
class TestForeignKeys:
    def test_a_key_into_another_workspace_is_refused_on_save(self, cast):
        with workspace_in_force(cast.borealis.id):
            theirs = Membership.objects.get(user=cast.mallory)
            with pytest.raises(ForeignWorkspace):
                MembershipClient(membership=theirs, client=cast.client).save()

    def test_a_key_given_by_id_alone_is_refused_as_well(self, cast):
        with workspace_in_force(cast.borealis.id):
            theirs = Membership.objects.get(user=cast.mallory)
            with pytest.raises(ForeignWorkspace):
                MembershipClient(membership_id=theirs.pk, client_id=cast.client.pk).save()

    def test_a_key_is_refused_in_bulk_and_in_an_update(self, cast):
        with workspace_in_force(cast.borealis.id):
            theirs = Membership.objects.get(user=cast.mallory)
            with pytest.raises(ForeignWorkspace):
                MembershipClient.objects.bulk_create([MembershipClient(membership=theirs, client=cast.client)])
            mine = Client.objects.create(name="Mine")
            row = MembershipClient.objects.create(membership=theirs, client=mine)
            with pytest.raises(ForeignWorkspace):
                MembershipClient.objects.filter(pk=row.pk).update(client=cast.client)
            with pytest.raises(ForeignWorkspace):
                MembershipClient.objects.filter(pk=row.pk).update(client_id=cast.client.pk)

    def test_a_row_never_moves_to_another_workspace(self, cast):
        with workspace_in_force(cast.aurora.id), pytest.raises(ForeignWorkspace):
            Client.objects.update(workspace=cast.borealis)


def test_only_the_listed_modules_look_across_workspaces():
    found = {str(path.relative_to(ROOT)) for path in product_files() if "across_workspaces" in path.read_text()}
    assert found <= MAY_LOOK_ACROSS, found - MAY_LOOK_ACROSS


def test_nobody_goes_round_the_manager():
    offenders = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in product_files()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if "_base_manager" in line and path.name != "scoping.py"
    ]
    assert not offenders
