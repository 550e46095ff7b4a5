"""Trouble on order, the clock, budgets, durability and the page that drives them."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
import requests

from tests.sandbox import doors

PUBLISH = f"{doors.LEVAIN}/media_publish"


def prepared(sandbox) -> tuple[doors.Client, str]:
    client = doors.instagram(sandbox.url)
    return client, doors.ready_container(sandbox.url, client)


@pytest.mark.parametrize(("when", "posts"), [("before", 0), ("after", 1)])
@pytest.mark.parametrize("kind", ["drop", "reset", "http", "html", "empty", "error"])
def test_trouble_before_or_after_the_effect(sandbox, kind, when, posts):
    client, container = prepared(sandbox)
    sandbox.control("faults", method="POST", path="/media_publish", kind=kind, when=when)
    try:
        answer = client.call("POST", PUBLISH, creation_id=container)
    except requests.ConnectionError:
        assert kind in ("drop", "reset")
    else:
        assert (answer.status_code, kind) in ((503, "http"), (502, "html"), (200, "empty"), (500, "error"))
        assert "id" not in (answer.json() if kind == "error" else {})
    assert len(sandbox.live("levain.porto")) == posts
    status = client.get(container, fields="status_code")["status_code"]
    assert status == ("PUBLISHED" if posts else "FINISHED")


def test_an_ordered_error_has_code_subcode_and_status_and_counts_down(sandbox):
    client = doors.instagram(sandbox.url)
    sandbox.control("faults", path=r"/me$", kind="error", code=190, subcode=460, status=400, times=2)
    for _ in range(2):
        answer = client.call("GET", "me")
        assert answer.status_code == 400
        assert answer.json()["error"]["error_subcode"] == 460
    assert client.get("me")


def test_a_known_publishing_subcode_comes_in_metas_words(sandbox):
    client, container = prepared(sandbox)
    sandbox.control("faults", method="POST", path="/media_publish", kind="error", code=4, subcode=2207051)
    error = client.refused("POST", PUBLISH, creation_id=container)
    assert (error["code"], error["error_subcode"]) == (4, 2207051)
    assert error["error_user_title"] == "Action blocked"


def test_faults_can_be_aimed_and_cleared(sandbox):
    instagram, facebook = doors.instagram(sandbox.url), doors.facebook(sandbox.url, "tomas")
    sandbox.control("faults", host="graph.facebook.com", kind="http", times=-1)
    assert instagram.get("me")
    assert facebook.call("GET", "me").status_code == 503
    sandbox.control("faults/clear")
    assert facebook.get("me")


def test_a_throttled_answer_carries_the_headers(sandbox):
    client = doors.instagram(sandbox.url)
    sandbox.control("faults", path="/me", kind="throttle", seconds=1200)
    answer = client.call("GET", "me")
    assert answer.json()["error"]["code"] == 80002
    [[row]] = json.loads(answer.headers["x-business-use-case-usage"]).values()
    assert row["call_count"] == 100
    assert row["estimated_time_to_regain_access"] == 20


def test_slow_and_dripping_answers_are_true_but_late(sandbox):
    client = doors.instagram(sandbox.url)
    for kind, seconds in (("slow", 0.3), ("drip", 0.01)):
        sandbox.control("faults", path="/me", kind=kind, seconds=seconds)
        begun = time.monotonic()
        assert client.get("me", fields="username")["username"] == "levain.porto"
        assert time.monotonic() - begun > 0.25


def test_a_hanging_answer_never_comes(sandbox):
    client = doors.instagram(sandbox.url)
    sandbox.control("faults", path="/me", kind="hang", seconds=5)
    with pytest.raises(requests.ReadTimeout):
        requests.get(f"{sandbox.url}/graph.instagram.com/me?access_token={client.token}", timeout=0.3)


def test_a_used_up_budget_refuses_calls(sandbox):
    client = doors.instagram(sandbox.url)
    sandbox.control("usage", username="levain.porto", percent=81)
    answer = client.call("GET", "me")
    assert '"call_count": 81' in answer.headers["x-business-use-case-usage"]
    sandbox.control("usage", username="levain.porto", percent=100)
    assert client.refused("GET", f"{doors.LEVAIN}/media")["code"] == 80002
    sandbox.control("usage", username="levain.porto", percent=None)
    assert client.get("me")
    sandbox.control("usage", percent=100)
    assert client.refused("GET", "me")["code"] == 4


@pytest.mark.parametrize(
    ("order", "body", "words"),
    [
        ("faults", {"kind": "magic"}, "kind must be one of"),
        ("faults", {"kind": "drop", "colour": 1}, "Unknown keys"),
        ("faults", {"kind": "drop", "path": "("}, "regular expression"),
        ("tokens", {"action": "forget"}, "action must be one of"),
        ("quota", {"username": "nobody", "total": 1}, "No account"),
        ("variants", {"me": "square"}, "me must be one of"),
        ("clock", {}, "advance_seconds must be a number"),
    ],
)
def test_wrong_orders_are_explained(sandbox, order, body, words):
    answer = requests.post(f"{sandbox.url}/control/api/{order}", json=body, timeout=10)
    assert answer.status_code == 400
    assert words in answer.json()["error"]


def test_the_log_of_calls_holds_no_secret(sandbox):
    client = doors.instagram(sandbox.url)
    requests.get(f"{sandbox.url}/graph.instagram.com/me?access_token={client.token}", timeout=10)
    text = json.dumps(sandbox.read("requests"))
    assert "graph.instagram.com" in text
    assert client.token not in text
    assert doors.IG_SECRET not in text


def test_the_control_page_carries_out_orders_without_script(sandbox):
    form = {"order": "faults", "kind": "http", "method": "GET", "path": "/me", "times": "1", "code": "", "seconds": ""}
    shown = requests.post(f"{sandbox.url}/control/", data=form, timeout=10)
    assert shown.status_code == 200
    assert "Standing trouble" in shown.text
    wrong = requests.post(f"{sandbox.url}/control/", data=form | {"times": "often"}, timeout=10)
    assert wrong.status_code == 400
    assert "times must be a number" in wrong.text
    requests.post(f"{sandbox.url}/control/", data={"order": "clock", "advance_seconds": "86400"}, timeout=10)
    assert sandbox.read("state")["offset"] == 86400


def test_reset_forgets_everything(sandbox):
    client, container = prepared(sandbox)
    client.post(PUBLISH, creation_id=container)
    sandbox.control("reset")
    assert sandbox.live("levain.porto") == []
    assert sandbox.read("state")["tokens"] == []
    assert client.refused("GET", "me")["code"] == 190


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/graph.instagram.com/me", b"{broken"),
        ("GET", "/nowhere/at/all", b""),
        ("GET", "/www.instagram.com/nobody/", b""),
        ("GET", "/www.instagram.com/p/Nope/", b""),
        ("GET", "/scontent.cdninstagram.com/v/t/f.../x.jpg?oe=zz", b""),
        ("POST", "/control/api/clock", b"[]"),
        ("POST", "/rupload.facebook.com/ig-api-upload/1", b"x"),
        ("DELETE", "/graph.facebook.com/v25.0/1", b""),
    ],
)
def test_nonsense_is_refused_and_never_breaks_the_server(sandbox, method, path, body):
    header = {"Content-Type": "application/json"}
    answer = requests.request(method, sandbox.url + path, data=body, headers=header, timeout=10)
    assert 400 <= answer.status_code < 502
    assert answer.status_code != 500


def start(folder) -> tuple[subprocess.Popen[str], str]:
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--data", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(os.environ))
    assert process.stdout
    return process, process.stdout.readline().split()[-1]


@pytest.mark.parametrize("way", [signal.SIGTERM, signal.SIGKILL])
def test_tokens_posts_and_clock_survive_a_restart(tmp_path, way):
    process, base = start(tmp_path)
    try:
        client = doors.instagram(base)
        container = doors.ready_container(base, client)
        media = client.post(PUBLISH, creation_id=container)["id"]
        requests.post(f"{base}/control/api/clock", json={"advance_seconds": 3600}, timeout=10)
        client.session.close()
    finally:
        process.send_signal(way)
        code = process.wait(10)
        process.stdout.close()
    assert code == (0 if way == signal.SIGTERM else -signal.SIGKILL)
    process, base = start(tmp_path)
    try:
        again = doors.Client(base, "graph.instagram.com", client.token)
        assert again.get(f"{doors.LEVAIN}/media", limit=1)["data"] == [{"id": media}]
        assert again.get(container, fields="status_code")["status_code"] == "PUBLISHED"
        error = again.refused("POST", PUBLISH, creation_id=container)
        assert error["error_subcode"] == 2207008
        state = requests.get(f"{base}/control/api/state", timeout=10).json()
        assert state["offset"] == 3600
        again.session.close()
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


def test_a_taken_port_is_said_in_one_line(sandbox, tmp_path):
    port = sandbox.url.rpartition(":")[2]
    command = [sys.executable, "-m", "sandbox", "--port", port, "--data", str(tmp_path)]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert answer.returncode == 1
    assert "cannot listen" in answer.stderr
