"""What the composer offers: accounts, why one cannot publish, how much room each has, and zones for the time."""

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.choosing import best, why_not
from accounts.models import AccountGate, IGUser
from screens.formats import zone_label
from workspaces.models import Client, Membership, Workspace

QUOTA_WINDOW = timedelta(hours=24)


@dataclass
class Choice:
    """One account the composer may offer. `reason` is empty when it can publish."""

    account: IGUser
    reason: str
    used: int | None = None
    total: int | None = None
    chosen: bool = False

    @property
    def key(self) -> str:
        return str(self.account.pk)

    @property
    def is_full(self) -> bool:
        return self.total is not None and self.used is not None and self.used >= self.total

    @property
    def room(self) -> str:
        """Return how much of the account's day is used, in words; '' when nobody has asked Instagram yet."""
        if self.used is None or self.total is None:
            return ""
        return _("%(used)s of %(total)s used in 24 h") % {"used": self.used, "total": self.total}


def account_choices(membership: Membership) -> list[Choice]:
    """Return every account the person sees, those of one client together. Three queries, however many accounts."""
    rows = IGUser.objects.here().visible_to(membership).select_related("client").prefetch_related("connections")
    accounts = sorted(rows, key=lambda a: (a.client.name.casefold() if a.client else "", a.username))
    picked = {account.pk: best(account.connections.all(), "publish") for account in accounts}
    gates = _gates({(c.app_id, a.ig_id) for a in accounts if (c := picked[a.pk])})
    choices = []
    for account in accounts:
        connection = picked[account.pk]
        gate = gates.get((connection.app_id, account.ig_id)) if connection else None
        choices.append(
            Choice(
                account,
                why_not(account, "publish"),
                gate.quota_used if gate else None,
                gate.quota_total if gate else None,
            )
        )
    return choices


def _gates(keys: set[tuple[str, str]]) -> dict[tuple[str, str], AccountGate]:
    """Return what Instagram said within the last day about each account; older figures say nothing about today."""
    rows = AccountGate.objects.filter(
        app_id__in={app_id for app_id, _ig_id in keys},
        ig_id__in={ig_id for _app_id, ig_id in keys},
        quota_read_at__gt=timezone.now() - QUOTA_WINDOW,
    )
    return {(gate.app_id, gate.ig_id): gate for gate in rows}


def clients_among(choices: list[Choice]) -> bool:
    """Say whether accounts belong to clients at all; where none do, no screen speaks of clients."""
    return any(choice.account.client_id for choice in choices)


def own_client(membership: Membership) -> Client | None:
    """Return the one client a membership is limited to; None for everybody else."""
    limits = membership.client_ids()
    return Client.objects.get(pk=next(iter(limits))) if limits and len(limits) == 1 else None


def zone_choices(workspace: Workspace, choices: list[Choice]) -> list[tuple[str, str]]:
    """Return the zones a time may be meant in: the workspace's first, then those of the clients in sight."""
    zones = {workspace.time_zone: zone_label(workspace.zone)}
    for choice in choices:
        client = choice.account.client
        if client is not None and client.time_zone and client.time_zone not in zones:
            zones[client.time_zone] = f"{zone_label(ZoneInfo(client.time_zone))} · {client.name}"
    return list(zones.items())
