"""Messages that mean "look now". Losing or doubling one is harmless."""

from uuid import UUID

from celery import shared_task
from kombu.exceptions import OperationalError

from publishing import claiming, publisher, telling
from publishing.claiming import Ticket
from workspaces.scoping import workspace_in_force
from workspaces.tasks import WorkspaceTask

PER_LOOK = 50


@shared_task(base=WorkspaceTask, name="publishing.advance")
def advance(workspace_id: str, publication_id: str, epoch: int) -> None:
    publisher.advance(UUID(publication_id), epoch)


@shared_task(name="publishing.look")
def look() -> None:
    """Claim what is due and hand it to the workers; a belt for the dispatcher."""
    for ticket in claiming.due(PER_LOOK):
        if not hand_over(ticket):
            with workspace_in_force(ticket.workspace_id):
                claiming.give_back(ticket)


@shared_task(name="publishing.tell")
def tell() -> None:
    """Tell people about posts that stopped and need them."""
    telling.tell_due()


def hand_over(ticket: Ticket) -> bool:
    """Put a ticket on the queue. False: Redis does not answer."""
    try:
        advance.apply_async(args=(str(ticket.workspace_id), str(ticket.publication_id), ticket.epoch), retry=False)
    except (OperationalError, OSError):
        return False
    return True
