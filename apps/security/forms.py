"""What is typed at the door and in the security settings."""

from django import forms

_PASSWORD = forms.PasswordInput({"autocomplete": "current-password"})


class CodeForm(forms.Form):
    """A code of the app, or a recovery code."""

    code = forms.CharField(
        label="Code",
        max_length=40,
        widget=forms.TextInput(
            {"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )


class AppCodeForm(forms.Form):
    """The first code of a new app."""

    code = forms.RegexField(
        r"^\s*\d{3}\s?\d{3}\s*$",
        label="Code the app shows",
        error_messages={"invalid": "The app shows six digits."},
        widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class PasswordForm(forms.Form):
    """The password again, before something that guards the account changes."""

    password = forms.CharField(label="Your password", strip=False, widget=_PASSWORD)


class PasskeyForm(PasswordForm):
    """The name of a new passkey."""

    field_order = ("name", "password")
    name = forms.CharField(
        label="Name",
        max_length=60,
        help_text="Such as the device it lives on.",
        widget=forms.TextInput({"spellcheck": "false"}),
    )
