from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from legacy_engines.autonomous_trader_dashboard import (
    display_activity_log,
    display_control_panel,
    display_current_positions,
    display_trade_history,
)
from legacy_engines.trading.performance import (
    TARGET_WIN_RATE,
    account_timeline,
    analytics,
    edge_figures,
    light,
    performance_figures,
    profits,
    rolling_win_rate,
    strategy_leaderboard,
    weekday_figures,
    win_streaks,
)
from legacy_engines.trading.performance_order import largest_first
from legacy_engines.trading.performance_positions import profit_light, signed_dollars, signed_percent
from tests.parity.worlds import SqliteStore, StandingClock

NOW = "2025-11-20T12:00:00-05:00"
RESULTS = st.lists(st.integers(-500000, 500000).map(lambda cents: cents / 100), min_size=1, max_size=30)
PERFORMANCE = {"win_rate": 60.0, "starting_capital": 5000.0, "current_value": 5100.0}


def position(**changes: Any) -> dict[str, Any]:
    base = {"symbol": "SPY", "strategy": "Squeeze", "action": "BUY_CALL", "strike": 600.0, "option_type": "call"}
    entry = {"entry_date": "2025-11-10", "entry_time": "10:00:00", "entry_price": 4.0, "contracts": 2}
    close = {"status": "CLOSED", "closed_date": "2025-11-12", "closed_time": "11:00:00", "realized_pnl": 50.0}
    return {**base, **entry, "expiration_date": "2025-11-14", **close, **changes}


def store_of(*rows: dict[str, Any]) -> SqliteStore:
    store = SqliteStore(StandingClock(NOW))
    store.load({"autonomous_positions": rows})
    return store


@pytest.mark.parametrize(("value", "shown"), [(75, "🟢"), (74.9, "🟡"), (60, "🟡"), (59.9, "🔴"), (math.nan, "🔴")])
def test_lights_change_at_their_thresholds(value: float, shown: str) -> None:
    assert light(value, (75, 60)) == shown


@pytest.mark.parametrize(
    ("percent", "shown"), [(25, "🟢"), (24.9, "🟡"), (0, "🟡"), (-0.1, "🟠"), (-15, "🟠"), (-15.1, "🔴")]
)
def test_the_light_of_a_position(percent: float, shown: str) -> None:
    assert profit_light(percent) == shown


def test_amounts_carry_their_sign() -> None:
    assert signed_dollars(1234.5) == "$+1,234.50"
    assert signed_percent(-15.04) == "-15.0%"


def test_the_timeline_adds_profits_in_the_order_of_entry() -> None:
    rows = [
        position(closed_date="2025-11-15", realized_pnl=100.0),
        position(status="OPEN", realized_pnl=None, closed_date=None),
        position(closed_date="2025-11-12", realized_pnl=-40.0),
        position(closed_date="", realized_pnl=7.0),
    ]
    points = account_timeline(rows, 5000.0, 5060.0, "2025-11-20")
    assert points is not None
    assert [(point["date"], point["account_value"], point["event"]) for point in points] == [
        ("2025-11-10", 5000.0, "Start"),
        ("2025-11-15", 5100.0, "$+100"),
        ("2025-11-12", 5060.0, "$-40"),
        ("2025-11-20", 5060.0, "Now"),
    ]


def test_without_positions_there_is_no_timeline() -> None:
    figures = performance_figures(PERFORMANCE, store=store_of(), clock=StandingClock(NOW))
    assert (figures["timeline"], figures["analytics"], figures["win_rate_color"]) == (None, None, "🟡")


def test_closed_positions_need_a_result() -> None:
    with pytest.raises(TypeError, match="realized_pnl"):
        profits([position(realized_pnl=None)])
    with pytest.raises(TypeError, match="N/A"):
        profits([position(), position(realized_pnl="N/A")])
    assert np.isnan(profits([position(realized_pnl=None), position()])).tolist() == [True, False]


def test_analytics_need_five_closed_and_weekdays_ten() -> None:
    assert analytics([position()] * 4) is None
    five, nine, ten = (analytics([position()] * count) for count in (5, 9, 10))
    assert five is not None
    assert nine is not None
    assert ten is not None
    assert "best_day" not in nine
    assert ten["best_day"] == "Monday"


@given(RESULTS)
def test_edge_figures_hold_together(results: list[float]) -> None:
    edge = edge_figures(np.array(results))
    lost = -sum(x for x in results if x < 0)
    assert min(edge["avg_win"], edge["avg_loss"], edge["total_wins"], edge["total_losses"]) >= 0
    assert edge["total_wins"] - edge["total_losses"] == pytest.approx(sum(results), abs=1e-6)
    assert edge["expectancy"] * len(results) == pytest.approx(sum(results), abs=1e-6)
    assert edge["profit_factor"] == pytest.approx(edge["total_wins"] / lost if lost > 0 else 0)


def test_cents_count_as_much_as_dollars() -> None:
    edge = edge_figures(np.array([0.5, -0.25]))
    assert (edge["profit_factor"], edge["win_loss_ratio"]) == (2.0, 2.0)
    assert win_streaks(np.array([0.5, 0.5, -0.5])) == [1, 2, -1]
    assert rolling_win_rate(np.array([0.5])) == [100.0]
    assert weekday_figures(["2025-11-10"], np.array([0.5]))["bar_colors"] == ["#00FF88"]
    assert strategy_leaderboard(["A"], np.array([0.5]))["Win Rate %"].tolist() == [100.0]
    shown = display_trade_history(store=store_of(position(realized_pnl=0.5), position(realized_pnl=-0.5)))
    assert (shown["summary"]["Winners"], shown["summary"]["Losers"]) == (1, 1)
    cheap = position(status="OPEN", unrealized_pnl=0.25, entry_price=0.005, contracts=1)
    assert display_current_positions(store=store_of(cheap))[0]["pnl_pct"] == pytest.approx(50.0)


@pytest.mark.parametrize(
    ("win", "loss", "lights"),
    [
        (200.0, -100.0, "🟢🟡🟢"),
        (199.9, -100.0, "🟡🔴🟡"),
        (150.0, -100.0, "🟡🔴🟡"),
        (149.9, -100.0, "🔴🔴🔴"),
        (400.0, -200.0, "🟢🟢🟢"),
        (399.9, -200.0, "🟡🟡🟡"),
    ],
)
def test_lights_of_factor_expectancy_and_ratio(win: float, loss: float, lights: str) -> None:
    figures = analytics([position(realized_pnl=pnl) for pnl in [win, loss] * 3])
    assert figures is not None
    assert figures["pf_color"] + figures["exp_color"] + figures["ratio_color"] == lights


@pytest.mark.parametrize(("win_rate", "shown"), [(75.0, "🟢"), (74.99, "🟡"), (60.0, "🟡"), (59.99, "🔴")])
def test_the_win_rate_light_turns_green_at_its_target(win_rate: float, shown: str) -> None:
    performance = {**PERFORMANCE, "win_rate": win_rate}
    figures = performance_figures(performance, store=store_of(), clock=StandingClock(NOW))
    assert figures["win_rate_color"] == shown
    assert TARGET_WIN_RATE == 75


def test_without_losing_dollars_factor_and_ratio_are_zero() -> None:
    edge = edge_figures(np.array([10.0, 0.0]))
    assert (edge["profit_factor"], edge["win_loss_ratio"], edge["avg_loss"]) == (0, 0, 0)


@given(RESULTS)
def test_a_streak_grows_by_one_or_starts_again(results: list[float]) -> None:
    streaks = win_streaks(np.array(results))
    previous = 0
    for pnl, streak in zip(results, streaks, strict=True):
        step = 1 if pnl > 0 else -1
        assert streak == (previous + step if previous * step > 0 else step)
        previous = streak


@given(RESULTS)
def test_the_rolling_win_rate_looks_at_five_trades(results: list[float]) -> None:
    rates = rolling_win_rate(np.array(results))
    for i, rate in enumerate(rates):
        window = results[max(0, i - 4) : i + 1]
        assert rate == pytest.approx(sum(x > 0 for x in window) / len(window) * 100)


def test_the_leaderboard_puts_the_best_total_first() -> None:
    board = strategy_leaderboard(["A", "B", "A", "C"], np.array([1.0, 9.0, -4.0, 3.333]))
    assert board.to_numpy().tolist() == [
        ["B", 9.0, 9.0, 1, 100.0],
        ["C", 3.33, 3.33, 1, 100.0],
        ["A", -3.0, -1.5, 2, 50.0],
    ]


@given(st.lists(st.sampled_from([-50.0, 0.0, 103.05, 7.5]), min_size=1, max_size=12))
def test_the_order_of_totals_falls_and_names_each_once(totals: list[float]) -> None:
    order = largest_first(np.array(totals))
    assert sorted(order) == list(range(len(totals)))
    assert [totals[i] for i in order] == sorted(totals, reverse=True)


@pytest.mark.parametrize(
    ("totals", "order"),
    [
        ([-50, -50, 103.05, 103.05], [3, 2, 1, 0]),
        ([-50, -100, -50, -100], [0, 2, 1, 3]),
        ([1, 2, 1, 2, 1, 2], [1, 3, 5, 0, 2, 4]),
        ([1, 1, 2, 2, 1, 2, 1, 2], [3, 2, 7, 5, 0, 1, 4, 6]),
        ([3, 1, 3, 2, 2, 1, 3, 1], [0, 2, 6, 3, 4, 1, 5, 7]),
        ([1] * 9, list(range(9))),
    ],
)
def test_equal_totals_fall_as_in_the_old_program(totals: list[float], order: list[int]) -> None:
    assert largest_first(np.array(totals, dtype=float)).tolist() == order


def test_weekend_entries_are_left_out() -> None:
    days = ["2025-11-15", "2025-11-14", "2025-11-10"]
    figures = weekday_figures(days, np.array([900.0, 5.0, -5.0]))
    assert list(figures["day_of_week"]["day_of_week"]) == ["Monday", "Friday"]
    assert (figures["best_day"], figures["bar_colors"]) == ("Friday", ["#FF4444", "#00FF88"])
    assert weekday_figures(["2025-11-15"], np.array([1.0]))["best_day"] is None


def test_open_positions_come_newest_first_with_their_profit() -> None:
    cards = display_current_positions(
        store=store_of(
            position(status="OPEN", unrealized_pnl=200.0),
            position(status="OPEN", unrealized_pnl=-200.0, entry_time="10:30:00"),
            position(status="OPEN", unrealized_pnl=1.0, entry_price=0.0, entry_date="2025-11-11"),
        )
    )
    assert [(card["status_color"], card["pnl"], card["pnl_pct"]) for card in cards] == [
        ("🟡", 1.0, 0),
        ("🔴", -200.0, -25.0),
        ("🟢", 200.0, 25.0),
    ]


def test_history_totals_cover_the_fifty_newest() -> None:
    rows = [position(realized_pnl=1.0, closed_time=f"10:{i:02}:00") for i in range(55)]
    shown = display_trade_history(store=store_of(*rows, position(realized_pnl=0.0, closed_date="2025-11-13")))
    assert shown["summary"] == {"Total Closed": 50, "Winners": 49, "Losers": 1, "Total P&L": 49.0}
    assert [row["icon"] for row in shown["rows"][:2]] == ["❌", "✅"]


def test_the_log_shows_the_hundred_newest_to_the_minute() -> None:
    store = store_of()
    for i in range(105):
        moment = {"date": "2025-11-10", "time": f"{9 + i // 60:02}:{i % 60:02}:30"}
        store.insert("autonomous_trade_log", {**moment, "action": "SKIP", "success": i % 2})
    entries = display_activity_log(store=store)
    assert len(entries) == 100
    assert (entries[0]["timestamp"], entries[0]["icon"]) == ("2025-11-10 10:44", "❌")


@pytest.mark.parametrize(
    ("traded", "running", "levels"),
    [
        ("2025-11-20", None, ["success", "info", "error"]),
        ("2025-11-19", True, ["warning", "info", "success"]),
        ("2025-11-19", False, ["error", "info", "error"]),
    ],
)
def test_the_lights_of_the_control_panel(traded: str, running: bool | None, levels: list[str]) -> None:
    store = store_of()
    store.insert("autonomous_config", {"key": "last_trade_date", "value": traded})
    panel = display_control_panel(scheduler_running=running, store=store, clock=StandingClock(NOW))
    assert panel["status_levels"] == levels
