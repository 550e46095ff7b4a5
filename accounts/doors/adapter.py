"""What allauth asks us during the handshake of a door."""

import secrets
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from django.http import HttpRequest

from accounts import graphs
from accounts.doors import arriving
from meta.logins import BY_KEY

STATE_BYTES = 32


class DoorAdapter(DefaultSocialAccountAdapter):
    """Connections are grants of ours; nobody signs in through a door."""

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """Return the apps of the settings. They are hidden from the sign-in, and their secrets stay with `graphs`."""
        apps = []
        for key, login in BY_KEY.items():
            app = graphs.app_for(key)
            name = f"{key}_door"
            if app.id and provider in (None, name) and client_id in (None, app.id):
                apps.append(SocialApp(provider=name, name=login.label, client_id=app.id, settings={"hidden": True}))
        return apps

    def list_providers(self, request: HttpRequest) -> list[Any]:
        return []

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def generate_state_param(self, state: dict[str, Any]) -> str:
        return secrets.token_urlsafe(STATE_BYTES)

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Take the grant and end the request here, so that allauth never gets to sign anybody in or store anything."""
        raise ImmediateHttpResponse(arriving.arrive(request, sociallogin.visit, sociallogin.grant))
