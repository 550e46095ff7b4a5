"""What publishing does when something happens to a connection or an account."""

from typing import Any

from django.db.models.signals import post_delete
from django.dispatch import receiver

from accounts import gates, signals
from accounts.models import Connection, IGUser
from publishing import holding
from publishing.models import Publication


@receiver(signals.connection_lost)
def on_connection_lost(connection: Connection, **_: Any) -> None:
    holding.connection_lost(connection)


@receiver(signals.connection_restored)
def on_connection_restored(connection: Connection, **_: Any) -> None:
    holding.account_usable(connection.ig_user)


@receiver(signals.account_connected)
def on_account_connected(ig_user: IGUser, **_: Any) -> None:
    holding.account_usable(ig_user)


@receiver(signals.account_removed)
def on_account_removed(ig_user: IGUser, **_: Any) -> None:
    holding.account_removed(ig_user)


@receiver(post_delete, sender=Publication)
def on_publication_deleted(instance: Publication, **_: Any) -> None:
    """A row that goes away in the fence must not keep its account closed."""
    gates.release_fence(instance.app_id, instance.ig_id, instance.pk)
