"""Forms about people and workspaces."""

from datetime import timedelta
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from workspaces.entering import invitations_by
from workspaces.models import Client, Membership, User, Workspace
from workspaces.roles import RIGHTS, Role

# Whoever signs up could otherwise send any number of mails in our name.
INVITATIONS_A_DAY = 50
ZONES = sorted(
    zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "posix", "right"))
)


class TimeZoneField(forms.CharField):
    """A time zone by its name, with the known names as suggestions."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 64, "label": _("Time zone"), **kwargs})
        self.widget.attrs["list"] = "time-zones"


class LineField(forms.CharField):
    """Text of one line: it stands in the subjects of mails, where a line break would begin another header."""

    def to_python(self, value: Any) -> str:
        return " ".join((super().to_python(value) or "").split())


class NameForm(forms.Form):
    """The part of the sign-up that allauth does not ask for."""

    name = LineField(label=_("Your name"), max_length=120, required=False)

    def signup(self, request: Any, user: User) -> None:
        """The name is stored by the account adapter; allauth wants this hook to exist."""


class WorkspaceForm(forms.ModelForm):
    name = LineField(label=_("Name"), max_length=80)
    time_zone = TimeZoneField()

    class Meta:
        model = Workspace
        fields = ["name", "time_zone"]


class ClientForm(forms.ModelForm):
    name = LineField(label=_("Name"), max_length=80)
    time_zone = TimeZoneField(required=False, help_text=_("Empty: the workspace's"))

    class Meta:
        model = Client
        fields = ["name", "time_zone"]

    def clean_name(self) -> str:
        name = self.cleaned_data["name"].strip()
        if Client.objects.filter(name__iexact=name).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("There is already a client called %(name)s."), params={"name": name})
        return name


class InvitationForm(forms.Form):
    """Whom to invite and as what; nobody hands out more than they have."""

    email = forms.EmailField(label=_("E-mail"))

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.membership = membership
        roles = [(role.value, role.label) for role in Role if RIGHTS[role] <= RIGHTS[membership.role]]
        self.fields["role"] = forms.ChoiceField(label=_("Role"), choices=roles, initial=Role.EDITOR)
        is_limited = membership.client_ids() is not None
        self.fields["client"] = forms.ModelChoiceField(
            label=_("Client"),
            queryset=Client.objects.visible_to(membership),
            required=is_limited,
            empty_label=None if is_limited else _("All clients"),
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("role") == Role.CLIENT and not data.get("client"):
            self.add_error("client", _("Say which client this person belongs to."))
        if data.get("role") == Role.OWNER and data.get("client"):
            self.add_error("client", _("An owner sees every client."))
        if invitations_by(self.membership.user, timezone.now() - timedelta(days=1)) >= INVITATIONS_A_DAY:
            raise forms.ValidationError(_("That is enough mail for a day. Invite the others tomorrow."))
        return data
