"""The two logins as OAuth2 providers of our own. They connect accounts; nobody signs in to Gridline through them."""

from typing import ClassVar

from allauth.socialaccount.providers.base import ProviderAccount
from allauth.socialaccount.providers.oauth2.provider import OAuth2Provider

from accounts.doors.handshake import FacebookHandshake, Handshake, InstagramHandshake


class Door(OAuth2Provider):
    """A door. `package` keeps allauth from taking accounts.urls for the provider's."""

    package = "accounts.doors"
    account_class = ProviderAccount
    oauth2_adapter_class: ClassVar[type[Handshake]]


class InstagramDoor(Door):
    id = "instagram_door"
    name = "Instagram Login"
    oauth2_adapter_class = InstagramHandshake


class FacebookDoor(Door):
    id = "facebook_door"
    name = "Facebook Login"
    oauth2_adapter_class = FacebookHandshake
