"""Insights as tables: which metric takes which period, type, breakdown and login. From Meta's pages and enums."""

from dataclasses import dataclass

PERIODS = ("day", "week", "days_28", "month", "lifetime", "total_over_range")
METRIC_TYPES = ("default", "time_series", "total_value")
BREAKDOWNS = ("age", "city", "contact_button_type", "country", "follow_type", "gender", "media_product_type")
TIMEFRAMES = ("last_14_days", "last_30_days", "last_90_days", "prev_month", "this_month", "this_week")
LIVING_TIMEFRAMES = ("this_month", "this_week")
MEDIA_BREAKDOWNS = ("action_type", "follow_type", "story_navigation_action_type", "surface_type")


@dataclass(frozen=True)
class AccountMetric:
    title: str
    description: str
    source: str = ""
    period: str = "day"
    types: tuple[str, ...] = ("total_value",)
    breakdowns: tuple[str, ...] = ()
    unique: bool = False
    needs_followers: bool = False

    @property
    def is_demographic(self) -> bool:
        return "age" in self.breakdowns


PEOPLE = ("age", "city", "country", "gender")
ACCOUNT: dict[str, AccountMetric] = {
    "reach": AccountMetric(
        "Accounts reached",
        "The number of unique accounts that have seen your content, at least once, including in ads. Content includes "
        "posts, stories, reels, videos and live videos. Reach is different from impressions, which may include "
        "multiple views of your content by the same accounts. This metric is estimated and in development.",
        "reach",
        types=("time_series", "total_value"),
        breakdowns=("media_product_type", "follow_type"),
        unique=True,
    ),
    "views": AccountMetric(
        "Views",
        "The number of times your content was played or displayed.",
        "views",
        breakdowns=("media_product_type", "follow_type"),
    ),
    "accounts_engaged": AccountMetric(
        "Accounts engaged",
        "The number of accounts that have interacted with your content. This metric is estimated and in development.",
        "accounts_engaged",
        unique=True,
    ),
    "total_interactions": AccountMetric(
        "Content interactions",
        "The total number of post, story, reels, video and live video interactions.",
        "total_interactions",
        breakdowns=("media_product_type",),
    ),
    "likes": AccountMetric(
        "Likes", "The number of likes on your posts, reels and videos.", "likes", breakdowns=("media_product_type",)
    ),
    "comments": AccountMetric(
        "Comments",
        "The number of comments on your posts, reels, videos and live videos.",
        "comments",
        breakdowns=("media_product_type",),
    ),
    "saves": AccountMetric(
        "Saves", "The number of saves of your posts, reels and videos.", "saved", breakdowns=("media_product_type",)
    ),
    "shares": AccountMetric(
        "Shares", "The number of shares of your content.", "shares", breakdowns=("media_product_type",)
    ),
    "reposts": AccountMetric("Reposts", "The number of reposts of your content.", "reposts"),
    "replies": AccountMetric("Replies", "The number of replies you received from your stories.", "replies"),
    "follows_and_unfollows": AccountMetric(
        "Follows and unfollows",
        "The number of accounts that followed you and the number of accounts that unfollowed you or left Instagram.",
        "follows",
        breakdowns=("follow_type",),
        needs_followers=True,
    ),
    "profile_links_taps": AccountMetric(
        "Profile links taps",
        "The number of taps on your business address, call button, email button and text button.",
        "profile_links_taps",
        breakdowns=("contact_button_type",),
    ),
    "profile_views": AccountMetric(
        "Profile views", "The number of times that your profile was visited.", "profile_views"
    ),
    "website_clicks": AccountMetric(
        "Website clicks", "The number of times the link to your website was clicked.", "website_clicks"
    ),
    "follower_count": AccountMetric(
        "Follower count",
        "Total number of unique accounts following this profile.",
        "follows",
        types=("time_series",),
        needs_followers=True,
    ),
    "online_followers": AccountMetric(
        "Online followers",
        "Total number of this profile's followers who were online during the specified period.",
        "online",
        "lifetime",
        ("time_series",),
        needs_followers=True,
    ),
    "follower_demographics": AccountMetric(
        "Follower demographics",
        "The demographic characteristics of followers, including countries, cities and gender distribution.",
        "followers",
        "lifetime",
        breakdowns=PEOPLE,
        needs_followers=True,
    ),
    "engaged_audience_demographics": AccountMetric(
        "Engaged audience demographics",
        "The demographic characteristics of the engaged audience, including countries, cities and gender distribution.",
        "accounts_engaged",
        "lifetime",
        breakdowns=PEOPLE,
    ),
    "reached_audience_demographics": AccountMetric(
        "Reached audience demographics",
        "The demographic characteristics of the reached audience, including countries, cities and gender distribution.",
        "reach",
        "lifetime",
        breakdowns=PEOPLE,
    ),
}

# Still in Meta's enums, yet dead or never documented: accepted as names, refused as metrics.
DEAD_SINCE_22 = ("impressions", "plays", "clips_replays_count", "ig_reels_aggregated_all_plays_count", "video_views")
DEAD = (
    "email_contacts",
    "get_direction_clicks",
    "phone_call_clicks",
    "text_message_clicks",
    "audience_city",
    "audience_country",
    "audience_gender_age",
    "audience_locale",
    "engagement",
    "taps_forward",
    "taps_back",
    "exits",
    "carousel_album_reach",
    "carousel_album_impressions",
    "carousel_album_engagement",
    "carousel_album_saved",
)
UNDOCUMENTED = (
    "content_views",
    "quotes",
    "threads_clicks",
    "threads_follower_demographics",
    "threads_followers",
    "threads_likes",
    "threads_replies",
    "threads_reposts",
    "threads_views",
    "thread_replies",
    "thread_shares",
    "threads_media_clicks",
)

BREAKDOWN_VALUES: dict[str, dict[str, float]] = {
    "media_product_type": {"POST": 0.34, "CAROUSEL_CONTAINER": 0.22, "REEL": 0.32, "STORY": 0.1, "AD": 0.02},
    "follow_type": {"FOLLOWER": 0.56, "NON_FOLLOWER": 0.41, "UNKNOWN": 0.03},
    "contact_button_type": {"DIRECTION": 0.42, "CALL": 0.2, "EMAIL": 0.18, "TEXT": 0.1, "BOOK_NOW": 0.1},
    "age": {"13-17": 0.02, "18-24": 0.19, "25-34": 0.35, "35-44": 0.23, "45-54": 0.12, "55-64": 0.06, "65+": 0.03},
    "gender": {"F": 0.55, "M": 0.38, "U": 0.07},
    "country": {
        "PT": 0.6,
        "ES": 0.08,
        "BR": 0.07,
        "FR": 0.05,
        "GB": 0.05,
        "DE": 0.04,
        "US": 0.04,
        "IT": 0.02,
        "NL": 0.02,
        "CH": 0.015,
        "BE": 0.015,
        "IE": 0.01,
        "AT": 0.005,
        "SE": 0.005,
    },
    "city": {
        "Porto, Porto District": 0.26,
        "Lisbon, Lisbon District": 0.24,
        "Vila Nova de Gaia, Porto District": 0.08,
        "Braga, Braga District": 0.07,
        "Coimbra, Coimbra District": 0.05,
        "Matosinhos, Porto District": 0.05,
        "Funchal, Madeira": 0.04,
        "Faro, Faro District": 0.03,
        "Madrid, Community of Madrid": 0.03,
        "London, England": 0.025,
        "Paris, Île-de-France": 0.025,
        "São Paulo, São Paulo (state)": 0.02,
        "Aveiro, Aveiro District": 0.02,
        "Guimarães, Braga District": 0.02,
        "Berlin, Berlin": 0.01,
    },
}

FEED, REELS, STORY = "FEED", "REELS", "STORY"


@dataclass(frozen=True)
class MediaMetric:
    title: str
    description: str
    products: tuple[str, ...]
    breakdown: str = ""
    facebook_only: bool = False


MEDIA: dict[str, MediaMetric] = {
    "reach": MediaMetric(
        "Accounts reached", "The number of unique accounts that have seen this content.", (FEED, REELS, STORY)
    ),
    "views": MediaMetric("Views", "The number of times this content was played or displayed.", (FEED, REELS, STORY)),
    "likes": MediaMetric("Likes", "The number of likes on this content.", (FEED, REELS)),
    "comments": MediaMetric("Comments", "The number of comments on this content.", (FEED, REELS)),
    "saved": MediaMetric("Saved", "The number of saves of this content.", (FEED, REELS)),
    "shares": MediaMetric("Shares", "The number of shares of this content.", (FEED, REELS, STORY)),
    "reposts": MediaMetric("Reposts", "The number of reposts of this content.", (FEED, REELS, STORY)),
    "total_interactions": MediaMetric(
        "Interactions",
        "The number of likes, saves, comments and shares, minus the ones taken back.",
        (FEED, REELS, STORY),
    ),
    "follows": MediaMetric("Follows", "The number of accounts that started following you.", (FEED, STORY)),
    "profile_visits": MediaMetric("Profile visits", "The number of times your profile was visited.", (FEED, STORY)),
    "profile_activity": MediaMetric(
        "Profile activity",
        "The sum of all profile actions people take when they engage with this content.",
        (FEED, STORY),
        "action_type",
    ),
    "navigation": MediaMetric(
        "Navigation",
        "This is the total number of actions taken from your story. These are made up of "
        "metrics like exited, forward, back and next story.",
        (STORY,),
        "story_navigation_action_type",
    ),
    "replies": MediaMetric("Replies", "The number of replies to this story.", (STORY,)),
    "link_clicks": MediaMetric(
        "Link clicks", "The number of taps on the links of this story.", (STORY,), facebook_only=True
    ),
    "ig_reels_avg_watch_time": MediaMetric("Average watch time", "The average time spent playing the reel.", (REELS,)),
    "ig_reels_video_view_total_time": MediaMetric(
        "Watch time", "The total time the reel was played, including replays.", (REELS,)
    ),
    "reels_skip_rate": MediaMetric(
        "Skip rate", "The share of views in which people left within the first 3 seconds.", (REELS,)
    ),
    "crossposted_views": MediaMetric("Crossposted views", "Views on Instagram and Facebook together.", (REELS,)),
    "facebook_views": MediaMetric("Facebook views", "Views on Facebook.", (FEED, REELS, STORY)),
    "total_comments": MediaMetric(
        "Total comments", "Comments on Instagram and Facebook.", (FEED, REELS), facebook_only=True
    ),
    "total_likes": MediaMetric("Total likes", "Likes on Instagram and Facebook.", (FEED, REELS), facebook_only=True),
    "total_views": MediaMetric(
        "Total views", "Views on Instagram and Facebook.", (FEED, REELS, STORY), facebook_only=True
    ),
}

ACTION_TYPES = {"BIO_LINK_CLICKED": 0.4, "CALL": 0.1, "DIRECTION": 0.2, "EMAIL": 0.12, "OTHER": 0.08, "TEXT": 0.1}
NAVIGATION_TYPES = {"TAP_FORWARD": 0.74, "TAP_BACK": 0.1, "TAP_EXIT": 0.1, "SWIPE_FORWARD": 0.06}
