"""Which permission each feature asks for, per login. Written from the reference table of features and scopes."""

INSTAGRAM_SCOPES = (
    "instagram_business_basic",
    "instagram_business_content_publish",
    "instagram_business_manage_comments",
    "instagram_business_manage_insights",
    "instagram_business_manage_messages",
)
DEAD_SCOPES = ("business_basic", "business_content_publish", "business_manage_comments", "business_manage_messages")
FACEBOOK_SCOPES = (
    "instagram_basic",
    "instagram_content_publish",
    "instagram_manage_insights",
    "instagram_manage_comments",
    "instagram_manage_contents",
    "instagram_manage_engagement",
    "instagram_manage_messages",
    "instagram_manage_upcoming_events",
    "instagram_shopping_tag_products",
    "instagram_branded_content_creator",
    "instagram_creator_marketplace_discovery",
    "pages_show_list",
    "pages_read_engagement",
    "pages_manage_metadata",
    "business_management",
    "catalog_management",
    "ads_management",
    "ads_read",
    "read_insights",
    "email",
    "public_profile",
)
CONFIG_SCOPES = (
    "instagram_basic",
    "instagram_content_publish",
    "instagram_manage_insights",
    "instagram_manage_comments",
    "pages_show_list",
    "pages_read_engagement",
    "business_management",
)
WORDS = {
    "instagram_business_basic": ("View profile and media", "Required"),
    "instagram_business_content_publish": ("Create and publish posts", "Photos, carousels, reels and stories"),
    "instagram_business_manage_comments": ("Read and answer comments", "Reply, hide and delete"),
    "instagram_business_manage_insights": ("View insights", "Reach, views and audience"),
    "instagram_business_manage_messages": ("Read and send messages", "Conversations with this account"),
    "instagram_basic": ("See Instagram profile and media", "Accounts linked to your Pages"),
    "instagram_content_publish": ("Create Instagram posts", "On behalf of linked accounts"),
    "instagram_manage_insights": ("See Instagram insights", "Reach, views and audience"),
    "instagram_manage_comments": ("Manage Instagram comments", "Reply, hide and delete"),
    "pages_show_list": ("Show a list of your Pages", "Names and roles"),
    "pages_read_engagement": ("Read content of your Pages", "Posts, followers and engagement"),
    "business_management": ("Manage your business", "Pages owned through Business Manager"),
    "pages_manage_metadata": ("Manage Page settings", "Subscribe to updates"),
}

# feature -> login -> all of these (a tuple inside means any one of them)
Needs = tuple[str | tuple[str, ...], ...]
FEATURES: dict[str, dict[str, Needs]] = {
    "read": {
        "instagram": ("instagram_business_basic",),
        "facebook": ("instagram_basic", ("pages_read_engagement", "pages_show_list")),
    },
    "publish": {
        "instagram": ("instagram_business_basic", "instagram_business_content_publish"),
        "facebook": ("instagram_basic", "instagram_content_publish", "pages_read_engagement"),
    },
    "insights": {
        "instagram": ("instagram_business_basic", "instagram_business_manage_insights"),
        "facebook": ("instagram_basic", "instagram_manage_insights", "pages_read_engagement"),
    },
    "pages": {"instagram": (), "facebook": (("pages_show_list", "pages_read_engagement"),)},
}
LASTING = ("pages_", "ads_", "business_management", "read_insights", "email", "public_profile")


def missing(feature: str, login: str, granted: set[str]) -> str:
    """The first permission that is missing for a feature; empty when all are there."""
    for need in FEATURES[feature][login]:
        options = need if isinstance(need, tuple) else (need,)
        if not granted.intersection(options):
            return options[0]
    return ""


def words(scope: str) -> tuple[str, str]:
    return WORDS.get(scope, (scope.replace("_", " ").capitalize(), ""))
