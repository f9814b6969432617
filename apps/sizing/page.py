"""The calculators with their first values: the user's own account, and what the address or an idea brings along."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.http import QueryDict

from apps.accounts.services import preferences_of
from apps.journal.choosing import ACCOUNTS
from apps.ledger.models import Account
from apps.sizing.forms import KellyForm, StopForm, TradeForm
from apps.sizing.kelly import Kelly, kelly_of
from apps.sizing.portfolio import Portfolio, portfolio_of
from apps.sizing.record import Recommendation, recommendations_for
from apps.sizing.trade import SizedTrade, StopSize, size_by_stop, size_trade

FIRST_TRADE = {
    "structure": TradeForm.DEBIT, "premium": "2.50", "width": "", "max_loss": "", "confidence": "65",
    "risk_reward": "2",
}  # fmt: skip
FIRST_STOP = {"entry": "5.00", "stop": "2.50"}
FIRST_KELLY = {"win_rate": "65", "average_win": "1000", "average_loss": "400", "trades": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class TradePanel:
    """size: None while the form has faults. with_it: all that would be at risk then, USD, and its share."""

    form: forms.Form
    size: SizedTrade | None
    held: Decimal
    account_size: Decimal

    @property
    def with_it(self) -> Decimal:
        return self.held + Decimal(str(self.size.at_risk if self.size else 0))

    @property
    def share_with_it(self) -> float:
        return float(self.with_it / self.account_size)


@dataclass(frozen=True, slots=True, kw_only=True)
class StopPanel:
    """size: None while the form has faults."""

    form: forms.Form
    size: StopSize | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KellyPanel:
    """kelly: None while the form has faults. account_size: USD, to say what a share is in dollars."""

    form: forms.Form
    kelly: Kelly | None
    account_size: Decimal

    def dollars(self, percent: float) -> Decimal:
        return self.account_size * Decimal(str(percent)) / 100

    @property
    def choices(self) -> list[tuple[str, float, Decimal]]:
        """Full, half and quarter: name, per cent of the account, USD."""
        if self.kelly is None:
            return []
        found = (
            ("Full Kelly", self.kelly.full),
            ("Half Kelly", self.kelly.half),
            ("Quarter Kelly", self.kelly.quarter),
        )
        return [(name, percent / 100, self.dollars(percent)) for name, percent in found]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Everything /sizing/ shows. accounts: which records there are, the chosen one first named by `account`."""

    trade: TradePanel
    stop: StopPanel
    kelly: KellyPanel
    portfolio: Portfolio
    recommendations: list[Recommendation]
    account: str
    accounts: dict[str, str]
    account_size: Decimal
    risk_percent: Decimal


def page_of(user: User, given: QueryDict, *, at: datetime) -> Page:
    """Return the page. given: the address's query; names nobody knows are ignored, faults are shown at their fields."""
    chosen = preferences_of(user)
    portfolio = portfolio_of(user, chosen.account_size, at=at)
    account = given.get("account", "")
    account = account if account in ACCOUNTS else Account.Kind.OWN.value
    return Page(
        trade=trade_panel(user, given, held=portfolio.at_risk),
        stop=stop_panel(user, given),
        kelly=kelly_panel(user, given),
        portfolio=portfolio,
        recommendations=recommendations_for(user, account, most_percent=float(chosen.risk_percent)),
        account=account,
        accounts=ACCOUNTS,
        account_size=chosen.account_size,
        risk_percent=chosen.risk_percent,
    )


def trade_panel(user: User, given: QueryDict, *, held: Decimal) -> TradePanel:
    """Return the calculator by confidence. held: at risk in the open positions already, USD."""
    form = TradeForm(_values(given, _budget(user) | FIRST_TRADE), prefix="trade")
    size = size_trade(form.cleaned_data) if form.is_valid() else None
    asked: Decimal | None = form.cleaned_data.get("account_size")
    return TradePanel(form=form, size=size, held=held, account_size=asked or preferences_of(user).account_size)


def stop_panel(user: User, given: QueryDict) -> StopPanel:
    """Return the calculator by the distance to the stop."""
    form = StopForm(_values(given, _budget(user) | FIRST_STOP, prefix="stop"), prefix="stop")
    return StopPanel(form=form, size=size_by_stop(form.cleaned_data) if form.is_valid() else None)


def kelly_panel(user: User, given: QueryDict) -> KellyPanel:
    """Return the Kelly calculator."""
    form = KellyForm(_values(given, FIRST_KELLY, prefix="kelly"), prefix="kelly")
    kelly = None
    if form.is_valid():
        asked = form.cleaned_data
        kelly = kelly_of(
            float(asked["win_rate"]),
            float(asked["average_win"]),
            float(asked["average_loss"]),
            trades=asked.get("trades"),
        )
    return KellyPanel(form=form, kelly=kelly, account_size=preferences_of(user).account_size)


def _budget(user: User) -> dict[str, str]:
    chosen = preferences_of(user)
    return {
        "account_size": f"{chosen.account_size.normalize():f}",
        "risk_percent": f"{chosen.risk_percent.normalize():f}",
    }


def _values(given: QueryDict, first: dict[str, Any], *, prefix: str = "trade") -> dict[str, str]:
    """Return what the form is bound to: what was given, for the rest its first values."""
    return {f"{prefix}-{name}": given.get(f"{prefix}-{name}", value) for name, value in first.items()}
