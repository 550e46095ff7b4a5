"""Which error means what for a post: the outcome table of publishing, in two halves, before and after the fence."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from meta.errors import (
    AccountRestricted,
    ActionBlocked,
    ContainerGone,
    ContainerNotReady,
    MetaError,
    NoAnswer,
    ObjectMissing,
    PermissionMissing,
    PublishLimitReached,
    RateLimited,
    Rejected,
    TokenInvalid,
    TryLater,
)
from publishing.deciding import Doubt
from publishing.models import Publication
from publishing.timing import Timing

Hold = Publication.Hold
PASSING = (NoAnswer, TryLater)
MOST_FETCHES = 3
"""Meta could not fetch the photo: after so many tries it will not."""
MOST_MEDIA_TRIES = 5


def doubt_after(error: MetaError) -> Doubt:
    """Return what kind of doubt an answer to `media_publish` leaves. Limits were seen with posts that went live."""
    match error:
        case PublishLimitReached():
            return Doubt.QUOTA
        case RateLimited():
            return Doubt.RATE
        case NoAnswer() | TryLater():
            return Doubt.UNKNOWN
        case TokenInvalid():
            return Doubt.TOKEN
        case PermissionMissing() | AccountRestricted():
            return Doubt.ACCOUNT
        case ContainerNotReady() | ContainerGone() | ObjectMissing():
            return Doubt.NOT_READY
        case _:
            return Doubt.REFUSED


@dataclass(frozen=True)
class Plan:
    """What to do about an error before the fence: hold for a reason, give up, or simply try again."""

    hold: str = ""
    wait: Callable[[Timing], timedelta] | None = None
    """How long to hold; None: until it is put right."""
    gives_up: bool = False


AGAIN = Plan()
GIVE_UP = Plan(gives_up=True)


def before_fence(error: MetaError, *, failures: int) -> Plan:
    """Return the plan. A container is invisible: trying again is safe, and only what cannot succeed is given up."""
    match error:
        case TokenInvalid():
            return Plan(Hold.TOKEN, lambda timing: timing.second_refusal)
        case PermissionMissing() | AccountRestricted():
            return Plan(Hold.ACCOUNT)
        case PublishLimitReached():
            return Plan(Hold.QUOTA, lambda timing: timing.hold_quota)
        case ActionBlocked() | RateLimited():
            return Plan(Hold.RATE, lambda timing: error.regain_after or timing.hold_rate)
        case ObjectMissing():
            return AGAIN
        case Rejected():
            return AGAIN if error.new_container and failures + 1 < MOST_FETCHES else GIVE_UP
        case _:
            is_media = error.subcode is not None and 2207000 <= error.subcode <= 2207999
            return GIVE_UP if is_media and failures + 1 >= MOST_MEDIA_TRIES else AGAIN
