"""What the calculators are asked with: typed values with their limits. All prices are USD a share."""

from decimal import Decimal
from typing import Any

from django import forms

MOST = Decimal(100_000)


def money(label: str, *, least: str = "0.01", most: Decimal = MOST, text: str = "", **more: Any) -> forms.DecimalField:
    """Return a field for dollars."""
    return forms.DecimalField(
        label=label,
        min_value=Decimal(least),
        max_value=most,
        decimal_places=2,
        help_text=text,
        widget=forms.NumberInput({"step": "0.01", "inputmode": "decimal"}),
        **more,
    )


def share(label: str, *, least: str, most: str, step: str, text: str = "", **more: Any) -> forms.DecimalField:
    """Return a field for a per cent figure."""
    return forms.DecimalField(
        label=label,
        min_value=Decimal(least),
        max_value=Decimal(most),
        decimal_places=2,
        help_text=text,
        widget=forms.NumberInput({"step": step, "inputmode": "decimal"}),
        **more,
    )


class BudgetForm(forms.Form):
    """The account and what of it one trade may lose; the limits of the old program."""

    account_size = forms.DecimalField(
        label="Account, $",
        min_value=1_000,
        max_value=10_000_000,
        decimal_places=2,
        widget=forms.NumberInput({"step": "1000", "inputmode": "decimal"}),
    )
    risk_percent = share("Risk per trade, %", least="0.5", most="5", step="0.5")


class TradeForm(BudgetForm):
    """A trade whose loss is known beforehand."""

    DEBIT, CREDIT, STATED = "debit", "credit", "stated"
    STRUCTURES = (
        (DEBIT, "Paid: long option or debit spread"),
        (CREDIT, "Received: credit spread or condor"),
        (STATED, "Loss a contract is known"),
    )

    structure = forms.ChoiceField(label="Structure", choices=STRUCTURES)
    premium = money("Premium a share, $", least="0.01", most=Decimal(10_000))
    width = money(
        "Width, $", most=Decimal(10_000), required=False, text="Between the strikes; of a condor its wider side."
    )
    max_loss = money("Loss a contract, $", required=False, most=Decimal(1_000_000))
    confidence = share("Confidence, %", least="1", most="100", step="1")
    risk_reward = forms.DecimalField(
        label="Reward to risk",
        min_value=Decimal("0.1"),
        max_value=20,
        decimal_places=2,
        widget=forms.NumberInput({"step": "0.1", "inputmode": "decimal"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        structure, width, premium = cleaned.get("structure"), cleaned.get("width"), cleaned.get("premium")
        if structure == self.STATED and not cleaned.get("max_loss"):
            self.add_error("max_loss", "Say what one contract can lose.")
        if structure == self.CREDIT and premium is not None:
            if width is None:
                self.add_error("width", "Say how far the strikes are apart.")
            elif width <= premium:
                self.add_error("width", "The credit is as large as the width: nothing could be lost. Check both.")
        return cleaned


class StopForm(BudgetForm):
    """A trade that is left at a stop."""

    entry = money("Entry a share, $", most=Decimal(10_000))
    stop = money("Stop a share, $", least="0", most=Decimal(10_000))


class KellyForm(forms.Form):
    """A record of trades: how often they won, and how much."""

    win_rate = share("Win rate, %", least="0", most="100", step="1")
    average_win = money("Average win, $", least="0", most=Decimal(10_000_000))
    average_loss = money("Average loss, $", least="0", most=Decimal(10_000_000), text="As a positive amount.")
    trades = forms.IntegerField(
        label="Out of how many trades",
        min_value=1,
        max_value=100_000,
        required=False,
        help_text="Shows how sure the win rate is.",
        widget=forms.NumberInput({"inputmode": "numeric"}),
    )
