"""Insights: shapes, rules, refusals, and numbers that hang together."""

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import requests

from tests.sandbox import doors

PACIFIC = ZoneInfo("America/Los_Angeles")
INSIGHTS = f"{doors.LEVAIN}/insights"


def days(back: int, until: int = 0) -> dict[str, int]:
    today = datetime.now(PACIFIC).replace(hour=0, minute=0, second=0, microsecond=0)
    return {
        "since": int((today - timedelta(days=back)).timestamp()),
        "until": int((today - timedelta(days=until)).timestamp()),
    }


def one(client: doors.Client, **params):
    return client.get(INSIGHTS, **params)["data"][0]


def test_a_series_has_one_value_per_pacific_day(sandbox):
    client = doors.instagram(sandbox.url)
    entry = one(client, metric="reach", period="day", **days(10, 3))
    assert entry["id"] == f"{doors.LEVAIN}/insights/reach/day"
    assert len(entry["values"]) == 7
    for value in entry["values"]:
        end = datetime.strptime(value["end_time"], "%Y-%m-%dT%H:%M:%S%z").astimezone(PACIFIC)
        assert (end.hour, end.minute) == (0, 0)
        assert value["value"] > 0


@pytest.mark.parametrize("number", ["27", "33"])
def test_seeds_27_and_33_total_value_with_a_breakdown(sandbox, number):
    """Both pages show the same request; its date lies before anything the sandbox keeps, so the shape is asked anew."""
    host = {"27": "graph.facebook.com", "33": "graph.instagram.com"}[number]
    client = doors.facebook(sandbox.url) if number == "27" else doors.instagram(sandbox.url)
    query = "metric=reach&period=day&breakdown=media_product_type&metric_type=total_value"
    url = f"{sandbox.url}/{host}/v25.0/{INSIGHTS}?{query}"
    literal = requests.get(f"{url}&since=1658991600&access_token={client.token}", timeout=10)
    assert literal.status_code == 200
    assert literal.json()["data"] == []
    since = days(5)["since"]
    answer = requests.get(f"{url}&since={since}&access_token={client.token}", timeout=10).json()
    entry = answer["data"][0]
    assert set(entry) == {"name", "period", "title", "description", "total_value", "id"}
    assert entry["title"] == "Accounts reached"
    [split] = entry["total_value"]["breakdowns"]
    assert split["dimension_keys"] == ["media_product_type"]
    assert sum(row["value"] for row in split["results"]) == entry["total_value"]["value"]
    assert {"POST", "CAROUSEL_CONTAINER"} <= {row["dimension_values"][0] for row in split["results"]}
    assert set(answer["paging"]) == {"previous", "next"}


def test_the_older_spelling_of_the_breakdown_parameter_works_too(sandbox):
    client = doors.instagram(sandbox.url)
    params = {"metric": "views", "period": "day", "metric_type": "total_value"} | days(4, 3)
    assert "breakdowns" in one(client, breakdowns="follow_type", **params)["total_value"]
    [split] = one(client, breakdown="follow_type,media_product_type", **params)["total_value"]["breakdowns"]
    assert split["dimension_keys"] == ["follow_type", "media_product_type"]


def test_numbers_are_the_same_on_every_reading_and_both_hosts(sandbox):
    params = {"metric": "reach", "period": "day"} | days(20, 5)
    first = one(doors.instagram(sandbox.url), **params)
    assert first == one(doors.instagram(sandbox.url), **params)
    assert first["values"] == one(doors.facebook(sandbox.url), **params)["values"]


def test_the_last_two_days_are_still_growing(sandbox):
    client = doors.instagram(sandbox.url)
    params = {"metric": "views", "period": "day", "metric_type": "total_value"}
    yesterday, settled = days(1), days(6, 5)
    before = [one(client, **params, **window)["total_value"]["value"] for window in (yesterday, settled)]
    sandbox.control("clock", advance_seconds=86400 + 3600)
    after = [one(client, **params, **window)["total_value"]["value"] for window in (yesterday, settled)]
    assert after[0] > before[0]
    assert after[1] == before[1]


def test_unique_people_are_not_added_up(sandbox):
    client = doors.instagram(sandbox.url)
    window = days(20, 5)
    daily = [value["value"] for value in one(client, metric="reach", period="day", **window)["values"]]
    params = {"period": "day", "metric_type": "total_value"} | window
    total = one(client, metric="reach", **params)["total_value"]["value"]
    assert max(daily) < total < sum(daily)


def test_followers_are_the_sum_of_what_came_and_went(sandbox):
    client = doors.instagram(sandbox.url)
    before = client.get("me", fields="followers_count")["followers_count"]
    sandbox.control("clock", advance_seconds=20 * 86400)
    now = datetime.now(PACIFIC) + timedelta(days=20)
    until = now.replace(hour=0, minute=0, second=0, microsecond=0)
    window = {"since": int((until - timedelta(days=20)).timestamp()), "until": int(until.timestamp())}
    params = {
        "metric": "follows_and_unfollows",
        "period": "day",
        "metric_type": "total_value",
        "breakdown": "follow_type",
    }
    results = one(client, **params, **window)["total_value"]["breakdowns"][0]["results"]
    came, left = (row["value"] for row in results)
    after = client.get("me", fields="followers_count")["followers_count"]
    assert abs((after - before) - (came - left)) <= 40


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"metric": "views", "period": "day"}, "should be specified with parameter metric_type=total_value"),
        ({"metric": "reach", "period": "week"}, "do not support the period"),
        ({"metric": "reach", "period": "hour"}, "period must be one of"),
        ({"metric": "reach"}, "period is required"),
        ({"metric": "impressions", "period": "day"}, "Starting from version 22"),
        ({"metric": "audience_city", "period": "lifetime"}, "no longer supported"),
        ({"metric": "nothing", "period": "day"}, "must be one of the following values"),
        ({"metric": "follower_count", "period": "day", "metric_type": "total_value"}, "do not support metric_type"),
        (
            {"metric": "reach", "period": "day", "breakdown": "follow_type"},
            "only supported with metric_type=total_value",
        ),
        (
            {"metric": "likes", "period": "day", "metric_type": "total_value", "breakdown": "follow_type"},
            "An unknown error has occurred.",
        ),
        (
            {"metric": "reach", "period": "day", "metric_type": "total_value", "breakdown": "colour"},
            "breakdown[0] must be one of",
        ),
        ({"metric": "reach", "period": "day", "since": "1000000", "until": "9000000"}, "more than 30 days (2592000 s)"),
        ({"metric": "reach", "period": "day", "since": "soon"}, "Unix timestamp"),
        ({"metric": "reach", "period": "day", "since": "9" * 20}, "Unix timestamp"),
        ({"metric": "reach", "period": "day", "since": "0001-01-01"}, "Unix timestamp"),
        (
            {
                "metric": "engaged_audience_demographics",
                "period": "lifetime",
                "metric_type": "total_value",
                "breakdown": "country",
                "timeframe": "last_90_days",
            },
            "no longer supported",
        ),
    ],
)
def test_account_insights_refuse_what_meta_refuses(sandbox, params, words):
    error = doors.instagram(sandbox.url).refused("GET", INSIGHTS, **params)
    assert error["code"] == 100
    assert words in error["message"]


def test_one_wrong_metric_fails_the_whole_call(sandbox):
    params = {"metric": "likes,plays", "period": "day", "metric_type": "total_value"}
    assert doors.instagram(sandbox.url).refused("GET", INSIGHTS, **params)["code"] == 100


def test_demographics_name_the_timeframe_as_a_dimension(sandbox):
    client = doors.facebook(sandbox.url)
    params = {"period": "lifetime", "metric_type": "total_value", "breakdown": "country", "timeframe": "this_month"}
    entry = one(client, metric="follower_demographics", **params)
    assert set(entry["total_value"]) == {"breakdowns"}
    [split] = entry["total_value"]["breakdowns"]
    assert split["dimension_keys"] == ["timeframe", "country"]
    assert split["results"][0]["dimension_values"] == ["THIS_MONTH", "PT"]
    assert (
        sum(row["value"] for row in split["results"])
        < client.get(doors.LEVAIN, fields="followers_count")["followers_count"]
    )


def test_online_followers_by_hour(sandbox):
    entry = one(doors.instagram(sandbox.url), metric="online_followers", period="lifetime", **days(20, 1))
    maps = [value["value"] for value in entry["values"]]
    assert all(set(found) <= {str(hour) for hour in range(24)} for found in maps)
    assert any(len(found) == 24 for found in maps)


def test_an_account_below_a_hundred_followers_has_no_audience(sandbox):
    client = doors.instagram(sandbox.url, "atelier.sal")
    own = client.get("me", fields="user_id,followers_count")
    assert own["followers_count"] < 100
    path = f"{own['user_id']}/insights"
    demographics = {"metric": "follower_demographics", "period": "lifetime", "metric_type": "total_value"}
    assert client.get(path, breakdown="age", timeframe="this_month", **demographics)["data"] == []
    assert client.get(path, metric="follower_count", period="day", **days(5))["data"] == []
    assert client.get(path, metric="reach", period="day", **days(5))["data"]


def test_media_from_before_the_conversion_have_no_insights(sandbox):
    client = doors.instagram(sandbox.url, "atelier.sal")
    own = client.get("me", fields="user_id")["user_id"]
    oldest = client.get(f"{own}/media")["data"][-1]["id"]
    error = client.refused("GET", f"{oldest}/insights", metric="reach")
    assert (error["code"], error["error_subcode"]) == (100, 2108006)


def test_nothing_is_kept_beyond_two_years_and_paging_never_ends(sandbox):
    client = doors.instagram(sandbox.url)
    long_ago = int(time.time()) - 800 * 86400
    answer = client.get(INSIGHTS, metric="reach", period="day", since=long_ago, until=long_ago + 86400 * 5)
    assert answer["data"] == []
    earlier = requests.get(answer["paging"]["previous"], timeout=10).json()
    assert "previous" in earlier["paging"]


def test_end_times_follow_daylight_saving(sandbox):
    client = doors.instagram(sandbox.url)
    year = datetime.now(UTC).year - 1
    ends = set()
    for month in (1, 7):
        since = int(datetime(year, month, 10, tzinfo=PACIFIC).timestamp())
        entry = one(client, metric="reach", period="day", since=since, until=since + 86400)
        ends.add(entry["values"][0]["end_time"][11:16])
    assert ends == {"07:00", "08:00"}


def test_seed_08_navigation_of_a_story(sandbox):
    client = doors.instagram(sandbox.url)
    query = "metric=navigation&breakdown=story_navigation_action_type"
    url = f"{sandbox.url}/graph.instagram.com/v25.0/17969782069736348/insights?{query}&access_token={client.token}"
    [entry] = requests.get(url, timeout=10).json()["data"]
    assert entry["values"] == [{"value": 25}]
    assert entry["total_value"] == {
        "value": 25,
        "breakdowns": [
            {
                "dimension_keys": ["story_navigation_action_type"],
                "results": [
                    {"dimension_values": ["tap_forward"], "value": 19},
                    {"dimension_values": ["tap_back"], "value": 4},
                    {"dimension_values": ["tap_exit"], "value": 1},
                    {"dimension_values": ["swipe_forward"], "value": 1},
                ],
            }
        ],
    }
    assert entry["id"] == "17969782069736348/insights/navigation/lifetime"


def activity(client: doors.Client, host: str):
    query = "metric=profile_activity&breakdown=action_type"
    url = f"{client.base}/{host}/v25.0/17932174733377207/insights?{query}&access_token={client.token}"
    [entry] = requests.get(url, timeout=10).json()["data"]
    [split] = entry["total_value"]["breakdowns"]
    assert split["dimension_keys"] == ["action_type"]
    assert entry["values"] == [{"value": entry["total_value"]["value"]}]
    assert sum(row["value"] for row in split["results"]) == entry["total_value"]["value"]
    return entry, {row["dimension_values"][0] for row in split["results"]}


def test_seed_16_profile_activity_in_capitals(sandbox):
    entry, names = activity(doors.facebook(sandbox.url), "graph.facebook.com")
    assert names <= {"BIO_LINK_CLICKED", "CALL", "DIRECTION", "EMAIL", "OTHER", "TEXT"}
    assert entry["id"] == "17932174733377207"


def test_seed_25_profile_activity_in_small_letters(sandbox):
    entry, names = activity(doors.instagram(sandbox.url), "graph.instagram.com")
    assert names <= {"bio_link_clicked", "call", "direction", "email", "other", "text"}
    assert entry["id"] == "17932174733377207/insights/profile_activity/lifetime"


@pytest.mark.parametrize(
    ("metric", "more", "words"),
    [
        ("navigation", {}, "does not support the navigation metric for this media product type"),
        ("ig_reels_avg_watch_time", {}, "does not support"),
        ("impressions", {}, "Starting from version 22"),
        ("total_likes", {}, "must be one of"),
        ("likes", {"breakdown": "action_type"}, "An unknown error has occurred."),
        ("likes", {"period": "day"}, "lifetime only"),
        ("facebook_views", {}, "not shared to Facebook"),
    ],
)
def test_media_insights_refuse_what_meta_refuses(sandbox, metric, more, words):
    error = doors.instagram(sandbox.url).refused("GET", "17918195224117851/insights", metric=metric, **more)
    assert error["code"] == 100
    assert words in error["message"]


def test_totals_with_facebook_exist_on_facebooks_host_only(sandbox):
    client = doors.facebook(sandbox.url)
    data = client.get("17881042411086627/insights", metric="total_likes,likes")["data"]
    assert data[0]["values"][0]["value"] >= data[1]["values"][0]["value"]


def test_reels_and_stories_have_metrics_of_their_own(sandbox):
    client = doors.instagram(sandbox.url)
    rows = client.get(f"{doors.LEVAIN}/media", fields="media_product_type", limit=100)["data"]
    reel = next(row["id"] for row in rows if row["media_product_type"] == "REELS")
    metrics = "reach,views,likes,ig_reels_avg_watch_time,ig_reels_video_view_total_time,reels_skip_rate"
    assert len(client.get(f"{reel}/insights", metric=metrics)["data"]) == 6
    assert client.refused("GET", f"{reel}/insights", metric="follows")["code"] == 100
    story = client.get("17969782069736348/insights", metric="reach,replies,follows,shares")["data"]
    assert len(story) == 4


def test_a_story_with_too_few_viewers_says_so(sandbox):
    client = doors.instagram(sandbox.url, "atelier.sal")
    own = client.get("me", fields="user_id")["user_id"]
    fresh = doors.ready_container(sandbox.url, client, own, media_type="STORIES")
    media = client.post(f"{own}/media_publish", creation_id=fresh)["id"]
    error = client.refused("GET", f"{media}/insights", metric="reach")
    assert error["code"] == 10
    assert "Not enough viewers" in error["message"]
