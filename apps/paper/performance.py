"""How an account stands: the engine's figures and the ledger's, and what lies between them to the cent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from apps.ledger.accounts import Standing, standing_by
from apps.ledger.models import Account, Position
from apps.paper.books import Kind
from apps.paper.daily_rows import at_mid
from apps.paper.engines import ModelEngine
from apps.paper.fill_costs import Costs, costs_by_position, costs_of
from legacy_engines.trading import paper_v1

ZERO = Decimal(0)
SHOWN = 50
"""Closed trades on the page."""
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


class _Row(NamedTuple):
    """A position's columns that the figures need; read as they are, since an account may have thousands."""

    pk: int
    closed_at: datetime | None
    pnl: Decimal
    unrealized_pnl: Decimal
    max_loss: Decimal | None
    open_quantity: int
    quantity: int
    paper_v2: int | None


@dataclass(frozen=True, slots=True)
class Difference:
    """Something the ledger counts and the engine does not. amount: USD, what it adds to the ledger's P&L."""

    reason: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """engine: by its own table and rules. ledger: by fills and marks. differences add up to what lies between them.

    steps: (closed at, USD) of each closed trade in the order of closing. open, newest: ids of the open positions and of
    the newest closed ones, newest first.
    """

    engine: Figures
    ledger: Figures
    standing: Standing
    costs: Costs
    differences: Sequence[Difference]
    light: str
    steps: Sequence[tuple[datetime, Decimal]]
    open: Sequence[int]
    newest: Sequence[int]

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
    rows = [_Row(*row) for row in Position.objects.filter(account=account).order_by("pk").values_list(*_Row._fields)]
    held = [row for row in rows if row.closed_at is None]
    steps = sorted((row.closed_at, row.pk, row.pnl) for row in rows if row.closed_at is not None)
    ledger = figures_of(
        account.starting_cash, [pnl for _, _, pnl in steps], [row.pnl + row.unrealized_pnl for row in held]
    )
    if engine is None:
        by_position = costs_by_position(account)
        costs = sum(by_position.values(), Costs())
        engines, differences = _daily(account, rows, by_position)
    else:
        costs = costs_of(account)
        engines = _model(engine)
        differences = [Difference("Commissions, which the engine does not know", -costs.commissions)]
    rest = ledger.total - engines.total - sum((one.amount for one in differences), ZERO)
    if abs(rest) >= Decimal("0.01"):
        # The engine's table has marks of its own moment; the ledger's may be a pass newer or older.
        differences = [*differences, Difference("Marks of another moment", rest)]
    return Performance(
        engine=engines,
        ledger=ledger,
        standing=standing_by(
            account,
            realized=sum((row.pnl for row in rows), ZERO),
            open_positions=[(row.unrealized_pnl, row.max_loss, row.open_quantity, row.quantity) for row in held],
        ),
        costs=costs,
        differences=[one for one in differences if one.amount],
        light=light_of(kind, ledger.win_rate),
        steps=[(moment, pnl) for moment, _, pnl in steps],
        open=[row.pk for row in held],
        newest=[pk for _, pk, _ in steps[: -SHOWN - 1 : -1]],
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


def _daily(account: Account, rows: Sequence["_Row"], costs: Mapping[int, Costs]) -> tuple[Figures, list[Difference]]:
    """Return the second engine's figures (legacy pages C-24): its trades at mid, without costs."""
    own = [row for row in rows if row.paper_v2 is not None]
    others = [row for row in rows if row.paper_v2 is None]
    engine = figures_of(
        account.starting_cash,
        [at_mid(row, costs.get(row.pk, Costs())) for row in own if row.closed_at is not None],
        [at_mid(row, costs.get(row.pk, Costs())) for row in own if row.closed_at is None],
    )
    spent = [costs.get(row.pk, Costs()) for row in own]
    return engine, [
        Difference("Fills against mid", -sum((one.against_mid for one in spent), ZERO)),
        Difference("Commissions", -sum((one.commissions for one in spent), ZERO)),
        Difference("Ideas traded in this account", sum((row.pnl + row.unrealized_pnl for row in others), ZERO)),
    ]


def _model(engine: ModelEngine) -> Figures:
    """Return the first engine's own summary, which counts no losses."""
    summary = engine.get_performance_summary()
    closed = engine.store.select(paper_v1.POSITIONS, [("status", "=", "CLOSED")])
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
        losses=sum(row["realized_pnl"] < 0 for row in closed if row["realized_pnl"] is not None),
        win_rate=summary["win_rate"] / 100 if trades else None,
        best=usd("best_trade", given=trades > 0),
        worst=usd("worst_trade", given=trades > 0),
        avg_win=usd("avg_win", given=summary["avg_win"] != 0),
        avg_loss=usd("avg_loss", given=summary["avg_loss"] != 0),
    )
