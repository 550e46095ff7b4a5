"""The protocol model in CI: nothing bad is reachable, and each guard is shown to be needed by taking it away."""

import os
from dataclasses import replace

import pytest

from publishing import deciding
from publishing.deciding import Case, Container, Listing, Move
from tests.publishing.model.protocol import Report, Rules, explore

MOST_FAULTS = int(os.environ.get("MODEL_FAULTS", "3"))
"""2 is a quick look, 4 takes minutes and a lot of memory."""
AT_LEAST = {2: 9_000, 3: 70_000, 4: 500_000}
PRODUCT = Rules()
CAUTIOUS = Rules(max_sends=1, reusable=True)
WORLDS = {
    "two_sends_single_use_containers": PRODUCT,
    "one_send_even_if_containers_can_be_reused": CAUTIOUS,
    "two_sends_reusable_containers_no_delay_beyond_ten_minutes": Rules(reusable=True, delays_bounded=True),
}


@pytest.mark.parametrize("rules", WORLDS.values(), ids=WORLDS)
def test_nothing_is_published_twice_lost_told_wrongly_or_stuck(rules):
    report = explore(rules, MOST_FAULTS)
    print(f"{MOST_FAULTS} faults: {report}")  # noqa: T201 - the figures belong into the log
    assert report.is_clean, report
    assert report.states >= AT_LEAST[MOST_FAULTS]


def back_to_scheduled(status: str) -> str:
    return "scheduled" if status == "publishing" else status


ABLATIONS = {
    "a_new_container_instead_of_the_same": (replace(PRODUCT, same_container=False), 2, "doubles"),
    "a_refusal_taken_as_a_failure": (replace(PRODUCT, refusals_are_doubts=False), 1, "failed_but_live"),
    "a_lease_without_an_epoch": (replace(PRODUCT, epochs=False), 2, "doubles"),
    "a_crash_in_the_fence_back_to_scheduled": (replace(PRODUCT, take_over=back_to_scheduled), 1, "doubles"),
    "no_fence_with_reusable_containers": (replace(CAUTIOUS, fence=False), 1, "doubles"),
    "two_sends_of_reusable_containers_and_endless_delays": (Rules(reusable=True), 2, "doubles"),
}


@pytest.mark.parametrize(("rules", "faults", "finding"), ABLATIONS.values(), ids=ABLATIONS)
def test_the_model_finds_what_goes_wrong_without(rules, faults, finding):
    report: Report = explore(rules, faults)
    print(f"{faults} faults: {report}")  # noqa: T201 - the figures belong into the log
    assert getattr(report, finding) > 0, report


def hasty(case: Case, container: Container, listing: Listing) -> Move:
    """Judge without waiting until nothing can be under way any more."""
    return deciding.verdict(replace(case, settled=True), container, listing)


def test_without_waiting_ten_minutes_a_reusable_container_goes_out_twice():
    world = Rules(reusable=True, delays_bounded=True)
    assert explore(replace(world, verdict=hasty), 2).doubles > 0
