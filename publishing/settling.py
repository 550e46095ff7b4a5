"""When only a person can tell whether a post went live: they look at the account and say so."""

import logging
import re
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from publishing import waking
from publishing.deciding import Doubt
from publishing.models import Publication
from publishing.refusals import Conflict, PlanRefused

log = logging.getLogger(__name__)
Status = Publication.Status
PERMALINK = re.compile(r"^/(?:[A-Za-z0-9._]+/)?(?:p|reel)/[A-Za-z0-9_-]+/?$")


def settle_as_live(publication: Publication, permalink_or_id: str = "") -> Publication:
    """Record that the post is on Instagram, with its link or media id when given. Raises PlanRefused or Conflict."""
    values = {**_pointer(permalink_or_id.strip()), "status": Status.PUBLISHED, "published_at": F("fence_at")}
    values |= {"next_run_at": timezone.now(), "problem": "", "cure": ""}
    _settle(publication, values, _("Another post of this account has that media id already."))
    return publication


def settle_as_not_live(publication: Publication) -> Publication:
    """Look one last time, and publish again unless it is found after all. Raises Conflict."""
    values = {
        "status": Status.CONFIRMING,
        "doubt": Doubt.TOLD_ABSENT,
        "extra_sends": F("extra_sends") + 1,
        "confirm_reads": 0,
        "finished_reads": 0,
        "absent_reads": 0,
        "first_finished_at": None,
        "scheduled_at": timezone.now(),
        "next_run_at": timezone.now(),
    }
    _settle(publication, values, _("A post with the same caption is being confirmed. Try again in a minute."))
    waking.look_soon()
    return publication


def _settle(publication: Publication, values: dict[str, object], clash: str) -> None:
    undecided = Publication.objects.filter(pk=publication.pk, status=Status.NEEDS_REVIEW)
    if publication.status == Status.HELD:
        undecided = Publication.objects.filter(pk=publication.pk, status=Status.HELD, held_from=Status.CONFIRMING)
    try:
        with transaction.atomic():
            won = undecided.update(lease_epoch=F("lease_epoch") + 1, lease_until=None, crashes=0, **values)
    except IntegrityError:
        raise PlanRefused([clash]) from None
    if not won:
        raise Conflict(_("This has been settled already."))
    publication.refresh_from_db()
    log.info("Publication %s was settled by a person as %s.", publication.pk, publication.status)


def _pointer(text: str) -> dict[str, str]:
    """Return the columns that a pasted link or media id fills."""
    if not text:
        return {}
    if text.isascii() and text.isdigit() and len(text) <= 32:
        return {"ig_media_id": text}
    if path := _path_on_instagram(text):
        return {"permalink": f"https://www.instagram.com{path}"}
    raise PlanRefused([_("That is not the link of an Instagram post. Copy it from the post's own page.")])


def _path_on_instagram(text: str) -> str:
    """Return the path of a post's link; '' for anything else."""
    try:
        parts = urlsplit(text if "//" in text else f"https://{text}")
    except ValueError:
        return ""
    is_instagram = parts.hostname in ("instagram.com", "www.instagram.com")
    return parts.path if parts.scheme == "https" and is_instagram and PERMALINK.match(parts.path) else ""
