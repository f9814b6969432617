"""The correlation tracker: what is logged, what became of it, what the report and the back test make of it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from legacy_engines import gamma_correlation_tracker
from legacy_engines.gamma.correlation import (
    GammaCorrelationTracker,
    backtest_figures,
    best_threshold,
    correlation_figures,
    next_day_outcome,
    pearson,
    separations,
)
from tests.parity.worlds import SqliteStore, StandingClock

WEDNESDAY = "2025-10-29T16:05:10-04:00"
TABLE = "gamma_correlation"


def make_tracker(
    rows: list[dict[str, Any]] | None = None, at: str = WEDNESDAY
) -> tuple[GammaCorrelationTracker, SqliteStore, list[str]]:
    clock = StandingClock(at)
    store = SqliteStore(clock)
    store.load({TABLE: rows or []})
    told: list[str] = []
    tracker = GammaCorrelationTracker(store=store, clock=clock, notify=lambda level, text: told.append(level))
    return tracker, store, told


def make_intel(impact_pct: float = 21.5) -> dict[str, Any]:
    return {
        "success": True,
        "daily_impact": {
            "impact_pct": impact_pct,
            "risk_level": "ELEVATED",
            "today_total_gamma": 2e9,
            "tomorrow_total_gamma": 1.5e9,
            "expiring_today": 5e8,
        },
        "weekly_evolution": {"total_decay_pct": 62.0},
    }


def make_row(timestamp: str = "2025-10-28", symbol: str = "SPY", **values: Any) -> dict[str, Any]:
    defaults = {"gamma_decay_pct": 20.0, "risk_level": "MODERATE", "next_day_open": 100.0, "filled": 0}
    return {"timestamp": timestamp, "symbol": symbol, **defaults, **values}


def make_outcome(timestamp: str, decay: float, vol: float, **values: Any) -> dict[str, Any]:
    figures: dict[str, Any] = {
        "actual_price_move_pct": -vol,
        "actual_intraday_range_pct": 2 * vol,
        "actual_realized_vol": vol,
    }
    return make_row(timestamp, gamma_decay_pct=decay, filled=1, **figures, **values)


def test_the_old_module_name_gives_the_same_class() -> None:
    assert gamma_correlation_tracker.GammaCorrelationTracker is GammaCorrelationTracker


def test_a_prediction_is_stored_under_the_new_york_date() -> None:
    tracker, store, _ = make_tracker(at="2025-10-29T21:15:00-04:00")
    assert tracker.log_gamma_metrics(make_intel(), "SPY", 500.0, vix=18.5) == 1
    (row,) = store.dump(TABLE)
    assert (row["timestamp"], row["day_of_week"]) == ("2025-10-29", "Wednesday")
    assert (row["gamma_decay_pct"], row["weekly_decay_pct"], row["vix"]) == (21.5, 62.0, 18.5)
    assert (row["expiring_gamma"], row["next_day_open"], row["filled"]) == (5e8, 500.0, 0)


def test_logging_twice_a_day_loses_the_outcome() -> None:
    tracker, store, _ = make_tracker()
    tracker.log_gamma_metrics(make_intel(), "SPY", 500.0)
    tracker.update_actual_outcomes("SPY", "2025-10-29", {"open": 501, "high": 505, "low": 495, "close": 490})
    assert tracker.log_gamma_metrics(make_intel(30.0), "SPY", 510.0) == 2
    (row,) = store.dump(TABLE)
    assert (row["filled"], row["next_day_open"], row["actual_realized_vol"]) == (0, 510.0, None)


@pytest.mark.parametrize("intel", [{}, {"success": False}, {"error": "no data", "symbol": "SPY"}])
def test_failed_intelligence_is_not_logged(intel: dict[str, Any]) -> None:
    tracker, store, _ = make_tracker()
    assert tracker.log_gamma_metrics(intel, "SPY", 500.0) is None
    assert store.dump(TABLE) == []


def test_intelligence_without_its_views_is_an_error() -> None:
    tracker, store, _ = make_tracker()
    with pytest.raises(KeyError, match="weekly_evolution"):
        tracker.log_gamma_metrics({"success": True, "daily_impact": {}}, "SPY", 500.0)
    assert store.dump(TABLE) == []


def test_a_refused_row_gives_none_and_a_warning() -> None:
    tracker, store, told = make_tracker()
    assert tracker.log_gamma_metrics(make_intel(), None, 500.0) is None  # type: ignore[arg-type]
    assert (store.dump(TABLE), told) == ([], ["warning"])


def test_nan_is_stored_as_missing() -> None:
    tracker, store, _ = make_tracker()
    tracker.log_gamma_metrics(make_intel(math.nan), "SPY", 500.0)
    assert store.dump(TABLE)[0]["gamma_decay_pct"] is None


def test_the_outcome_is_measured_from_the_price_at_logging() -> None:
    tracker, store, _ = make_tracker([make_row(next_day_open=200.0)])
    tracker.update_actual_outcomes("SPY", "2025-10-28", {"open": 201, "high": 206, "low": 196, "close": 195})
    row = store.dump(TABLE)[0]
    assert row["actual_price_move_pct"] == -2.5
    assert row["actual_intraday_range_pct"] == 5.0
    assert row["actual_realized_vol"] == 2.5
    bar = [row[f"next_day_{name}"] for name in ("open", "high", "low", "close")]
    assert (bar, row["filled"]) == ([201, 206, 196, 195], 1)


@pytest.mark.parametrize(("symbol", "date"), [("QQQ", "2025-10-28"), ("SPY", "2025-10-27")])
def test_an_unknown_day_stays_without_outcome(symbol: str, date: str) -> None:
    tracker, store, _ = make_tracker([make_row()])
    before = store.dump(TABLE)
    tracker.update_actual_outcomes(symbol, date, {"open": 1, "high": 1, "low": 1, "close": 1})
    assert store.dump(TABLE) == before


def test_a_filled_day_is_not_filled_again() -> None:
    tracker, store, _ = make_tracker([make_row(filled=1)])
    before = store.dump(TABLE)
    tracker.update_actual_outcomes("SPY", "2025-10-28", {"open": 1, "high": 1, "low": 1, "close": 1})
    assert store.dump(TABLE) == before


@pytest.mark.parametrize(
    ("baseline", "bar", "error"),
    [
        (0.0, {"open": 1, "high": 1, "low": 1, "close": 1}, ZeroDivisionError),
        (None, {"open": 1, "high": 1, "low": 1, "close": 1}, TypeError),
        (100.0, {"open": 1, "high": 1, "close": 1}, KeyError),
        (100.0, {"open": 1, "high": 1, "low": "x", "close": 1}, TypeError),
    ],
)
def test_an_impossible_outcome_leaves_the_day_unfilled(
    baseline: float | None, bar: dict[str, Any], error: type[Exception]
) -> None:
    tracker, store, _ = make_tracker([make_row(next_day_open=baseline)])
    before = store.dump(TABLE)
    with pytest.raises(error):
        tracker.update_actual_outcomes("SPY", "2025-10-28", bar)
    assert store.dump(TABLE) == before


def test_a_trade_is_attached_to_its_day_only() -> None:
    tracker, store, _ = make_tracker([make_row(), make_row(symbol="QQQ", filled=1)])
    tracker.log_trade_outcome("QQQ", "2025-10-28", "Fade the Close", 120.0, 6.5)
    tracker.log_trade_outcome("QQQ", "2025-10-21", "Fade the Close", 1.0, 1.0)
    assert [(row["strategy_taken"], row["pnl"], row["pnl_pct"]) for row in store.dump(TABLE)] == [
        (None, None, None),
        ("Fade the Close", 120.0, 6.5),
    ]


def test_the_report_counts_its_window_in_utc_days() -> None:
    rows = [make_outcome(day, 10, 1) for day in ("2025-09-29", "2025-09-30")]
    early, _, _ = make_tracker(rows)
    late, _, _ = make_tracker(rows, at="2025-10-29T21:00:00-04:00")
    assert len(early.get_correlation_report()) == 2
    assert list(late.get_correlation_report()["symbol"]) == ["SPY"]


def test_the_report_is_newest_first_and_keeps_insertion_order_within_a_day() -> None:
    rows = [
        make_outcome("2025-10-27", 10, 1),
        make_outcome("2025-10-28", 20, 2) | {"symbol": "QQQ"},
        make_outcome("2025-10-28", 30, 3),
        make_row("2025-10-29"),
    ]
    report = make_tracker(rows)[0].get_correlation_report()
    assert list(report["gamma_decay_pct"]) == [20, 30, 10]
    assert list(make_tracker(rows)[0].get_correlation_report("SPY")["gamma_decay_pct"]) == [30, 10]


def test_a_quote_in_the_symbol_finds_nothing() -> None:
    report = make_tracker([make_outcome("2025-10-27", 10, 1)])[0].get_correlation_report("S'Y")
    assert report.empty
    assert correlation_figures(report) is None


def test_report_figures_per_level_and_of_trades() -> None:
    rows = [
        make_outcome("2025-10-24", 10.0, 1.0, strategy_taken="A", pnl_pct=5.0) | {"risk_level": "MINIMAL"},
        make_outcome("2025-10-27", 20.0, 2.0, strategy_taken="A") | {"risk_level": "EXTREME"},
        make_outcome("2025-10-28", 30.0, 3.0, strategy_taken="B", pnl_pct=-2.0) | {"risk_level": "EXTREME"},
        make_outcome("2025-10-29", 40.0, 4.0) | {"risk_level": None},
    ]
    figures = correlation_figures(make_tracker(rows)[0].get_correlation_report())
    assert figures == {
        "corr_decay_vs_abs_move": "1.000",
        "corr_decay_vs_range": "1.000",
        "by_level": [
            {"level": "MINIMAL", "count": 1, "avg_decay": "10.0", "avg_abs_move": "1.00", "avg_range": "2.00"},
            {"level": "EXTREME", "count": 2, "avg_decay": "25.0", "avg_abs_move": "2.50", "avg_range": "5.00"},
        ],
        "trading": {"trades": 3, "avg_pnl": "1.50", "win_rate": "33.3"},
    }


def test_undefined_correlations_are_nan_without_a_warning() -> None:
    one = np.array([1.0, 2.0, math.nan])
    assert math.isnan(pearson(one[:1], one[:1]))
    assert math.isnan(pearson(np.ones(3), np.array([1.0, 2.0, 3.0])))
    # The mean of seven times this number is not quite this number.
    assert math.isnan(pearson(np.full(7, 58.869), np.arange(7.0)))
    assert math.isnan(pearson(np.array([1.0, 2.0, np.inf]), np.arange(3.0)))
    assert pearson(one, np.array([2.0, 1.0, 5.0])) == pytest.approx(-1.0)


def test_nine_rows_are_not_enough_to_test_thresholds() -> None:
    rows = [make_outcome(f"2025-10-{day:02}", 5.0 * day, 1.0) for day in range(11, 20)]
    tracker = make_tracker(rows)[0]
    assert tracker.tested_thresholds("SPY") is None
    assert tracker.backtest_thresholds("SPY") is None
    assert backtest_figures(None) == "INSUFFICIENT"


def test_the_lowest_of_equal_thresholds_wins_and_its_bound_belongs_above() -> None:
    rows = [make_outcome(f"2025-10-{day:02}", 4.9, 1.0) for day in range(10, 15)]
    rows += [make_outcome(f"2025-10-{day:02}", 10.0, 1.5) for day in range(15, 20)]
    tracker = make_tracker(rows)[0]
    assert tracker.backtest_thresholds("SPY") == 5
    assert backtest_figures(tracker.tested_thresholds("SPY")) == {
        "tested": [
            {
                "threshold": threshold,
                "above": 5,
                "avg_above": "1.50",
                "below": 5,
                "avg_below": "1.00",
                "separation": "0.50",
            }
            for threshold in (5, 10)
        ],
        "best": "5",
        "best_separation": "0.50",
    }


def test_a_threshold_needs_three_rows_on_both_sides() -> None:
    decay, vol = np.array([1.0] * 8 + [60.0] * 2), np.ones(10)
    assert separations(decay, vol) == []
    assert {entry["threshold"] for entry in separations(np.array([1.0] * 7 + [30.0] * 3), vol)} == {
        5,
        10,
        15,
        20,
        25,
        30,
    }


def test_no_gain_is_no_threshold() -> None:
    assert best_threshold([{"threshold": 5, "separation": 0.0}, {"threshold": 10, "separation": math.nan}]) is None
    assert backtest_figures([])["best_separation"] == "0.00"  # type: ignore[index]


prices = st.floats(0.01, 1e6)


@given(prices, prices, prices, st.floats(0.1, 10))
def test_outcomes_do_not_depend_on_the_unit_of_price(baseline: float, close: float, high: float, scale: float) -> None:
    bar = {"open": close, "close": close, "high": high, "low": 0.0}
    scaled = {name: value * scale for name, value in bar.items()}
    one, other = next_day_outcome(baseline, bar), next_day_outcome(baseline * scale, scaled)
    assert one["actual_realized_vol"] == abs(one["actual_price_move_pct"])
    for name in ("actual_price_move_pct", "actual_intraday_range_pct"):
        assert other[name] == pytest.approx(one[name], rel=1e-9, abs=1e-6)


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 20)), min_size=2, max_size=40))
def test_every_row_lies_on_one_side_of_a_threshold(rows: list[tuple[float, float]]) -> None:
    decay, vol = np.array(rows).T
    tested = separations(decay, vol)
    assert all(entry["above"] + entry["below"] == len(rows) for entry in tested)
    best = best_threshold(tested)
    gains = {entry["threshold"]: entry["separation"] for entry in tested}
    assert best is None or gains[best] == max(gains.values()) > 0


def test_thresholds_are_tested_on_sixty_days_unless_told() -> None:
    nine = [make_outcome(f"2025-10-{day:02d}", 5 * day, day) for day in range(1, 10)]
    assert make_tracker([*nine, make_outcome("2025-08-30", 60, 9)])[0].tested_thresholds("SPY") is not None
    assert make_tracker([*nine, make_outcome("2025-08-29", 60, 9)])[0].tested_thresholds("SPY") is None
