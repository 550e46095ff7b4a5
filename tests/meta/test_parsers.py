"""Whatever JSON comes, the readers return something typed and never raise."""

import copy
import json
import pickle
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from meta import answers, ig_container, ig_media, insights, oauth, page, usage, values
from meta.secrets import MASK, Secret

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)
# fmt: off
KNOWN = [
    "data", "id", "name", "values", "end_time", "value", "total_value", "breakdowns", "dimension_keys",
    "dimension_values", "results", "period", "paging", "cursors", "after", "next", "children", "insights",
    "timestamp", "media_type", "like_count", "access_token", "tasks", "instagram_business_account", "permission",
    "status", "status_code", "quota_usage", "config", "rate_limit_settings", "quota_total", "quota_duration",
    "scopes", "app_id", "granular_scopes", "target_ids", "scope", "error", "is_valid", "expires_at",
]
# fmt: on
metaish = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KNOWN), inner, max_size=6),
    max_leaves=30,
)
objects = st.dictionaries(st.sampled_from(KNOWN), metaish, max_size=8)


@example({"granular_scopes": [{"target_ids": 7}]})
@given(objects)
def test_no_object_breaks_a_reader(body):
    assert isinstance(insights.parse(body), list)
    assert isinstance(ig_media.parse_media_page(body), ig_media.MediaPage)
    assert isinstance(ig_media.parse_media(body), ig_media.Media)
    assert isinstance(ig_container.parse_status(body), ig_container.ContainerStatus)
    assert isinstance(ig_container.parse_limit(body), ig_container.PublishingLimit)
    assert isinstance(page.parse_pages(body), list)
    assert isinstance(page.parse_page(body), page.PageNode)
    assert isinstance(oauth.parse_permissions(body), dict)
    assert isinstance(oauth.parse_token_info(body), oauth.TokenInfo)
    assert answers.next_cursor(body) is None or answers.next_cursor(body)


@given(anything)
def test_no_value_breaks_a_reading(value):
    assert isinstance(values.text(value), str)
    assert isinstance(values.whole(value), int | None)
    assert isinstance(values.number(value), int | float | None)
    assert isinstance(values.span(value), timedelta | None)
    read = values.when(value)
    assert read is None or read.tzinfo is UTC


@pytest.mark.parametrize("value", [True, False, None, "", "x", "1e999", float("inf"), float("nan"), [], {}, "١"])
def test_what_is_no_number_is_unknown(value):
    assert values.number(value) is None


@pytest.mark.parametrize(
    "value",
    ["2017-05-19T23:27:28+0000", "2017-05-19T23:27:28+00:00", "2017-05-20T01:27:28+02:00", 1495236448, "1495236448"],
)
def test_every_way_of_writing_a_time(value):
    assert values.when(value) == datetime(2017, 5, 19, 23, 27, 28, tzinfo=UTC)


@given(st.integers(1, 253_370_764_799))
def test_a_time_survives_its_text(seconds):
    moment = datetime.fromtimestamp(seconds, UTC)
    assert values.when(seconds) == values.when(moment.strftime("%Y-%m-%dT%H:%M:%S+0000").rjust(24, "0")) == moment


percent_keys = st.sampled_from(usage.PERCENT_KEYS)


@given(st.dictionaries(percent_keys, st.integers(0, 300), min_size=1))
def test_the_app_usage_is_its_highest_figure_in_either_naming(figures):
    for name in ("X-App-Usage", "x-app-usage", "X-APP-USAGE"):
        assert usage.from_headers({name: json.dumps(figures)}).app_percent == max(figures.values())


@given(
    st.dictionaries(
        st.text("0123456789", min_size=1, max_size=17),
        st.lists(
            st.fixed_dictionaries({"call_count": st.integers(0, 300), "cpu_time": st.integers(0, 300)}), min_size=1
        ),
    )
)
def test_each_account_has_its_highest_figure(entries):
    found = usage.from_headers({"X-Business-Use-Case-Usage": json.dumps(entries)})
    assert found.account_percent == {
        account: max(max(entry.values()) for entry in rows) for account, rows in entries.items()
    }
    assert found.regain_after is None


def test_the_documented_header():
    header = (
        '{"17841405822304914":[{"type":"instagram","call_count":100,"total_cputime":25,"total_time":25,'
        '"estimated_time_to_regain_access":19}]}'
    )
    found = usage.from_headers({"x-business-use-case-usage": header, "x-app-usage": '{"call_volume":0,"cpu_time":7}'})
    assert found.account_percent == {"17841405822304914": 100}
    assert found.regain_after == timedelta(minutes=19)
    assert (found.app_percent, found.percent) == (7, 100)


def test_an_absurd_figure_is_cut_off():
    assert usage.from_headers({"X-App-Usage": '{"call_count":1e12}'}).app_percent == usage.MOST
    assert usage.from_headers({"X-App-Usage": '{"call_count":-5}'}).app_percent == 0


def test_a_pause_asked_for_by_a_proxy():
    assert usage.from_headers({"Retry-After": "120"}).regain_after == timedelta(minutes=2)
    assert usage.from_headers({"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}).regain_after is None


@example("1E-7")
@example('{"1":[{"estimated_time_to_regain_access":1E-9}]}')
@example('{"1":[{"estimated_time_to_regain_access":1E308}]}')
@given(st.text(max_size=60) | anything.map(lambda value: json.dumps(value)))
def test_garbage_in_a_header_brakes_nothing_and_breaks_nothing(header):
    names = ("X-App-Usage", "X-Page-Usage", "X-Business-Use-Case-Usage", "Retry-After")
    found = usage.from_headers(dict.fromkeys(names, header))
    assert 0 <= found.percent <= usage.MOST
    assert found.regain_after is None or timedelta(0) < found.regain_after <= usage.LONGEST_WAIT


@pytest.mark.parametrize(
    "header", ["", "null", "[]", "{", "17", '{"call_count":"many"}', '{"call_count":NaN}', "[" * 9999]
)
def test_an_unreadable_header_is_a_missing_one(header):
    assert usage.from_headers({"x-app-usage": header, "x-business-use-case-usage": header}) == usage.Usage()


cursors = st.text(st.characters(codec="utf-8"), min_size=1, max_size=60)


@given(after=cursors, has_next=st.booleans(), has_cursors=st.booleans())
def test_only_a_missing_next_is_the_end(after, has_next, has_cursors):
    paging = {}
    if has_next:
        paging["next"] = f"https://graph.facebook.com/v25.0/1/media?access_token=EAAsecret&{query(after)}"
    if has_cursors:
        paging["cursors"] = {"before": "b", "after": after}
    body = answers.decode(json.dumps({"data": [], "paging": paging}))
    assert answers.next_cursor(body) == (after if has_next else None)
    assert "EAAsecret" not in repr(body)
    assert "graph.facebook.com" not in repr(body)


def query(after: str) -> str:
    from_library = answers.quote(after, safe="")
    return f"limit=25&after={from_library}"


def test_links_of_a_nested_listing_are_taken_out_too():
    nested = {"media": {"data": [], "paging": {"previous": "https://x/?access_token=EAAsecret", "next": 5}}}
    assert "EAAsecret" not in repr(answers.decode(json.dumps(nested)))


def test_a_token_in_an_answer_is_wrapped_at_once():
    body = answers.decode('{"data":[{"id":"1","access_token":"EAA1"}],"long_lived_token":"EAA2"}')
    assert body["data"][0]["access_token"] == Secret("EAA1")
    assert body["long_lived_token"] == Secret("EAA2")
    assert "EAA" not in repr(body)


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("true", {"success": True}),
        ("[1]", {"data": [1]}),
        ('{"a":[NaN,-Infinity,1e999,1.5]}', {"a": [None, None, None, 1.5]}),
        ("{}", {}),
        ("7", None),
    ],
)
def test_what_is_not_an_object_becomes_one_or_nothing(text, body):
    assert answers.decode(text) == body


def test_an_answer_shows_its_keys_only():
    answer = answers.Answer({"id": "1", "email": "person@example.org"}, status=200)
    assert repr(answer) == "<Answer 200: id, email>"
    assert answer.body == {"id": "1", "email": "person@example.org"}


def test_what_no_database_takes_as_json_becomes_null():
    assert answers.decode('{"a":[NaN,-Infinity,1e999,1.5]}') == {"a": [None, None, None, 1.5]}


def test_a_secret_shows_itself_nowhere():
    secret = Secret("canary")
    for shown in (
        str(secret),
        repr(secret),
        f"{secret}",
        f"{secret!r:>9}",
        f"{[secret]}",
        f"{secret:x<20}",
    ):
        assert "canary" not in shown
        assert MASK in shown
    for leak in (pickle.dumps, copy.copy, copy.deepcopy, json.dumps):
        with pytest.raises(TypeError):
            leak(secret)
    assert secret.reveal() == "canary"
    assert not hasattr(secret, "__dict__")


def test_secrets_compare_by_what_they_hold():
    assert Secret("a") == Secret("a") == Secret(Secret("a"))
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a")}) == 1
    assert not Secret("")


def test_the_proof_is_metas_formula():
    # openssl dgst -sha256 -hmac secret <<< token, without the line end
    assert (
        Secret("secret").hmac_sha256(Secret("token"))
        == "e941110e3d2bfe82621f0e3e1434730d7305d106c5f68c87165d0b27a4611a4a"
    )


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", " JavaScript:alert(1)", "data:text/html,x", "vbscript:x", "//x"]
)
def test_B10_a_link_from_outside_is_one_that_a_page_may_lead_to(link):
    assert ig_media.parse_media({"id": "1", "permalink": link}).permalink == ""
    good = "https://www.instagram.com/p/AbC/"
    assert ig_media.parse_media({"id": "1", "permalink": good}).permalink == good


def test_W24_a_text_with_a_NUL_can_be_stored():
    assert values.text("a\0b") == "ab"
