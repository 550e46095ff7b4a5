"""What happened to connections and accounts. Every signal is sent with its workspace in force, after the commit."""

from django.dispatch import Signal

connection_lost = Signal()
"""connection: Meta takes its token no longer (or we cannot read it); a person must reconnect."""

connection_restored = Signal()
"""connection: it works again after having been lost."""

account_connected = Signal()
"""ig_user, connection: a grant was stored, new or renewed."""

account_removed = Signal()
"""ig_user: taken out of the workspace; its publications stay."""
