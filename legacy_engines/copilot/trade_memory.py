"""What the trader's own history says: similar setups, personal statistics and how often a pattern worked."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from legacy_engines.ports import Clock, new_york_now
from legacy_engines.storage import Condition, Row, RowStore
from legacy_engines.stored_time import sqlite_weekday

RECOMMENDATION_COLUMNS = (
    "id",
    "timestamp",
    "symbol",
    "strategy",
    "confidence",
    "entry_price",
    "target_price",
    "stop_price",
    "option_strike",
    "option_type",
    "dte",
    "reasoning",
    "mm_behavior",
    "outcome",
    "pnl",
)
GEX_COLUMNS = ("net_gex", "flip_point", "call_wall", "put_wall")
CLOSED: Condition = ("status", "=", "CLOSED")
SIMILAR_WITHIN = 0.2
SHOWN_SIMILAR = 3
EARLY_WIN_RATE = 45
DAY_NAMES = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")
LOOKED_UP_AT_ONCE = 500
"""Timestamps per question to the store, below every database's limit of bound values."""


class TradingRAG:
    """Answer from the tables `recommendations`, `gex_history` and `positions`. P&L and GEX are USD."""

    def __init__(self, store: RowStore, *, clock: Clock) -> None:
        self.store = store
        self.clock = clock

    def get_similar_trades(self, current_setup: Mapping[str, Any], limit: int = 5) -> list[dict[str, Any]]:
        """Return the newest trades made within 20 % of this `net_gex`, each with its GEX levels; `[]` on any error.

        Deliberate (intelligence 5): a trade meets every GEX row of its timestamp, whatever the symbol.
        """
        try:
            # As in SQL: text that reads as a number is one, a limit may be 2.0, and a negative limit is none.
            net_gex, wanted = float(current_setup.get("net_gex", 0)), float(limit)
            if not net_gex or not wanted.is_integer():
                return []
            newest = self.store.select("recommendations", order_by=["-timestamp"])
            similar = (
                {column: trade[column] for column in RECOMMENDATION_COLUMNS}
                | {column: gex[column] for column in GEX_COLUMNS}
                for trade, gex in self._joined(newest)
                if _is_near(gex["net_gex"], net_gex)
            )
            return _as_frame_rows(list(islice(similar, int(wanted) if wanted >= 0 else None)))
        except Exception:  # noqa: BLE001 - a store that cannot answer, or no number to compare with, knows no trades
            return []

    def get_personal_stats(self, strategy: str | None = None) -> dict[str, Any]:
        """Return totals of the closed positions (of one strategy if named), USD and percent, and the weekdays' records.

        `day_stats` holds win rates as fractions. Deliberate (intelligence 7): it is never narrowed to the strategy,
        and a strategy with an apostrophe in its name has no statistics at all. Errors give zeros.
        """
        if strategy and "'" in str(strategy):
            return _no_stats()
        only: list[Condition] = [("strategy", "=", str(strategy))] if strategy else []
        try:
            closed = self.store.select("positions", [CLOSED])
            chosen = self.store.select("positions", [CLOSED, *only]) if only else closed
            return {
                **_totals([row["pnl"] for row in chosen]),
                "day_stats": _day_stats(closed),
                "early_win_rate": EARLY_WIN_RATE,
            }
        except Exception:  # noqa: BLE001 - without the table, or with a P&L that is no number, there are no statistics
            return _no_stats()

    def get_pattern_success_rate(self, pattern: Mapping[str, Any]) -> float:
        """Return the percentage of recorded trades that fit the pattern and won; 0 without any or on an error.

        Reads `net_gex_range` [low, high] in USD, `day_of_week` (text, '0' = Sunday) and `strategy`.
        Deliberate (intelligence 5): `delta_range` and everything else is ignored.
        """
        try:
            fitting = [trade["pnl"] for trade in self._fitting(pattern)]
        except Exception:  # noqa: BLE001 - a store that cannot answer, or a range that is none, has no success rate
            return 0
        return _wins(fitting) / len(fitting) * 100 if fitting else 0

    def build_context_for_claude(self, current_data: Mapping[str, Any], user_query: str) -> str:
        """Return the trader's history as text for a prompt, empty when there is none. The query is not read.

        Deliberate (intelligence 8): a P&L, average or weekday that is None ends in a TypeError.
        """
        return "\n".join(
            [*self._similar_lines(current_data), *self._record_lines(), *self._pattern_lines(current_data)]
        )

    def _similar_lines(self, current_data: Mapping[str, Any]) -> Iterator[str]:
        similar = self.get_similar_trades(current_data, limit=5)
        if similar:
            yield "Your most recent trades with similar net GEX:"
        for trade in similar[:SHOWN_SIMILAR]:
            result = "WON" if trade["pnl"] > 0 else "LOST"
            yield (
                f"- {trade['timestamp']} | {trade['strategy']} | net GEX ${trade['net_gex'] / 1e9:.1f}B | "
                f"{result} ${abs(trade['pnl']):.2f}"
            )

    def _record_lines(self) -> Iterator[str]:
        stats = self.get_personal_stats()
        if not stats["total_trades"] > 0:
            return
        yield "Your closed trades:"
        yield f"- Win rate: {stats['win_rate']:.1f}%"
        yield f"- Average win: ${stats['avg_win']:.2f}"
        yield f"- Average loss: ${stats['avg_loss']:.2f}"
        yield f"- Total P&L: ${stats['total_pnl']:.2f}"
        yield "By weekday of entry:"
        for day in stats["day_stats"]:
            name = DAY_NAMES[int(day["day_of_week"])]
            yield f"- {name}: {day['win_rate'] * 100:.0f}% won, average ${day['avg_pnl']:.2f}"

    def _pattern_lines(self, current_data: Mapping[str, Any]) -> Iterator[str]:
        net_gex = current_data.get("net_gex", 0)
        # Deliberate (intelligence 4): the range of a negative GEX is the wrong way round and matches nothing, and
        # Monday = 0 meets a table where Sunday = 0, so the rate is that of the weekday before.
        pattern = {
            "net_gex_range": [net_gex * 0.8, net_gex * 1.2],
            "day_of_week": str(new_york_now(self.clock).weekday()),
        }
        rate = self.get_pattern_success_rate(pattern)
        if rate > 0:
            yield f"Success rate of this pattern: {rate:.1f}%"

    def _joined(self, trades: Sequence[Row]) -> Iterator[tuple[Row, Row]]:
        """Yield each trade with every GEX row of the identical timestamp text: trades as given, GEX as inserted."""
        dated = [trade for trade in trades if trade["timestamp"] is not None]
        for start in range(0, len(dated), LOOKED_UP_AT_ONCE):
            some = dated[start : start + LOOKED_UP_AT_ONCE]
            moments = list({trade["timestamp"]: None for trade in some})
            by_moment: defaultdict[Any, list[Row]] = defaultdict(list)
            for gex in self.store.select("gex_history", [("timestamp", "in", moments)]):
                by_moment[gex["timestamp"]].append(gex)
            for trade in some:
                for gex in by_moment[trade["timestamp"]]:
                    yield trade, gex

    def _fitting(self, pattern: Mapping[str, Any]) -> Iterator[Row]:
        by_strategy, by_day, by_gex = (key in pattern for key in ("strategy", "day_of_week", "net_gex_range"))
        if by_strategy and pattern["strategy"] is None:
            return
        trades = self.store.select("recommendations", [("strategy", "=", pattern["strategy"])] if by_strategy else ())
        if by_day:
            # Compared as text: a weekday given as a number never matches, nor does None.
            day = pattern["day_of_week"] or ""
            trades = [trade for trade in trades if sqlite_weekday(trade["timestamp"]) == day]
        low, high = map(float, pattern["net_gex_range"][:2]) if by_gex else (-math.inf, math.inf)
        for trade, gex in self._joined(trades):
            if not by_gex or (gex["net_gex"] is not None and low <= gex["net_gex"] <= high):
                yield trade


def _is_near(recorded: float | None, net_gex: float) -> bool:
    return recorded is not None and abs(recorded - net_gex) / abs(net_gex) < SIMILAR_WITHIN


def _wins(pnls: Sequence[float | None]) -> int:
    return sum(pnl is not None and pnl > 0 for pnl in pnls)


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _totals(pnls: Sequence[float | None]) -> dict[str, Any]:
    """Return the figures over all trades; one without a P&L counts as a trade that did not win."""
    known = [pnl for pnl in pnls if pnl is not None]
    total = sum(known)
    return {
        "total_trades": len(pnls),
        "win_rate": _wins(pnls) / len(pnls) * 100 if pnls else 0,
        "avg_win": _mean([pnl for pnl in known if pnl > 0]) or 0,
        "avg_loss": _mean([pnl for pnl in known if pnl < 0]) or 0,
        # Opposite infinities have no sum, which is NULL in SQL and so 0.
        "total_pnl": 0 if math.isnan(total) else total,
    }


def _no_stats() -> dict[str, Any]:
    return {**_totals([]), "day_stats": [], "early_win_rate": EARLY_WIN_RATE}


def _day_stats(closed: Sequence[Row]) -> list[dict[str, Any]]:
    """Return trades, win rate (fraction) and average P&L by weekday of opening, unreadable dates first."""
    by_day: defaultdict[str | None, list[float | None]] = defaultdict(list)
    for row in closed:
        by_day[sqlite_weekday(row["opened_at"])].append(row["pnl"])
    return _as_frame_rows(
        [
            {
                "day_of_week": day,
                "trades": len(by_day[day]),
                "win_rate": _wins(by_day[day]) / len(by_day[day]),
                "avg_pnl": _mean([pnl for pnl in by_day[day] if pnl is not None]),
            }
            for day in sorted(by_day, key=lambda day: day or "")
        ]
    )


def _as_frame_rows(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows as a data frame held them: a gap among numbers is NaN and makes the column one of floats.

    A column without any value stays None, and so do gaps in a column of text.
    """
    for column in rows[0] if rows else ():
        known = [row[column] for row in rows if row[column] is not None]
        if known and len(known) < len(rows) and all(isinstance(value, (int, float)) for value in known):
            for row in rows:
                row[column] = math.nan if row[column] is None else float(row[column])
    return rows
