"""What people type into the composer, checked by the rules the server plans by."""

import re
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import IGUser
from publishing import captions
from publishing.choices import Choice
from publishing.scheduling import When

# Characters that no keyboard writes; a caption that carries one came from somewhere broken.
UNSENDABLE = re.compile("[\x00\ud800-\udfff]")
LONGEST_ALT = 1000


class TextField(forms.CharField):
    """Text kept as it was typed; of line ends only CRLF and CR become LF, as everywhere on the web."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, "strip": False, **kwargs})
        self.validators = []

    def to_python(self, value: Any) -> str:
        text = (super().to_python(value) or "").replace("\r\n", "\n").replace("\r", "\n")
        if UNSENDABLE.search(text):
            raise ValidationError(
                _("The text holds a character that cannot be sent. Type it again, or paste it plain.")
            )
        return text


def _offer(field: forms.Field, choices: list[tuple[str, str]]) -> None:
    """Set the choices of a field that depend on the person."""
    cast(forms.ChoiceField, field).choices = choices


class PostForm(forms.Form):
    """A post for one or several accounts. The photo stands beside it: it survives whatever else is wrong."""

    accounts = forms.MultipleChoiceField(required=False)
    caption = TextField()
    alt_text = TextField()
    when = forms.ChoiceField(choices=[("at", _("At a time")), ("now", _("Now"))], required=False)
    at = forms.CharField(required=False, max_length=40)
    zone = forms.ChoiceField(required=False)
    twin_ok = forms.BooleanField(required=False)
    seen = forms.IntegerField(required=False, min_value=0)

    def __init__(self, *args: Any, offered: list[Choice], zones: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = {choice.key: choice for choice in offered}
        self.zones = zones
        _offer(self.fields["accounts"], [(choice.key, choice.account.username) for choice in offered])
        self.fields["accounts"].error_messages["invalid_choice"] = _("One of the accounts is not here any more.")
        _offer(self.fields["zone"], zones)
        self.fields["zone"].error_messages["invalid_choice"] = _("Choose one of the time zones offered.")

    def clean_caption(self) -> str:
        caption = self.cleaned_data["caption"]
        found = captions.problems(captions.clean(caption))
        if found:
            raise ValidationError(found)
        return caption

    def clean_alt_text(self) -> str:
        text = self.cleaned_data["alt_text"]
        over = captions.count(text).units - LONGEST_ALT
        if over > 0:
            raise ValidationError(
                _("The alt text is %(over)s over Instagram's 1,000 characters."), params={"over": over}
            )
        return text

    def clean_accounts(self) -> list[IGUser]:
        chosen = [self.offered[key].account for key in dict.fromkeys(self.cleaned_data["accounts"])]
        owners = {account.client for account in chosen}
        if len(owners) > 1:
            names = ", ".join(sorted(owner.name if owner else str(_("no client")) for owner in owners))
            raise ValidationError(
                _("A post belongs to one client. These accounts belong to several: %(names)s."), params={"names": names}
            )
        return chosen

    def slot(self, *, draft: bool = False) -> When:
        """Return when the post is to go out, as the form says it."""
        zone = self.cleaned_data.get("zone") or self.zones[0][0]
        wall_time = self.cleaned_data.get("at", "").strip()
        if draft:
            return When("draft", wall_time, zone)
        if self.cleaned_data.get("when") == "now":
            return When("now", time_zone=zone)
        return When("at", wall_time, zone)

    @property
    def chosen(self) -> set[str]:
        """Return the keys of the accounts that are ticked, whether or not the form is valid."""
        value = self["accounts"].value() or []
        return {str(key) for key in value}


class MoveForm(forms.Form):
    """Another time for one publication."""

    at = forms.CharField(max_length=40, required=False)
    zone = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, zones: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zones = zones
        _offer(self.fields["zone"], zones)

    def slot(self, kind: str = "at") -> When:
        zone = self.cleaned_data.get("zone") or self.zones[0][0]
        return When(kind, self.cleaned_data.get("at", "").strip(), zone)  # type: ignore[arg-type]
