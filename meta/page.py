"""Facebook Pages: where Facebook Login finds Instagram accounts, and the tokens that act for them.

developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/page and
/docs/instagram-platform/instagram-api-with-facebook-login/business-login-for-instagram, read 2026-11-22.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from meta import ig_user, values
from meta.errors import NoAnswer
from meta.graph import Graph
from meta.ig_user import Profile
from meta.secrets import Secret

IG_FIELDS = "id,username,name,profile_picture_url,followers_count,follows_count,media_count"
FIELDS = f"id,name,access_token,tasks,instagram_business_account{{{IG_FIELDS}}}"


@dataclass(frozen=True)
class PageNode:
    """A Page as one person sees it. `token` is None when Meta gave none, `ig` None when no account is linked."""

    id: str
    name: str
    token: Secret | None
    tasks: tuple[str, ...]
    """What the person may do there; Meta uses classic names (MANAGE) and new ones (PROFILE_PLUS_FULL_CONTROL)."""
    ig: Profile | None

    @property
    def may_publish(self) -> bool:
        """Whether the person may publish. True when Meta did not list the tasks: then its answer decides."""
        allowed = {"MANAGE", "CREATE_CONTENT", "PROFILE_PLUS_FULL_CONTROL", "PROFILE_PLUS_CREATE_CONTENT"}
        return not self.tasks or not allowed.isdisjoint(self.tasks)


def me_id(graph: Graph) -> str:
    """Return the app-scoped id of the Facebook user; deauthorize callbacks name it."""
    found = values.text(graph.get("me", fields="id").get("id"))
    if not found:
        raise NoAnswer("Facebook answered without the person's id.")
    return found


def pages(graph: Graph) -> Iterator[PageNode]:
    """Yield every Page the person granted, through all of Meta's result pages."""
    for answer in graph.pages("me/accounts", fields=FIELDS, limit=100):
        yield from parse_pages(answer)


def get(graph: Graph, page_id: str) -> PageNode:
    """Return one Page with its token and Instagram account."""
    return parse_page(graph.get(page_id, fields=FIELDS))


def parse_pages(body: Mapping[str, Any]) -> list[PageNode]:
    """Return the Pages of one answer of `/me/accounts`."""
    return [parse_page(item) for item in values.listing(body) if values.text(item.get("id"))]


def parse_page(body: Mapping[str, Any]) -> PageNode:
    """Return one Page; the Instagram account may come with its id alone."""
    linked = values.mapping(body.get("instagram_business_account"))
    return PageNode(
        id=values.text(body.get("id")),
        name=values.text(body.get("name")),
        token=values.secret(body.get("access_token")),
        tasks=values.texts(body.get("tasks")),
        ig=ig_user.parse_profile(linked) if values.text(linked.get("id")) else None,
    )
