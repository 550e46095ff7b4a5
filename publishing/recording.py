"""What the engine writes down at the end: live, failed, in need of a person, parked, or to be prepared anew."""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext as _

from accounts import gates
from accounts.leasing import in_future
from meta.ig_media import Media
from publishing import clock
from publishing.claiming import Turn
from publishing.models import Publication
from publishing.timing import timing

log = logging.getLogger(__name__)
Status = Publication.Status
NO_READS_YET: dict[str, Any] = {
    "confirm_reads": 0,
    "finished_reads": 0,
    "absent_reads": 0,
    "first_finished_at": None,
}


def sends_allowed(row: Publication) -> int:
    """Return how often the row's container may be sent: the setting, and what a person added to it."""
    return settings.PUBLISH_MAX_SENDS + row.extra_sends


def record_live(row: Publication, media_id: str, media: Media | None = None) -> None:
    """Write down that the container is live. Positive evidence wins over every state and every epoch.

    It is tied to the container alone: a worker that lost its lease long ago still reports what Meta told it.
    """
    now = clock.database_now()
    published_at = media.timestamp if media and media.timestamp else now
    values: dict[str, Any] = {
        "status": Status.PUBLISHED,
        "seen_published_at": Coalesce(F("seen_published_at"), Now()),
        "published_at": published_at,
        "late_by": max(published_at - row.scheduled_at, timedelta(0)) if row.scheduled_at else None,
        "next_run_at": in_future(timing().links[0]),
        "lease_until": None,
        "lease_epoch": F("lease_epoch") + 1,
        "crashes": 0,
        "status_reads": 0,
        "doubt": "",
        "problem": "",
        "cure": "",
        "held_from": "",
        "held_reason": "",
        "error_code": None,
        "error_subcode": None,
    }
    sent = Publication.objects.filter(pk=row.pk, container_id=row.container_id)
    sent = sent.exclude(status=Status.PUBLISHED, ig_media_id__gt="")
    try:
        with transaction.atomic():
            sent.update(**values, ig_media_id=media_id)
    except IntegrityError:  # Bound to another post by mistake or by hand: it is live all the same.
        log.exception("Media %s belongs to another post than %s.", media_id, row.pk)
        sent.update(**values)
    gates.release_fence(row.app_id, row.ig_id, row.pk)


def saw_published(turn: Turn, media: Media | None = None) -> None:
    """Meta says the container is published. Its media may be known, or be found later; the container's id is not it."""
    row = turn.row
    estimate = media or Media(id="", timestamp=row.fence_at)
    record_live(row, media.id if media else "", estimate)


def restage(turn: Turn, at: datetime) -> None:
    """Prepare the post anew: the container is dead, and nothing of it is on the account."""
    turn.rest(
        at,
        status=Status.SCHEDULED,
        container_id="",
        container_state="",
        container_created_at=None,
        looked_at=None,
        send_count=0,
        failures=turn.row.failures + 1,
        doubt="",
        **NO_READS_YET,
    )


def fail(
    turn: Turn, problem: str, cure: str, *, code: int | None = None, subcode: int | None = None, **counted: Any
) -> None:
    """It is not on Instagram, that much is proved."""
    turn.rest(
        None,
        status=Status.FAILED,
        problem=problem[:400],
        cure=cure[:400],
        error_code=code,
        error_subcode=subcode,
        doubt="",
        **counted,
    )


def review(turn: Turn, problem: str, **counted: Any) -> None:
    """Stop, and ask a person to look at the account."""
    turn.rest(
        None,
        status=Status.NEEDS_REVIEW,
        problem=problem[:400],
        cure=_("Look at the account on Instagram and tell us whether it is there."),
        **counted,
    )


def park(turn: Turn) -> None:
    """Our own code keeps breaking on this row: take it out of the queue so that the others go on."""
    log.error("Publication %s broke our code %s times in a row and is parked.", turn.row.pk, turn.row.crashes)
    problem = _("Something on our side keeps going wrong with this post.")
    if turn.row.status == Status.PUBLISHED:
        turn.rest(None)
    elif turn.row.first_fence_at is not None:
        review(turn, problem)
    else:
        fail(turn, problem, _("Try again. If it happens again, tell whoever runs this installation."))


def too_late() -> str:
    return _("It was sent once without an answer, is not on Instagram as far as we can see, and is very late by now.")


def sent_often_enough() -> str:
    return _("It was sent, and no answer says whether it went live. We do not send it again by ourselves.")
