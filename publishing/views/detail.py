"""One publication: what is planned, where it stands, and what a person can do about it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import IGMedia, RemoteAttempt
from library.checks import Refused
from library.rendering import thumbnail
from library.serving import answer_with
from publishing import scheduling
from publishing.attempts import to_the_second, told
from publishing.drafting import posts_of
from publishing.forms import MoveForm
from publishing.holding import WAITING
from publishing.models import Post, Publication
from publishing.refusals import Conflict, PlanRefused
from publishing.scheduling import When
from publishing.states import state_of
from screens.formats import as_zone, zone_label
from workspaces.access import WorkspaceRequest, requires
from workspaces.roles import Right

Status = Publication.Status
MOVING = (Status.PREPARING, Status.PROCESSING, Status.PUBLISHING, Status.CONFIRMING)
BY_ITSELF = (Publication.Hold.RATE, Publication.Hold.QUOTA)
SOON = 20 * 60
NOT_LIVE_WORD = "not live"


def _publication(request: WorkspaceRequest, pk: str) -> Publication:
    rows = Publication.objects.visible_to(request.membership)
    rows = rows.select_related("revision", "post__client", "ig_user__client", "connection")
    return get_object_or_404(rows.prefetch_related("revision__items"), pk=pk)


def _to_act_on(request: WorkspaceRequest, pk: str) -> Publication:
    """Return a publication this person may move: its account may have gone to a client they do not look after."""
    row = _publication(request, pk)
    if row.ig_user and not request.membership.sees_client(row.ig_user.client_id):
        raise PermissionDenied
    return row


def _zone_of(row: Publication) -> str:
    """Return the zone the person planned in, or the account's where none was said."""
    if row.time_zone:
        return row.time_zone
    return str(row.ig_user.zone if row.ig_user else row.workspace.zone)


def _standing(row: Publication) -> dict[str, Any]:
    """Return what the part of the screen shows that changes while the engine works."""
    now = timezone.now()
    due_in = (row.scheduled_at - now).total_seconds() if row.scheduled_at else None
    soon = row.status in (Status.SCHEDULED, Status.READY) and due_in is not None and due_in < SOON
    link_pending = row.status == Status.PUBLISHED and not row.permalink
    fresh = row.published_at is not None and (now - row.published_at).total_seconds() < SOON
    zone = _zone_of(row)
    return {
        "row": row,
        "state": state_of(row),
        "zone": zone,
        "zone_words": zone_label(zone, row.scheduled_at),
        "home_differs": _differs(row, zone),
        "home_zone": row.workspace.time_zone,
        "shows_utc": bool(row.scheduled_at and row.scheduled_at.astimezone(as_zone(zone)).utcoffset()),
        "attempts": told(RemoteAttempt.objects.filter(subject=row.pk), as_zone(zone)),
        "published_at_second": to_the_second(row.published_at, as_zone(zone)) if row.published_at else "",
        "polls": row.status in MOVING or soon or (link_pending and fresh),
        "pace": "2s" if row.status in MOVING or (due_in is not None and due_in < 60) else "10s",
        "is_undecided": _is_undecided(row),
        "goes_on_at": row.next_run_at if row.status == Status.HELD and row.held_reason in BY_ITSELF else None,
        "needs_connecting": row.status == Status.HELD and row.held_reason == Publication.Hold.TOKEN and row.ig_user_id,
        "actions": _actions(row),
    }


def _differs(row: Publication, zone: str) -> bool:
    """Say whether the workspace's clocks show another time than the zone of the plan."""
    at = row.scheduled_at
    return at is not None and at.astimezone(as_zone(zone)).utcoffset() != at.astimezone(row.workspace.zone).utcoffset()


def _is_undecided(row: Publication) -> bool:
    return row.status == Status.NEEDS_REVIEW or (row.status == Status.HELD and row.held_from == Status.CONFIRMING)


def _actions(row: Publication) -> set[str]:
    """Return the names of what can be done in this state; the templates draw the buttons."""
    if row.status == Status.CANCELLED or row.status not in Publication.MAY_CANCEL:
        return set()
    if row.status == Status.HELD and row.held_from in Publication.AFTER_FENCE:
        return set()
    if row.status == Status.DRAFT:
        return {"edit", "discard"} | ({"schedule"} if row.scheduled_at and row.scheduled_at > timezone.now() else set())
    actions = {"edit", "move", "unplan"}
    if row.status in (Status.FAILED, Status.MISSED, Status.HELD):
        actions.add("retry")
    return actions


@requires(Right.VIEW)
@require_safe
def publication(request: WorkspaceRequest, pk: str) -> HttpResponse:
    row = _publication(request, pk)
    context = {"active": "calendar", **_standing(row), **_planned(row)}
    return render(request, "publishing/publication.html", context)


def _planned(row: Publication) -> dict[str, Any]:
    item = next(iter(row.revision.items.all()), None)
    others = row.post.publications.exclude(pk=row.pk).exclude(status=Status.CANCELLED)
    candidates = IGMedia.objects.none()
    if _is_undecided(row) and row.ig_user_id and row.fence_at:
        candidates = IGMedia.objects.live().filter(ig_user_id=row.ig_user_id, posted_at__gte=row.fence_at)[:6]
    return {
        "back_month": row.scheduled_at.astimezone(row.workspace.zone).strftime("%Y-%m") if row.scheduled_at else "",
        "item": item,
        "others": [(other, state_of(other)) for other in others],
        "candidates": candidates,
        "not_live_word": NOT_LIVE_WORD,
        "move": MoveForm(initial={"at": row.wall_time[:16]}, zones=_zones(row)),
    }


def _zones(row: Publication) -> list[tuple[str, str]]:
    """Return the zone of the plan first, then the account's and the workspace's where they differ."""
    names = [_zone_of(row), str(row.ig_user.zone) if row.ig_user else "", row.workspace.time_zone]
    return [(name, zone_label(name)) for name in dict.fromkeys(filter(None, names))]


@requires(Right.VIEW)
@require_safe
def publication_status(request: WorkspaceRequest, pk: str) -> HttpResponse:
    """Answer with the part of the screen that changes; it asks again only while something moves.

    While a post waits, the same actions are offered and what somebody is typing stays. Any other change brings other
    actions, so the whole screen comes anew.
    """
    row = _publication(request, pk)
    response = render(request, "publishing/parts/standing.html", _standing(row))
    was = request.GET.get("was", row.status)
    if was != row.status and not {was, row.status} <= set(WAITING):
        response["HX-Refresh"] = "true"
    return response


@requires(Right.VIEW)
@require_safe
def publication_photo(request: WorkspaceRequest, pk: str) -> HttpResponse:
    """Show the photo of a publication small; `?size=feed` as it goes out."""
    rows = Publication.objects.visible_to(request.membership).select_related("revision")
    item = get_object_or_404(rows, pk=pk).revision.items.select_related("asset", "rendition").first()
    if item is None:
        raise Http404
    try:
        picture = item.rendition if request.GET.get("size") == "feed" else thumbnail(item.asset)
    except (FileNotFoundError, Refused) as error:
        raise Http404 from error
    # Screens ask with the number of the revision, so that an edit has another address.
    return answer_with(picture)


def _act(request: WorkspaceRequest, row: Publication, act: Callable[[], Any], done: str) -> HttpResponse:
    """Do it, say what happened, and show the publication again."""
    try:
        act()
    except PlanRefused as refusal:
        for problem in refusal.problems:
            messages.error(request, problem)
    except Conflict as conflict:
        messages.warning(request, str(conflict))
    else:
        messages.success(request, done)
    return redirect("publication", request.workspace.slug, row.pk)


@requires(Right.SCHEDULE)
@require_POST
def publication_move(request: WorkspaceRequest, pk: str) -> HttpResponse:
    """Give a publication another time. A time that cannot be keeps the form open with what was typed."""
    row = _to_act_on(request, pk)
    form = MoveForm(request.POST, zones=_zones(row))
    try:
        if form.is_valid():
            scheduling.reschedule(row, form.slot())
            messages.success(request, _("Moved."))
            return redirect("publication", request.workspace.slug, row.pk)
        problems = [str(error) for errors in form.errors.values() for error in errors]
    except PlanRefused as refusal:
        problems = refusal.problems
    except Conflict as conflict:
        problems = [str(conflict)]
    row = _publication(request, pk)
    context = {"active": "calendar", **_standing(row), **_planned(row), "move": form, "move_problems": problems}
    return render(request, "publishing/publication.html", context, status=422)


@requires(Right.SCHEDULE)
@require_POST
def publication_unplan(request: WorkspaceRequest, pk: str) -> HttpResponse:
    """Take a publication out of the plan; it stays as a draft with its time, so that this can be undone."""
    row = _to_act_on(request, pk)
    slot = When("draft", row.wall_time, _zone_of(row))
    return _act(request, row, lambda: scheduling.reschedule(row, slot), _("Taken out of the plan. It is a draft now."))


@requires(Right.SCHEDULE)
@require_POST
def publication_replan(request: WorkspaceRequest, pk: str) -> HttpResponse:
    """Put a draft back to the time it had."""
    row = _to_act_on(request, pk)
    slot = When("at", row.wall_time, _zone_of(row))
    return _act(request, row, lambda: scheduling.reschedule(row, slot), _("Scheduled again."))


@requires(Right.SCHEDULE)
@require_POST
def publication_retry(request: WorkspaceRequest, pk: str) -> HttpResponse:
    row = _to_act_on(request, pk)
    return _act(request, row, lambda: scheduling.retry(row), _("Trying again."))


@requires(Right.COMPOSE)
@require_POST
def publication_discard(request: WorkspaceRequest, pk: str) -> HttpResponse:
    """Throw one draft away."""
    row = _publication(request, pk)
    if row.status != Status.DRAFT:
        raise PermissionDenied
    response = _act(request, row, lambda: scheduling.cancel(row), _("The draft is gone."))
    return redirect("posts", request.workspace.slug) if row.status == Status.CANCELLED else response


@requires(Right.SCHEDULE)
@require_POST
def publication_live(request: WorkspaceRequest, pk: str) -> HttpResponse:
    """A person found it on Instagram: remember that, with the link they pasted or the post they picked."""
    row = _to_act_on(request, pk)
    pointer = request.POST.get("link", "").strip() or request.POST.get("media", "")
    return _act(request, row, lambda: scheduling.settle_as_live(row, pointer), _("Thank you. It counts as published."))


@requires(Right.SCHEDULE)
@require_POST
def publication_not_live(request: WorkspaceRequest, pk: str) -> HttpResponse:
    """A person looked and did not find it: look once more, then publish again. Needs the word typed."""
    row = _to_act_on(request, pk)
    if request.POST.get("word", "").strip().casefold() != NOT_LIVE_WORD:
        messages.error(request, _("Type “%(word)s” to publish again.") % {"word": NOT_LIVE_WORD})
        return redirect("publication", request.workspace.slug, row.pk)
    done = _("We look once more and publish it again unless we find it.")
    return _act(request, row, lambda: scheduling.settle_as_not_live(row), done)


@requires(Right.COMPOSE)
@require_POST
def post_discard(request: WorkspaceRequest, pk: str) -> HttpResponse:
    """Throw away a draft that names no account."""
    post = get_object_or_404(posts_of(request.membership).filter(publications=None), pk=pk)
    Post.objects.filter(pk=post.pk).update(deleted_at=timezone.now())
    messages.success(request, _("The draft is gone."))
    return redirect("posts", request.workspace.slug)
