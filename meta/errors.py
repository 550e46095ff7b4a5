"""What can go wrong, named by what the caller does next.

* MetaError
  + NoAnswer               no usable answer: the outcome is unknown (`.sent` says whether the request may have arrived)
  + TryLater               Meta's fault: wait, then repeat
    - RateLimited          too fast or too much: wait for `.regain_after`
      . PublishLimitReached   the account's publishing quota of 24 hours is used up (9/2207042)
      . ActionBlocked         Meta blocked an action as spam or for policy (4/2207051, 368): hours, and a person should
      look
  + ReconnectNeeded        a person must sign in again
    - TokenInvalid         the token is dead (190, 102); `.subcode` says why
    - PermissionMissing    a permission or role is missing (3, 10, 200–299)
  + Rejected               the same request cannot succeed: tell the person; `.field` when Meta names one
    - ObjectMissing        gone, or not visible to this token (100/33, 24, 803): never a matter of signing in again
    - ContainerNotReady    9007/2207027: read the status until FINISHED
    - ContainerGone        2207006, 2207008, 2207020: make a new container
    - AccountRestricted    25/2207050: the owner must act in the Instagram app
    - NotEnoughViewers     10 on story insights: no figures, and nothing wrong
    - MetricUnavailable    a metric this account or media does not have; `.metric` when known
    - PredatesConversion   100/2108006: media older than the professional account has no insights, ever

Which code means which is one table: `error_table`. No message, repr or context of these ever holds a token or a URL.
"""

from datetime import timedelta


class MetaError(Exception):
    """Anything that kept a call to Meta from giving its answer.

    `message` is one safe sentence for a person; `cause` and `cure` say why and what to do; `meta_message` is Meta's own
    technical text with tokens and links taken out, for logs and support. `sent` is False only when no byte of the
    request left this machine.
    """

    def __init__(
        self,
        message: str = "",
        *,
        code: int | None = None,
        subcode: int | None = None,
        http_status: int | None = None,
        trace_id: str = "",
        cause: str = "",
        cure: str = "",
        is_transient: bool = False,
        meta_message: str = "",
        user_title: str = "",
        sent: bool = True,
        new_container: bool = False,
        field: str = "",
        metric: str = "",
        regain_after: timedelta | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.subcode = subcode
        self.http_status = http_status
        self.trace_id = trace_id
        self.cause = cause or message
        self.cure = cure
        self.is_transient = is_transient
        self.meta_message = meta_message
        self.user_title = user_title
        self.sent = sent
        self.new_container = new_container
        """Publishing may go on with a new container (once or twice); the old one is of no more use."""
        self.field = field
        self.metric = metric
        self.regain_after = regain_after

    def __str__(self) -> str:
        marks = [
            f"code {self.code}" if self.code is not None else "",
            f"subcode {self.subcode}" if self.subcode else "",
        ]
        marks += [
            f"HTTP {self.http_status}" if self.http_status else "",
            f"trace {self.trace_id}" if self.trace_id else "",
        ]
        known = ", ".join(mark for mark in marks if mark)
        return f"{self.message} ({known})" if known else self.message

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"


class NoAnswer(MetaError):
    """No usable answer came. After a write, find out what happened before repeating it (not `.sent`: nothing did)."""


class TryLater(MetaError):
    """Meta has trouble of its own. The same request may succeed later."""


class RateLimited(TryLater):
    """A limit is reached. Stop calling until `.regain_after` (None: Meta did not say); calling on makes it longer."""


class PublishLimitReached(RateLimited):
    """The account has published as much as Meta allows in 24 hours."""


class ActionBlocked(RateLimited):
    """Meta blocked the action as spam or against policy. Wait hours, and have a person look."""


class ReconnectNeeded(MetaError):
    """A person must connect the account again."""


class TokenInvalid(ReconnectNeeded):
    """The access token is dead or damaged."""


class PermissionMissing(ReconnectNeeded):
    """The token lives, but a permission or a Page role is missing."""


class Rejected(MetaError):
    """Meta refused the request as it stands. Repeating it is pointless."""


class ObjectMissing(Rejected):
    """The object does not exist or this token cannot see it. Never an authentication error."""


class ContainerNotReady(Rejected):
    """The container is still being prepared."""


class ContainerGone(Rejected):
    """The container or its media expired or cannot be found."""


class AccountRestricted(Rejected):
    """The Instagram account is inactive, checkpointed or restricted."""


class NotEnoughViewers(Rejected):
    """A story with too few viewers: Meta shows no figures."""


class MetricUnavailable(Rejected):
    """A metric or breakdown not offered for this account, media or version. `.metric` may be ''."""


class PredatesConversion(Rejected):
    """The media is older than the professional account; it will never have insights."""
