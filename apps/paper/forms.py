"""What a trader may set. Shares are asked for in per cent and kept as fractions."""

from decimal import Decimal
from typing import Any

from django import forms

from apps.ledger.models import Account
from apps.paper.books import DailySettings, Kind, ModelSettings

_HUNDRED = Decimal(100)


def _percent(label: str, low: int, high: int, text: str) -> forms.DecimalField:
    widget = forms.NumberInput({"step": "1", "inputmode": "decimal"})
    return forms.DecimalField(label=label, min_value=low, max_value=high, help_text=text, widget=widget)


class DailySettingsForm(forms.Form):
    """The account that trades the daily finder's ideas."""

    enabled = forms.BooleanField(label="On", required=False, help_text="Off: nothing new is opened.")
    auto_find = forms.BooleanField(
        label="Find the trade of the day by itself",
        required=False,
        help_text="Once a session, with SPY's first levels after 10:00 ET. You execute it.",
    )
    auto_manage = forms.BooleanField(
        label="Close by the exit rules",
        required=False,
        help_text="+50 %, −30 %, 1 DTE, GEX flip, +20 % with 7 DTE or more, checked at every SPY snapshot.",
    )
    max_position = _percent("Largest position, % of capital", 1, 20, "1 to 20. The engine sizes by it.")
    max_exposure = _percent("All positions together, % of capital", 10, 50, "10 to 50. Most that may be lost at once.")

    @classmethod
    def showing(cls, settings: DailySettings) -> "DailySettingsForm":
        """Return the form with what is stored."""
        return cls(
            initial={
                "enabled": settings.enabled,
                "auto_find": settings.auto_find,
                "auto_manage": settings.auto_manage,
                "max_position": _plain(settings.max_position * 100),
                "max_exposure": _plain(settings.max_exposure * 100),
            }
        )

    def settings(self) -> DailySettings:
        """Return what was typed, once it is valid."""
        typed = self.cleaned_data
        return DailySettings(
            enabled=typed["enabled"],
            auto_find=typed["auto_find"],
            auto_manage=typed["auto_manage"],
            max_position=typed["max_position"] / _HUNDRED,
            max_exposure=typed["max_exposure"] / _HUNDRED,
        )


class ModelSettingsForm(forms.Form):
    """The account at model prices."""

    enabled = forms.BooleanField(label="On", required=False, help_text="Off: nothing new is opened.")
    auto_execute = forms.BooleanField(
        label="Trade by itself",
        required=False,
        help_text="Opens setups on your first symbol that pass the checks, and closes by the exit rules.",
    )
    min_confidence = forms.IntegerField(
        label="Least confidence, %",
        min_value=50,
        max_value=90,
        help_text="50 to 90, for what is opened by itself.",
        widget=forms.NumberInput({"step": "1", "inputmode": "numeric"}),
    )
    max_position = _percent("Largest position, % of capital", 1, 25, "1 to 25. The engine sizes by it.")

    @classmethod
    def showing(cls, settings: ModelSettings) -> "ModelSettingsForm":
        """Return the form with what is stored."""
        return cls(
            initial={
                "enabled": settings.enabled,
                "auto_execute": settings.auto_execute,
                "min_confidence": settings.min_confidence,
                "max_position": _plain(settings.max_position * 100),
            }
        )

    def settings(self) -> ModelSettings:
        """Return what was typed, once it is valid."""
        typed = self.cleaned_data
        return ModelSettings(
            enabled=typed["enabled"],
            auto_execute=typed["auto_execute"],
            min_confidence=typed["min_confidence"],
            max_position=typed["max_position"] / _HUNDRED,
        )


class FillForm(forms.Form):
    """How orders of an account are filled. Model prices have no spread, so there only the commission counts."""

    fill_model = forms.ChoiceField(
        label="Fills at",
        choices=Account.FillModel.choices,
        help_text="The share of the spread: 25 % for one leg, 16 % for two, 6 % for three, 3 % for four and more.",
    )
    commission = forms.DecimalField(
        label="Commission, $ a contract",
        min_value=0,
        max_value=100,
        decimal_places=4,
        help_text="0 to 100, for each option contract bought or sold.",
        widget=forms.NumberInput({"step": "0.05", "inputmode": "decimal"}),
    )

    def __init__(self, kind: Kind, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind == "model":
            del self.fields["fill_model"]


class ResetForm(forms.Form):
    """A new start: the account in use is closed and the next one opened. account: the one that was looked at."""

    account = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, kind: Kind, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        low, high, step = (100_000, 10_000_000, 100_000) if kind == "daily" else (1_000, 10_000_000, 1_000)
        self.fields["starting_cash"] = forms.DecimalField(
            label="Starting capital, $",
            min_value=low,
            max_value=high,
            decimal_places=2,
            help_text=f"{low:,} to {high:,}.",
            widget=forms.NumberInput({"step": str(step), "inputmode": "decimal"}),
        )


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
