"""The base of Celery tasks that work inside one workspace."""

from typing import Any
from uuid import UUID

from celery import Task

from workspaces.scoping import workspace_in_force


class WorkspaceTask(Task):
    """The first argument is a workspace's id; the body runs with that workspace in force."""

    abstract = True

    def __call__(self, workspace_id: str, *args: Any, **kwargs: Any) -> Any:
        with workspace_in_force(UUID(workspace_id)):
            return super().__call__(workspace_id, *args, **kwargs)
