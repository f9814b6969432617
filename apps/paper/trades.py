"""Closed paper trades: the newest for the page, all of them as CSV."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from alphagex import clock
from apps.ledger.leg_words import in_one_line
from apps.ledger.models import Account, Leg, Position
from apps.market.csv_lines import csv_lines, number
from apps.market.templatetags.numbers import et, strike
from apps.paper.models import PaperPosition, PaperPositionV2
from apps.paper.open_positions import ROWS, engine_row

COLUMNS = (
    "symbol", "strategy", "action", "legs", "contracts", "opened_et", "closed_et", "entry_price", "exit_price",
    "pnl_usd", "pnl_percent", "commissions_usd", "confidence_percent", "exit_reason", "engine_entry_price",
    "engine_pnl_usd",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """One closed trade. share: P&L of what was paid or received, fraction; the old table divided by 1,000 instead."""

    position: Position
    engine: PaperPosition | PaperPositionV2 | None
    contracts: Sequence[Leg]

    @property
    def legs(self) -> str:
        if isinstance(self.engine, PaperPosition) and self.engine.option_type == "spread":
            return f"package at {strike(self.engine.strike)}"
        return in_one_line(self.contracts)

    @property
    def title(self) -> str:
        return f"{self.position.symbol} {self.position.strategy}"

    @property
    def what(self) -> str:
        """What the engine called it, and its legs."""
        return f"{self.engine.action} · {self.legs}" if self.engine else self.legs

    @property
    def opened(self) -> str:
        return f"{et(self.position.opened_at, 'day')} {et(self.position.opened_at)}"

    @property
    def closed(self) -> str:
        return f"{et(self.position.closed_at, 'day')} {et(self.position.closed_at)}"

    @property
    def share(self) -> float | None:
        return float(self.position.pnl / self.position.size) if self.position.size else None

    @property
    def reasoning(self) -> str:
        if isinstance(self.engine, PaperPositionV2):
            return self.engine.trade_reasoning or ""
        return self.position.notes


def as_csv(account: Account) -> Iterator[str]:
    """Return the lines of a CSV file, newest trade first."""
    closed = Position.objects.filter(account=account, status=Position.Status.CLOSED)
    closed = closed.select_related("account", ROWS[Account.Kind(account.kind)]).prefetch_related("legs")
    newest_first = closed.order_by("-closed_at", "-pk").iterator(chunk_size=500)
    return csv_lines(COLUMNS, (_line(of_position(one, list(one.legs.all()))) for one in newest_first))


def of_position(position: Position, legs: Sequence[Leg]) -> Trade:
    """Return a closed position as it is shown."""
    return Trade(position=position, engine=engine_row(position), contracts=legs)


def _line(trade: Trade) -> Sequence[str]:
    position, engine = trade.position, trade.engine
    closed_at = position.closed_at or position.opened_at
    return (
        position.symbol,
        position.strategy,
        engine.action if engine else "",
        trade.legs,
        str(position.quantity),
        f"{clock.in_new_york(position.opened_at):%Y-%m-%d %H:%M:%S}",
        f"{clock.in_new_york(closed_at):%Y-%m-%d %H:%M:%S}",
        number(position.entry_price),
        number(position.exit_price),
        number(position.pnl),
        "" if trade.share is None else f"{trade.share * 100:.2f}",
        number(position.commissions),
        "" if engine is None or engine.confidence_score is None else f"{engine.confidence_score:g}",
        position.exit_reason,
        "" if engine is None else repr(engine.entry_price),
        "" if engine is None or engine.realized_pnl is None else repr(engine.realized_pnl),
    )
