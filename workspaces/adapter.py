"""Who may sign up."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest

from workspaces.entering import invitation_by
from workspaces.joining import somebody_is_here

INVITATION_KEY = "invitation"


class AccountAdapter(DefaultAccountAdapter):
    """SIGNUP=open lets everybody in; invite needs an open invitation; the first person always may."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        if settings.SIGNUP == "closed":
            return False
        if settings.SIGNUP == "open" or not somebody_is_here():
            return True
        return invitation_by(request.session.get(INVITATION_KEY, "")) is not None

    def save_user(self, request: HttpRequest, user: Any, form: Any, commit: bool = True) -> Any:
        user.name = form.cleaned_data.get("name", "")
        return super().save_user(request, user, form, commit=commit)
