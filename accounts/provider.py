"""Where django-allauth looks for our two providers."""

from accounts.doors.providers import FacebookDoor, InstagramDoor

provider_classes = [InstagramDoor, FacebookDoor]
