"""What the tools are asked with; the old program's defaults, with limits that fit every symbol."""

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

STRATEGIES = ("Call", "Put", "Iron Condor", "Call Spread", "Put Spread", "Long Straddle")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
SIMULATIONS = (1_000, 5_000, 10_000)
_DECIMAL = {"inputmode": "decimal"}


def _number(label: str, *, least: float, most: float, step: str, text: str = "") -> forms.FloatField:
    # The page marks faults itself, so the browser is not told the limits and a value stays as it was typed.
    return forms.FloatField(
        label=label,
        help_text=text,
        validators=[MinValueValidator(least), MaxValueValidator(most)],
        widget=forms.NumberInput({"step": step, **_DECIMAL}),
    )


def _slider(label: str, *, least: float, most: float, step: str) -> forms.FloatField:
    return forms.FloatField(
        label=label,
        validators=[MinValueValidator(least), MaxValueValidator(most)],
        widget=forms.NumberInput({"type": "range", "min": least, "max": most, "step": step}),
    )


class ScenarioForm(forms.Form):
    """A move, days, and a change of volatility for a position (A-17)."""

    FIRST = {"position": "", "price_change": "-2", "days": "1", "iv_change": "0"}

    position = forms.ChoiceField(label="Position", required=False)
    price_change = _slider("Move of the underlying, %", least=-10, most=10, step="0.5")
    days = _slider("Days forward", least=1, most=7, step="1")
    iv_change = _slider("Change of volatility, points", least=-50, most=50, step="5")

    def __init__(self, data: Any, *, positions: list[tuple[str, str]]) -> None:
        super().__init__(data)
        chosen = self.fields["position"]
        assert isinstance(chosen, forms.ChoiceField)  # noqa: S101 - tells the type checker
        chosen.choices = positions


class PostMortemForm(forms.Form):
    """A closed trade (A-25)."""

    FIRST = {
        "symbol": "SPY", "strategy": "Call", "entry_price": "4.50", "exit_price": "2.50", "day_entered": "Monday",
        "days_held": "3", "entry_gex": "1.5", "exit_reason": "",
    }  # fmt: skip

    symbol = forms.CharField(label="Symbol", max_length=12)
    strategy = forms.CharField(
        label="Strategy", max_length=200, widget=forms.TextInput({"list": "copilot-strategies", "autocomplete": "off"})
    )
    entry_price = _number("Entry, $ a share", least=0, most=100_000, step="0.01")
    exit_price = _number("Exit, $ a share", least=0, most=100_000, step="0.01")
    day_entered = forms.ChoiceField(label="Entered on", choices=[(day, day) for day in DAYS])
    days_held = forms.IntegerField(label="Days held", min_value=0, max_value=3_650)
    entry_gex = _number("Net GEX at entry, $ bn", least=-100, most=100, step="0.1")
    exit_reason = forms.CharField(label="Why it was closed", max_length=300, required=False)


class ProbabilityForm(forms.Form):
    """A price, a strike, and what may lie between them (A-28)."""

    FIRST = {"price": "582.5", "strike": "585", "volatility": "20", "days": "7", "simulations": "10000"}

    price = _number("Price now", least=0.01, most=1_000_000, step="0.01")
    strike = _number("Strike", least=0.01, most=1_000_000, step="0.01")
    volatility = _number("Volatility, % a year", least=1, most=300, step="0.1")
    days = forms.IntegerField(label="Days", min_value=1, max_value=730)
    simulations = forms.TypedChoiceField(
        label="Simulations", coerce=int, choices=[(count, f"{count:,}") for count in SIMULATIONS]
    )
