"""What a trader types to open, change, close and roll positions. Prices are USD a share."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django import forms

from alphagex import clock
from apps.ledger.models import Position
from apps.ledger.tickets import MOST_UNITS
from apps.market.watching import SymbolError, parse_symbol
from apps.positions.structures import STRIKES, STRUCTURES

# As the old program named them, beside the names of the structures.
STRATEGIES = ("SQUEEZE", "FADE", "IRON CONDOR", "PREMIUM SELL")
_PRICE = {"step": "0.01", "inputmode": "decimal", "autocomplete": "off"}
_LONGEST_NOTES = 20_000


def _price(label: str, *, text: str = "", required: bool = False) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        min_value=Decimal(0),
        max_value=Decimal(10_000_000),
        decimal_places=4,
        required=required,
        help_text=text,
        widget=forms.NumberInput(_PRICE),
    )


class PlanForm(forms.Form):
    """What may be changed after the opening: the plan, never the fills."""

    target = _price("Target, underlying", text="Price of the underlying.")
    stop = _price("Stop, underlying")
    notes = forms.CharField(
        label="Notes", required=False, max_length=_LONGEST_NOTES, widget=forms.Textarea({"rows": 3})
    )


class OpenForm(PlanForm):
    """A new position in the trader's own record."""

    QUOTES, STATED = "quotes", "stated"

    symbol = forms.CharField(
        label="Symbol",
        max_length=12,
        widget=forms.TextInput({"autocapitalize": "characters", "spellcheck": "false", "autocomplete": "off"}),
    )
    structure = forms.ChoiceField(label="Structure", choices=[(key, one.label) for key, one in STRUCTURES.items()])
    side = forms.ChoiceField(label="Side", choices=[("buy", "Buy"), ("sell", "Sell")])
    expiration = forms.DateField(label="Expiration", required=False, widget=forms.DateInput({"type": "date"}))
    strike = _price("Strike")
    strike2 = _price("Strike")
    strike3 = _price("Strike")
    strike4 = _price("Strike")
    quantity = forms.IntegerField(
        label="Quantity", min_value=1, max_value=MOST_UNITS, widget=forms.NumberInput({"inputmode": "numeric"})
    )
    basis = forms.ChoiceField(
        label="Price", choices=[(QUOTES, "At the quotes of the moment"), (STATED, "At a price I state")]
    )
    price = _price("Price a share", text="Of one unit, all legs together.")
    may_wait = forms.BooleanField(label="Wait for a usable quote until the close", required=False)
    strategy = forms.CharField(label="Strategy", max_length=200, required=False)

    field_order = (
        "symbol", "structure", "side", "expiration", *STRIKES, "quantity", "basis", "price", "may_wait", "target",
        "stop", "strategy", "notes",
    )  # fmt: skip

    def __init__(self, data: Any = None, *, expirations: Sequence[date] = (), today: date) -> None:
        super().__init__(data)
        self.today = today
        structure = STRUCTURES.get(str((data or {}).get("structure", "")), STRUCTURES["call"])
        self.shape = structure
        for name, label in zip(STRIKES, structure.strikes, strict=False):
            self.fields[name].label = label
            self.fields[name].widget.attrs["list"] = "position-strikes"
        for name in STRIKES[len(structure.strikes) :]:
            del self.fields[name]
        if not structure.strikes:
            del self.fields["expiration"]
        elif expirations:
            words = [(day.isoformat(), f"{day:%-d %b %Y}, {(day - today).days} DTE") for day in expirations]
            self.fields["expiration"].widget = forms.Select(choices=words)
        if (data or {}).get("basis") == self.STATED:
            del self.fields["may_wait"]
        else:
            del self.fields["price"]

    def clean_symbol(self) -> str:
        try:
            return parse_symbol(self.cleaned_data["symbol"])
        except SymbolError as error:
            raise forms.ValidationError(str(error)) from error

    def clean_expiration(self) -> date:
        day: date | None = self.cleaned_data["expiration"]
        if day is None:
            raise forms.ValidationError("Say when the options expire.")
        if day < self.today:
            raise forms.ValidationError("That day is past. Choose a later expiration.")
        if day > clock.LAST_DAY:
            raise forms.ValidationError("No calendar reaches that day.")
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "price" in self.fields and cleaned.get("price") is None and "price" not in self.errors:
            self.add_error("price", "Say at what price you traded, or take the quotes.")
        names = STRIKES[: len(self.shape.strikes)]
        for name in names:
            if cleaned.get(name) is None and name not in self.errors:
                self.add_error(name, "Say the strike.")
        found = [cleaned[name] for name in names if cleaned.get(name) is not None]
        if len(found) == len(names) and any(low >= high for low, high in pairwise(found)):
            self.add_error(names[-1], "The strikes must rise from the first to the last.")
        return cleaned

    def strikes(self) -> list[Decimal]:
        """Return the strikes of a valid form, rising."""
        return [self.cleaned_data[name] for name in STRIKES[: len(self.shape.strikes)]]


class CloseForm(forms.Form):
    """How much is closed, and at what."""

    quantity = forms.IntegerField(
        label="Units to close", min_value=1, widget=forms.NumberInput({"inputmode": "numeric"})
    )
    basis = forms.ChoiceField(
        label="Price",
        choices=[(OpenForm.QUOTES, "At the quotes of the moment"), (OpenForm.STATED, "At a price I state")],
    )
    price = _price("Price a share", text="Of one unit, all legs together; only for a stated price.")
    reason = forms.CharField(label="Why", required=False, max_length=300)

    def __init__(self, data: Any = None, *, position: Position, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.position = position
        self.fields["quantity"].widget.attrs["max"] = position.open_quantity

    def clean_quantity(self) -> int:
        units: int = self.cleaned_data["quantity"]
        if units > self.position.open_quantity:
            raise forms.ValidationError(f"{self.position.open_quantity:,} are open; no more can be closed.")
        return units

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("basis") == OpenForm.STATED and cleaned.get("price") is None and "price" not in self.errors:
            self.add_error("price", "Say at what price you traded, or take the quotes.")
        return cleaned


class SettleForm(forms.Form):
    """What the underlying was worth at the expiration."""

    spot = _price("Price of the underlying at the expiration", required=True)


class RollForm(forms.Form):
    """Where a position is rolled to: another expiration, and by how much its strikes move."""

    expiration = forms.DateField(label="New expiration", widget=forms.DateInput({"type": "date"}))
    shift = forms.DecimalField(
        label="Move strikes by",
        required=False,
        decimal_places=4,
        min_value=Decimal(-100_000),
        max_value=Decimal(100_000),
        help_text="Points, the same for all legs; negative moves them down.",
        widget=forms.NumberInput({"step": "any", "inputmode": "decimal"}),
    )

    def __init__(self, data: Any = None, *, expirations: Sequence[date] = (), today: date, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.today = today
        if expirations:
            words = [(day.isoformat(), f"{day:%a %-d %b %Y}, {(day - today).days} DTE") for day in expirations]
            self.fields["expiration"].widget = forms.Select(choices=words)

    def clean_expiration(self) -> date:
        day: date = self.cleaned_data["expiration"]
        if not self.today <= day <= clock.LAST_DAY:
            raise forms.ValidationError("Choose a day from today on.")
        return day
