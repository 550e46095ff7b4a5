"""Celery's way in. Messages carry ids and an epoch: a late or doubled one finds its turn over and does nothing."""

import logging
from uuid import UUID

from celery import shared_task
from kombu.exceptions import OperationalError

from insights import entering, syncing
from workspaces.tasks import WorkspaceTask

log = logging.getLogger(__name__)


@shared_task(name="insights.sync_due")
def sync_due() -> None:
    """Plan the runs of Meta's new day and hand out what is due. Called every minute."""
    entering.plan_daily_runs()
    hand_out()


@shared_task(name="insights.advance", base=WorkspaceTask)
def advance(workspace_id: str, run_id: str, epoch: int) -> None:
    """Take some steps of one sync; then the free seat goes to whoever's turn it is."""
    syncing.advance(UUID(run_id), epoch)
    hand_out()


@shared_task(name="insights.prune_raw_answers")
def prune_raw_answers() -> None:
    """Forget answers of Meta older than 30 days."""
    entering.prune_raw_answers()


def hand_out() -> None:
    """Claim what is due and send it to the workers. Without Redis they run out, and a later minute tries again."""
    for claim in entering.claim_due():
        try:
            advance.delay(str(claim.workspace_id), str(claim.run_id), claim.epoch)
        except OperationalError:
            log.warning("Redis is away; sync %s waits for it.", claim.run_id)
            return
