"""Accounts of the sandbox connected through the product's own code, without a browser."""

from urllib.parse import parse_qs, urlsplit

from accounts import graphs
from accounts.connecting import Way, arrive_instagram, connect
from accounts.models import IGUser
from meta import oauth
from meta.logins import BY_KEY, Feature
from tests.accounts.consent import decide
from workspaces.models import User

REDIRECT = "http://localhost:8000/connect/callback/instagram/"


def connect_persona(username: str, by: User) -> IGUser:
    """Return the account of a persona, connected through Instagram Login. A workspace is in force."""
    app, hosts = graphs.app_for("instagram"), graphs.hosts()
    scopes = BY_KEY["instagram"].scopes_for([Feature.PROFILE, Feature.INSIGHTS, Feature.PUBLISH])
    address = oauth.authorize_url(app, hosts, redirect_uri=REDIRECT, state="s", scopes=scopes)
    [code] = parse_qs(urlsplit(decide(address, username)).query)["code"]
    short = oauth.exchange_code(app, hosts, code=oauth.clean_code(code), redirect_uri=REDIRECT)
    arrival, profile = arrive_instagram(short, scopes)
    [connection] = connect(arrival, [Way(profile)], by=by)
    return connection.ig_user
