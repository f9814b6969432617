"""The auto trader's record: performance in figures and charts, closed trades, decisions and log."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Sum

from alphagex import clock
from apps.autotrader.books_of_account import account_of, performance
from apps.autotrader.dashboard import TONES, Line
from apps.autotrader.models import AutonomousLog, AutonomousPosition
from apps.autotrader.store import TraderStore
from apps.ledger.models import Position
from apps.market.line_charts import Level, Panel, Trace, encoded, stacked
from apps.market.templatetags.numbers import percent, signed_class, signed_percent, signed_usd, usd
from apps.market.tickers import EngineClock
from legacy_engines.trading.performance import (
    ANALYTICS_NEED,
    POSITIONS,
    TARGET_WIN_RATE,
    WEEKDAYS_NEED,
    account_timeline,
    performance_figures,
)
from legacy_engines.trading.performance_positions import activity_log, trade_history

LOG_LINES = range(10, 201, 10)
USUAL_LINES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    """A line of the leaderboard."""

    name: str
    total: str
    average: str
    trades: int
    win_rate: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """figures: with their lights. value, rates, weekdays: charts, empty with too few trades. missing: how many more."""

    figures: list[Line]
    value: str
    edge: list[Line]
    strategies: list[Strategy]
    callouts: list[Line]
    rates: str
    weekdays: str
    missing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedTrade:
    """row: the engine's. pnl: at mid, as the engine counts; money: what the ledger has, commissions deducted.

    A part that was closed by hand is a trade of its own, and the rest of its position another.
    """

    row: AutonomousPosition
    pnl: str
    pnl_percent: str
    tone: str
    word: str
    money: str


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The newest closed trades, and totals over these alone."""

    totals: list[Line]
    trades: list[ClosedTrade]


def performance_of(owner: User, *, at: datetime) -> Performance:
    """Return the performance tab, by the engine's figures at mid."""
    account = account_of(owner, at=at)
    engine = performance(owner, at=at, account=account)
    store = TraderStore(owner, account)
    found = performance_figures(engine, store=store, clock=EngineClock(clock.in_new_york(at)))
    done, edge = engine["total_trades"], found["analytics"]
    timeline = _by_date_of_close(store, engine, at)
    return Performance(
        figures=_figures(engine, found["win_rate_color"]),
        value=_value_chart(timeline, engine["starting_capital"]) if timeline else "",
        edge=_edge(edge) if edge else [],
        strategies=[_strategy(row) for row in edge["strategy_leaderboard"].to_dict("records")] if edge else [],
        callouts=_callouts(edge) if edge else [],
        rates=_rates_chart(edge["rolling_win_rate"]) if edge else "",
        weekdays=_weekday_chart(edge["day_of_week"]) if edge and "day_of_week" in edge else "",
        missing=_missing(done),
    )


def history_of(owner: User, *, at: datetime) -> History:
    """Return the trades tab."""
    found = trade_history(store=TraderStore(owner, account_of(owner, at=at)))
    rows = AutonomousPosition.objects.select_related("position").in_bulk([one["row"]["id"] for one in found["rows"]])
    money = _money_of(rows.values())
    return History(totals=_totals(found["summary"]), trades=[_closed(one, rows, money) for one in found["rows"]])


def _totals(summary: Mapping[str, Any]) -> list[Line]:
    if not summary:
        return []
    pnl = summary["Total P&L"]
    return [
        Line(label="Closed", value=str(summary["Total Closed"]), note="the newest 50 at most"),
        Line(label="Winners", value=str(summary["Winners"])),
        Line(label="Losers", value=str(summary["Losers"]), note="break-even among them"),
        Line(label="P&L", value=signed_usd(pnl), tone=signed_class(pnl)),
    ]


def log_of(owner: User, *, at: datetime) -> list[dict[str, Any]]:
    """Return the newest 100 lines of the engine's log, newest first."""
    return activity_log(store=TraderStore(owner, account_of(owner, at=at)))


def log_text(owner: User, *, lines: int) -> str:
    """Return the newest lines of the log as a text file, oldest first."""
    newest = list(AutonomousLog.objects.filter(owner=owner)[:lines])
    return "".join(
        f"{row.date} {row.time} {row.action}{'' if row.success else ' (failed)'} {row.details or ''}".rstrip() + "\n"
        for row in reversed(newest)
    )


def made_in_all(owner: User) -> Line:
    """Return what all accounts of the trader have made, resets included."""
    sums = Position.objects.filter(account__owner=owner, account__kind="autonomous").aggregate(pnl=Sum("pnl"))
    made = sums["pnl"] or 0
    return Line(label="Made since the first account", value=signed_usd(made), tone=signed_class(made))


def _figures(engine: Mapping[str, Any], rate_light: str) -> list[Line]:
    total, share, value = engine["total_pnl"], engine["return_pct"], engine["current_value"]
    lines = [
        Line(label="Starting capital", value=usd(engine["starting_capital"], 0)),
        Line(label="Value at mid", value=usd(value), note=signed_usd(total), tone=signed_class(total)),
        Line(label="Return", value=signed_percent(share / 100), note=signed_usd(total), tone=signed_class(total)),
        Line(
            label="Win rate", value=percent(engine["win_rate"] / 100), note=f"target {TARGET_WIN_RATE} %",
            tone=TONES.get(rate_light, "gain"),
        ),
    ]  # fmt: skip
    if engine["total_trades"]:
        lines += [
            Line(label="Closed", value=str(engine["total_trades"])),
            Line(label="Open", value=str(engine["open_positions"])),
            Line(label="Realized", value=signed_usd(engine["realized_pnl"]), tone=signed_class(engine["realized_pnl"])),
            Line(
                label="Unrealized", value=signed_usd(engine["unrealized_pnl"]),
                tone=signed_class(engine["unrealized_pnl"]),
            ),
        ]  # fmt: skip
    return lines


def _edge(edge: Mapping[str, Any]) -> list[Line]:
    streak = edge["current_streak"]
    word = "won" if streak > 0 else "lost"
    return [
        Line(label="Profit factor", value=f"{edge['profit_factor']:.2f}", tone=TONES.get(edge["pf_color"], "gain")),
        Line(label="Expectancy", value=signed_usd(edge["expectancy"]), tone=TONES.get(edge["exp_color"], "gain")),
        Line(
            label="Win/loss ratio", value=f"{edge['win_loss_ratio']:.2f}\u00a0x",
            tone=TONES.get(edge["ratio_color"], "gain"),
        ),
        Line(label="Streak", value=f"{abs(streak)} {word}", note="in a row", tone="gain" if streak > 0 else "loss"),
    ]  # fmt: skip


def _strategy(row: Mapping[Any, Any]) -> Strategy:
    return Strategy(
        name=row["strategy"],
        total=signed_usd(row["Total P&L"]),
        average=signed_usd(row["Avg P&L"]),
        trades=int(row["Trades"]),
        win_rate=percent(row["Win Rate %"] / 100, 2),
        tone=signed_class(row["Total P&L"]),
    )


def _callouts(edge: Mapping[str, Any]) -> list[Line]:
    worst = edge["worst_pnl"]
    lines = [
        Line(label="Best strategy", value=edge["best_strategy"], note=signed_usd(edge["best_pnl"]), tone="gain"),
        Line(
            label="Worst strategy" if worst < 0 else "Lowest performer", value=edge["worst_strategy"],
            note=signed_usd(worst), tone="loss" if worst < 0 else "",
        ),
    ]  # fmt: skip
    if edge.get("best_day"):
        lines.append(Line(label="Best day", value=edge["best_day"], note=signed_usd(edge["best_day_pnl"]), tone="gain"))
    return lines


def _missing(done: int) -> str:
    if done < ANALYTICS_NEED:
        more = ANALYTICS_NEED - done
        return f"Edge, streak and strategies come with {ANALYTICS_NEED} closed trades, {more} more than now."
    if done < WEEKDAYS_NEED:
        return f"Weekdays come with {WEEKDAYS_NEED} closed trades, {WEEKDAYS_NEED - done} more than now."
    return ""


def _by_date_of_close(store: TraderStore, engine: Mapping[str, Any], at: datetime) -> list[dict[str, Any]]:
    """Return the account's value by date. The engine adds up in the order of entry, where dates may go back (Q-20)."""
    rows = store.select(POSITIONS, [], ["closed_date", "closed_time"])
    rows.sort(key=lambda row: (row["status"] != "CLOSED", row["closed_date"] or "", row["closed_time"] or ""))
    today = f"{clock.in_new_york(at):%Y-%m-%d}"
    found = account_timeline(rows, engine["starting_capital"], engine["current_value"], today) or []
    if found:
        found[0]["date"] = min(row["entry_date"] for row in rows)
    return found


def _value_chart(timeline: Sequence[Mapping[str, Any]], start: float) -> str:
    trace = Trace(
        name="value", values=[one["account_value"] for one in timeline], colour="var(--chart-net)", digits="$,.2f"
    )
    level = Level(value=start, text=f"start {usd(start, 0)}")
    panel = Panel(title="Account value at mid, by date of close", traces=(trace,), levels=(level,))
    return encoded(stacked([one["date"] for one in timeline], [panel], is_category=False))


def _rates_chart(rates: Sequence[float]) -> str:
    trace = Trace(name="win rate", values=rates, kind="area", colour="var(--chart-call)", digits=".0f", unit=" %")
    level = Level(value=TARGET_WIN_RATE, text=f"target {TARGET_WIN_RATE} %")
    panel = Panel(title="Win rate of the last five trades, %", traces=(trace,), levels=(level,), span=(0, 100))
    numbers = [f"Trade {number}" for number in range(1, len(rates) + 1)]
    return encoded(stacked(numbers, [panel], is_category=True))


def _weekday_chart(table: Any) -> str:
    trace = Trace(name="P&L", values=[float(total) for total in table["Total P&L"]], kind="bars", digits="$,.0f")
    panel = Panel(title="P&L by weekday of entry, $", traces=(trace,))
    return encoded(stacked(list(table["day_of_week"]), [panel], is_category=True))


def _money_of(rows: Collection[AutonomousPosition]) -> dict[int, Decimal]:
    """Return what the ledger made of each row, USD: of its position, less the parts that are rows of their own."""
    whole = {row.position_id: row for row in rows if row.position is not None}
    money = {row.pk: row.position.pnl for row in whole.values() if row.position is not None}
    parts = AutonomousPosition.objects.filter(part__position__in=whole).values_list("part__position", "realized_pnl")
    for position, made in parts:
        money[whole[position].pk] -= Decimal(repr(made))
    return money | {row.pk: Decimal(repr(row.realized_pnl)) for row in rows if row.part_id is not None}


def _closed(
    one: Mapping[str, Any], rows: Mapping[int, AutonomousPosition], money: Mapping[int, Decimal]
) -> ClosedTrade:
    row = rows[one["row"]["id"]]
    return ClosedTrade(
        row=row,
        pnl=signed_usd(one["pnl"]),
        pnl_percent=signed_percent(one["pnl_pct"] / 100, 1),
        tone="gain" if one["pnl"] > 0 else "loss",
        word="won" if one["pnl"] > 0 else "lost",
        money=signed_usd(money[row.pk]) if row.pk in money else "",
    )
