"""What a trader may change of the auto trader."""

from decimal import Decimal

from django import forms

from apps.ledger.models import Account


class RulesForm(forms.Form):
    """How its orders are filled."""

    fill_model = forms.ChoiceField(
        label="Fills",
        choices=Account.FillModel.choices,
        help_text="The engine decides at the mid. With a share of the spread the money says what trading costs.",
    )
    commission = forms.DecimalField(
        label="Commission, $ a contract",
        min_value=Decimal(0),
        max_value=Decimal(100),
        max_digits=8,
        decimal_places=4,
        help_text="For each option bought or sold.",
    )


class ResetForm(forms.Form):
    """A new account, the old one kept."""

    starting_cash = forms.DecimalField(
        label="Starting capital, $",
        min_value=Decimal(500),
        max_value=Decimal(10_000_000),
        max_digits=12,
        decimal_places=2,
        help_text="From 500 to 10,000,000. Needs all trades closed; the old account stays in the books.",
    )


class LogForm(forms.Form):
    """How many lines of the log to take along."""

    lines = forms.IntegerField(min_value=10, max_value=200)
