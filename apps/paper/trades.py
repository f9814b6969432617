"""Closed paper trades: the newest for the page, all of them as CSV."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from alphagex import clock
from apps.ledger.models import Account, Position
from apps.market.templatetags.numbers import strike
from apps.paper.leg_words import in_one_line
from apps.paper.models import PaperPosition, PaperPositionV2

SHOWN = 50
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

    @property
    def legs(self) -> str:
        if isinstance(self.engine, PaperPosition) and self.engine.option_type == "spread":
            return f"package at {strike(self.engine.strike)}"
        return in_one_line(list(self.position.legs.all()))

    @property
    def share(self) -> float | None:
        return float(self.position.pnl / self.position.size) if self.position.size else None

    @property
    def reasoning(self) -> str:
        if isinstance(self.engine, PaperPositionV2):
            return self.engine.trade_reasoning or ""
        return self.position.notes


class _Echo:
    """A file that hands back what is written to it, for answers that are streamed."""

    def write(self, line: str) -> str:
        return line


def newest(account: Account) -> list[Trade]:
    """Return the newest closed trades."""
    return [_trade(position) for position in _closed(account)[:SHOWN]]


def as_csv(account: Account) -> Iterator[str]:
    """Yield the lines of a CSV file, newest trade first."""
    writer = csv.writer(_Echo())
    yield writer.writerow(COLUMNS)
    for position in _closed(account).iterator(chunk_size=500):
        yield writer.writerow(_line(_trade(position)))


def _closed(account: Account) -> QuerySet[Position]:
    closed = Position.objects.filter(account=account, status=Position.Status.CLOSED)
    return closed.select_related("paper_v1", "paper_v2").prefetch_related("legs").order_by("-closed_at", "-pk")


def _trade(position: Position) -> Trade:
    engine = getattr(position, "paper_v2", None) or getattr(position, "paper_v1", None)
    return Trade(position=position, engine=engine)


def _line(trade: Trade) -> Sequence[str]:
    position, engine = trade.position, trade.engine
    closed_at = position.closed_at or position.opened_at
    return (
        position.symbol,
        _safe(position.strategy),
        _safe(engine.action if engine else ""),
        _safe(trade.legs),
        str(position.quantity),
        f"{clock.in_new_york(position.opened_at):%Y-%m-%d %H:%M:%S}",
        f"{clock.in_new_york(closed_at):%Y-%m-%d %H:%M:%S}",
        _number(position.entry_price),
        _number(position.exit_price),
        _number(position.pnl),
        "" if trade.share is None else f"{trade.share * 100:.2f}",
        _number(position.commissions),
        "" if engine is None or engine.confidence_score is None else f"{engine.confidence_score:g}",
        _safe(position.exit_reason),
        "" if engine is None else repr(engine.entry_price),
        "" if engine is None or engine.realized_pnl is None else repr(engine.realized_pnl),
    )


def _number(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():f}"


def _safe(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text
