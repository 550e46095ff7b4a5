"""Tenancy that fails closed: without a workspace in force, no tenant row can be read, counted, made or changed.

Every manager method of a tenant model passes through `TenantManager.get_queryset`, so that a forgotten scope raises
`NoWorkspaceInForce` instead of meaning "all workspaces". `None` is never a workspace.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

from django.db import models

_M = TypeVar("_M", bound="TenantModel")


class NoWorkspaceInForce(RuntimeError):
    """A tenant model was touched while no workspace was in force."""


class ForeignWorkspace(ValueError):
    """A row would have been written into, or tied to, a workspace that is not in force."""


class _Everywhere:
    """The value of the context while code deliberately looks across workspaces."""


_EVERYWHERE = _Everywhere()
_in_force: ContextVar[UUID | _Everywhere | None] = ContextVar("workspace_in_force", default=None)


@contextmanager
def workspace_in_force(workspace_id: UUID) -> Iterator[None]:
    """Limit every tenant query inside the block to one workspace."""
    if not isinstance(workspace_id, UUID):
        raise NoWorkspaceInForce(f"A workspace is named by its UUID, not by {workspace_id!r}.")
    token = _in_force.set(workspace_id)
    try:
        yield
    finally:
        _in_force.reset(token)


@contextmanager
def across_workspaces(reason: str) -> Iterator[None]:
    """Let tenant queries inside the block see every workspace. The reason is for the reader; a test lists who calls."""
    if not reason:
        raise NoWorkspaceInForce("Looking across workspaces needs a reason.")
    token = _in_force.set(_EVERYWHERE)
    try:
        yield
    finally:
        _in_force.reset(token)


def current_workspace_id() -> UUID:
    """Return the id of the workspace in force; raise `NoWorkspaceInForce` when there is not exactly one."""
    scope = _in_force.get()
    if isinstance(scope, UUID):
        return scope
    raise NoWorkspaceInForce("This needs exactly one workspace in force.")


class TenantQuerySet(models.QuerySet[_M], Generic[_M]):
    """A queryset that checks what it writes."""

    def bulk_create(self, objs: Iterable[_M], *args: Any, **kwargs: Any) -> list[_M]:
        rows = list(objs)
        for row in rows:
            row.check_workspace()
        return super().bulk_create(rows, *args, **kwargs)

    def bulk_update(self, objs: Iterable[_M], *args: Any, **kwargs: Any) -> int:
        rows = list(objs)
        for row in rows:
            row.check_workspace()
        return super().bulk_update(rows, *args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        if "workspace" in kwargs or "workspace_id" in kwargs:
            raise ForeignWorkspace("A row never moves to another workspace.")
        for field in self.model._meta.concrete_fields:
            target = kwargs.get(field.name, kwargs.get(field.attname))
            related = _tenant_behind(field)
            if related is not None and target is not None:
                theirs = target.workspace_id if isinstance(target, TenantModel) else _workspace_of(related, target)
                _same_workspace(self.model, field.name, theirs, _required_scope())
        return super().update(**kwargs)


def _required_scope() -> UUID | _Everywhere:
    scope = _in_force.get()
    if scope is None:
        raise NoWorkspaceInForce("No workspace is in force: open one with workspace_in_force().")
    return scope


def _same_workspace(model: type[models.Model], field: str, theirs: UUID | None, ours: UUID | _Everywhere) -> None:
    if isinstance(ours, UUID) and theirs != ours:
        raise ForeignWorkspace(f"{model.__name__}.{field} points into another workspace.")


def _tenant_behind(field: models.Field[Any, Any]) -> type[TenantModel] | None:
    """Return the tenant model a foreign key points at, if it points at one."""
    related = field.related_model
    return related if isinstance(related, type) and issubclass(related, TenantModel) else None


def _workspace_of(model: type[TenantModel], pk: Any) -> UUID | None:
    """Return the workspace of a row, whichever it is; this is the one look that cannot be scoped."""
    return model._base_manager.filter(pk=pk).values_list("workspace_id", flat=True).first()


class TenantManager(models.Manager[_M], Generic[_M]):
    """The only manager of a tenant model."""

    use_in_migrations = False
    queryset_class: type[TenantQuerySet[Any]] = TenantQuerySet

    def get_queryset(self) -> TenantQuerySet[_M]:
        scope = _required_scope()
        rows: TenantQuerySet[_M] = self._queryset_class(self.model, using=self._db)  # type: ignore[attr-defined]
        return rows.filter(workspace_id=scope) if isinstance(scope, UUID) else rows

    def raw(self, raw_query: str, *args: Any, **kwargs: Any) -> Any:
        raise NoWorkspaceInForce("Raw SQL goes round the scoping of tenant models; use the queryset.")


class TenantModel(models.Model):
    """A row that belongs to one workspace."""

    workspace = models.ForeignKey("workspaces.Workspace", on_delete=models.CASCADE, related_name="+", editable=False)

    objects: ClassVar[Any] = TenantManager.from_queryset(TenantQuerySet)()

    class Meta:
        abstract = True

    workspace_id: UUID

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.check_workspace()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        _same_workspace(type(self), "workspace", self.workspace_id, _required_scope())
        return super().delete(*args, **kwargs)

    def check_workspace(self) -> None:
        """Fill in the workspace in force, and refuse a row or a foreign key of another one."""
        scope = _required_scope()
        if self.workspace_id is None and isinstance(scope, UUID):
            self.workspace_id = scope
        if self.workspace_id is None:
            raise NoWorkspaceInForce(f"{type(self).__name__} has no workspace.")
        _same_workspace(type(self), "workspace", self.workspace_id, scope)
        for field in self._meta.concrete_fields:
            related = _tenant_behind(field)
            target = getattr(self, field.attname)
            if related is None or target is None:
                continue
            cached = field.is_cached(self)  # type: ignore[attr-defined]
            theirs = getattr(self, field.name).workspace_id if cached else _workspace_of(related, target)
            # A missing row is the database's to refuse.
            if theirs is not None and theirs != self.workspace_id:
                raise ForeignWorkspace(f"{type(self).__name__}.{field.name} points into another workspace.")
