"""Ready-made conversations with Meta: hosts and apps from the settings, the token from the database at each call."""

from functools import partial

from django.conf import settings

from accounts import budgets, credentials, standing
from accounts.models import Connection
from meta.apps import App
from meta.graph import Graph
from meta.hosts import Hosts
from meta.logins import BY_KEY
from meta.secrets import Secret


def hosts() -> Hosts:
    """Return where Meta's servers are, as the settings say."""
    return Hosts(
        facebook_graph=settings.META_HOSTS["FACEBOOK_GRAPH_URL"],
        instagram_graph=settings.META_HOSTS["INSTAGRAM_GRAPH_URL"],
        instagram_api=settings.META_HOSTS["INSTAGRAM_API_URL"],
        instagram_oauth=settings.META_HOSTS["INSTAGRAM_OAUTH_URL"],
        facebook_oauth=settings.META_HOSTS["FACEBOOK_OAUTH_URL"],
        facebook_rupload=settings.META_HOSTS["FACEBOOK_RUPLOAD_URL"],
        version=settings.GRAPH_API_VERSION,
    )


def app_for(login_key: str) -> App:
    """Return the app of a login; its id is empty when this installation has none."""
    login = BY_KEY[login_key]
    if login.has_pages:
        return App(login, settings.META_APP_ID, Secret(settings.META_APP_SECRET))
    return App(login, settings.INSTAGRAM_APP_ID, Secret(settings.INSTAGRAM_APP_SECRET))


def graph_with(login_key: str, token: Secret, *, ig_id: str = "") -> Graph:
    """Return a conversation with a token at hand, as during a connect; usage counts for the account once known."""
    app = app_for(login_key)
    on_usage = partial(budgets.note_usage, app.id, ig_id)
    return Graph(app.login, hosts(), token, app_secret=app.secret, on_usage=on_usage)


def graph_for(connection: Connection, *, subject: str | None = None) -> Graph:
    """Return a conversation as this connection, with its newest token.

    Facebook Login acts with the Page's token unless `subject` asks for the person's. Raises `CredentialUnreadable`, a
    ReconnectNeeded, when the token does not open; the connection is then marked and nothing was sent.
    """
    login = BY_KEY[connection.login]
    wanted = subject or (credentials.PAGE if login.has_pages else credentials.USER)
    try:
        token = credentials.read(connection, wanted).token
    except credentials.CredentialUnreadable as error:
        standing.lose(connection, error.message)
        raise
    return graph_with(connection.login, token, ig_id=connection.ig_user.ig_id)
