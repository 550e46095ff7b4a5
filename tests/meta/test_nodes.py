"""Accounts, Pages, media, insights and containers, asked for over HTTP."""

from datetime import UTC, datetime

import pytest

from meta import ig_container, ig_media, ig_user, insights, page
from meta.errors import MetricUnavailable, NoAnswer, NotEnoughViewers, Rejected, TryLater
from meta.ig_container import StatusCode
from meta.logins import FACEBOOK
from meta.secrets import Secret
from tests.meta.conftest import TOKEN

IG_ID = "17841405822304914"
ME = {"id": "102030", "user_id": IG_ID, "username": "baker", "account_type": "Media_Creator", "followers_count": 0}


@pytest.mark.parametrize("body", [ME, {"data": [ME]}], ids=["flat", "listed"])
def test_the_own_account_in_both_shapes(wire, body):
    wire.answer(body)
    found = ig_user.me(wire.graph())
    assert (found.ig_id, found.app_scoped_id) == (IG_ID, "102030")
    assert found.account_type == "MEDIA_CREATOR"
    assert found.followers_count == 0
    assert found.media_count is None
    assert found.website == ""


def test_the_app_scoped_id_is_never_taken_for_the_account(wire):
    wire.answer({"id": "102030", "username": "baker"})
    with pytest.raises(NoAnswer, match="id"):
        ig_user.me(wire.graph())


def test_the_account_through_facebook(wire):
    wire.answer({"id": IG_ID, "username": "baker", "website": "https://baker.example"})
    found = ig_user.get(wire.graph(FACEBOOK), IG_ID)
    assert (found.ig_id, found.app_scoped_id, found.website) == (IG_ID, None, "https://baker.example")
    assert "user_id" not in wire.last.query["fields"]
    assert "account_type" not in wire.last.query["fields"]


def test_a_server_without_the_undocumented_fields_is_asked_once_more(wire):
    wire.answer({"error": {"message": "(#100) Tried accessing nonexisting field (biography)", "code": 100}}, status=400)
    wire.answer(ME)
    assert ig_user.me(wire.graph()).username == "baker"
    assert "biography" not in wire.last.query["fields"]
    assert len(wire.seen) == 2


def test_an_account_that_is_gone_is_not_asked_twice(wire):
    wire.answer({"error": {"message": "gone", "code": 100, "error_subcode": 33}}, status=400)
    with pytest.raises(Rejected):
        ig_user.get(wire.graph(), IG_ID)
    assert len(wire.seen) == 1


def test_pages_come_from_every_result_page_and_the_given_url_is_never_followed(wire):
    evil = f"https://evil.example/steal?access_token={TOKEN}&after=C2"
    first = {"data": [{"id": "1", "name": "One", "access_token": "EAA1", "tasks": ["MANAGE"]}]}
    wire.answer(first | {"paging": {"cursors": {"after": "C1"}, "next": f"{wire.url}/elsewhere?after=C1"}})
    wire.answer({"data": [], "paging": {"next": evil}})
    wire.answer({"data": [{"id": "2", "name": "Two"}], "paging": {"cursors": {"after": "C3"}}})
    found = list(page.pages(wire.graph(FACEBOOK)))
    assert [node.id for node in found] == ["1", "2"]
    assert [seen.query.get("after") for seen in wire.seen] == [None, "C1", "C2"]
    assert {seen.path for seen in wire.seen} == {"/graph.facebook.com/v25.0/me/accounts"}
    assert found[0].token == Secret("EAA1")
    assert found[0].may_publish
    assert "EAA1" not in repr(found)


def test_a_cursor_that_repeats_ends_the_listing(wire):
    wire.answer({"data": [{"id": "1"}], "paging": {"cursors": {"after": "C1"}, "next": "https://x/"}})
    assert len(list(page.pages(wire.graph(FACEBOOK)))) == 2


def test_who_may_publish_by_either_kind_of_task():
    def node(*tasks):
        return page.parse_page({"id": "1", "tasks": list(tasks)})

    assert node("CREATE_CONTENT").may_publish
    assert node("PROFILE_PLUS_FULL_CONTROL").may_publish
    assert node().may_publish
    assert not node("ANALYZE", "PROFILE_PLUS_ADVERTISE").may_publish


def test_the_person_behind_a_facebook_token(wire):
    wire.answer({"id": 1207059})
    assert page.me_id(wire.graph(FACEBOOK)) == "1207059"
    wire.answer({})
    with pytest.raises(NoAnswer):
        page.me_id(wire.graph(FACEBOOK)), page.me_id(wire.graph(FACEBOOK))


MEDIA = {
    "id": "17918195224117851",
    "media_type": "CAROUSEL_ALBUM",
    "media_product_type": "FEED",
    "caption": "Rye & salt",
    "permalink": "https://www.instagram.com/p/abc/",
    "timestamp": "2017-05-19T23:27:28+0000",
    "like_count": 12,
    "comments_count": 0,
    "children": {"data": [{"id": "1", "media_type": "IMAGE"}, {"id": "2"}]},
    "insights": {
        "data": [
            {"name": "reach", "period": "lifetime", "values": [{"value": 210}]},
            {"name": "views", "period": "lifetime", "total_value": {"value": 300}},
            {"name": "saved", "period": "lifetime", "values": []},
        ]
    },
}


def test_media_and_their_insights_come_in_one_call(wire):
    wire.answer({"data": [MEDIA, {"id": "2"}], "paging": {"cursors": {"after": "C1"}, "next": f"https://x/?t={TOKEN}"}})
    found = ig_media.list_media(wire.graph(), IG_ID, limit=50, metrics=["reach", "views", "saved"])
    assert len(wire.seen) == 1
    assert wire.last.query["fields"].endswith("insights.metric(reach,views,saved)")
    assert wire.last.query["limit"] == "50"
    first, second = found.items
    assert first.timestamp == datetime(2017, 5, 19, 23, 27, 28, tzinfo=UTC)
    assert first.insights == {"reach": 210, "views": 300, "saved": None}
    assert [child.id for child in first.children] == ["1", "2"]
    assert second.insights is None
    assert second.like_count is None
    assert found.after == "C1"


def test_the_next_page_of_media_is_asked_by_cursor(wire):
    wire.answer({"data": [], "paging": {"cursors": {"after": "C2"}, "next": "https://x/"}})
    assert ig_media.list_media(wire.graph(), IG_ID, after="C1").after == "C2"
    assert wire.last.query["after"] == "C1"
    assert "insights" not in wire.last.query["fields"]


def test_a_bare_object_is_a_listing_of_one():
    found = ig_media.parse_media_page({"id": "90010498116233", "media_type": "BROADCAST", "owner": {"id": "1"}})
    assert [item.id for item in found.items] == ["90010498116233"]
    assert ig_media.parse_media_page({}).items == ()


def test_a_field_that_is_facebooks_alone_is_left_out_on_the_second_try(wire):
    refusal = {"error": {"message": "(#100) Tried accessing nonexisting field (media_product_type)", "code": 100}}
    wire.answer(refusal, status=400)
    wire.answer(MEDIA)
    assert ig_media.get(wire.graph(), MEDIA["id"]).id == MEDIA["id"]
    assert "caption" not in wire.last.query["fields"]


def test_a_refused_metric_fails_the_listing_and_is_named(wire):
    message = "(#100) The Media Insights API does not support the views metric for this media product type."
    wire.answer({"error": {"message": message, "code": 100}}, status=400)
    with pytest.raises(MetricUnavailable) as caught:
        ig_media.list_media(wire.graph(), IG_ID, metrics=["views"])
    assert caught.value.metric == "views"
    assert len(wire.seen) == 1


def test_a_series_of_days(wire):
    days = [{"value": 210, "end_time": "2024-05-02T07:00:00+0000"}, {"end_time": "2024-05-03T07:00:00+0000"}]
    wire.answer(
        {"data": [{"name": "reach", "period": "day", "values": days}], "paging": {"next": "x", "previous": "y"}}
    )
    since, until = datetime(2024, 5, 1, tzinfo=UTC), datetime(2024, 5, 4, tzinfo=UTC)
    (found,) = insights.account(
        wire.graph(), IG_ID, metrics=["reach"], period="day", metric_type="time_series", since=since, until=until
    )
    assert wire.last.query["since"] == str(int(since.timestamp()))
    assert [tuple(point) for point in found.points] == [
        (datetime(2024, 5, 2, 7, tzinfo=UTC), 210),
        (datetime(2024, 5, 3, 7, tzinfo=UTC), None),
    ]
    assert found.total is None
    assert found.value is None


def test_no_data_is_not_zero(wire):
    wire.answer({"data": []})
    assert insights.account(wire.graph(), IG_ID, metrics=["reach"], period="day") == []


def test_hours_come_as_a_map():
    (found,) = insights.parse(
        {"data": [{"name": "online_followers", "values": [{"value": {"0": 12, "9": 20, "x": None}}, {"value": {}}]}]}
    )
    assert found.points[0].by_key == {"0": 12, "9": 20}
    assert found.points[1].by_key == {}
    assert found.points[0].value is None


def test_several_breakdowns_are_read_by_their_keys():
    groups = [
        {
            "dimension_keys": ["gender", "age"],
            "results": [{"dimension_values": ["F", "25-34"], "value": 7}, {"dimension_values": ["U"], "value": None}],
        }
    ]
    (found,) = insights.parse({"data": [{"name": "follower_demographics", "total_value": {"breakdowns": groups}}]})
    assert [tuple(part) for part in found.breakdown] == [
        (("gender", "age"), ("F", "25-34"), 7),
        (("gender", "age"), ("U",), None),
    ]
    assert found.breakdown[0].of("age") == "25-34"
    assert found.breakdown[1].of("age") == ""


@pytest.mark.parametrize(
    ("message", "metrics", "named"),
    [
        ("(#100) metric[1] must be one of the following values: reach", ["reach", "plays"], "plays"),
        ("(#100) metric[7] must be one of the following values: reach", ["reach", "plays"], ""),
        ("(#100) The value must be a valid insights metric", ["plays"], "plays"),
        (
            "(#100) The following metrics (views, likes) should be specified with parameter metric_type",
            ["x", "y"],
            "views",
        ),
    ],
)
def test_the_metric_to_leave_out_is_found(wire, message, metrics, named):
    wire.answer({"error": {"message": message, "code": 100}}, status=400)
    with pytest.raises(MetricUnavailable) as caught:
        insights.account(wire.graph(), IG_ID, metrics=metrics, period="day")
    assert caught.value.metric == named


def test_an_unknown_breakdown_is_left_out_and_not_repeated(wire):
    wire.answer({"error": {"message": "An unknown error has occurred.", "code": 1}}, status=500)
    with pytest.raises(MetricUnavailable) as caught:
        insights.media(wire.graph(), "17", metrics=["likes"], breakdown=["action_type"])
    assert caught.value.metric == "likes"
    with pytest.raises(TryLater):
        insights.media(wire.graph(), "17", metrics=["likes"])


def test_a_story_with_few_viewers(wire):
    wire.answer(
        {"error": {"message": "(#10) Not enough viewers for the media to show insights", "code": 10}}, status=400
    )
    with pytest.raises(NotEnoughViewers):
        insights.media(wire.graph(), "17", metrics=["reach"])


def test_a_container_for_an_image(wire):
    wire.answer({"id": "17889455560051444"})
    made = ig_container.create_image(wire.graph(), IG_ID, image_url="https://x/a.jpg?s=1&e=2", caption="Rye #bread")
    assert made == "17889455560051444"
    assert wire.last.form == {"image_url": "https://x/a.jpg?s=1&e=2", "caption": "Rye #bread"}
    ig_container.create_image(wire.graph(), IG_ID, image_url="https://x/a.jpg", alt_text="A loaf")
    assert wire.last.form == {"image_url": "https://x/a.jpg", "alt_text": "A loaf"}


@pytest.mark.parametrize("body", [{}, {"success": True}, {"id": ""}, {"id": None}, {"id": {"a": 1}}])
def test_a_good_answer_without_an_id_leaves_a_write_open(wire, body):
    wire.answer(body)
    with pytest.raises(NoAnswer) as caught:
        ig_container.publish(wire.graph(), IG_ID, "17889455560051444")
    assert caught.value.sent
    assert caught.value.http_status == 200


@pytest.mark.parametrize(
    ("body", "code", "subcode"),
    [
        ({"status_code": "IN_PROGRESS"}, StatusCode.IN_PROGRESS, None),
        ({"status_code": "FINISHED", "status": "Finished: Media has been uploaded."}, StatusCode.FINISHED, None),
        ({"status": "Published: Media has been successfully published."}, StatusCode.PUBLISHED, None),
        ({"status_code": "ERROR", "status": "2207052"}, StatusCode.ERROR, 2207052),
        (
            {"status_code": "ERROR", "status": "Error: Media upload has failed with error code 2207082"},
            StatusCode.ERROR,
            2207082,
        ),
        ({"status_code": "ERROR", "status": 2207026}, StatusCode.ERROR, 2207026),
        ({"status": "In progress: still fetching"}, StatusCode.IN_PROGRESS, None),
        ({"status_code": "EXPIRED"}, StatusCode.EXPIRED, None),
        ({"status_code": "SOMETHING_NEW"}, None, None),
        ({}, None, None),
    ],
)
def test_the_status_of_a_container(body, code, subcode):
    found = ig_container.parse_status(body)
    assert (found.status_code, found.error_subcode) == (code, subcode)


@pytest.mark.parametrize(
    ("body", "used", "total"),
    [
        ({"data": [{"quota_usage": 2, "config": {"quota_total": 100, "quota_duration": 86400}}]}, 2, 100),
        ({"data": [{"quota_usage": 2, "rate_limit_settings": {"quota_total": 25}}]}, 2, 25),
        ({"data": [{"quota_usage": 2}]}, 2, 50),
        ({"quota_usage": 3, "config": {"quota_total": 100}}, 3, 100),
        ({"data": []}, 0, 50),
        ({}, 0, 50),
        ({"data": [{"quota_usage": "x", "config": "y"}]}, 0, 50),
    ],
)
def test_the_publishing_limit_under_both_names(body, used, total):
    found = ig_container.parse_limit(body)
    assert (found.used, found.total) == (used, total)
