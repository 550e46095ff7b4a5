"""The attempt ledger: a row before each remote write or refresh, its outcome after it. Never a token or a caption."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import Connection, RemoteAttempt
from meta.errors import MetaError

OK = "ok"
BROKEN = "broken"
"""Our own code failed around the call; whether Meta heard it is not known."""


@dataclass
class Entry:
    """One attempt under way. Set `outcome` and `said` to write something other than what the block's end tells."""

    row: RemoteAttempt
    outcome: str = ""
    said: str = ""

    def close(self, error: MetaError | None = None) -> None:
        row = self.row
        row.finished_at = timezone.now()
        row.outcome = (self.outcome or OK)[:24]
        row.said = self.said[:300]
        if error is not None:
            row.outcome = (self.outcome or outcome_of(error))[:24]
            row.said = (self.said or error.message)[:300]
            row.http_status, row.code, row.subcode = error.http_status, error.code, error.subcode
            row.trace_id = error.trace_id[:64]
        row.save()


def outcome_of(error: MetaError) -> str:
    """Return the error's name as the ledger writes it: NoAnswer is "no_answer"."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(error).__name__).lower()


@contextmanager
def attempt(operation: str, *, connection: Connection, subject: UUID | None = None, epoch: int = 0) -> Iterator[Entry]:
    """Commit a row, run the block, commit its outcome.

    Without an enclosing transaction only: a row that a rollback takes along would prove nothing. A process killed
    inside the block leaves a row without an outcome, which says that the call may have happened.
    """
    with transaction.atomic(durable=True):
        row = RemoteAttempt.objects.create(
            workspace_id=connection.workspace_id,
            connection=connection,
            subject=subject or connection.pk,
            operation=operation,
            epoch=epoch,
        )
    entry = Entry(row)
    try:
        yield entry
    except MetaError as error:
        entry.close(error)
        raise
    except Exception:
        entry.outcome = entry.outcome or BROKEN
        entry.close()
        raise
    entry.close()
