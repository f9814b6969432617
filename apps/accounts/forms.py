"""What a user may change."""

from typing import Any

from django import forms
from django.http import QueryDict

from apps.accounts.models import UserPreferences
from apps.accounts.sections import PAGES, Placed, arrangement, placed
from apps.market.watching import SymbolError, parse_symbol

_CHANGED = "The sections changed while this page was open. Load it again."


class ThemeForm(forms.ModelForm[UserPreferences]):
    class Meta:
        model = UserPreferences
        fields = ("theme",)


class SettingsForm(forms.ModelForm[UserPreferences]):
    """The account positions are sized by, the symbol shown first, and how the desk shows itself."""

    class Meta:
        model = UserPreferences
        fields = ("account_size", "risk_percent", "symbol", "theme", "refresh")
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
            "theme": forms.RadioSelect,
            "refresh": forms.RadioSelect,
        }

    def clean_symbol(self) -> str:
        try:
            return parse_symbol(self.cleaned_data["symbol"])
        except SymbolError as error:
            raise forms.ValidationError(str(error)) from error

    def clean(self) -> dict[str, Any]:
        """Judge the sections too; what is wrong with a page's is told beside them, in `section_errors`."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        self.section_errors: dict[str, str] = {}
        arranged = {}
        for page in PAGES:
            order = self._posted(f"{page}_order")
            if not order:
                continue
            if sorted(order) != sorted(section.id for section in PAGES[page]):
                self.section_errors[page] = _CHANGED
                continue
            arranged[page] = arrangement(order, self._posted(f"{page}_shown"))
            if len(arranged[page]["hidden"]) == len(order):
                self.section_errors[page] = "Show at least one section."
        if self.section_errors:
            self.add_error(None, "Choose the sections of each page.")
        else:
            self.instance.sections = self.instance.sections | arranged
        return cleaned

    def sections_of(self, page: str) -> list[Placed]:
        """Return a page's sections as they stand in the form: as posted, else as kept."""
        order = self._posted(f"{page}_order")
        if not order:
            return placed(page, self.instance.sections)
        return placed(page, {page: arrangement(order, self._posted(f"{page}_shown"))})

    def _posted(self, name: str) -> list[str]:
        return self.data.getlist(name) if isinstance(self.data, QueryDict) else []
