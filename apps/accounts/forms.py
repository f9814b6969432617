"""What a user may change."""

from django import forms

from apps.accounts.models import UserPreferences
from apps.market.watching import SymbolError, parse_symbol


class ThemeForm(forms.ModelForm[UserPreferences]):
    class Meta:
        model = UserPreferences
        fields = ("theme",)


class SettingsForm(forms.ModelForm[UserPreferences]):
    """The account positions are sized by, and the symbol shown first."""

    class Meta:
        model = UserPreferences
        fields = ("account_size", "risk_percent", "symbol")
        labels = {"account_size": "Account size, $", "risk_percent": "Risk per trade, %", "symbol": "First symbol"}
        help_texts = {
            "account_size": "From 1,000 to 10,000,000.",
            "risk_percent": "From 0.5 to 5.0; 1 to 2 is what most traders can live with.",
            "symbol": "Shown first after login, like SPX or BRK.B.",
        }
        widgets = {
            "account_size": forms.NumberInput({"step": "1000", "inputmode": "decimal"}),
            "risk_percent": forms.NumberInput({"step": "0.5", "inputmode": "decimal"}),
            "symbol": forms.TextInput({"autocapitalize": "characters", "spellcheck": "false"}),
        }

    def clean_symbol(self) -> str:
        try:
            return parse_symbol(self.cleaned_data["symbol"])
        except SymbolError as error:
            raise forms.ValidationError(str(error)) from error
