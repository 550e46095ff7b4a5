"""What people do to the plan: plan, edit, move, cancel, hold, try again, and say what happened.

Every change is a compare-and-set against the engine: it either happens whole, or raises `Conflict` because the engine
was first. Each bumps the row's epoch, so that a worker that is busy with the row writes nothing any more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from django.db import IntegrityError, transaction
from django.db.models import F, Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import choosing
from accounts.models import Connection, IGUser
from library.models import Rendition
from publishing import captions, clock, waking
from publishing.fingerprint import caption_key, fingerprint
from publishing.models import Kind, Post, PostItem, PostRevision, Publication
from publishing.refusals import Conflict, PlanRefused
from publishing.settling import settle_as_live, settle_as_not_live
from publishing.timing import timing
from workspaces.models import Client, Membership, User
from workspaces.roles import Right

__all__ = [
    "Conflict",
    "PlanRefused",
    "When",
    "cancel",
    "edit",
    "hold",
    "plan",
    "reschedule",
    "resume",
    "retry",
    "settle_as_live",
    "settle_as_not_live",
    "slot_for",
]

Status = Publication.Status
Items = Sequence[tuple[Rendition, str]]
FURTHEST = timedelta(days=366)
TWIN_WINDOW = timedelta(hours=24)
NO_LONGER_COUNTS = (Status.DRAFT, Status.CANCELLED, Status.FAILED, Status.MISSED)


@dataclass(frozen=True)
class When:
    """When a post goes out: now, at a wall time in a zone, or not yet (a draft)."""

    kind: Literal["now", "at", "draft"]
    wall_time: str = ""
    time_zone: str = "UTC"


@dataclass(frozen=True)
class Slot:
    """A `When` that has become an instant."""

    is_draft: bool
    scheduled_at: datetime | None
    wall_time: str
    time_zone: str

    def as_values(self) -> dict[str, Any]:
        """Return the columns that put a publication into this slot."""
        staged = self.scheduled_at and self.scheduled_at - timing().stage_ahead
        return {
            "status": Status.DRAFT if self.is_draft else Status.SCHEDULED,
            "scheduled_at": self.scheduled_at,
            "wall_time": self.wall_time,
            "time_zone": self.time_zone,
            "next_run_at": None if self.is_draft else staged,
        }


# What a publication has to forget before it starts anew.
ANEW: dict[str, Any] = {
    "container_id": "",
    "container_created_at": None,
    "container_state": "",
    "containers_made": 0,
    "status_reads": 0,
    "looked_at": None,
    "send_count": 0,
    "extra_sends": 0,
    "doubt": "",
    "confirm_reads": 0,
    "finished_reads": 0,
    "absent_reads": 0,
    "first_finished_at": None,
    "failures": 0,
    "crashes": 0,
    "error_code": None,
    "error_subcode": None,
    "problem": "",
    "cure": "",
    "held_from": "",
    "held_reason": "",
    "waited_for_quota": False,
}


def slot_for(when: When) -> Slot:
    """Return the slot; raise PlanRefused for a time that is past, too far away or not on the clock that day."""
    now = clock.database_now()
    if when.kind == "now":
        return Slot(False, now, clock.wall_time_of(now, when.time_zone), when.time_zone)
    if when.kind == "draft" and not when.wall_time:
        return Slot(True, None, "", when.time_zone)
    try:
        moment = clock.instant(when.wall_time, when.time_zone)
    except clock.NoSuchTime as problem:
        raise PlanRefused([str(problem)]) from None
    shown = f"{clock.parse_wall_time(when.wall_time):%Y-%m-%dT%H:%M}"
    if when.kind == "at" and moment <= now:
        raise PlanRefused([_("This time has passed. Choose a later one, or publish now.")])
    if moment > now + FURTHEST:
        raise PlanRefused([_("Posts can be planned up to a year ahead.")])
    return Slot(when.kind == "draft", moment, shown, when.time_zone)


def plan(
    *,
    by: User,
    membership: Membership,
    caption: str,
    items: Items,
    accounts: Sequence[IGUser],
    when: When,
    client: Client | None = None,
    twin_ok: bool = False,
) -> Post:
    """Return a new post with one publication per account. Raises PlanRefused with everything that stands against it."""
    caption, slot, chosen = captions.clean(caption), slot_for(when), _distinct(accounts)
    _refuse_what_cannot_stand(membership, caption, items, chosen, slot)
    with transaction.atomic():
        _one_at_a_time(chosen)
        _ask_about_twins(caption, items, chosen, slot, twin_ok)
        post = Post.objects.create(client=client or _common_client(chosen), created_by=by)
        revision = _revision(post, caption, items, by)
        for account in chosen:
            Publication.objects.create(post=post, **_on_account(revision, items, account), **slot.as_values())
        _wake(slot)
    return post


def edit(
    post: Post,
    *,
    by: User,
    membership: Membership,
    caption: str,
    items: Items,
    accounts: Sequence[IGUser],
    when: When,
    client: Client | None = None,
    twin_ok: bool = False,
) -> Post:
    """Give a post a new revision and its publications a new slot. Raises PlanRefused, or Conflict when one is sent."""
    caption, slot, chosen = captions.clean(caption), slot_for(when), _distinct(accounts)
    _refuse_what_cannot_stand(membership, caption, items, chosen, slot)
    with transaction.atomic():
        _one_at_a_time(chosen)
        _ask_about_twins(caption, items, chosen, slot, twin_ok, besides=post)
        revision = _revision(post, caption, items, by)
        standing = {row.ig_user_id: row for row in post.publications.exclude(status=Status.CANCELLED)}
        for account in chosen:
            values = {**_on_account(revision, items, account), **slot.as_values()}
            if account.pk in standing:
                _move(standing.pop(account.pk), never_sent=True, **ANEW, **values)
            else:
                Publication.objects.create(post=post, **values)
        for left_out in standing.values():
            cancel(left_out)
        if client is not None:
            Post.objects.filter(pk=post.pk).update(client=client)
        _wake(slot)
    return post


def reschedule(publication: Publication, when: When) -> Publication:
    """Move one publication to another time. Raises PlanRefused for the time, Conflict when it is being sent."""
    slot = slot_for(when)
    with transaction.atomic():
        _move(publication, **{**ANEW, **slot.as_values(), **_connection_values(publication, slot)})
        _wake(slot)
    return publication


def cancel(publication: Publication) -> Publication:
    """Take one publication out of the plan. Raises Conflict when it is being sent."""
    _move(publication, keeps_container=True, status=Status.CANCELLED, next_run_at=None)
    return publication


def hold(publication: Publication) -> Publication:
    """Stop one publication until somebody resumes it. Raises Conflict when it is being sent."""
    waiting = (Status.SCHEDULED, Status.PREPARING, Status.PROCESSING, Status.READY)
    changes: dict[str, Any] = {"held_from": F("status"), "held_reason": Publication.Hold.PERSON, "next_run_at": None}
    _move(publication, allowed=waiting, keeps_container=True, status=Status.HELD, **changes)
    return publication


def retry(publication: Publication) -> Publication:
    """Publish now what failed, was missed or is on hold. What may be on Instagram is looked for, not sent again."""
    if publication.status == Status.HELD:
        return resume(publication)
    if publication.status not in (Status.FAILED, Status.MISSED):
        raise Conflict(_("There is nothing to try again: it is not failed, missed or on hold."))
    return reschedule(publication, When("now", time_zone=publication.time_zone or "UTC"))


def resume(publication: Publication) -> Publication:
    """Let a publication on hold go on from its own state. Raises Conflict when it is not on hold any more."""
    if publication.status != Status.HELD:
        raise Conflict(_("This post is not on hold any more."))
    back = publication.held_from or Status.SCHEDULED
    rows = Publication.objects.filter(pk=publication.pk, status=Status.HELD, held_from=publication.held_from)
    try:
        with transaction.atomic():
            won = rows.update(
                status=back, next_run_at=timezone.now(), lease_epoch=F("lease_epoch") + 1, lease_until=None, crashes=0
            )
    except IntegrityError:
        raise Conflict(_("A post with the same caption is being confirmed. Try again in a minute.")) from None
    if not won:
        raise Conflict(_("This post is not on hold any more."))
    waking.look_soon()
    publication.refresh_from_db()
    return publication


def _move(
    publication: Publication,
    *,
    allowed: Sequence[str] = Publication.MAY_CANCEL,
    never_sent: bool = False,
    keeps_container: bool = False,
    **to: Any,
) -> None:
    """Write `to` unless the engine is past the point where people decide.

    A container that was sent is never given up for another one: it may still go live, and then there would be two.
    """
    rows = Publication.objects.filter(pk=publication.pk, status__in=allowed)
    rows = rows.exclude(status=Status.HELD, held_from__in=Publication.AFTER_FENCE)
    settled = Q(status__in=(Status.FAILED, Status.MISSED))
    if never_sent:
        rows = rows.filter(Q(first_fence_at=None) | settled)
    if not keeps_container:
        rows = rows.filter(Q(send_count=0) | settled)
    if not rows.update(lease_epoch=F("lease_epoch") + 1, lease_until=None, **to):
        publication.refresh_from_db()
        raise Conflict(_why_not(publication))
    publication.refresh_from_db()


def _why_not(publication: Publication) -> str:
    if publication.status == Status.PUBLISHED:
        return _("@%(username)s: this is already published.") % {"username": publication.username}
    if publication.status == Status.CANCELLED:
        return _("@%(username)s: this was cancelled.") % {"username": publication.username}
    words = {"username": publication.username, "state": publication.get_status_display()}
    is_sent = publication.send_count > 0 or publication.held_from in Publication.AFTER_FENCE
    if publication.status in Publication.MAY_CANCEL and not is_sent:
        return _("@%(username)s: this cannot be done while its state is “%(state)s”.") % words
    return _("@%(username)s: this is already being sent.") % words


def _refuse_what_cannot_stand(
    membership: Membership, caption: str, items: Items, accounts: Sequence[IGUser], slot: Slot
) -> None:
    found = captions.problems(caption)
    needed = Right.COMPOSE if slot.is_draft else Right.SCHEDULE
    if not membership.may(needed):
        found.append(_("Your role may not do this."))
    if not all(membership.sees_client(account.client_id) for account in accounts):
        found.append(_("One of the accounts is not yours to post to."))
    if len(items) > 1:
        found.append(_("One photo per post for now."))
    if not slot.is_draft:
        if not items:
            found.append(_("Choose a photo."))
        if not accounts:
            found.append(_("Choose at least one account."))
        found += [reason for reason in (choosing.why_not(account, "publish") for account in accounts) if reason]
    if found:
        raise PlanRefused(found)


def _distinct(accounts: Sequence[IGUser]) -> list[IGUser]:
    return list({account.pk: account for account in accounts}.values())


def _one_at_a_time(accounts: Sequence[IGUser]) -> None:
    """Let two people (or two clicks) plan for one account only one after the other."""
    list(IGUser.objects.filter(pk__in=[account.pk for account in accounts]).order_by("pk").select_for_update())


def _ask_about_twins(
    caption: str, items: Items, accounts: Sequence[IGUser], slot: Slot, twin_ok: bool, besides: Post | None = None
) -> None:
    if twin_ok or slot.is_draft or slot.scheduled_at is None:
        return
    around = (slot.scheduled_at - TWIN_WINDOW, slot.scheduled_at + TWIN_WINDOW)
    twins = Publication.objects.filter(
        ig_id__in=[account.ig_id for account in accounts],
        fingerprint=_fingerprint(items, caption),
        scheduled_at__range=around,
    ).exclude(status__in=NO_LONGER_COUNTS)
    if found := list(twins.exclude(post=besides) if besides else twins):
        names = ", ".join(sorted({f"@{row.username}" for row in found}))
        text = _("The same photo with the same caption is already planned or published on %(names)s within 24 hours.")
        raise PlanRefused([text % {"names": names}], twins=found)


def _common_client(accounts: Sequence[IGUser]) -> Client | None:
    clients = {account.client_id: account.client for account in accounts}
    return next(iter(clients.values())) if len(clients) == 1 else None


def _revision(post: Post, caption: str, items: Items, by: User) -> PostRevision:
    # Counted from the newest, because older drafts are forgotten; the post's row lets one person number at a time.
    Post.objects.select_for_update().get(pk=post.pk)
    number = (post.revisions.aggregate(newest=Max("number"))["newest"] or 0) + 1
    revision = PostRevision.objects.create(post=post, number=number, caption=caption, created_by=by)
    for position, (rendition, alt_text) in enumerate(items):
        PostItem.objects.create(
            revision=revision,
            position=position,
            asset=rendition.asset,
            rendition=rendition,
            alt_text=captions.clean(alt_text)[:1000],
        )
    return revision


def _fingerprint(items: Items, caption: str) -> str:
    return fingerprint(Kind.IMAGE, [rendition.sha256 for rendition, _alt in items], caption)


def _on_account(revision: PostRevision, items: Items, account: IGUser) -> dict[str, Any]:
    connection = choosing.connection_for(account, "publish")
    return {
        "revision": revision,
        "ig_user": account,
        "username": account.username,
        "ig_id": account.ig_id,
        "fingerprint": _fingerprint(items, revision.caption),
        "caption_key": caption_key(revision.caption),
        **_pinned(connection),
    }


def _pinned(connection: Connection | None) -> dict[str, Any]:
    return {"connection": connection, "app_id": connection.app_id if connection else ""}


def _connection_values(publication: Publication, slot: Slot) -> dict[str, Any]:
    """Return the connection to pin; refuse a plan for an account that cannot publish."""
    account = publication.ig_user
    if slot.is_draft:
        return {}
    if account is None:
        raise PlanRefused([_("The account was removed from this workspace.")])
    if reason := choosing.why_not(account, "publish"):
        raise PlanRefused([reason])
    return _pinned(choosing.connection_for(account, "publish"))


def _wake(slot: Slot) -> None:
    if not slot.is_draft and slot.scheduled_at and slot.scheduled_at - timing().stage_ahead <= clock.database_now():
        waking.look_soon()
