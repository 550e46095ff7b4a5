"""Roles and what each may do: one table that views, screens and tests share."""

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class Right(StrEnum):
    VIEW = "view"
    COMPOSE = "compose"
    APPROVE = "approve"
    SCHEDULE = "schedule"
    CONNECT = "connect"
    MANAGE_CLIENTS = "manage_clients"
    MANAGE_PEOPLE = "manage_people"
    MANAGE_WORKSPACE = "manage_workspace"


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    ADMIN = "admin", _("Admin")
    MANAGER = "manager", _("Manager")
    EDITOR = "editor", _("Editor")
    ANALYST = "analyst", _("Analyst")
    CLIENT = "client", _("Client")


RIGHTS: dict[str, frozenset[Right]] = {
    Role.OWNER: frozenset(Right),
    Role.ADMIN: frozenset(Right) - {Right.MANAGE_WORKSPACE},
    Role.MANAGER: frozenset(
        {Right.VIEW, Right.COMPOSE, Right.APPROVE, Right.SCHEDULE, Right.CONNECT, Right.MANAGE_CLIENTS}
    ),
    Role.EDITOR: frozenset({Right.VIEW, Right.COMPOSE, Right.SCHEDULE}),
    Role.ANALYST: frozenset({Right.VIEW}),
    Role.CLIENT: frozenset({Right.VIEW, Right.APPROVE}),
}

MEANING = {
    Role.OWNER: _("Everything, the workspace itself included"),
    Role.ADMIN: _("Everything but deleting the workspace"),
    Role.MANAGER: _("Connects accounts, runs clients, plans and publishes"),
    Role.EDITOR: _("Writes and schedules posts"),
    Role.ANALYST: _("Reads figures and the plan"),
    Role.CLIENT: _("Reads what is theirs"),
}
