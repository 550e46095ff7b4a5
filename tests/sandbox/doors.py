"""Walks through the consent screens over HTTP and hands back a client with a token."""

import hashlib
import hmac
import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from PIL import Image

IG_APP, IG_SECRET = "990602627938098", "sandbox-instagram-secret"
FB_APP, FB_SECRET = "138483919580948", "sandbox-meta-secret"
BACK = "http://localhost:8000/back/"
LEVAIN = "17841405822304914"
IG_SCOPES = ("instagram_business_basic", "instagram_business_content_publish", "instagram_business_manage_insights")
FB_SCOPES = (
    "instagram_basic",
    "instagram_content_publish",
    "instagram_manage_insights",
    "pages_show_list",
    "pages_read_engagement",
)


@dataclass
class Client:
    """Calls one Graph host with one token."""

    base: str
    host: str
    token: str
    session: requests.Session = field(default_factory=requests.Session)

    def call(self, method: str, path: str, /, **params: Any) -> requests.Response:
        url = f"{self.base}/{self.host}/v25.0/{path}"
        where = {"data": params} if method == "POST" else {"params": params}
        header = {"Authorization": f"Bearer {self.token}"}
        return self.session.request(method, url, headers=header, timeout=20, allow_redirects=False, **where)

    def get(self, path: str, /, **params: Any) -> Any:
        answer = self.call("GET", path, **params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, /, **params: Any) -> Any:
        answer = self.call("POST", path, **params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refused(self, method: str, path: str, /, **params: Any) -> dict[str, Any]:
        answer = self.call(method, path, **params)
        assert answer.status_code >= 400, answer.text
        return answer.json()["error"]


def pages(client: Client, fields: str) -> list[dict[str, Any]]:
    """Every Page of the person, read through all pages of the list."""
    found, more = [], {}
    while True:
        answer = client.get("me/accounts", fields=fields, limit=100, **more)
        found += answer["data"]
        if "next" not in answer["paging"]:
            return found
        more = {"after": answer["paging"]["cursors"]["after"]}


def query_of(location: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def fragment_of(location: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(location).fragment).items()}


def allow_instagram(
    base: str, username: str, scopes=IG_SCOPES, decision: str = "allow", **more: str
) -> requests.Response:
    asked = {
        "client_id": IG_APP,
        "redirect_uri": BACK,
        "response_type": "code",
        "scope": ",".join(scopes),
        "state": "s1",
    }
    ticked = more.pop("ticked", scopes)
    form = [*(asked | more).items(), ("as", username), ("decision", decision), *(("allow", scope) for scope in ticked)]
    return requests.post(f"{base}/www.instagram.com/oauth/authorize", data=form, allow_redirects=False, timeout=10)


def exchange(base: str, code: str, **more: str) -> requests.Response:
    form = {
        "client_id": IG_APP,
        "client_secret": IG_SECRET,
        "grant_type": "authorization_code",
        "redirect_uri": BACK,
        "code": code,
    }
    return requests.post(f"{base}/api.instagram.com/oauth/access_token", data=form | more, timeout=10)


def instagram(base: str, username: str = "levain.porto", scopes=IG_SCOPES, *, long: bool = True) -> Client:
    """A client of graph.instagram.com for one account."""
    location = allow_instagram(base, username, scopes).headers["location"]
    token = exchange(base, query_of(location)["code"]).json()["access_token"]
    if long:
        params = {"grant_type": "ig_exchange_token", "client_secret": IG_SECRET, "access_token": token}
        token = requests.get(f"{base}/graph.instagram.com/access_token", params=params, timeout=10).json()[
            "access_token"
        ]
    return Client(base, "graph.instagram.com", token)


def allow_facebook(base: str, person: str = "ana", scopes=FB_SCOPES, **more: Any) -> requests.Response:
    asked = {"client_id": FB_APP, "redirect_uri": BACK, "scope": ",".join(scopes), "state": "s2"}
    pages, ticked = more.pop("pages", None), more.pop("ticked", scopes)
    decision = more.pop("decision", "allow")
    url = f"{base}/www.facebook.com/v25.0/dialog/oauth"
    if pages is None:
        shown = requests.get(url, params=asked | more | {"as": person}, timeout=10).text
        pages = [part.split('"')[0] for part in shown.split('name="page" value="')[1:]]
    form = [
        *(asked | more).items(),
        ("as", person),
        ("decision", decision),
        *(("allow", scope) for scope in ticked),
        *(("page", page) for page in pages),
    ]
    return requests.post(url, data=form, allow_redirects=False, timeout=10)


def facebook_get(base: str, path: str, **params: str) -> requests.Response:
    return requests.get(f"{base}/graph.facebook.com/v25.0/{path}", params=params, timeout=10)


def facebook(base: str, person: str = "ana", scopes=FB_SCOPES, **more: Any) -> Client:
    """A client of graph.facebook.com with a long-lived user token."""
    code = query_of(allow_facebook(base, person, scopes, **more).headers["location"])["code"]
    app = {"client_id": FB_APP, "client_secret": FB_SECRET}
    short = facebook_get(base, "oauth/access_token", **app, redirect_uri=BACK, code=code).json()["access_token"]
    swap = {"grant_type": "fb_exchange_token", "fb_exchange_token": short}
    token = facebook_get(base, "oauth/access_token", **app, **swap).json()["access_token"]
    return Client(base, "graph.facebook.com", token)


def proof(token: str) -> str:
    return hmac.new(FB_SECRET.encode(), token.encode(), hashlib.sha256).hexdigest()


def jpeg(width: int = 400, height: int = 400, kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), (200, 120, 60)).save(out, kind)
    return out.getvalue()


@contextmanager
def shelf(files: dict[str, bytes | int]) -> Iterator[str]:
    """Serves some bytes over HTTP; a number is answered as that status, with a fine picture."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = files.get(self.path.partition("?")[0], 404)
            status, body = (200, found) if isinstance(found, bytes) else (found, jpeg())
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            if 300 <= status < 400:
                self.send_header("Location", "/a.jpg")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Tests stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def ready_container(base: str, client: Client, ig_id: str = LEVAIN, **params: Any) -> str:
    """A container that is FINISHED."""
    requests.post(f"{base}/control/api/containers", json={"seconds": 0}, timeout=10)
    url = client.get(f"{ig_id}/media", fields="media_url", limit=1)["data"][0]["media_url"]
    return client.post(f"{ig_id}/media", **({"image_url": url} | params))["id"]
