"""The one table from a publication's state to what people see: word, icon, colour and a sentence."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from publishing.models import Publication

Status = Publication.Status


@dataclass(frozen=True)
class State:
    """How a state looks and reads. `data_s` names its colour in the style sheet, `icon` its Lucide icon."""

    word: str | Promise
    icon: str
    data_s: str
    sentence: str | Promise


STATES: dict[str, State] = {
    Status.DRAFT: State(_("Draft"), "pencil-line", "draft", _("Not planned yet.")),
    Status.SCHEDULED: State(_("Scheduled"), "clock", "scheduled", _("Waits for its time.")),
    Status.PREPARING: State(_("Preparing"), "loader", "publishing", _("We hand the photo to Instagram.")),
    Status.PROCESSING: State(_("Preparing"), "loader", "publishing", _("Instagram is processing the photo.")),
    Status.READY: State(_("Ready"), "circle-check", "scheduled", _("Instagram has the photo; it goes out on time.")),
    Status.PUBLISHING: State(_("Publishing"), "loader", "publishing", _("It is being published right now.")),
    Status.CONFIRMING: State(
        _("Confirming"),
        "loader",
        "publishing",
        _("Sent to Instagram, and we are confirming it. Do not post it again; we tell you as soon as we know."),
    ),
    Status.PUBLISHED: State(_("Published"), "circle-check", "published", _("It is live on Instagram.")),
    Status.HELD: State(_("On hold"), "circle-pause", "held", _("It waits until something is put right.")),
    Status.MISSED: State(
        _("Missed"),
        "clock-alert",
        "failed",
        _("Its time passed while it could not go out. It is not on Instagram. Publish it now or choose another time."),
    ),
    Status.FAILED: State(_("Failed"), "circle-x", "failed", _("It is not on Instagram. Put it right and try again.")),
    Status.NEEDS_REVIEW: State(
        _("Needs review"),
        "circle-question-mark",
        "review",
        _("We cannot tell whether this went live. Look at the account and tell us."),
    ),
    Status.CANCELLED: State(_("Cancelled"), "ban", "draft", _("Cancelled before anything was sent.")),
}

HELD: dict[str, State] = {
    Publication.Hold.TOKEN: State(
        _("On hold"), "circle-pause", "held", _("Reconnect the account, and this post goes on from where it stopped.")
    ),
    Publication.Hold.ACCOUNT: State(
        _("On hold"), "circle-pause", "held", _("Instagram does not let this account publish at the moment.")
    ),
    Publication.Hold.QUOTA: State(
        _("On hold"),
        "circle-pause",
        "held",
        _("The account has published as much as Instagram allows in 24 hours. It goes out once there is room."),
    ),
    Publication.Hold.RATE: State(
        _("On hold"), "circle-pause", "held", _("Instagram asked us to slow down. It goes out by itself after that.")
    ),
    Publication.Hold.PERSON: State(_("On hold"), "circle-pause", "held", _("Somebody put this post on hold.")),
}

LINK_PENDING = State(_("Published"), "circle-check", "published", _("It is live on Instagram; the link is on its way."))


def state_of(publication: Publication) -> State:
    """Return how this publication looks, with the reason of a hold and a link that is still missing in the sentence."""
    if publication.status == Status.HELD:
        return HELD.get(publication.held_reason, STATES[Status.HELD])
    if publication.status == Status.PUBLISHED and not publication.permalink:
        return LINK_PENDING
    return STATES[publication.status]
