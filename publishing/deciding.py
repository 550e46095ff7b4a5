"""The protocol's decisions as pure functions: what our row knows × what Meta says → what happens next.

The engine acts on them, and tests/publishing/model explores every order of events around them. Nothing here touches
the database, the network or a clock.
"""

from dataclasses import dataclass
from enum import StrEnum


class Container(StrEnum):
    """What a read of the container said."""

    IN_PROGRESS = "IN_PROGRESS"
    FINISHED = "FINISHED"
    PUBLISHED = "PUBLISHED"
    ERROR = "ERROR"
    EXPIRED = "EXPIRED"
    UNREADABLE = "UNREADABLE"


DEAD = (Container.ERROR, Container.EXPIRED)


class Listing(StrEnum):
    """How many media on the account can be the one we sent."""

    NONE = "none"
    ONE = "one"
    SEVERAL = "several"
    UNREADABLE = "unreadable"


class Doubt(StrEnum):
    """What kind of answer the last send got. Even a refusal may hide a success, so none of them is a failure yet."""

    UNKNOWN = "unknown"
    """No answer, trouble on Meta's side, or a worker that died: it may be live."""
    QUOTA = "quota"
    RATE = "rate"
    """Limits and spam blocks: seen with posts that went live all the same."""
    TOKEN = "token"  # noqa: S105 - a kind of doubt
    ACCOUNT = "account"
    NOT_READY = "not_ready"
    REFUSED = "refused"
    """Meta refused in plain words; one look confirms it."""
    CLEARED = "cleared"
    """Waited for what Meta objected to; goes on like any other doubt, so that only proof sends it again."""
    TOLD_ABSENT = "told_absent"
    """A person looked at the account and says it is not there."""


class Move(StrEnum):
    """What happens next."""

    SEND = "send"
    CONFIRM = "confirm"
    PUBLISHED = "published"
    WAIT = "wait"
    SEND_AGAIN = "send_again"
    RESTAGE = "restage"
    HOLD = "hold"
    """Proved not live; wait for what Meta objected to."""
    BLIND = "blind"
    """Nothing can be read for want of a living token; wait for one, and know no more than before."""
    FAIL = "fail"
    REVIEW = "review"


@dataclass(frozen=True)
class Case:
    """What we know about a send whose outcome is open, this moment's reads included."""

    doubt: Doubt
    sends: int
    sends_allowed: int
    seen_published: bool = False
    finished_twice: bool = False
    """FINISHED on two reads at least a minute apart, both after the fence."""
    absent_twice: bool = False
    """Absent from two listings after the fence."""
    settled: bool = False
    """Ten minutes have passed since the fence."""
    expired_by_rule: bool = False
    """The container is older than Meta lets any container live."""
    over: bool = False
    """We have looked long enough."""
    in_time: bool = True
    """Not so late that a person has to decide."""
    containers_left: bool = True
    token_refused: bool = False
    """The listing could not be read for want of a living token."""


def take_over(status: str) -> str:
    """Return the status of a row whose worker vanished: what was being sent may have been sent."""
    return "confirming" if status == "publishing" else status


def before_send(container: Container, *, ever_sent: bool) -> Move:
    """Return what the last look at a container means for sending it."""
    if container is Container.FINISHED:
        return Move.SEND
    if container is Container.PUBLISHED:
        return Move.PUBLISHED
    if container in DEAD:
        # Once something was sent, only the listing can tell whether a dead container was taken before it died.
        return Move.CONFIRM if ever_sent else Move.RESTAGE
    return Move.WAIT


def verdict(case: Case, container: Container, listing: Listing) -> Move:
    """Return what the reads after a send prove. Positive evidence wins over everything else."""
    if case.seen_published or container is Container.PUBLISHED or listing is Listing.ONE:
        return Move.PUBLISHED
    if listing is Listing.SEVERAL:
        return Move.REVIEW
    if listing is Listing.UNREADABLE:
        return Move.BLIND if case.token_refused else _wait(case)
    if container in DEAD:
        return _dead(case)
    if container is Container.FINISHED:
        return _not_taken(case)
    return _not_told(case)


def _wait(case: Case) -> Move:
    return Move.REVIEW if case.over else Move.WAIT


def _dead(case: Case) -> Move:
    """The container can never be published any more, and the listing does not show it."""
    if not case.absent_twice:
        return _wait(case)
    return Move.RESTAGE if case.in_time and case.containers_left else Move.FAIL


def _not_taken(case: Case) -> Move:
    """The container waits to be published and the listing does not show it; lately sent, that proves nothing yet."""
    proved = case.finished_twice and case.absent_twice and case.settled
    match case.doubt:
        case Doubt.TOLD_ABSENT:
            return _send_again(case)
        case Doubt.TOKEN | Doubt.ACCOUNT:
            return Move.HOLD
        case Doubt.REFUSED:
            # An earlier send of the same container may still be on its way: then it is not ours to call a failure.
            return Move.FAIL if case.sends == 1 else Move.REVIEW
        case Doubt.QUOTA | Doubt.RATE:
            return Move.HOLD if proved else _wait(case)
        case _:
            return _send_again(case) if proved else _wait(case)


def _send_again(case: Case) -> Move:
    return Move.SEND_AGAIN if case.sends < case.sends_allowed and case.in_time else Move.REVIEW


def _not_told(case: Case) -> Move:
    """The container cannot be read, or claims to be in progress; the listing does not show it."""
    if case.expired_by_rule and case.absent_twice:
        return Move.RESTAGE if case.doubt is Doubt.TOLD_ABSENT and case.containers_left else Move.FAIL
    return _wait(case)
