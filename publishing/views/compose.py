"""The composer: a new post, and a post that is planned already."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from library.checks import Refused
from library.choosing import Photo, photo_in
from library.models import Asset
from publishing import captions, drafting
from publishing.choices import Choice, account_choices, clients_among, own_client, zone_choices
from publishing.forms import LONGEST_ALT, PostForm
from publishing.models import Post
from publishing.refusals import Conflict, PlanRefused
from screens.formats import clock
from workspaces.access import WorkspaceRequest, requires
from workspaces.roles import Right

PHOTO_BUTTONS = ("fix", "pick", "drop")
RECENT = 24
FEED_CUT = 125


@dataclass
class Desk:
    """Everything one composer screen works with."""

    request: WorkspaceRequest
    post: Post | None = None
    choices: list[Choice] = field(default_factory=list)
    zones: list[tuple[str, str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    twins: bool = False

    def __post_init__(self) -> None:
        self.choices = account_choices(self.request.membership)
        self.zones = zone_choices(self.request.workspace, self.choices)

    def form(self, *args: Any, **kwargs: Any) -> PostForm:
        return PostForm(*args, offered=self.choices, zones=self.zones, **kwargs)

    def photo(self) -> Photo:
        return photo_in(self.request, membership=self.request.membership, client=own_client(self.request.membership))

    def page(self, form: PostForm, photo: Photo, status: int = 200) -> HttpResponse:
        for choice in self.choices:
            choice.chosen = choice.key in form.chosen
        caption = str(form["caption"].value() or "")
        context = {
            "active": "compose",
            "form": form,
            "photo": photo,
            "post": self.post,
            "is_draft": self.post is None or drafting.is_draft(self.post),
            "choices": self.choices,
            "chosen": [choice for choice in self.choices if choice.chosen],
            "by_client": clients_among(self.choices),
            "zones": self.zones,
            "problems": self.problems,
            "twins": self.twins,
            "counts": captions.count(caption.replace("\r\n", "\n")),
            "limits": captions,
            "longest_alt": LONGEST_ALT,
            "alt_count": captions.count(str(form["alt_text"].value() or "")).units,
            "cut": FEED_CUT,
            "shown_caption": caption[:FEED_CUT],
            "recent": Asset.objects.visible_to(self.request.membership)[:RECENT],
        }
        return render(self.request, "publishing/compose.html", context, status=status)


@requires(Right.COMPOSE)
@require_http_methods(["GET", "POST"])
def compose(request: WorkspaceRequest) -> HttpResponse:
    """Write a new post. `?day=` starts on a day, `?account=` with an account ticked, `?asset=` with a photo."""
    desk = Desk(request)
    if request.method == "POST":
        return _submitted(desk)
    initial = {
        "accounts": [key for key in request.GET.getlist("account") if key in {c.key for c in desk.choices}],
        "when": "at",
        "at": drafting.first_time(request.GET.get("day", ""), request.workspace),
    }
    if not initial["accounts"] and len(desk.choices) == 1 and not desk.choices[0].reason:
        initial["accounts"] = [desk.choices[0].key]
    return desk.page(desk.form(initial=initial), _asked_for(request))


@requires(Right.COMPOSE)
@require_http_methods(["GET", "POST"])
def post_edit(request: WorkspaceRequest, pk: str) -> HttpResponse:
    """Change a post that is a draft or planned; what is being sent already stays as it is."""
    post = get_object_or_404(drafting.posts_of(request.membership), pk=pk)
    desk = Desk(request, post)
    if request.method == "POST":
        return _submitted(desk)
    initial, photo = drafting.form_data_of(post)
    initial["at"] = initial["at"] or drafting.first_time("", request.workspace)
    return desk.page(desk.form(initial=initial), photo)


@requires(Right.COMPOSE)
@require_POST
def compose_photo(request: WorkspaceRequest) -> HttpResponse:
    """Take, pick, mend or drop a photo and answer with that part of the form alone."""
    photo = photo_in(request, membership=request.membership, client=own_client(request.membership))
    context = {
        "photo": photo,
        "recent": Asset.objects.visible_to(request.membership)[:RECENT],
        "alt_set": bool(request.POST.get("alt_text", "").strip()),
    }
    return render(request, "publishing/parts/photo.html", context, status=422 if photo.problem else 200)


@requires(Right.COMPOSE)
@require_POST
def compose_autosave(request: WorkspaceRequest) -> JsonResponse:
    """Keep a draft while it is being written. Answers with its address and the time, or why it was not kept."""
    post = None
    if request.POST.get("post"):
        post = _draft_or_none(request, request.POST["post"])
        if post is None:
            return JsonResponse({"kept": False, "reason": _("not saved by itself")}, status=409)
    desk = Desk(request, post)
    form, photo = desk.form(request.POST), desk.photo()
    if not form.is_valid() or _is_behind(form, post):
        return JsonResponse({"kept": False, "reason": _("not saved: something has to be mended")}, status=422)
    try:
        post = _saved(desk, form, photo, draft=True)
    except (PlanRefused, Conflict, Refused):
        return JsonResponse({"kept": False, "reason": _("not saved: something has to be mended")}, status=422)
    drafting.forget_older_drafts(post)
    at = clock(timezone.now(), request.workspace.zone)
    return JsonResponse(
        {
            "kept": True,
            "post": str(post.pk),
            "seen": post.latest().number,
            "url": reverse("post_edit", args=[request.workspace.slug, post.pk]),
            "word": _("saved %(time)s") % {"time": at},
        }
    )


def _submitted(desk: Desk) -> HttpResponse:
    request = desk.request
    photo, form = desk.photo(), desk.form(request.POST)
    action = request.POST.get("action", "")
    if any(name in request.POST for name in PHOTO_BUTTONS) or action not in ("send", "draft"):
        return desk.page(form, photo, status=422 if photo.problem else 200)
    if not form.is_valid() or photo.problem:
        return desk.page(form, photo, status=422)
    if _is_behind(form, desk.post):
        desk.problems = [_("Somebody else changed this post meanwhile. Look at it again, then save once more.")]
        data = request.POST.copy()
        data["seen"] = str(desk.post.latest().number) if desk.post else ""
        form = desk.form(data)
        return desk.page(form, photo, status=422)
    try:
        post = _saved(desk, form, photo, draft=action == "draft")
    except PlanRefused as refusal:
        desk.problems, desk.twins = refusal.problems, refusal.is_confirmable
    except (Conflict, Refused) as refusal:
        desk.problems = [str(refusal)]
    else:
        return _gone_well(request, post, draft=action == "draft")
    return desk.page(form, photo, status=422)


def _saved(desk: Desk, form: PostForm, photo: Photo, *, draft: bool) -> Post:
    """Save, once the photo is fit to go out; a draft may wait with that."""
    if photo.asset and not photo.is_ready and not draft:
        raise Refused(_("Choose how the photo is to fit first: %(finding)s") % {"finding": photo.findings[0].text})
    membership = desk.request.membership
    return drafting.save(form, photo, membership=membership, post=desk.post, draft=draft, client=own_client(membership))


def _gone_well(request: WorkspaceRequest, post: Post, *, draft: bool) -> HttpResponse:
    slug = request.workspace.slug
    if draft:
        messages.success(request, _("Kept as a draft."))
        return redirect("post_edit", slug, post.pk)
    rows = list(post.publications.exclude(status="cancelled"))
    if len(rows) == 1:
        return redirect("publication", slug, rows[0].pk)
    messages.success(request, ngettext("%(n)s post planned.", "%(n)s posts planned.", len(rows)) % {"n": len(rows)})
    return redirect(f"{reverse('posts', args=[slug])}?{urlencode({'post': post.pk})}")


def _is_behind(form: PostForm, post: Post | None) -> bool:
    seen = form.cleaned_data.get("seen")
    return post is not None and seen is not None and seen != post.latest().number


def _draft_or_none(request: WorkspaceRequest, pk: str) -> Post | None:
    try:
        post = drafting.posts_of(request.membership).filter(pk=UUID(pk)).first()
    except ValueError:
        return None
    return post if post and drafting.is_draft(post) else None


def _asked_for(request: WorkspaceRequest) -> Photo:
    try:
        asked = UUID(request.GET.get("asset", ""))
    except ValueError:
        return Photo()
    return Photo(Asset.objects.visible_to(request.membership).filter(pk=asked).first())
