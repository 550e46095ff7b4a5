"""The table of Meta's errors: every row, and the order in which they are decided."""

import json
import pickle
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meta import answers, error_table, errors
from meta.secrets import Secret
from meta.usage import Usage


def raised(code=None, subcode=None, message="Said Meta.", status=400, method="GET", **more):
    body = {"error": {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "Atrace", **more}}
    if subcode is not None:
        body["error"]["error_subcode"] = subcode
    return answers.read(status, json.dumps(body).encode(), method=method)


TABLE = [
    (-1, None, errors.TryLater),
    (-2, None, errors.TryLater),
    (-3, None, errors.TryLater),
    (1, None, errors.TryLater),
    (2, None, errors.TryLater),
    (3, None, errors.PermissionMissing),
    (4, None, errors.RateLimited),
    (17, None, errors.RateLimited),
    (32, None, errors.RateLimited),
    (341, None, errors.RateLimited),
    (613, None, errors.RateLimited),
    (613, 1996, errors.RateLimited),
    (80001, None, errors.RateLimited),
    (80002, None, errors.RateLimited),
    (80006, None, errors.RateLimited),
    (10, None, errors.PermissionMissing),
    (10, 2534022, errors.Rejected),
    (10, 9053, errors.PermissionMissing),
    (18, None, errors.RateLimited),
    (18, 2207034, errors.RateLimited),
    (20, 1772107, errors.Rejected),
    (24, None, errors.ObjectMissing),
    (25, None, errors.AccountRestricted),
    (25, 2207050, errors.AccountRestricted),
    (100, None, errors.Rejected),
    (100, 33, errors.ObjectMissing),
    (100, 2108006, errors.PredatesConversion),
    (102, None, errors.TokenInvalid),
    (110, 2207013, errors.Rejected),
    *[(190, subcode, errors.TokenInvalid) for subcode in (None, 458, 459, 460, 463, 464, 467, 492, 12345)],
    *[(code, None, errors.PermissionMissing) for code in (200, 210, 230, 283, 294, 299)],
    (300, None, errors.Rejected),
    (199, None, errors.Rejected),
    (368, None, errors.ActionBlocked),
    (506, None, errors.Rejected),
    (551, None, errors.Rejected),
    (803, None, errors.ObjectMissing),
    (1609005, None, errors.Rejected),
    (2500, None, errors.Rejected),
    (2534068, None, errors.Rejected),
    (10900, None, errors.Rejected),
    (10902, None, errors.Rejected),
    (-2, 2207003, errors.TryLater),
    (-2, 2207020, errors.ContainerGone),
    (-1, 2207001, errors.TryLater),
    (-1, 2207032, errors.TryLater),
    (-1, 2207053, errors.Rejected),
    (-1, 2207073, errors.Rejected),
    (-1, 2207085, errors.Rejected),
    (1, 2207057, errors.Rejected),
    (4, 2207051, errors.ActionBlocked),
    (9, None, errors.RateLimited),
    (9, 2207042, errors.PublishLimitReached),
    (24, 2207006, errors.ContainerGone),
    (24, 2207008, errors.ContainerGone),
    (24, 2207024, errors.ObjectMissing),
    *[(100, subcode, errors.Rejected) for subcode in (2207023, 2207028, 2207035, 2207036, 2207037, 2207040, 2207067)],
    *[
        (100, subcode, errors.Rejected)
        for subcode in (9050, 9052, 9054, 9055, 9056, 9057, 9058, 9060, 9062, 9063, 9064)
    ],
    (352, 2207026, errors.Rejected),
    (9004, 2207052, errors.Rejected),
    (9007, 2207027, errors.ContainerNotReady),
    (9007, None, errors.ContainerNotReady),
    (36000, 2207004, errors.Rejected),
    (36001, 2207005, errors.Rejected),
    (36003, 2207009, errors.Rejected),
    (36004, 2207010, errors.Rejected),
    *[(None, subcode, errors.Rejected) for subcode in (2207076, 2207077, 2207081, 2207082)],
    (-1, 2207999, errors.Rejected),
    (987654, None, errors.Rejected),
]


@pytest.mark.parametrize(("code", "subcode", "kind"), TABLE)
def test_each_code_names_the_next_move_the_cause_and_the_trace(code, subcode, kind):
    error = raised(code, subcode)
    assert type(error) is kind
    assert (error.code, error.subcode, error.trace_id, error.http_status) == (code, subcode, "Atrace", 400)
    assert error.message.endswith(".")
    assert error.cause.endswith(".")
    assert error.cure.endswith(".")


def test_no_documented_code_is_left_to_the_default():
    for code, subcode, _ in TABLE:
        if code not in (300, 199, 987654):
            assert error_table.meaning(code, subcode) is not None


@pytest.mark.parametrize(
    ("subcode", "word"),
    [
        (458, "removed"),
        (459, "confirm"),
        (460, "password"),
        (463, "expired"),
        (464, "confirmed"),
        (467, "ended"),
        (492, "role"),
    ],
)
def test_a_dead_token_says_why(subcode, word):
    assert word in raised(190, subcode).cause.lower()


def test_an_object_that_cannot_be_seen_is_no_reason_to_sign_in_again():
    for message in (
        "Unsupported get request. Object with ID '1' does not exist, cannot be loaded due to missing permissions",
        "x",
    ):
        for status in (400, 401, 403, 404):
            assert not isinstance(raised(100, 33, message=message, status=status), errors.ReconnectNeeded)


def test_too_few_viewers_are_no_missing_permission():
    error = raised(10, message="(#10) Not enough viewers for the media to show insights", status=400)
    assert type(error) is errors.NotEnoughViewers
    assert type(raised(10, message="(#10) Application does not have permission")) is errors.PermissionMissing


@pytest.mark.parametrize("code", [None, 100, 190, 200, 36000])
def test_what_meta_calls_transient_is_tried_again_first_of_all(code):
    assert type(raised(code, is_transient=True)) is errors.TryLater


def test_a_limit_stays_a_limit_when_it_is_called_transient():
    assert type(raised(4, is_transient=True)) is errors.RateLimited


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_write_that_met_a_server_error_is_open_even_with_an_envelope(status):
    assert type(raised(2, status=status, method="POST")) is errors.NoAnswer
    assert type(raised(None, status=status, method="DELETE")) is errors.NoAnswer
    assert type(raised(2, status=status, method="GET")) is errors.TryLater
    assert type(raised(190, status=status, method="POST")) is errors.TokenInvalid


def test_the_code_decides_and_not_the_http_status():
    assert type(raised(100, status=500)) is errors.Rejected
    assert type(raised(190, status=200)) is errors.TokenInvalid
    assert type(raised(80002, status=400)) is errors.RateLimited


def test_an_error_in_a_good_answer_is_an_error():
    assert type(raised(100, 33, status=200)) is errors.ObjectMissing


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (429, b"slow down", errors.RateLimited),
        (429, b'{"error":{"message":"slow down"}}', errors.RateLimited),
        (503, b'{"error":{"message":"down"}}', errors.TryLater),
        (401, b'{"error":{"message":"Bad signature"}}', errors.TokenInvalid),
        (404, b'{"detail":"not here"}', errors.Rejected),
        (500, b'{"detail":"oh"}', errors.TryLater),
        (400, b'{"error":"invalid_grant","error_description":"no"}', errors.Rejected),
        (400, b'{"error":{"code":"190"}}', errors.TokenInvalid),
        (400, b'{"error":{"code":"one","error_subcode":[],"message":{"a":1}}}', errors.Rejected),
        (400, b'{"error":true}', errors.Rejected),
    ],
)
def test_answers_without_a_code(status, body, kind):
    assert type(answers.read(status, body)) is kind


@pytest.mark.parametrize(
    ("message", "cause"),
    [
        ("Matching code was not found or was already used", "already used"),
        ("Invalid platform app", "id or secret"),
        ("Invalid redirect_uri", "address"),
        ("Redirect URI does not match registered redirect URI", "address"),
        ("Error validating client secret.", "id or secret"),
    ],
)
def test_the_flat_envelope_of_the_instagram_sign_in(message, cause):
    body = {"error_type": "OAuthException", "code": 400, "error_message": message}
    error = answers.read(400, json.dumps(body).encode(), method="POST")
    assert type(error) is errors.Rejected
    assert cause in error.cause
    assert error.code is None


def test_the_words_for_people_are_metas_own_when_it_sends_some():
    error = raised(100, 2207009, error_user_title="Zu breit", error_user_msg="Das Bild ist zu breit.")
    assert (error.message, error.user_title) == ("Das Bild ist zu breit.", "Zu breit")
    assert "4:5" in error.cure


@pytest.mark.parametrize(
    ("message", "data", "field"),
    [
        ("(#100) Param image_url is not valid", None, "image_url"),
        ("(#100) param collaborators is not allowed", None, "collaborators"),
        ("(#100) The parameter image_url is required.", None, "image_url"),
        ("(#100) Tried accessing nonexisting field (caption) on node type (IGMedia)", None, "caption"),
        ("(#100) Unknown fields: followers.", None, "followers"),
        ("Invalid parameter", {"blame_field_specs": [["caption"]]}, "caption"),
        ("Invalid parameter", {"blame_field_specs": [[""]]}, ""),
        ("Invalid parameter", {"blame_field_specs": "?"}, ""),
        ("Invalid parameter", None, ""),
    ],
)
def test_the_refused_field_is_named(message, data, field):
    assert raised(100, message=message, error_data=data).field == field


@pytest.mark.parametrize(
    ("message", "metric"),
    [
        ("(#100) The following metrics (views) should be specified with parameter metric_type=total_value", "views"),
        ("(#100) The Media Insights API does not support the views metric for this media product type.", "views"),
        ("(#100) Starting from version 22 and above, the impressions metric is no longer supported", "impressions"),
        ("(#100) The metric shares is not supported for this media type", "shares"),
        ("(#100) metric[0] must be one of the following values: reach, views", ""),
        ("(#100) The value must be a valid insights metric", ""),
    ],
)
def test_a_metric_that_is_not_offered_is_named(message, metric):
    error = raised(100, message=message)
    assert type(error) is errors.MetricUnavailable
    assert error.metric == metric


def test_a_limit_says_how_long_from_the_headers_else_from_the_table():
    usage = Usage(regain_after=timedelta(minutes=19))
    body = json.dumps({"error": {"message": "x", "code": 80002}}).encode()
    assert answers.read(400, body, usage=usage).regain_after == timedelta(minutes=19)
    assert answers.read(400, body).regain_after == timedelta(hours=1)
    assert raised(9, 2207042).regain_after is None
    assert raised(190).regain_after is None


def test_only_what_a_new_container_can_mend_asks_for_one():
    mended = {2207003, 2207006, 2207008, 2207020, 2207032, 2207052, 2207053, 2207076, 2207077, 2207085}
    assert {code for code, row in error_table.BY_INSTAGRAM_SUBCODE.items() if row.new_container} == mended
    assert error_table.explain(subcode=2207500).new_container


def test_an_error_survives_a_queue():
    error = pickle.loads(pickle.dumps(raised(190, 463)))
    assert (type(error), error.code, error.subcode) == (errors.TokenInvalid, 190, 463)
    assert "190" in str(error)


SCRUBBED = [
    "Malformed access token EAABsbCS1iHgBO0ZC",
    "see https://graph.facebook.com/v25.0/me?access_token=abcd for more",
    "Authorization: Bearer abcdefghijklmnopqrstuvwx",
    "failed: access_token=abc&client_secret=def",
    "the token aB3" + "x1" * 30 + " is bad",
]


@pytest.mark.parametrize("text", SCRUBBED)
def test_what_meta_repeats_of_our_request_is_taken_out(text):
    clean = answers.scrub(text)
    for leak in ("EAAB", "graph.facebook.com", "abcd", "x1x1", "def"):
        assert leak not in clean


def test_known_secrets_are_taken_out_whatever_they_look_like():
    assert "hunter2" not in answers.scrub("bad secret hunter2", [Secret("hunter2")])
    assert "a%2Fb" not in answers.scrub("bad secret a%2Fb", [Secret("a/b")])


def test_metas_own_names_stay_readable():
    text = "INSTAGRAM_PLATFORM_API__INVALID_LOCATION_ID: error code 2207082 (#100)"
    assert answers.scrub(text) == text


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
envelope_keys = st.sampled_from(
    [
        "message",
        "code",
        "error_subcode",
        "is_transient",
        "error_user_msg",
        "error_user_title",
        "error_data",
        "fbtrace_id",
    ]
)


@given(
    status=st.integers(200, 599),
    envelope=st.dictionaries(envelope_keys, json_values) | json_values,
    method=st.sampled_from(["GET", "POST", "DELETE"]),
)
def test_any_envelope_is_some_error_in_words(status, envelope, method):
    body = json.dumps({"error": envelope}).encode()
    found = answers.read(status, body, method=method)
    if envelope:
        assert isinstance(found, errors.MetaError)
        assert found.message
        assert isinstance(found.code, int | None)
        str(found), repr(found)


@given(status=st.integers(100, 599), content=st.binary(max_size=200), method=st.sampled_from(["GET", "POST"]))
def test_any_bytes_are_an_answer_or_an_error(status, content, method):
    found = answers.read(status, content, method=method)
    assert isinstance(found, answers.Answer | errors.MetaError)
    if status >= 300:
        assert isinstance(found, errors.MetaError)
