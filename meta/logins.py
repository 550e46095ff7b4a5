"""The two logins, as data: every difference between them stands here or in a function of `oauth` that names it.

Scopes: developers.facebook.com/docs/instagram-platform/overview and /docs/permissions, read 2026-11-22.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from meta.hosts import Hosts


class Feature(StrEnum):
    """What a person may want to do with a connected account, each needing scopes of its own."""

    PROFILE = "profile"
    INSIGHTS = "insights"
    PUBLISH = "publish"
    COMMENTS = "comments"
    MESSAGES = "messages"


@dataclass(frozen=True)
class Login:
    """One way of connecting: its API host, its scopes, its token rules."""

    key: str
    label: str
    host_field: str
    scopes: Mapping[str, tuple[str, ...]]
    required_scopes: tuple[str, ...]
    """Without these nothing works: `/me` (Instagram) or finding the account behind a Page (Facebook)."""
    has_pages: bool
    """Accounts are found through Facebook Pages, and act with Page tokens."""
    sends_proof: bool
    """`appsecret_proof` is documented for graph.facebook.com only."""

    def graph_host(self, hosts: Hosts) -> str:
        """Return the base URL of the API host that takes this login's tokens."""
        return str(getattr(hosts, self.host_field))

    def scopes_for(self, features: Iterable[str]) -> tuple[str, ...]:
        """Return the scopes that `features` need together, each once, in a stable order."""
        wanted = [*self.required_scopes]
        for feature in features:
            wanted.extend(self.scopes[feature])
        return tuple(dict.fromkeys(wanted))

    def missing_scopes(self, granted: Iterable[str], features: Iterable[str]) -> tuple[str, ...]:
        """Return the scopes that `features` need and `granted` lacks: what a person unticked or never saw."""
        have = frozenset(granted)
        return tuple(scope for scope in self.scopes_for(features) if scope not in have)


INSTAGRAM = Login(
    key="instagram",
    label="Instagram Login",
    host_field="instagram_graph",
    scopes={
        Feature.PROFILE: ("instagram_business_basic",),
        Feature.INSIGHTS: ("instagram_business_basic", "instagram_business_manage_insights"),
        Feature.PUBLISH: ("instagram_business_basic", "instagram_business_content_publish"),
        Feature.COMMENTS: ("instagram_business_basic", "instagram_business_manage_comments"),
        Feature.MESSAGES: ("instagram_business_basic", "instagram_business_manage_messages"),
    },
    required_scopes=("instagram_business_basic",),
    has_pages=False,
    sends_proof=False,
)

FACEBOOK = Login(
    key="facebook",
    label="Facebook Login",
    host_field="facebook_graph",
    scopes={
        Feature.PROFILE: ("instagram_basic", "pages_show_list", "pages_read_engagement"),
        Feature.INSIGHTS: ("instagram_basic", "instagram_manage_insights", "pages_read_engagement"),
        Feature.PUBLISH: ("instagram_basic", "instagram_content_publish", "pages_read_engagement"),
        Feature.COMMENTS: ("instagram_basic", "instagram_manage_comments", "pages_read_engagement"),
        Feature.MESSAGES: (
            "instagram_basic",
            "instagram_manage_messages",
            "pages_manage_metadata",
            "pages_read_engagement",
            "pages_show_list",
        ),
    },
    required_scopes=("instagram_basic", "pages_show_list"),
    has_pages=True,
    sends_proof=True,
)

BY_KEY: Mapping[str, Login] = {login.key: login for login in (INSTAGRAM, FACEBOOK)}
