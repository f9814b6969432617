"""What the page of tokens takes in."""

from datetime import timedelta
from uuid import uuid4

from django import forms

from apps.api.models import ApiToken
from apps.security.forms import PasswordForm

_DAYS = (("30", "30 days"), ("90", "90 days"), ("365", "A year"), ("", "Never"))


def _new_key() -> str:
    return uuid4().hex


class TokenForm(PasswordForm):
    """A new token. It opens the desk as a password does, so the password is asked for again."""

    name = forms.CharField(
        label="Name", max_length=60, widget=forms.TextInput({"placeholder": "What uses it, such as notebook"})
    )
    scope = forms.ChoiceField(label="It may", choices=ApiToken.Scope, initial=ApiToken.Scope.READ)
    days = forms.ChoiceField(label="Expires after", choices=_DAYS, initial="90", required=False)
    key = forms.CharField(min_length=8, max_length=40, initial=_new_key, widget=forms.HiddenInput)
    field_order = ("name", "scope", "days", "password", "key")

    @property
    def lasts(self) -> timedelta | None:
        """How long it works; None for ever. Only of a valid form."""
        days = self.cleaned_data["days"]
        return timedelta(days=int(days)) if days else None
