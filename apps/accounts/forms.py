"""What a user may change."""

from django import forms

from apps.accounts.models import UserPreferences


class ThemeForm(forms.ModelForm[UserPreferences]):
    class Meta:
        model = UserPreferences
        fields = ("theme",)
