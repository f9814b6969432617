"""How an account stands: the engine's figures and the ledger's, and what lies between them to the cent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from apps.ledger.accounts import Standing, standing
from apps.ledger.models import Account, Position
from apps.paper.books import Kind
from apps.paper.daily_rows import at_mid
from apps.paper.engines import ModelEngine
from apps.paper.fill_costs import Costs, costs_by_position, costs_of
from apps.paper.models import PaperPosition

ZERO = Decimal(0)
_LIGHTS: dict[Kind, tuple[int, int]] = {"daily": (75, 65), "model": (70, 60)}
"""Win rates, per cent, from which the old pages showed green and amber."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """USD; win_rate: fraction of the closed trades. None where there is no trade of that kind yet."""

    capital: Decimal
    realized: Decimal
    unrealized: Decimal
    open: int
    closed: int
    wins: int
    losses: int
    win_rate: float | None = None
    best: Decimal | None = None
    worst: Decimal | None = None
    avg_win: Decimal | None = None
    avg_loss: Decimal | None = None

    @property
    def total(self) -> Decimal:
        return self.realized + self.unrealized

    @property
    def value(self) -> Decimal:
        return self.capital + self.total

    @property
    def total_return(self) -> float | None:
        return float(self.total / self.capital) if self.capital else None

    @property
    def ratio(self) -> Decimal | None:
        """Average win over average loss."""
        return abs(self.avg_win / self.avg_loss) if self.avg_win is not None and self.avg_loss else None


@dataclass(frozen=True, slots=True)
class Difference:
    """Something the ledger counts and the engine does not. amount: USD, what it adds to the ledger's P&L."""

    reason: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """engine: by its own table and rules. ledger: by fills and marks. differences add up to what lies between them."""

    engine: Figures
    ledger: Figures
    standing: Standing
    costs: Costs
    differences: Sequence[Difference]
    light: str

    @property
    def ledger_less(self) -> Decimal:
        """What the account has more (positive) or less than the engine says."""
        return self.ledger.total - self.engine.total

    @property
    def sides(self) -> list[tuple[str, Decimal, Decimal]]:
        """Return (label, engine, ledger), USD."""
        names = ("realized", "unrealized", "total")
        return [(name.capitalize(), getattr(self.engine, name), getattr(self.ledger, name)) for name in names]

    @property
    def light_words(self) -> str:
        return {"gain": "good", "warn": "moderate", "loss": "low"}.get(self.light, "")


def performance_of(account: Account, kind: Kind, *, engine: ModelEngine | None = None) -> Performance:
    """Return the figures of an account in use. engine: the first one over the model account's rows."""
    rows = list(
        Position.objects.filter(account=account)
        .only("pk", "account_id", "status", "pnl", "unrealized_pnl", "paper_v2__id")
        .select_related("paper_v2")
    )
    ledger = figures_of(
        account.starting_cash,
        [row.pnl for row in rows if row.status == Position.Status.CLOSED],
        [row.pnl + row.unrealized_pnl for row in rows if row.status == Position.Status.OPEN],
    )
    if engine is None:
        by_position = costs_by_position(account)
        costs = sum(by_position.values(), Costs())
        engines, differences = _daily(account, rows, by_position)
    else:
        costs = costs_of(account)
        engines = _model(account, engine)
        differences = [Difference("Commissions, which the engine does not know", -costs.commissions)]
    rest = ledger.total - engines.total - sum((one.amount for one in differences), ZERO)
    if abs(rest) >= Decimal("0.01"):
        # The engine's table has marks of its own moment; the ledger's may be a pass newer or older.
        differences = [*differences, Difference("Marks of another moment", rest)]
    return Performance(
        engine=engines,
        ledger=ledger,
        standing=standing(account),
        costs=costs,
        differences=[one for one in differences if one.amount],
        light=light_of(kind, ledger.win_rate),
    )


def figures_of(capital: Decimal, closed: Sequence[Decimal], unrealized: Sequence[Decimal]) -> Figures:
    """Return figures of closed and open P&L. Break-even neither wins nor loses, and counts as a trade."""
    wins, losses = [pnl for pnl in closed if pnl > 0], [pnl for pnl in closed if pnl < 0]
    return Figures(
        capital=capital,
        realized=sum(closed, ZERO),
        unrealized=sum(unrealized, ZERO),
        open=len(unrealized),
        closed=len(closed),
        wins=len(wins),
        losses=len(losses),
        win_rate=len(wins) / len(closed) if closed else None,
        best=max(closed, default=None),
        worst=min(closed, default=None),
        avg_win=sum(wins, ZERO) / len(wins) if wins else None,
        avg_loss=sum(losses, ZERO) / len(losses) if losses else None,
    )


def light_of(kind: Kind, win_rate: float | None) -> str:
    """Return the tone of a win rate by the old page's thresholds, empty without trades."""
    if win_rate is None:
        return ""
    green, amber = _LIGHTS[kind]
    return "gain" if win_rate * 100 >= green else "warn" if win_rate * 100 >= amber else "loss"


def _daily(account: Account, rows: Sequence[Position], costs: Mapping[int, Costs]) -> tuple[Figures, list[Difference]]:
    """Return the second engine's figures (legacy pages C-24): its trades at mid, without costs."""
    own = [row for row in rows if hasattr(row, "paper_v2")]
    others = [row for row in rows if not hasattr(row, "paper_v2")]
    engine = figures_of(
        account.starting_cash,
        [at_mid(row, costs.get(row.pk, Costs())) for row in own if row.status == Position.Status.CLOSED],
        [at_mid(row, costs.get(row.pk, Costs())) for row in own if row.status == Position.Status.OPEN],
    )
    spent = [costs.get(row.pk, Costs()) for row in own]
    return engine, [
        Difference("Fills against mid", -sum((one.against_mid for one in spent), ZERO)),
        Difference("Commissions", -sum((one.commissions for one in spent), ZERO)),
        Difference("Ideas traded in this account", sum((row.pnl + row.unrealized_pnl for row in others), ZERO)),
    ]


def _model(account: Account, engine: ModelEngine) -> Figures:
    """Return the first engine's own summary."""
    summary = engine.get_performance_summary()
    trades = summary["closed_positions"]

    def usd(name: str, *, given: bool = True) -> Decimal | None:
        return round(Decimal(repr(float(summary[name]))), 6) if given else None

    wins = round(summary["win_rate"] * trades / 100)
    return Figures(
        capital=usd("total_capital") or ZERO,
        realized=usd("total_realized_pnl") or ZERO,
        unrealized=usd("total_unrealized_pnl") or ZERO,
        open=summary["open_positions"],
        closed=trades,
        wins=wins,
        losses=PaperPosition.objects.filter(account=account, status="CLOSED", realized_pnl__lt=0).count(),
        win_rate=summary["win_rate"] / 100 if trades else None,
        best=usd("best_trade", given=trades > 0),
        worst=usd("worst_trade", given=trades > 0),
        avg_win=usd("avg_win", given=summary["avg_win"] != 0),
        avg_loss=usd("avg_loss", given=summary["avg_loss"] != 0),
    )
