"""Meta's error codes, each with the caller's next move, the cause and the cure in words.

developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/error-codes,
/docs/graph-api/guides/error-handling and /docs/facebook-login/guides/access-tokens/debugging, read 2026-11-22.
Codes without a page of Meta's are those that public clients report.
"""

from dataclasses import dataclass
from datetime import timedelta

from meta.errors import (
    AccountRestricted,
    ActionBlocked,
    ContainerGone,
    ContainerNotReady,
    MetaError,
    ObjectMissing,
    PermissionMissing,
    PredatesConversion,
    PublishLimitReached,
    RateLimited,
    Rejected,
    TokenInvalid,
    TryLater,
)


@dataclass(frozen=True)
class Meaning:
    """What one code means: the error to raise, why it happened, what helps."""

    kind: type[MetaError]
    cause: str
    cure: str = ""
    new_container: bool = False
    wait: timedelta | None = None
    """How long to wait when Meta does not say."""


AN_HOUR = timedelta(hours=1)
RECONNECT = "Connect the account again."
WAIT = "Nothing to do: we wait and try again."

SERVICE_TROUBLE = Meaning(TryLater, "Meta's service has a temporary problem.", WAIT)
APP_LIMIT = Meaning(RateLimited, "This app has reached Meta's hourly limit of calls.", WAIT, wait=AN_HOUR)
USE_CASE_LIMIT = Meaning(
    RateLimited, "This account has reached Meta's limit of calls for its activity.", WAIT, wait=AN_HOUR
)
DEAD_TOKEN = Meaning(TokenInvalid, "Instagram no longer accepts this connection.", RECONNECT)
NO_PERMISSION = Meaning(
    PermissionMissing,
    "A permission is missing, or was taken away from this app.",
    "Connect the account again and leave every permission ticked.",
)
GONE = Meaning(
    ObjectMissing,
    "Instagram does not find this, or this connection may not see it.",
    "Check that it still exists and belongs to the connected account.",
)
BAD_AUDIO_SEARCH = Meaning(Rejected, "Instagram does not accept these audio settings.", "Choose the audio again.")
ANOTHER_CONTAINER = "We prepare the post once more. If it fails again, export the file anew and replace it."

BY_CODE: dict[int, Meaning] = {
    -3: SERVICE_TROUBLE,
    -2: Meaning(TryLater, "Meta's service took too long.", WAIT),
    -1: SERVICE_TROUBLE,
    1: SERVICE_TROUBLE,
    2: SERVICE_TROUBLE,
    3: Meaning(
        PermissionMissing,
        "This app may not use that part of Instagram.",
        "Whoever runs this installation must request the feature in Meta's App Dashboard.",
    ),
    4: APP_LIMIT,
    9: Meaning(RateLimited, "The account has done this as often as Instagram allows for now.", WAIT),
    10: NO_PERMISSION,
    17: Meaning(RateLimited, "This person's connection has reached Meta's hourly limit of calls.", WAIT, wait=AN_HOUR),
    18: Meaning(
        RateLimited,
        "The account has searched the 30 different hashtags that Instagram allows in 7 days.",
        "Use hashtags searched before, or wait until the oldest is a week old.",
        wait=timedelta(days=1),
    ),
    20: Meaning(Rejected, "Instagram did not accept the comment request.", "Look at the post before writing again."),
    24: GONE,
    25: Meaning(
        AccountRestricted,
        "Instagram has restricted this account or asks its owner to confirm something.",
        "Open the Instagram app with this account and follow what it asks.",
    ),
    32: Meaning(RateLimited, "The Facebook Page has reached Meta's hourly limit of calls.", WAIT, wait=AN_HOUR),
    100: Meaning(Rejected, "Instagram does not accept a value in this request.", "Correct the named value."),
    101: Meaning(
        Rejected,
        "Meta does not know this app id.",
        "Whoever runs this installation must check the app id and secret in its settings.",
    ),
    102: DEAD_TOKEN,
    110: Meaning(
        Rejected,
        "Instagram finds no professional account with this name.",
        "Check the spelling. Personal accounts cannot be looked up.",
    ),
    190: DEAD_TOKEN,
    341: Meaning(RateLimited, "This app has reached one of Meta's limits.", WAIT, wait=AN_HOUR),
    352: Meaning(Rejected, "Instagram does not support this video format.", "Export it as MP4 or MOV with H.264."),
    368: Meaning(
        ActionBlocked,
        "Meta has blocked this action for a while because it looked against its policies.",
        "Open the Instagram app with this account, look for a notice, and wait.",
        wait=timedelta(hours=24),
    ),
    506: Meaning(Rejected, "The same post was just published.", "Change it, or do not post it again."),
    551: Meaning(Rejected, "This person cannot receive messages at the moment.", "Nothing can be sent to them now."),
    613: Meaning(RateLimited, "Too many calls of this kind in a short time.", WAIT, wait=timedelta(minutes=15)),
    803: GONE,
    2500: Meaning(Rejected, "Meta could not read the request.", "This is a fault of ours: please report it."),
    9004: Meaning(
        Rejected,
        "Instagram could not fetch the file from our address.",
        "Check that this installation is reachable from the internet over HTTPS, then try again.",
        new_container=True,
    ),
    9007: Meaning(
        ContainerNotReady, "Instagram is still preparing this post.", "Nothing to do: we publish it once it is ready."
    ),
    10900: Meaning(Rejected, "This comment has already had its private reply.", "Only one is allowed per comment."),
    10902: Meaning(Rejected, "This comment cannot be answered privately.", "Answer it publicly instead."),
    36000: Meaning(Rejected, "The image is larger than 8 MB.", "Use a smaller file."),
    36001: Meaning(Rejected, "Instagram does not support this image format.", "Use a JPEG."),
    36003: Meaning(Rejected, "The image is too tall or too wide for Instagram.", "Crop it to between 4:5 and 1.91:1."),
    36004: Meaning(Rejected, "The caption is too long.", "Keep it to 2,200 characters, 30 hashtags and 20 mentions."),
    80001: USE_CASE_LIMIT,
    80002: USE_CASE_LIMIT,
    80006: USE_CASE_LIMIT,
    1609005: Meaning(Rejected, "Meta could not read the link.", "Check that the link opens without signing in."),
    2534068: Meaning(Rejected, "Several images in one message are not possible here.", "Send them one by one."),
}

BY_SUBCODE: dict[tuple[int, int], Meaning] = {
    (10, 9053): Meaning(
        PermissionMissing, "This app may not exchange audio in ads.", "Request it in Meta's App Dashboard."
    ),
    (10, 2534022): Meaning(
        Rejected, "More than 24 hours have passed since this person's last message.", "Wait until they write again."
    ),
    (20, 1772107): Meaning(
        Rejected,
        "The comment was created, although Instagram answered with an error.",
        "Do not send it again.",
    ),
    (100, 33): GONE,
    (100, 2108006): Meaning(
        PredatesConversion,
        "This post is older than the professional account, so Instagram keeps no figures for it.",
        "Nothing can be done about it.",
    ),
    (100, 36007): Meaning(Rejected, "The sign-in took too long and its code ran out.", "Start connecting again."),
    (100, 36008): Meaning(
        Rejected,
        "Meta does not recognise the address it should return to.",
        "Whoever runs this installation must enter the exact redirect address in Meta's App Dashboard.",
    ),
    (100, 36009): Meaning(Rejected, "This sign-in was already used.", "Start connecting again."),
    (190, 458): Meaning(
        TokenInvalid, "The account's owner removed this app.", "The owner must connect the account again."
    ),
    (190, 459): Meaning(
        TokenInvalid,
        "Meta asks the account's owner to confirm who they are.",
        "Sign in at facebook.com or instagram.com first, then connect the account again.",
    ),
    (190, 460): Meaning(TokenInvalid, "The password was changed, which ended this connection.", RECONNECT),
    (190, 463): Meaning(TokenInvalid, "This connection has expired.", RECONNECT),
    (190, 464): Meaning(
        TokenInvalid,
        "The account is not confirmed yet.",
        "Confirm it at facebook.com or instagram.com, then connect it again.",
    ),
    (190, 467): Meaning(TokenInvalid, "This connection was ended, for instance by signing out everywhere.", RECONNECT),
    (190, 492): Meaning(
        TokenInvalid,
        "The person who connected this account no longer has a role on its Facebook Page.",
        "Give the role back, or have somebody connect who has it.",
    ),
    (613, 1996): Meaning(
        RateLimited, "The calls came too unevenly for Meta's limits.", WAIT, wait=timedelta(minutes=15)
    ),
    **{
        (100, subcode): BAD_AUDIO_SEARCH
        for subcode in (9050, 9052, 9054, 9055, 9056, 9057, 9058, 9060, 9062, 9063, 9064)
    },
}

# Instagram's own subcodes are unique and the code beside them is not always the documented one: they stand alone.
BY_INSTAGRAM_SUBCODE: dict[int, Meaning] = {
    2207001: Meaning(TryLater, "Instagram's server had an error.", WAIT),
    2207003: Meaning(
        TryLater,
        "Instagram took too long to fetch the file.",
        "We try again. If it keeps failing, use a smaller file.",
        new_container=True,
    ),
    2207004: BY_CODE[36000],
    2207005: BY_CODE[36001],
    2207006: Meaning(
        ContainerGone,
        "Instagram no longer finds the prepared post, or this connection may not see it.",
        "We prepare it once more.",
        new_container=True,
    ),
    2207008: Meaning(
        ContainerGone, "The prepared post is missing or has expired.", "We prepare it once more.", new_container=True
    ),
    2207009: BY_CODE[36003],
    2207010: BY_CODE[36004],
    2207013: BY_CODE[110],
    2207020: Meaning(ContainerGone, "The prepared file has expired.", "We prepare it once more.", new_container=True),
    2207023: Meaning(Rejected, "Instagram does not know this kind of post.", "Choose another kind."),
    2207024: Meaning(ObjectMissing, "Instagram does not know this hashtag.", "Check its spelling."),
    2207026: BY_CODE[352],
    2207027: BY_CODE[9007],
    2207028: Meaning(Rejected, "A carousel needs 2 to 10 pictures or videos.", "Add or remove some."),
    2207032: Meaning(TryLater, "Instagram could not prepare the post.", WAIT, new_container=True),
    2207034: BY_CODE[18],
    2207035: Meaning(Rejected, "Tags on a video have no position.", "Remove the positions."),
    2207036: Meaning(Rejected, "A tag on a photo needs a position.", "Place the tag on the photo."),
    2207037: Meaning(
        Rejected, "A tagged product was deleted, refused or belongs to another shop.", "Remove or replace that tag."
    ),
    2207040: Meaning(Rejected, "More than 20 accounts are tagged.", "Keep it to 20."),
    2207042: Meaning(
        PublishLimitReached,
        "The account has published as much as Instagram allows in 24 hours.",
        "Nothing to do: the post goes out once the limit frees.",
    ),
    2207050: BY_CODE[25],
    2207051: Meaning(
        ActionBlocked,
        "Instagram blocked this action because it looked like spam.",
        "Open the Instagram app with this account, look for a notice, and wait some hours.",
        wait=timedelta(hours=6),
    ),
    2207052: BY_CODE[9004],
    2207053: Meaning(Rejected, "Instagram could not take in the video.", ANOTHER_CONTAINER, new_container=True),
    2207057: Meaning(Rejected, "The cover's moment lies outside the video.", "Choose a moment within the video."),
    2207067: Meaning(Rejected, "A single video is published as a reel.", "Choose Reel."),
    2207073: Meaning(Rejected, "Instagram does not offer this for that kind of media.", "Do it in the Instagram app."),
    2207076: Meaning(Rejected, "Instagram could not fetch the video.", ANOTHER_CONTAINER, new_container=True),
    2207077: Meaning(Rejected, "Instagram could not process the video.", ANOTHER_CONTAINER, new_container=True),
    2207081: Meaning(Rejected, "The account may not publish trial reels.", "Publish it as an ordinary reel."),
    2207082: Meaning(
        Rejected,
        "Instagram could not mix the video with its audio.",
        "A video without sound needs its own volume at 0.",
    ),
    2207085: Meaning(Rejected, "Instagram could not process this.", ANOTHER_CONTAINER, new_container=True),
}
UNKNOWN_INSTAGRAM_SUBCODE = Meaning(Rejected, "Instagram refused this post.", ANOTHER_CONTAINER, new_container=True)
UNKNOWN = Meaning(Rejected, "Instagram refused this request.", "If it happens again, report it with the trace id.")


def meaning(code: int | None, subcode: int | None = None) -> Meaning | None:
    """Return what Meta's code and subcode mean, the subcode first; None when neither is known."""
    if subcode is not None:
        found = BY_SUBCODE.get((code, subcode)) if code is not None else None
        found = found or BY_INSTAGRAM_SUBCODE.get(subcode)
        if found is None and 2207000 <= subcode <= 2207999:
            found = UNKNOWN_INSTAGRAM_SUBCODE
        if found is not None:
            return found
    if code is None:
        return None
    return NO_PERMISSION if 200 <= code <= 299 else BY_CODE.get(code)


def explain(code: int | None = None, subcode: int | None = None) -> Meaning:
    """Return cause and cure of a code or subcode seen outside an error answer, as in a container's status."""
    return meaning(code, subcode) or UNKNOWN
