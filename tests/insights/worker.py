"""A worker of its own process that does nothing but syncs, for tests that kill it."""

import django

django.setup()

from insights import entering, syncing  # noqa: E402
from workspaces.scoping import workspace_in_force  # noqa: E402


def work() -> None:
    """Serve whatever is due, for ever."""
    while True:
        for claim in entering.claim_due():
            with workspace_in_force(claim.workspace_id):
                syncing.advance(claim.run_id, claim.epoch)


if __name__ == "__main__":
    work()
