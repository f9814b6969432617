"""The record: the engine's figures to the displayed digit, charts of the same numbers."""

import json
import re

import plotly.graph_objects as go
import pytest
from django.contrib.auth.models import User

from apps.autotrader import record
from apps.autotrader.books_of_account import account_of, performance
from apps.autotrader.dashboard import Line
from apps.autotrader.models import AutonomousPosition
from apps.autotrader.store import TraderStore
from apps.market.tickers import EngineClock
from legacy_engines.trading.performance import performance_figures
from legacy_engines.trading.performance_positions import trade_history
from tests.autotrader.simulated import moment

pytestmark = pytest.mark.django_db
AT = moment(27, 15)
MINUS = "\u2212"
RESULTS = (120.0, -80.0, 60.0, 40.0, -200.0, 310.5, 0.0, 75.25, -20.0, 90.0, 15.0)
STRATEGIES = ("Negative GEX Squeeze", "Range-Bound Bearish", "Iron Condor (Collect $120 premium)")


@pytest.fixture
def closed(trader: User) -> list[AutonomousPosition]:
    """Eleven closed trades; the last to be opened is the first to be closed."""
    account = account_of(trader, at=AT)
    rows = []
    for number, result in enumerate(RESULTS):
        day = number + 2
        rows.append(
            AutonomousPosition.objects.create(
                owner=trader, account=account, symbol="SPY", strategy=STRATEGIES[number % 3], action="BUY_CALL",
                entry_date=f"2026-11-{day:02d}", entry_time="10:00:00", strike=640.0, option_type="call",
                expiration_date="2026-11-27", contracts=2, entry_price=4.0, current_price=4.2, unrealized_pnl=0.0,
                status="CLOSED", closed_date=f"2026-11-{26 - number:02d}", closed_time="14:00:00", exit_price=4.5,
                realized_pnl=result, exit_reason="Profit taken", trade_reasoning="Short gamma", confidence=72.5,
            )
        )  # fmt: skip
    return rows


def signed(amount: float) -> str:
    """Return an amount as a reader expects it, by a formatting of its own."""
    sign = "+" if amount > 0 else MINUS if amount < 0 else ""
    return f"{sign}${abs(amount):,.2f}"


def lines_of(lines: list[Line]) -> dict[str, str]:
    return {line.label: line.value for line in lines}


def test_the_figures_are_the_engines(trader: User, closed: list[AutonomousPosition]) -> None:
    engine = performance(trader, at=AT)
    shown = lines_of(record.performance_of(trader, at=AT).figures)
    assert shown["Starting capital"] == "$5,000"
    assert shown["Value at mid"] == f"${engine['current_value']:,.2f}"
    assert shown["Realized"] == signed(engine["realized_pnl"]) == signed(sum(RESULTS))
    assert shown["Win rate"] == f"{engine['win_rate']:.1f}\u202f%"
    assert shown["Closed"] == "11"


def test_with_enough_trades_edge_streak_and_strategies_are_the_engines(
    trader: User, closed: list[AutonomousPosition]
) -> None:
    store = TraderStore(trader, account_of(trader, at=AT))
    edge = performance_figures(performance(trader, at=AT), store=store, clock=EngineClock(AT))["analytics"]
    found = record.performance_of(trader, at=AT)
    shown = lines_of(found.edge)
    assert shown["Profit factor"] == f"{edge['profit_factor']:.2f}"
    assert shown["Expectancy"] == signed(edge["expectancy"])
    assert shown["Win/loss ratio"] == f"{edge['win_loss_ratio']:.2f}\u00a0x"
    assert shown["Streak"].startswith(str(abs(edge["current_streak"])))
    assert [row.name for row in found.strategies] == edge["strategy_leaderboard"]["strategy"].tolist()
    assert [row.total for row in found.strategies] == [signed(one) for one in edge["strategy_leaderboard"]["Total P&L"]]
    assert lines_of(found.callouts)["Best day"] == edge["best_day"]
    rates = go.Figure(json.loads(found.rates)).data[0].y
    assert list(rates) == pytest.approx(edge["rolling_win_rate"], rel=1e-5)
    weekdays = go.Figure(json.loads(found.weekdays)).data[0]
    assert list(weekdays.y) == edge["day_of_week"]["Total P&L"].tolist()
    assert found.missing == ""


def test_the_accounts_line_runs_forward_by_date_of_close(trader: User, closed: list[AutonomousPosition]) -> None:
    trace = go.Figure(json.loads(record.performance_of(trader, at=AT).value)).data[0]
    assert list(trace.x) == sorted(trace.x)
    assert (trace.x[0], trace.y[0]) == ("2026-11-02", 5000)
    assert trace.y[1] == 5000 + RESULTS[-1]
    assert trace.y[-1] == pytest.approx(5000 + sum(RESULTS), rel=1e-5)


def test_closed_trades_come_with_totals_reasons_and_what_the_ledger_has(
    trader: User, closed: list[AutonomousPosition]
) -> None:
    engine = trade_history(store=TraderStore(trader, account_of(trader, at=AT)))
    found = record.history_of(trader, at=AT)
    assert lines_of(found.totals)["P&L"] == signed(engine["summary"]["Total P&L"])
    assert lines_of(found.totals)["Losers"] == "4"
    assert [trade.pnl for trade in found.trades] == [signed(one["pnl"]) for one in engine["rows"]]
    assert re.match(r"^\+15\.0", found.trades[0].pnl_percent)
    assert {trade.money for trade in found.trades} == {""}
