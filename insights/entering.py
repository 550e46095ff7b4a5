"""The ways into insights without a workspace in force: the minute's look over all of them, one function each."""

from insights import claiming, storing, syncing
from insights.claiming import Claim
from workspaces.scoping import across_workspaces


def claim_due() -> list[Claim]:
    """Claim due syncs of all workspaces for the seats that are free."""
    with across_workspaces("Due syncs are shared out fairly between all workspaces."):
        return claiming.share_out()


def plan_daily_runs() -> int:
    """Open the day's run of every connected account that has none yet; return how many."""
    with across_workspaces("Every connected account of every workspace is read once a day."):
        return syncing.open_daily_runs()


def prune_raw_answers() -> int:
    """Forget old answers of Meta; return how many."""
    with across_workspaces("Old answers are forgotten in every workspace alike."):
        return storing.prune_raw(syncing.database_now())
