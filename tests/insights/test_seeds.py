"""Meta's documented snippets, literally, over HTTP through the product: asked as documented, stored, found again."""

import pytest

from accounts import syncing as mirror
from accounts.models import IGMedia
from insights import asking, catalogue, storing, syncing
from insights.audiences import FORMATS, bars
from insights.catalogue import Product
from insights.figures import Values, parts
from insights.models import AccountValue, MediaValue
from insights.planning import Step
from meta import ig_media
from tests.insights.conftest import answer_with, asked

pytestmark = pytest.mark.django_db

REACH_BY_FORMAT = {
    "data": [
        {
            "name": "reach",
            "period": "day",
            "title": "Accounts reached",
            "description": "The number of unique accounts that have seen your content, at least once, including in "
            "ads. Content includes posts, stories, reels, videos and live videos. Reach is different from impressions, "
            "which may include multiple views of your content by the same accounts. This metric is estimated and in "
            "development.",
            "total_value": {
                "value": 224,
                "breakdowns": [
                    {
                        "dimension_keys": ["media_product_type"],
                        "results": [
                            {"dimension_values": ["CAROUSEL_CONTAINER"], "value": 100},
                            {"dimension_values": ["POST"], "value": 124},
                        ],
                    }
                ],
            },
            "id": "17841405309211844/insights/reach/day",
        }
    ],
    "paging": {"previous": "https://graph.face...", "next": "https://graph.face..."},
}
STORY_NAVIGATION = {
    "data": [
        {
            "name": "navigation",
            "period": "lifetime",
            "values": [{"value": 25}],
            "title": "Navigation",
            "description": "This is the total number of actions taken from your story. These are made up of metrics "
            "like exited, forward, back and next story.",
            "total_value": {
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
            },
            "id": "17969782069736348/insights/navigation/lifetime",
        }
    ]
}


def profile_activity(total: int, identifier: str, **counts: int) -> dict:
    """Return the answer in the shape both snippets share; what differs between them is given."""
    results = [{"dimension_values": [key], "value": value} for key, value in counts.items()]
    return {
        "data": [
            {
                "name": "profile_activity",
                "period": "lifetime",
                "values": [{"value": total}],
                "title": "Profile Activity",
                "description": "Profile Activity",
                "total_value": {
                    "value": total,
                    "breakdowns": [{"dimension_keys": ["action_type"], "results": results}],
                },
                "id": identifier,
            }
        ]
    }


@pytest.fixture
def here(in_aurora, connected, graph):
    """Return a connection, its conversation and the day's run."""
    connection = connected("levain.porto")
    return connection, graph(connection), syncing.start(connection.ig_user, "manual")


def reach_by_format(here, stand_in):
    connection, conversation, run = here
    answer_with(stand_in, REACH_BY_FORMAT)
    step = Step("split", run.last_day, 30, "media_product_type")
    harvest = asking.split(conversation, connection.ig_user.ig_id, step, set())
    storing.store_account_values(connection.ig_user, harvest.readings, syncing.database_now())
    columns = ("metric", "span", "day", "breakdown", "value", "fetched_at")
    values = Values(AccountValue.objects.values_list(*columns))
    sent = asked(stand_in)[-1]
    assert (sent["period"], sent["metric_type"], sent["breakdown"]) == ("day", "total_value", "media_product_type")
    assert "reach" in sent["metric"].split(",")
    assert values.at(catalogue.ACCOUNT["reach"], 30, run.last_day).value == 224
    return bars(parts(values, "reach", run.last_day, "media_product_type"), FORMATS)


def test_seed_27_reach_by_format_becomes_bars(here, stand_in):
    assert [(bar.label, bar.value) for bar in reach_by_format(here, stand_in)] == [("Posts", 124), ("Carousels", 100)]


def test_seed_33_the_other_page_of_the_same_answer_reads_alike(here, stand_in):
    assert sum(bar.value for bar in reach_by_format(here, stand_in)) == 224


def engaged_by_country(here, stand_in) -> dict[str, str]:
    connection, conversation, run = here
    step = Step("audience", run.last_day, 30, "country", "engaged_audience_demographics")
    harvest = asking.audience(conversation, connection.ig_user.ig_id, step, set())
    storing.store_account_values(connection.ig_user, harvest.readings, syncing.database_now())
    assert AccountValue.objects.filter(breakdown="country=PT").exists()
    return asked(stand_in)[-1]


def test_seed_18_demographics_are_asked_with_the_parameters_that_still_work(here, stand_in):
    """The snippet says `breakdowns` and `last_90_days`; Meta reads `breakdown`, and dropped that timeframe with v20."""
    sent = engaged_by_country(here, stand_in)
    assert (sent["metric"], sent["period"]) == ("engaged_audience_demographics", "lifetime")
    assert (sent["breakdown"], sent["timeframe"], sent["metric_type"]) == ("country", "this_month", "total_value")


def test_seed_37_the_documented_demographics_answer_is_stored_by_country(here, stand_in):
    connection, conversation, run = here
    body = {
        "data": [
            {
                "name": "engaged_audience_demographics",
                "period": "lifetime",
                "title": "Engaged audience demographics",
                "total_value": {
                    "breakdowns": [
                        {
                            "dimension_keys": ["timeframe", "country"],
                            "results": [
                                {"dimension_values": ["LAST_90_DAYS", "AR"], "value": 1},
                                {"dimension_values": ["LAST_90_DAYS", "PT"], "value": 12},
                            ],
                        }
                    ]
                },
                "id": "17841401130346306/insights/engaged_audience_demographics/lifetime",
            }
        ]
    }
    answer_with(stand_in, body)
    step = Step("audience", run.last_day, 30, "country", "engaged_audience_demographics")
    harvest = asking.audience(conversation, connection.ig_user.ig_id, step, set())
    storing.store_account_values(connection.ig_user, harvest.readings, syncing.database_now())
    assert dict(AccountValue.objects.values_list("breakdown", "value")) == {"country=AR": 1, "country=PT": 12}


def details(here, media_id: str, kind: Product) -> dict[str, float]:
    """Ask for the details of one media, store them, and return what is stored."""
    connection, conversation, run = here
    media = IGMedia.objects.create(ig_user=connection.ig_user, media_id=media_id, read_at=syncing.database_now())
    level = [m.id for m in catalogue.MEDIA.values() if catalogue.Group.BROKEN_DOWN not in m.groups]
    harvest = asking.details(conversation, media_id, kind, set(level), run.last_day)
    storing.store_media_values([media], harvest.readings, syncing.database_now())
    return dict(MediaValue.objects.filter(media=media).values_list("breakdown", "value"))


def test_seed_08_a_storys_navigation_is_stored_by_action(here, stand_in):
    answer_with(stand_in, {"data": []}, "/17969782069736348/insights")
    answer_with(stand_in, STORY_NAVIGATION, "/17969782069736348/insights")
    found = details(here, "17969782069736348", Product.STORY)
    assert found == {
        "": 25,
        "story_navigation_action_type=tap_forward": 19,
        "story_navigation_action_type=tap_back": 4,
        "story_navigation_action_type=tap_exit": 1,
        "story_navigation_action_type=swipe_forward": 1,
    }
    sent = asked(stand_in, "/17969782069736348/insights")[-1]
    assert (sent["metric"], sent["breakdown"]) == ("navigation", "story_navigation_action_type")


def test_seed_16_profile_activity_in_upper_case_with_a_short_id(here, stand_in):
    counts = {"BIO_LINK_CLICKED": 50, "CALL": 30, "DIRECTION": 20, "EMAIL": 10, "OTHER": 20, "TEXT": 20}
    answer_with(stand_in, profile_activity(150, "17932174733377207", **counts))
    found = details(here, "17932174733377207", Product.FEED)
    assert found == {"": 150} | {f"action_type={key.lower()}": value for key, value in counts.items()}
    sent = asked(stand_in)[-1]
    assert (sent["metric"], sent["breakdown"]) == ("profile_activity", "action_type")


def test_seed_25_profile_activity_in_lower_case_with_a_long_id(here, stand_in):
    counts = {"email": 1, "text": 1, "direction": 1, "bio_link_clicked": 1}
    answer_with(stand_in, profile_activity(4, "17932174733377207/insights/profile_activity/lifetime", **counts))
    found = details(here, "17932174733377207", Product.FEED)
    assert found == {"": 4} | {f"action_type={key}": 1 for key in counts}


def test_seed_02_the_media_listing_becomes_rows_in_its_order(here, stand_in):
    connection, conversation, _run = here
    ids = ["17918195224117851", "17895695668004550", "17899305451014820"]
    ids += ["17896450804038745", "17881042411086627", "17869102915168123"]
    cursors = {
        "before": "QVFIUkdGRXA2eHNNTUs4T1ZAXNGFxQTAtd3U4QjBLd1B2NXRMM1NkcnhqRFdBcEUzSDVJZATFoLWtXMWZAGU2VrRTk2RHVtTVlD"
        "ckI2NjN0UERFa2JrUk4yMW13",
        "after": "QVFIUmlwbnFsM3N2cV9lZAFdCa0hDeV9qMVliT0VuMmJyNENxZA180c0t6VjFQVEJaTE9XV085aU92OUFLNFB6Szd2"
        "amo5aV9rTlVBcnNlWmEtMzYxcE1HSFR3",
    }
    answer_with(stand_in, {"data": [{"id": one} for one in ids], "paging": {"cursors": cursors}}, "/media")
    page = ig_media.list_media(conversation, connection.ig_user.ig_id)
    rows = mirror.store_media(connection.ig_user, list(page.items), syncing.database_now())
    assert [row.media_id for row in rows] == ids
    assert page.after is None, "only a missing `next` ends a listing, and this one has none"
