"""What a trader writes into the journal."""

from decimal import Decimal
from typing import Any

from django import forms

from alphagex import clock
from apps.journal.by_hand import Trade
from apps.journal.models import LONGEST_TAG, JournalEntry
from apps.ledger.models import Position
from apps.market.watching import SymbolError, parse_symbol

MOST_TAGS = 12
_LONGEST_NOTES = 20_000
_MOMENT = "%Y-%m-%dT%H:%M"
_RATINGS = (("", "Not rated"), ("5", "5, as planned"), ("4", "4"), ("3", "3"), ("2", "2"), ("1", "1, against the plan"))
_UNITS = (("100", "Option contracts, 100 shares each"), ("1", "Shares"))


class TagsField(forms.CharField):
    """Tags between commas: small letters, each once, in the order typed."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)

    def clean(self, value: Any) -> list[str]:
        text = super().clean(value)
        tags = list(
            dict.fromkeys(tag for part in text.split(",") if (tag := " ".join(part.lower().split()).lstrip("#")))
        )
        if len(tags) > MOST_TAGS:
            raise forms.ValidationError(f"{MOST_TAGS} tags are the most; these are {len(tags)}.")
        if long := next((tag for tag in tags if len(tag) > LONGEST_TAG), None):
            raise forms.ValidationError(
                f"“{long[:LONGEST_TAG]}…” is too long; a tag has {LONGEST_TAG} letters at most."
            )
        return tags


class ReviewForm(forms.Form):
    """What the trader makes of a trade."""

    notes = forms.CharField(
        label="Notes",
        required=False,
        max_length=_LONGEST_NOTES,
        help_text="Markdown: **bold**, - lists, [links](https://...).",
        widget=forms.Textarea({"rows": 10}),
    )
    lesson = forms.CharField(
        label="Lesson",
        required=False,
        max_length=4_000,
        help_text="What you do again, or never again.",
        widget=forms.Textarea({"rows": 3}),
    )
    tags = TagsField(
        label="Tags",
        required=False,
        max_length=500,
        help_text="Between commas, such as plan, early exit, chased.",
        widget=forms.TextInput({"autocapitalize": "none", "autocomplete": "off"}),
    )
    rating = forms.ChoiceField(
        label="Rating", required=False, choices=_RATINGS, help_text="How well it was traded, whatever it brought."
    )

    @classmethod
    def showing(cls, entry: JournalEntry) -> "ReviewForm":
        """Return the form with what is stored."""
        rating = "" if entry.rating is None else str(entry.rating)
        return cls(initial={"notes": entry.notes, "lesson": entry.lesson, "tags": entry.tags, "rating": rating})

    def write_to(self, entry: JournalEntry) -> None:
        """Store what was typed, once it is valid."""
        typed = self.cleaned_data
        entry.notes, entry.lesson, entry.tags = typed["notes"], typed["lesson"], typed["tags"]
        entry.rating = int(typed["rating"]) if typed["rating"] else None
        entry.save(update_fields=["notes", "lesson", "tags", "rating"])


def _amount(label: str, *, places: int = 4, required: bool = True, text: str = "") -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        min_value=Decimal(0),
        max_value=Decimal(10_000_000),
        decimal_places=places,
        required=required,
        help_text=text,
        widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off"}),
    )


def _moment(label: str) -> forms.DateTimeField:
    widget = forms.DateTimeInput({"type": "datetime-local"}, format=_MOMENT)
    return forms.DateTimeField(label=label, help_text="New York time.", widget=widget)


class TradeForm(forms.Form):
    """A closed trade the ledger does not know."""

    symbol = forms.CharField(
        label="Symbol", max_length=12, widget=forms.TextInput({"autocapitalize": "characters", "spellcheck": "false"})
    )
    strategy = forms.CharField(label="Strategy", max_length=200, help_text="Such as Long Call or Iron Condor.")
    direction = forms.ChoiceField(
        label="At the opening it was", choices=[(one.value, one.label) for one in Position.Direction]
    )
    unit = forms.ChoiceField(label="Units are", choices=_UNITS)
    quantity = forms.IntegerField(
        label="Quantity",
        min_value=1,
        max_value=100_000,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
    )
    entry_price = _amount("Entry price, $", text="Per share, all legs together.")
    exit_price = _amount("Exit price, $", text="Per share; 0 when it expired worthless.")
    commissions = _amount("Commissions, $", places=2, required=False, text="Both ways together.")
    max_loss = _amount("Most it could lose, $", places=2, required=False, text="For R. Empty: what was paid.")
    opened_at = _moment("Opened")
    closed_at = _moment("Closed")

    @classmethod
    def showing(cls, entry: JournalEntry) -> "TradeForm":
        """Return the form with what is stored."""
        return cls(
            initial={
                "symbol": entry.symbol,
                "strategy": entry.strategy,
                "direction": entry.direction,
                "unit": str(entry.multiplier),
                "quantity": entry.quantity,
                "entry_price": _plain(entry.entry_price),
                "exit_price": _plain(entry.exit_price),
                "commissions": _plain(entry.commissions),
                "max_loss": _plain(entry.max_loss),
                "opened_at": clock.in_new_york(entry.opened_at),
                "closed_at": clock.in_new_york(entry.closed_at),
            }
        )

    def clean_symbol(self) -> str:
        try:
            return parse_symbol(self.cleaned_data["symbol"])
        except SymbolError as error:
            raise forms.ValidationError(str(error)) from error

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        opened, closed = typed.get("opened_at"), typed.get("closed_at")
        if opened and closed and closed < opened:
            self.add_error("closed_at", "It cannot be closed before it was opened.")
        elif closed and closed > clock.now():
            self.add_error("closed_at", "This lies in the future. The journal keeps closed trades.")
        if typed.get("max_loss") == 0:
            self.add_error("max_loss", "Leave it empty where the risk is not known.")
        return typed

    def trade(self) -> Trade:
        """Return what was typed, once it is valid."""
        typed = dict(self.cleaned_data)
        multiplier = int(typed.pop("unit"))
        return Trade(multiplier=multiplier, **typed | {"commissions": typed["commissions"] or Decimal(0)})


class NewTradeForm(TradeForm):
    """A new one, with its notes."""

    notes = forms.CharField(
        label="Notes",
        required=False,
        max_length=_LONGEST_NOTES,
        help_text="Markdown. Tags, rating and pictures come next.",
        widget=forms.Textarea({"rows": 5}),
    )


def _plain(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():f}"
