"""Why something could not be connected, in words, with a way on."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from meta import oauth
from meta.errors import MetaError, NoAnswer, RateLimited, TryLater


@dataclass(eq=False)
class Refused(Exception):
    """What a person sees when a door stays shut: what happened, what helps, and how the next try should ask."""

    title: str
    sentence: str
    cure: str = ""
    status: int = 400
    retry: str = ""
    """'rerequest' asks Facebook for declined permissions again, 'again' just offers the door again, '' neither."""

    def __str__(self) -> str:
        return self.sentence


def not_configured(label: str) -> Refused:
    return Refused(
        _("%(login)s is not set up") % {"login": label},
        _("This installation has no app for %(login)s.") % {"login": label},
        _("Whoever runs it must enter the app's id and secret in its settings."),
        status=404,
    )


def bad_state() -> Refused:
    return Refused(
        _("This sign-in does not belong to you here"),
        _("It was started in another browser, by somebody else, more than 10 minutes ago, or it was used already."),
        _("Nothing was connected. Start again from this browser."),
        retry="again",
    )


def signed_out() -> Refused:
    return Refused(
        _("You are signed out"),
        _("Your session ended while you were at Meta, so nothing was connected."),
        _("Sign in and start again."),
        status=403,
    )


def lost_right() -> Refused:
    return Refused(
        _("You may not connect accounts here"),
        _("Your role in this workspace does not allow connecting accounts, or you no longer belong to it."),
        _("Nothing was connected. Ask an owner of the workspace."),
        status=403,
    )


def not_yours(username: str) -> Refused:
    return Refused(
        _("This account belongs to another client"),
        _("@%(username)s is already in this workspace, under a client you do not look after.") % {"username": username},
        _("Nothing was changed. Ask an owner of the workspace."),
        status=403,
    )


def cancelled(label: str) -> Refused:
    return Refused(
        _("Nothing was connected"),
        _("You pressed Cancel at %(login)s, so nothing was shared.") % {"login": label},
        status=200,
        retry="again",
    )


def meta_said_no(label: str, said: str) -> Refused:
    return Refused(
        _("%(login)s stopped the sign-in") % {"login": label},
        said or _("Meta gave no reason."),
        _("Nothing was connected. Try once more; if it happens again, the app's settings at Meta need a look."),
        retry="again",
    )


def other_account(expected: str, came: str) -> Refused:
    return Refused(
        _("Another account came back"),
        _("You were reconnecting @%(expected)s, but signed in as %(came)s.") % {"expected": expected, "came": came},
        _("Nothing was changed: @%(expected)s keeps the access it had. Sign in at Meta with the right account.")
        % {"expected": expected},
        status=409,
        retry="again",
    )


def personal_account(username: str) -> Refused:
    return Refused(
        _("This is a personal account"),
        _("Instagram lets tools like this one reach professional accounts only, and @%(username)s is a personal one.")
        % {"username": username},
        _("In the Instagram app, open Settings, Account type, and switch to a professional account. Then come back."),
        retry="again",
    )


def permission_missing(scopes: tuple[str, ...]) -> Refused:
    return Refused(
        _("A permission is missing"),
        _("Without %(scopes)s there is nothing we could show or do.") % {"scopes": ", ".join(scopes)},
        _("Nothing was connected. Go through the sign-in again and leave it ticked."),
        retry="rerequest",
    )


def forged_token() -> Refused:
    return Refused(
        _("This answer did not come from our sign-in"),
        _("Facebook says the access that came back is not valid, or was given to another app."),
        _("Nothing was connected. Start again."),
        retry="again",
    )


def took_too_long() -> Refused:
    return Refused(
        _("That took too long"),
        _("What Facebook gave us was kept for 30 minutes and is gone, or it was used already."),
        _("Start again; nothing was connected meanwhile."),
        status=410,
        retry="again",
    )


def from_meta(error: MetaError) -> Refused:
    """Return what a person should read when Meta did not do its part."""
    if isinstance(error, RateLimited):
        return Refused(
            _("Meta asks us to wait"), error.cause, _("Nothing was connected. Try again later."), 503, "again"
        )
    if isinstance(error, TryLater | NoAnswer):
        return Refused(
            _("Meta is not answering well"),
            error.message or error.cause,
            _("Nothing was connected, and nothing is lost. Try again in a few minutes."),
            status=502,
            retry="again",
        )
    if oauth.app_secret_is_wrong(error):
        return Refused(_("Meta does not accept this installation's app"), error.cause, error.cure, status=502)
    return Refused(_("Meta refused the sign-in"), error.cause, error.cure, retry="again")
