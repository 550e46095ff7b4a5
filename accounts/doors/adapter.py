"""What allauth asks us during the handshake of a door."""

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter


class DoorAdapter(DefaultSocialAccountAdapter):
    """Connections are grants of ours; nobody signs in through a door."""
