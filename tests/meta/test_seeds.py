"""The snippets of Meta's documentation, literally: answers through our parsers, requests against what we send."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from meta import ig_container, ig_media, insights, oauth, page
from meta.errors import Rejected
from meta.logins import FACEBOOK, INSTAGRAM
from meta.secrets import Secret

SEEDS = Path(__file__).parent / "seeds"


def seed(number: int) -> bytes:
    return (SEEDS / f"{number:02}.json").read_bytes()


def assert_means(seen, snippet: str, *, ours: dict[str, str] | None = None) -> None:
    """What we sent goes where the snippet goes and asks at least what it asks; the token is in the header instead."""
    wanted = urlsplit(snippet)
    path = wanted.path if wanted.path.startswith("/v25.0/") else f"/v25.0{wanted.path}"
    assert seen.path == f"/{wanted.hostname}{path}"
    asked = {name: found[0] for name, found in parse_qs(wanted.query).items() if name != "access_token"} | (ours or {})
    sent = seen.query | seen.form
    for name, value in asked.items():
        if name == "fields":
            assert set(value.split(",")) <= set(sent[name].replace("{", ",").split(","))
        else:
            assert sent[name] == value
    assert seen.headers["authorization"].startswith("Bearer ")
    assert "access_token" not in sent


def test_seed_02_media_list_answer(wire):
    wire.answer(seed(2))
    found = ig_media.list_media(wire.graph(FACEBOOK), "17841405822304914")
    assert [item.id for item in found.items] == [
        "17918195224117851",
        "17895695668004550",
        "17899305451014820",
        "17896450804038745",
        "17881042411086627",
        "17869102915168123",
    ]
    # The snippet has cursors but no `next`: this is the last page.
    assert found.after is None
    assert len(wire.seen) == 1
    assert wire.last.path == "/graph.facebook.com/v25.0/17841405822304914/media"


def test_seed_06_refresh_token(wire, instagram_app):
    wire.answer(seed(6))
    grant = oauth.refresh(instagram_app, wire.hosts, Secret("F4RVB..."))
    snippet = urlsplit(
        "https://graph.instagram.com/refresh_access_token?grant_type=ig_refresh_token&access_token=F4RVB..."
    )
    assert wire.last.path == f"/{snippet.hostname}{snippet.path}"
    assert wire.last.query == {name: found[0] for name, found in parse_qs(snippet.query).items()}
    assert grant.token == Secret("c3oxd...")
    assert grant.expires_in == timedelta(seconds=5183944)


def test_seed_08_story_metric(wire):
    wire.answer(seed(8))
    (navigation,) = insights.media(
        wire.graph(), "17969782069736348", metrics=["navigation"], breakdown="story_navigation_action_type"
    )
    assert_means(
        wire.last,
        "https://graph.instagram.com/v25.0/17969782069736348/insights"
        "?metric=navigation&breakdown=story_navigation_action_type&access_token=EAAOc...",
    )
    assert (navigation.name, navigation.period, navigation.total) == ("navigation", "lifetime", 25)
    assert [point.value for point in navigation.points] == [25]
    assert {part.of("story_navigation_action_type"): part.value for part in navigation.breakdown} == {
        "tap_forward": 19,
        "tap_back": 4,
        "tap_exit": 1,
        "swipe_forward": 1,
    }


def test_seed_09_redirect_with_a_tail():
    found = oauth.parse_redirect("https://my.m.redirect.net/?code=**abcdefghijklmnopqrstuvwxyz**#_")
    assert found.code == Secret("**abcdefghijklmnopqrstuvwxyz**")
    assert oauth.clean_code("**abcdefghijklmnopqrstuvwxyz**#_") == "**abcdefghijklmnopqrstuvwxyz**"


def test_seed_10_media_type_not_supported(wire):
    wire.answer(seed(10), status=400)
    with pytest.raises(Rejected) as caught:
        wire.graph(FACEBOOK).delete("17918195224117851")
    error = caught.value
    assert (error.code, error.subcode, error.trace_id) == (-1, 2207073, "Api-OlNdfcpOwIu6hNaT5Kw")
    assert error.user_title == "Media Type Not Supported"
    assert error.message == "The media type is not supported for this endpoint"
    assert not error.is_transient
    assert not error.new_container


def test_seed_12_each_login_signs_in_with_its_own_app_id(wire, instagram_app, facebook_app):
    options = {"redirect_uri": "https://gridline.example/callback/", "state": "s"}
    for app, login in ((instagram_app, INSTAGRAM), (facebook_app, FACEBOOK)):
        url = urlsplit(oauth.authorize_url(app, wire.hosts, **options, scopes=login.scopes_for(["profile"])))
        assert parse_qs(url.query)["client_id"] == [app.id]


def test_seed_13_authorize(wire, instagram_app):
    url = urlsplit(
        oauth.authorize_url(
            instagram_app,
            wire.hosts,
            redirect_uri="https://socialsizzle.herokuapp.com/auth/",
            state="one-time",
            scopes=["instagram_business_basic"],
        )
    )
    snippet = urlsplit(
        "https://api.instagram.com/oauth/authorize?client_id=990602627938098"
        "&redirect_uri=https://socialsizzle.herokuapp.com/auth/&scope=instagram_business_basic&response_type=code"
    )
    # The snippet's host is the older of two; the current pages name www.instagram.com.
    assert url.path == f"/www.instagram.com{snippet.path}"
    assert parse_qs(url.query) == {**parse_qs(snippet.query), "state": ["one-time"]}


def test_seed_16_media_insights_with_breakdown(wire):
    wire.answer(seed(16))
    (found,) = insights.media(
        wire.graph(FACEBOOK), "17932174733377207", metrics=["profile_activity"], breakdown=["action_type"]
    )
    assert_means(
        wire.last,
        "https://graph.facebook.com/v25.0/17932174733377207/insights"
        "?metric=profile_activity&breakdown=action_type&access_token=EAAOc...",
    )
    assert found.total == 150
    assert {part.dimension_values: part.value for part in found.breakdown} == {
        ("BIO_LINK_CLICKED",): 50,
        ("CALL",): 30,
        ("DIRECTION",): 20,
        ("EMAIL",): 10,
        ("OTHER",): 20,
        ("TEXT",): 20,
    }


def test_seed_17_fragment_redirect():
    found = oauth.parse_fragment(
        "https://my-clever-redirect-url.com/success/?#access_token=EAAHm..."
        "&data_access_expiration_time=1658889585&expires_in=4815&long_lived_token=ABAEs..."
    )
    assert found.access_token == Secret("EAAHm...")
    assert found.long_lived_token == found.token == Secret("ABAEs...")
    assert found.expires_in == timedelta(seconds=4815)
    assert found.data_access_expires_at == datetime.fromtimestamp(1658889585, UTC)


DEMOGRAPHICS = (
    "https://graph.facebook.com/v25.0/17841405822304914/insights?metric=engaged_audience_demographics"
    "&period=lifetime&timeframe=last_90_days&metric_type=total_value&access_token=EAAOc..."
)


def demographics(wire, timeframe: str):
    wire.answer(
        {
            "data": [
                {
                    "name": "engaged_audience_demographics",
                    "period": "lifetime",
                    "title": "Engaged audience demographics",
                    "total_value": {
                        "breakdowns": [
                            {
                                "dimension_keys": ["timeframe", "country"],
                                "results": [{"dimension_values": ["LAST_90_DAYS", "AR"], "value": 1}],
                            }
                        ]
                    },
                    "id": "17841401130346306/insights/engaged_audience_demographics/lifetime",
                }
            ]
        }
    )
    return insights.account(
        wire.graph(FACEBOOK),
        "17841405822304914",
        metrics=["engaged_audience_demographics"],
        period="lifetime",
        metric_type="total_value",
        timeframe=timeframe,
        breakdown=["country"],
    )


def test_seed_18_demographics_ask_by_breakdown(wire):
    (found,) = demographics(wire, "last_90_days")
    # The snippet says `breakdowns`; the parameter that works is `breakdown`.
    assert_means(wire.last, DEMOGRAPHICS, ours={"breakdown": "country"})
    assert "breakdowns" not in wire.last.query
    assert [(part.of("country"), part.value) for part in found.breakdown] == [("AR", 1)]
    assert found.total is None


def test_seed_37_demographics_without_a_timeframe(wire):
    (found,) = demographics(wire, None)
    assert "timeframe" not in wire.last.query
    assert found.breakdown[0].of("timeframe") == "LAST_90_DAYS"


def test_seed_19_container_status(wire):
    wire.answer({"status_code": "FINISHED", "id": "17889615691921648"})
    assert ig_container.status(wire.graph(), "17889615691921648").status_code == "FINISHED"
    assert_means(wire.last, "https://graph.instagram.com/17889615691921648?fields=status_code&access_token=IGQVJ...")


def test_seed_21_page_to_account(wire):
    wire.answer(seed(21))
    found = page.get(wire.graph(FACEBOOK), "134895793791914")
    assert found.id == "134895793791914"
    assert found.ig is not None
    assert found.ig.ig_id == "17841405822304914"
    assert found.token is None


def test_seed_22_media_publish(wire):
    wire.answer({"id": "17918195224117851"})
    assert ig_container.publish(wire.graph(FACEBOOK), "17841405822304914", "17889455560051444") == "17918195224117851"
    assert wire.last.method == "POST"
    assert_means(wire.last, "https://graph.facebook.com/17841405822304914/media_publish?creation_id=17889455560051444")


def test_seed_25_post_metric_in_lower_case(wire):
    wire.answer(seed(25))
    (found,) = insights.media(wire.graph(), "17932174733377207", metrics=["profile_activity"])
    assert_means(
        wire.last, "https://graph.instagram.com/v25.0/17932174733377207/insights?metric=profile_activity&access_token=x"
    )
    assert found.value == 4
    assert [part.of("action_type") for part in found.breakdown] == ["email", "text", "direction", "bio_link_clicked"]


def test_seed_27_interaction_metrics(wire):
    assert_reach_by_kind_of_media(wire, seed(27))


def test_seed_33_interaction_metrics_of_the_newer_page(wire):
    assert_reach_by_kind_of_media(wire, seed(33))


def assert_reach_by_kind_of_media(wire, answer: bytes) -> None:
    wire.answer(answer)
    (found,) = insights.account(
        wire.graph(FACEBOOK),
        "17841405822304914",
        metrics=["reach"],
        period="day",
        breakdown=["media_product_type"],
        metric_type="total_value",
        since=1658991600,
    )
    assert_means(
        wire.last,
        "https://graph.facebook.com/v25.0/17841405822304914/insights?metric=reach&period=day"
        "&breakdown=media_product_type&metric_type=total_value&since=1658991600&access_token=EAAOc...",
    )
    assert found.total == 224
    assert [(part.dimension_values[0], part.value) for part in found.breakdown] == [
        ("CAROUSEL_CONTAINER", 100),
        ("POST", 124),
    ]


def test_seed_29_short_to_long_lived(wire, instagram_app):
    wire.answer({"access_token": "IGAAlong", "token_type": "bearer", "expires_in": 5183944})
    grant = oauth.long_lived(instagram_app, wire.hosts, Secret("IGQVJ..."))
    snippet = urlsplit(
        "https://graph.instagram.com/access_token?grant_type=ig_exchange_token&&client_secret=eb87G...&access_token=IGQVJ..."
    )
    assert wire.last.path == f"/{snippet.hostname}{snippet.path}"
    asked = {name: found[0] for name, found in parse_qs(snippet.query).items()}
    assert wire.last.query == asked | {"client_secret": instagram_app.secret.reveal()}
    assert grant.token == Secret("IGAAlong")


def test_seed_32_container_endpoint(wire):
    wire.answer({"id": "17889455560051444"})
    ig_container.create_image(wire.graph(FACEBOOK), "17841405822304914", image_url="https://gridline.example/a.jpg")
    # POST /{ig-user-id}/media
    assert (wire.last.method, wire.last.path) == ("POST", "/graph.facebook.com/v25.0/17841405822304914/media")


def test_seed_35_pages_of_a_person(wire):
    wire.answer(
        {
            "data": [
                {
                    "id": "134895793791914",
                    "name": "Page",
                    "access_token": "EAACw...",
                    "instagram_business_account": {"id": "17841405822304914"},
                },
                {"id": "2", "name": "A Page without Instagram", "access_token": "EAACx..."},
            ]
        }
    )
    first, second = page.pages(wire.graph(FACEBOOK))
    assert_means(
        wire.last,
        "https://graph.facebook.com/v25.0/me/accounts"
        "?fields=id%2Cname%2Caccess_token%2Cinstagram_business_account&access_token=EAACw...",
    )
    assert first.token == Secret("EAACw...")
    assert first.ig.ig_id == "17841405822304914"
    assert second.ig is None


def test_seed_40_publishing_limit(wire):
    wire.answer(
        {"data": [{"quota_usage": 2, "rate_limit_settings": {"quota_total": 25, "quota_duration": 86400}}]},
    )
    since = datetime.fromtimestamp(1609969714, UTC)
    found = ig_container.publishing_limit(wire.graph(FACEBOOK), "17841405822304914", since=since)
    # Elsewhere Meta calls the field `rate_limit_settings` of this snippet `config`: that is asked, and both are read.
    assert_means(
        wire.last,
        "https://graph.facebook.com/v25.0/17841405822304914/content_publishing_limit?fields=quota_usage&since=1609969714",
    )
    assert (found.used, found.total, found.left, found.duration) == (2, 25, 23, timedelta(days=1))


def test_every_stored_snippet_is_json():
    assert [json.loads(path.read_text()) for path in sorted(SEEDS.iterdir())]
