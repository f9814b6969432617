"""What the open positions may lose together, and whether the engine's limits leave room for another."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.contrib.auth.models import User
from django.db.models import Sum

from alphagex import clock
from apps.ledger.accounts import account_in_use
from apps.ledger.models import Account, Position
from legacy_engines.gex.setups import TradeSetup
from legacy_engines.risk.limits import PORTFOLIO_RISK_FRACTION, RiskManager

ZERO = Decimal(0)
# Of no strategy in particular, so that only the limits of the day and of the whole count.
_ANY_TRADE = TradeSetup("", "", 0, 0, 0, 0, 0, "", 0, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An open position. at_risk: USD it can still lose, None without limit; share: of the account, a fraction."""

    position: Position
    at_risk: Decimal | None
    share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolRisk:
    """One symbol's part of what is at risk, USD and as a fraction of the whole."""

    symbol: str
    at_risk: Decimal
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Portfolio:
    """The trader's own open positions against an account of a size. Money in USD, share a fraction of the account.

    left: what the engine's limit of the whole portfolio leaves; unlimited: positions nobody can put a figure to;
    refusal: the engine's reason against any new position, empty when there is none.
    """

    held: list[Held]
    symbols: list[SymbolRisk]
    at_risk: Decimal
    share: float
    limit: Decimal
    left: Decimal
    unlimited: int
    pnl_today: Decimal
    refusal: str


def portfolio_of(owner: User, account_size: Decimal, *, at: datetime) -> Portfolio:
    """Return the view of the trader's own record. Two queries beside the account's."""
    account = account_in_use(owner, Account.Kind.OWN, at=at)
    held = [_held(one, account_size) for one in account.positions.filter(status=Position.Status.OPEN)]
    held.sort(key=lambda one: (one.at_risk is not None, -(one.at_risk or ZERO)))
    at_risk = sum((one.at_risk for one in held if one.at_risk is not None), ZERO)
    limit = account_size * Decimal(str(PORTFOLIO_RISK_FRACTION))
    midnight = clock.midnight(clock.in_new_york(at).date())
    realized = account.positions.filter(closed_at__gte=midnight)
    pnl_today = realized.aggregate(total=Sum("pnl"))["total"] or ZERO
    return Portfolio(
        held=held,
        symbols=_by_symbol(held, at_risk),
        at_risk=at_risk,
        share=float(at_risk / account_size),
        limit=limit,
        left=max(limit - at_risk, ZERO),
        unlimited=sum(one.at_risk is None for one in held),
        pnl_today=pnl_today,
        refusal=_refusal(held, float(account_size), float(pnl_today)),
    )


def _held(position: Position, account_size: Decimal) -> Held:
    if position.max_loss is None:
        return Held(position=position, at_risk=None, share=None)
    at_risk = position.max_loss * position.open_quantity / position.quantity
    return Held(position=position, at_risk=at_risk, share=float(at_risk / account_size))


def _by_symbol(held: list[Held], whole: Decimal) -> list[SymbolRisk]:
    sums: dict[str, Decimal] = {}
    for one in held:
        sums[one.position.symbol] = sums.get(one.position.symbol, ZERO) + (one.at_risk or ZERO)
    return [
        SymbolRisk(symbol=symbol, at_risk=amount, share=float(amount / whole) if whole else 0.0)
        for symbol, amount in sorted(sums.items(), key=lambda item: -item[1])
    ]


def _refusal(held: list[Held], account_size: float, pnl_today: float) -> str:
    """Return why the engine would open nothing at all, whatever the strategy."""
    manager = RiskManager(account_size)
    manager.daily_pnl = pnl_today
    manager.positions = [{"strategy": one.position.strategy, "risk": float(one.at_risk or 0)} for one in held]
    decision = manager.check_new_position(_ANY_TRADE)
    return "" if decision["approved"] else str(decision["reason"])
