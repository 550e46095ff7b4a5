"""What insights does when something happens to an account. Connected in `InsightsConfig.ready()`."""

from typing import Any

from django.dispatch import receiver

from accounts.models import Connection, IGUser
from accounts.signals import account_connected, account_removed, connection_restored
from insights import syncing


@receiver(account_connected)
def start_reading(ig_user: IGUser, **_more: Any) -> None:
    """Read a new account at once; let one that came back go on."""
    syncing.wake(ig_user)
    syncing.start_first(ig_user)


@receiver(connection_restored)
def go_on(connection: Connection, **_more: Any) -> None:
    syncing.wake(connection.ig_user)


@receiver(account_removed)
def stop(ig_user: IGUser, **_more: Any) -> None:
    syncing.close_all(ig_user)
