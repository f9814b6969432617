"""A trader's own past as the copilot's engine reads it: old tables, new rows, of one user, nothing written.

An idea counts from the day its trade was closed: what the engine compares has a result. Its levels are those of the
snapshot it was proposed on.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import F, Q

from alphagex import clock
from apps.ideas.models import TradeIdea
from apps.ledger.models import Account, Position
from apps.market.models import Snapshot
from legacy_engines.copilot.trade_memory import RECOMMENDATION_COLUMNS
from legacy_engines.storage import Condition, Row

MOST_IDEAS = 500
MOST_POSITIONS = 5_000


class TraderMemory:
    """A RowStore of `recommendations`, `gex_history` and `positions`. What the engine logs is kept in `logged`."""

    def __init__(self, owner: User, *, is_open: bool = True) -> None:
        """is_open: whether the copilot may see the record; else all tables are empty."""
        self._owner, self._is_open = owner, is_open
        self._tables: dict[str, list[Row]] = {}
        self.logged: dict[str, Any] = {}

    def select(self, table: str, where: Sequence[Condition] = (), order_by: Sequence[str] = ()) -> list[Row]:
        """Return the rows that match all conditions; see RowStore."""
        rows = [dict(row) for row in self._rows(table) if all(_holds(row, one) for one in where)]
        for name in reversed(order_by):
            column = name.removeprefix("-")
            rows.sort(key=lambda row: row[column], reverse=name.startswith("-"))
        return rows

    def insert(self, table: str, row: Mapping[str, Any]) -> int:
        """Take the engine's log of a conversation. Raises LookupError for any other table."""
        if table != "conversations":
            raise LookupError(f"The copilot writes nothing to {table!r}.")
        self.logged = dict(row)
        return 0

    def replace(self, table: str, row: Mapping[str, Any], key: Sequence[str]) -> int:
        raise LookupError(f"The copilot writes nothing to {table!r}.")

    def update(self, table: str, changes: Mapping[str, Any], where: Sequence[Condition]) -> int:
        raise LookupError(f"The copilot writes nothing to {table!r}.")

    def delete(self, table: str, where: Sequence[Condition]) -> int:
        raise LookupError(f"The copilot deletes nothing from {table!r}.")

    def atomic(self) -> AbstractContextManager[Any]:
        return nullcontext()

    def _rows(self, table: str) -> list[Row]:
        if table not in self._tables:
            readers: dict[str, Callable[[], list[Row]]] = {
                "recommendations": self._recommendations,
                "gex_history": self._gex_history,
                "positions": self._positions,
            }
            self._tables[table] = readers[table]() if self._is_open else []
        return self._tables[table]

    def _ideas(self) -> list[TradeIdea]:
        closed = TradeIdea.objects.filter(
            user=self._owner, positions__status=Position.Status.CLOSED, positions__account__owner=self._owner
        )
        return list(closed.annotate(result=F("positions__pnl")).order_by("-as_of", "-pk")[:MOST_IDEAS])

    def _recommendations(self) -> list[Row]:
        nothing = dict.fromkeys(RECOMMENDATION_COLUMNS)
        return [
            nothing
            | {
                "id": idea.pk,
                "timestamp": _stamp(idea.as_of),
                "symbol": idea.symbol,
                "strategy": idea.strategy,
                "confidence": idea.confidence,
                "entry_price": float(idea.entry_price),
                "reasoning": idea.reasoning,
                "mm_behavior": idea.mm_behavior,
                "pnl": float(idea.result),  # type: ignore[attr-defined]
            }
            for idea in self._ideas()
        ]

    def _gex_history(self) -> list[Row]:
        wanted = {(idea.symbol, idea.as_of) for idea in self._ideas()}
        if not wanted:
            return []
        which = Q()
        for symbol, as_of in wanted:
            which |= Q(symbol=symbol, as_of=as_of)
        columns = ("symbol", "as_of", "net_gex", "flip_point", "call_wall", "put_wall")
        found = Snapshot.objects.filter(which).order_by("as_of", "pk").values(*columns)
        return [row | {"timestamp": _stamp(row["as_of"])} for row in found]

    def _positions(self) -> list[Row]:
        closed = Position.objects.filter(
            account__owner=self._owner, account__kind=Account.Kind.OWN, status=Position.Status.CLOSED
        )
        rows = closed.order_by("-closed_at", "-pk").values_list("strategy", "pnl", "opened_at")[:MOST_POSITIONS]
        return [
            {"status": "CLOSED", "strategy": strategy, "pnl": float(pnl), "opened_at": _stamp(opened)}
            for strategy, pnl, opened in rows
        ]


def _stamp(moment: datetime) -> str:
    """Return the moment as the old tables kept it, on New York's clock, so that weekdays are those of the exchange."""
    return f"{clock.in_new_york(moment):%Y-%m-%d %H:%M:%S}"


def _holds(row: Row, condition: Condition) -> bool:
    column, operator, value = condition
    if operator == "in":
        return row[column] in value
    if operator != "=":
        raise LookupError(f"The copilot's engine compares with = and in only, was asked for {operator!r}.")
    return bool(row[column] == value)
