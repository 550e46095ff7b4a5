"""The OAuth handshake of both doors: allauth keeps the state, our client for Meta does the talking, the grant is ours.

The addresses Meta returns to are built from PUBLIC_URL, never from a Host header. Nothing is stored as a SocialAccount
or SocialToken: those belong to one person and one sign-in, a connection belongs to a workspace.
"""

from typing import Any

from allauth.socialaccount.internal import statekit
from allauth.socialaccount.models import SocialAccount, SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Client
from allauth.socialaccount.providers.oauth2.views import OAuth2Adapter, OAuth2CallbackView
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from accounts import graphs, refusals
from accounts.doors import arriving, errands
from accounts.doors.errands import Visit
from accounts.refusals import Refused
from meta import oauth
from meta.errors import MetaError
from meta.logins import BY_KEY
from meta.oauth import Grant


def redirect_uri(login: str) -> str:
    """Return the one address that a login may return to."""
    return settings.PUBLIC_URL + reverse(f"{login}_callback")


def wants_fragment(login: str) -> bool:
    """Say whether the answer of a login comes behind the `#`, where only the browser sees it."""
    return BY_KEY[login].has_pages and settings.META_LOGIN_RESPONSE == "token"


class MetaClient(OAuth2Client):
    """Builds the consent address as Meta documents it; the code is exchanged by `arriving`."""

    login: str

    def get_redirect_url(self, authorization_url: str, scope: list[str], extra_params: dict[str, Any]) -> str:
        fragment = wants_fragment(self.login)
        config_id = settings.META_LOGIN_CONFIG_ID if BY_KEY[self.login].has_pages else ""
        return oauth.authorize_url(
            graphs.app_for(self.login),
            graphs.hosts(),
            redirect_uri=self.callback_url,
            state=self.state,
            scopes=scope,
            config_id=config_id,
            response_type="token" if fragment else "code",
            onboarding=fragment and not config_id,
            **extra_params,
        )


class Handshake(OAuth2Adapter):
    """What allauth asks about a door during the handshake."""

    login: str
    access_token_url = ""
    authorize_url = ""
    client_class = MetaClient
    scope_delimiter = ","
    visit: Visit
    grant: Grant

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        return redirect_uri(self.login)

    def get_client(self, request: HttpRequest, app: Any) -> OAuth2Client:
        client = super().get_client(request, app)
        client.login = self.login
        return client

    def get_access_token_data(self, request: HttpRequest, app: Any, client: Any, **_: Any) -> dict[str, Any]:
        """Exchange the code; the grant stays in memory for this request. Raises MetaError."""
        self.grant = oauth.exchange_code(
            graphs.app_for(self.login), graphs.hosts(), code=request.GET["code"], redirect_uri=client.callback_url
        )
        self.did_fetch_access_token = True
        return {}

    def parse_token(self, data: dict[str, Any]) -> SocialToken:
        """Return an empty token: allauth has no business with ours."""
        return SocialToken(token="")

    def complete_login(self, request: HttpRequest, app: Any, token: SocialToken, **_: Any) -> SocialLogin:
        account = SocialAccount(provider=self.provider_id, uid=str(self.visit.errand.pk))
        login = SocialLogin(account=account, provider=self.get_provider())
        login.visit, login.grant = self.visit, self.grant
        return login


class InstagramHandshake(Handshake):
    provider_id = "instagram_door"
    login = "instagram"


class FacebookHandshake(Handshake):
    provider_id = "facebook_door"
    login = "facebook"


class Callback(OAuth2CallbackView):
    """The address a login returns to. Every way it can go wrong ends on a screen with a way on."""

    adapter: Handshake

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        login = self.adapter.login
        try:
            if not graphs.app_for(login).id:
                raise refusals.not_configured(BY_KEY[login].label)
            if not request.user.is_authenticated:
                raise refusals.signed_out()
            if wants_fragment(login) and not {"code", "error", "error_code"} & set(request.GET):
                return render(request, "accounts/fragment_landing.html")
            return super().dispatch(request, *args, **kwargs)
        except MetaError as error:
            return screen(request, refusals.from_meta(error), self._slug())
        except Refused as refused:
            return screen(request, refused, self._slug())

    def _slug(self) -> str:
        visit = getattr(self.adapter, "visit", None)
        return visit.slug if visit else ""

    def _get_state(self, request: HttpRequest, provider: Any) -> tuple[dict[str, Any], None]:
        """Return the state, once, and claim its errand: before the code goes anywhere."""
        redirect = oauth.parse_redirect(f"?{request.META.get('QUERY_STRING', '')}")
        state = statekit.unstash_state(request, provider_id=provider.sub_id, state_id=redirect.state)
        if state is None and redirect.was_denied:
            raise refusals.cancelled(provider.name)
        self.adapter.visit = errands.claim(request.user, self.adapter.login, (state or {}).get("data"))
        if redirect.was_denied:
            raise refusals.cancelled(provider.name)
        if redirect.error or redirect.code is None:
            raise refusals.meta_said_no(provider.name, redirect.error_description)
        return state or {}, None


def screen(request: HttpRequest, refused: Refused, slug: str = "") -> HttpResponse:
    """Return the screen that says what went wrong and offers the way on."""
    return render(request, "accounts/refused.html", {"refused": refused, "slug": slug}, status=refused.status)


@sensitive_post_parameters("fragment")
def receive_fragment(request: HttpRequest) -> HttpResponseBase:
    """Take in what the landing read behind the `#`: same state, same checks, and Meta is asked about the token."""
    door = arriving.door(request, "facebook")
    visit = None
    try:
        found = oauth.parse_fragment(request.POST.get("fragment", ""))
        state = statekit.unstash_state(request, provider_id=door.sub_id, state_id=found.state)
        visit = errands.claim(request.user, "facebook", (state or {}).get("data"))
        if found.was_denied:
            raise refusals.cancelled(door.name)
        if found.token is None:
            raise refusals.meta_said_no(door.name, found.error_description)
        grant = Grant(found.token, data_access_expires_at=found.data_access_expires_at)
        return arriving.arrive(request, visit, grant, is_long_lived=found.long_lived_token is not None)
    except MetaError as error:
        return screen(request, refusals.from_meta(error), visit.slug if visit else "")
    except Refused as refused:
        return screen(request, refused, visit.slug if visit else "")
