"""Forms about connecting accounts. Plain forms: a tenant queryset exists only while a workspace is in force."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import IGUser, LoginKey
from meta.logins import Feature
from workspaces.models import Client, Membership

CHOOSABLE = (Feature.PUBLISH, Feature.INSIGHTS)


def clients_of(membership: Membership) -> Any:
    """Return the clients a membership may put accounts under."""
    limits = membership.client_ids()
    return Client.objects.all() if limits is None else Client.objects.filter(pk__in=limits)


class ClientField(forms.ModelChoiceField):
    """Which client an account belongs to; a membership limited to clients has to name one of its own."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=None, required=False, label=_("Client"), empty_label=_("No client"), **kwargs)

    def limit_to(self, membership: Membership) -> None:
        self.queryset = clients_of(membership)
        if membership.client_ids() is not None:
            self.required = True
            self.empty_label = None


class StartForm(forms.Form):
    """The button of a door: which login, for which account or client, asking for what."""

    door = forms.ChoiceField(choices=LoginKey.choices)
    account: forms.ModelChoiceField = forms.ModelChoiceField(queryset=None, required=False)
    client = ClientField()
    features = forms.MultipleChoiceField(choices=[(f.value, f.value) for f in CHOOSABLE], required=False)
    chosen = forms.BooleanField(required=False)
    fresh = forms.BooleanField(required=False)
    rerequest = forms.BooleanField(required=False)

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account"].queryset = IGUser.objects.visible_to(membership)  # type: ignore[attr-defined]
        self.fields["client"].limit_to(membership)  # type: ignore[attr-defined]
        if self.data.get("account"):
            self.fields["client"].required = False

    def wanted(self) -> list[str]:
        """Return the features to ask for: all, unless the screen let the person choose."""
        if not self.cleaned_data["chosen"]:
            return [Feature.PROFILE, *CHOOSABLE]
        return [Feature.PROFILE, *self.cleaned_data["features"]]


class ClientForm(forms.Form):
    """Moves an account to a client."""

    client = ClientField()

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["client"].limit_to(membership)  # type: ignore[attr-defined]
