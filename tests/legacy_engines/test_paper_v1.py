from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legacy_engines.options.pricing import BlackScholesPricer
from legacy_engines.paper_trader import PaperTradingEngine, get_next_expiration, parse_dte_from_strategy
from legacy_engines.trading.paper_v1_pricing import contracts_for, marked_premium, strike_in
from tests.legacy_engines.recording_store import RecordingStore
from tests.parity.worlds import SqliteStore, StandingClock

MONDAY = "2025-11-10T11:00:00-05:00"
SETUP = {"symbol": "SPY", "strategy": "Negative GEX Squeeze", "action": "BUY 600 CALL", "confidence": 85}
GEX = {"spot_price": 600.0, "net_gex": -1.5e9, "flip_point": 605.0}


class Gamma:
    """Answers every symbol with the same net GEX, or raises it."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def get_net_gamma(self, symbol: str) -> Any:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def get_skew_data(self, symbol: str) -> Any:
        return {}


def engine(*, at: str = MONDAY, capital: float = 100000, **settings: str) -> PaperTradingEngine:
    clock = StandingClock(at)
    made = PaperTradingEngine(capital, store=SqliteStore(clock), clock=clock)
    for key, value in {"enabled": "true", "auto_execute": "true", **settings}.items():
        made.set_config(key, value)
    return made


def opened(made: PaperTradingEngine, **changes: Any) -> dict[str, Any]:
    number = made.open_position(SETUP, GEX)
    if changes:
        made.store.update("paper_positions", changes, [("id", "=", number)])
    return made.store.select("paper_positions", [("id", "=", number)])[0]


def test_a_new_engine_is_off_and_has_its_default_settings() -> None:
    clock = StandingClock(MONDAY)
    made = PaperTradingEngine(50000, store=SqliteStore(clock), clock=clock)
    assert made.open_position(SETUP, GEX) is None
    assert made.auto_manage_positions(Gamma(GEX)) == []
    assert [made.get_config(key) for key in ("capital", "min_confidence", "max_position_size")] == [
        "50000",
        "70",
        "0.10",
    ]


def test_construction_keeps_stored_settings() -> None:
    made = engine(capital=20000)
    again = PaperTradingEngine(999, store=made.store, clock=made.clock)
    assert again.get_config("capital") == "20000"
    assert again.is_enabled()


def test_only_the_exact_text_true_switches_on() -> None:
    assert not engine(enabled="True").is_enabled()
    assert not engine(auto_execute="1").is_auto_execute_enabled()


def test_a_missing_capital_is_named_in_the_error() -> None:
    made = engine()
    made.store.delete("paper_config", [("key", "=", "capital")])
    with pytest.raises(TypeError, match="capital"):
        made.get_available_capital()


@pytest.mark.parametrize(
    ("at", "days", "expected"),
    [
        ("2025-11-14T15:59:00-05:00", 7, "2025-11-14T15:59:00"),
        ("2025-11-14T16:00:00-05:00", 7, "2025-11-21T16:00:00"),
        ("2025-11-14T16:00:00-05:00", 8, "2025-11-21T16:00:00"),
        ("2025-11-15T09:00:00-05:00", 0, "2025-11-21T09:00:00"),
        ("2025-12-10T09:00:00-05:00", 15, "2026-01-16T09:00:00"),
        ("2026-01-31T09:00:00-05:00", 30, "2026-02-20T09:00:00"),
    ],
)
def test_expiry_is_a_friday_by_days_asked_for(at: str, days: int, expected: str) -> None:
    assert get_next_expiration(days, clock=StandingClock(at)).isoformat() == expected


@given(st.integers(-5, 400), st.integers(0, 3000))
def test_expiry_is_always_a_friday_not_in_the_past(days: int, hours_on: int) -> None:
    clock = StandingClock(MONDAY)
    clock.advance(hours_on * 3600)
    expiry = get_next_expiration(days, clock=clock)
    assert expiry.weekday() == 4
    assert expiry >= clock.now().replace(tzinfo=None)


@pytest.mark.parametrize(
    ("name", "best_time", "days"),
    [
        ("x", "2-5 DTE", 3),
        ("x", "5-10 DTE", 7),
        ("Spread", "a-b 1-2-3 DTE", 10),
        ("x", "- 3 DTE", 3),
        ("IRON CONDOR", "soon", 10),
        ("Gamma Squeeze Spread", None, 5),
        ("x", "7 dte", 7),
    ],
)
def test_days_to_expiry_come_from_the_words(name: str, best_time: str | None, days: int) -> None:
    assert parse_dte_from_strategy(name, best_time) == days


def test_a_strategy_without_a_name_needs_a_best_time() -> None:
    with pytest.raises(AttributeError):
        parse_dte_from_strategy(None)  # type: ignore[arg-type]


def test_the_first_number_among_the_words_is_the_strike() -> None:
    assert strike_in("BUY 600.5 CALL 610", 1.0) == 600.5
    assert strike_in("BUY 5.8.0 CALL 610", 1.0) == 1.0
    assert strike_in("BUY $600 CALL", 1.0) == 1.0
    assert strike_in("BUY ² CALL", 1.0) == 1.0


@pytest.mark.parametrize(
    ("confidence", "quantity"), [(100, 10), (80, 10), (79.99, 7), (70, 7), (69.99, 5), (0, 5), (float("nan"), 5)]
)
def test_confidence_cuts_size_after_the_limit_of_ten(confidence: float, quantity: int) -> None:
    assert contracts_for(1e9, 300, confidence) == quantity


def test_a_setup_without_confidence_is_sized_as_seventy() -> None:
    condor = {"strategy": "Iron Condor", "action": "SELL IRON CONDOR"}
    assert engine().calculate_position_size(condor, 600.0) == (7, 2.0)


def test_the_premium_divided_by_is_at_least_one_hundred_dollars() -> None:
    assert contracts_for(500, 120, 80) == 4
    assert contracts_for(500, 1, 80) == 5


@given(st.floats(-1e9, 1e9), st.floats(0, 1e6), st.floats(-100, 200))
def test_size_is_never_below_one_nor_above_ten(budget: float, premium: float, confidence: float) -> None:
    assert 1 <= contracts_for(budget, premium, confidence) <= 10


@given(st.floats(0, 1e6), st.floats(0, 1e6), st.floats(1, 1e5))
def test_more_budget_never_buys_less(one: float, other: float, premium: float) -> None:
    low, high = sorted((one, other))
    assert contracts_for(low, premium, 80) <= contracts_for(high, premium, 80)


def test_a_price_that_is_not_a_number_refuses_to_size() -> None:
    with pytest.raises(ValueError):
        engine().calculate_position_size({**SETUP, "action": "BUY CALL", "best_time": "0 DTE"}, 600.0)


def test_open_premium_binds_capital_without_the_contract_multiplier() -> None:
    made = engine()
    row = opened(made)
    assert made.get_available_capital() == pytest.approx(100000 - row["entry_premium"] * row["quantity"])


def test_an_opened_position_starts_at_its_own_value() -> None:
    row = opened(engine())
    assert row["unrealized_pnl"] == 0
    assert row["current_value"] == row["entry_premium"] * row["quantity"] * 100
    assert (row["strike"], row["option_type"], row["expiration_date"]) == (600.0, "call", "2025-11-14")


@pytest.mark.parametrize(
    ("action", "kind"),
    [("SELL PUT SPREAD", "put"), ("sell condor", "spread"), ("Wait", "call"), ("put or call", "call")],
)
def test_the_action_decides_the_kind_of_option(action: str, kind: str) -> None:
    made = engine()
    made.open_position({**SETUP, "action": action}, GEX)
    assert made.store.select("paper_positions")[0]["option_type"] == kind


def position(**changes: Any) -> dict[str, Any]:
    base = {"entry_premium": 4.0, "quantity": 2, "unrealized_pnl": 0.0, "expiration_date": "2025-11-21"}
    return {**base, "entry_net_gex": 1e9, **changes}


@pytest.mark.parametrize(
    ("changes", "gex", "words"),
    [
        ({"unrealized_pnl": 400.0}, 1e9, "+50.0%"),
        ({"unrealized_pnl": -240.0}, 1e9, "-30.0%"),
        ({"expiration_date": "2025-11-12"}, 1e9, "1 DTE"),
        ({"expiration_date": "2025-11-01"}, 1e9, "-10 DTE"),
        ({}, -1.0, "GEX flip"),
        ({"entry_net_gex": -1e9}, 1.0, "GEX flip"),
        ({"entry_net_gex": -0.5}, 0.5, "GEX flip"),
        ({"entry_net_gex": 0.5}, -0.5, "GEX flip"),
        ({"entry_premium": 0.002, "unrealized_pnl": 0.2}, 1e9, "+50.0%"),
        ({"unrealized_pnl": 160.0}, 1e9, "+20.0%"),
        ({"unrealized_pnl": 159.9}, 1e9, ""),
        ({"unrealized_pnl": 160.0, "expiration_date": "2025-11-17"}, 1e9, ""),
        ({"entry_net_gex": 0}, -1e9, ""),
        ({}, 0, ""),
        ({"unrealized_pnl": math.nan}, 1e9, ""),
    ],
)
def test_exit_rules(changes: dict[str, Any], gex: float, words: str) -> None:
    leave, reason = engine().check_exit_conditions(position(**changes), {"net_gex": gex})
    assert leave == bool(words)
    assert words in reason


def test_a_gex_flip_is_seen_from_both_sides_alike() -> None:
    made = engine()
    there = made.check_exit_conditions(position(entry_net_gex=2e9), {"net_gex": -3e9})
    back = made.check_exit_conditions(position(entry_net_gex=-3e9), {"net_gex": 2e9})
    assert there == back


def test_a_missing_expiry_is_an_error_only_when_it_is_needed() -> None:
    made = engine()
    assert made.check_exit_conditions({"unrealized_pnl": 60.0}, {})[0]
    with pytest.raises(ValueError, match="does not match format"):
        made.check_exit_conditions({"unrealized_pnl": 0.0}, {})


@pytest.mark.parametrize(
    ("kind", "spot", "value"),
    [("call", 610, 10), ("call", 590, 0), ("put", 590, 10), ("put", 610, 0), ("stock", 610, 0)],
)
def test_without_days_left_an_option_is_worth_its_intrinsic_value(kind: str, spot: float, value: float) -> None:
    row = {"option_type": kind, "strike": 600.0, "entry_premium": 4.0, "entry_spot_price": 600.0}
    assert marked_premium(row, spot, 0, BlackScholesPricer(0.045)) == value


@pytest.mark.parametrize(("spot", "share"), [(600, 0.7), (611.9, 0.7), (612, 0.5), (588, 0.5), (588.1, 0.7)])
def test_a_spread_is_marked_by_how_far_spot_has_moved(spot: float, share: float) -> None:
    row = {"option_type": "spread", "strike": 600.0, "entry_premium": 4.0, "entry_spot_price": 600.0}
    assert marked_premium(row, spot, 9, BlackScholesPricer(0.045)) == 4.0 * share


def test_a_zero_entry_spot_cannot_be_compared() -> None:
    made = engine()
    row = opened(made, option_type="spread", entry_spot_price=0.0)
    with pytest.raises(ZeroDivisionError):
        made.update_position_value(row["id"], 600.0)


def test_closing_realizes_the_stored_profit_once() -> None:
    made = engine()
    row = opened(made, current_value=5000.0, unrealized_pnl=123.4)
    made.close_position(row["id"])
    made.store.update("paper_positions", {"unrealized_pnl": 999.0}, [("id", "=", row["id"])])
    made.close_position(row["id"], "again")
    closed = made.store.select("paper_positions")[0]
    assert (closed["realized_pnl"], closed["exit_reason"]) == (123.4, "Manual close")
    assert closed["exit_price"] == 5000.0 / (row["quantity"] * 100)


@pytest.mark.parametrize("answer", [None, {}, {"error": "no data"}, RuntimeError("down")])
def test_managing_skips_what_cannot_be_fetched(answer: Any) -> None:
    made = engine()
    before = opened(made, expiration_date="2025-11-10")
    assert made.auto_manage_positions(Gamma(answer)) == []
    assert made.store.select("paper_positions") == [before]


def test_managing_marks_and_closes() -> None:
    made = engine()
    opened(made)
    closes = made.auto_manage_positions(Gamma({**GEX, "spot_price": 660.0}))
    assert [(close["action"], close["position_id"]) for close in closes] == [("CLOSE", 1)]
    assert made.store.select("paper_positions")[0]["realized_pnl"] == closes[0]["pnl"] > 0


def test_a_setup_open_already_is_refused() -> None:
    made = engine()
    assert made.evaluate_new_setup(SETUP, GEX)
    opened(made)
    assert not made.evaluate_new_setup(SETUP, GEX)
    assert made.evaluate_new_setup({**SETUP, "symbol": "QQQ"}, GEX)


def test_a_setup_without_confidence_counts_as_none() -> None:
    bare = {key: value for key, value in SETUP.items() if key != "confidence"}
    assert not engine(min_confidence="1").evaluate_new_setup(bare, GEX)
    assert engine(min_confidence="0").evaluate_new_setup(bare, GEX)


def test_cents_win_and_lose_but_break_even_does_neither() -> None:
    made = engine()
    base = opened(made)
    made.store.delete("paper_positions", [])
    for pnl in (0.5, 0.0, -0.5):
        made.store.insert("paper_positions", {**base, "id": None, "status": "CLOSED", "realized_pnl": pnl})
    summary = made.get_performance_summary()
    assert (summary["avg_win"], summary["avg_loss"]) == (0.5, -0.5)
    assert summary["win_rate"] == pytest.approx(100 / 3)


def test_a_decimal_confidence_limit_is_refused() -> None:
    with pytest.raises(ValueError):
        engine(min_confidence="70.5").evaluate_new_setup(SETUP, GEX)


def test_a_confidence_that_is_not_a_number_is_not_enough() -> None:
    assert not engine().evaluate_new_setup({**SETUP, "confidence": math.nan}, GEX)


def test_a_capital_that_is_not_a_number_is_not_enough() -> None:
    assert not engine(capital=math.nan).evaluate_new_setup(SETUP, GEX)


@pytest.mark.parametrize(("bound", "allowed"), [(90.0, True), (90.5, False)])
def test_a_tenth_of_capital_must_be_free(bound: float, allowed: bool) -> None:
    made = engine(capital=100)
    opened(made, entry_premium=bound, quantity=1)
    assert made.evaluate_new_setup({**SETUP, "symbol": "QQQ"}, GEX) == allowed


def test_what_is_not_a_number_is_stored_as_missing() -> None:
    clock = StandingClock(MONDAY)
    store = RecordingStore(clock)
    made = PaperTradingEngine(store=store, clock=clock)
    made.set_config("enabled", "true")
    number = made.open_position(SETUP, {**GEX, "flip_point": math.nan})
    assert number is not None
    assert store.written["entry_flip_point"] is None
    made.update_position_value(number, math.nan)
    assert store.written == {"current_value": None, "unrealized_pnl": None}


def test_an_expiry_today_is_not_called_past() -> None:
    leave, reason = engine().check_exit_conditions(position(expiration_date="2025-11-10"), {"net_gex": 1e9})
    assert leave
    assert "near or past: -1 DTE" in reason


@given(st.lists(st.one_of(st.none(), st.just(0.0), st.floats(-5000, 5000)), max_size=12))
def test_summary_adds_up(results: list[float | None]) -> None:
    made = engine()
    base = opened(made)
    made.store.delete("paper_positions", [])
    for pnl in results:
        made.store.insert("paper_positions", {**base, "id": None, "status": "CLOSED", "realized_pnl": pnl})
    summary = made.get_performance_summary()
    known = [pnl for pnl in results if pnl is not None]
    assert summary["total_trades"] == summary["closed_positions"] == len(results)
    assert 0 <= summary["win_rate"] <= 100
    assert summary["total_realized_pnl"] == pytest.approx(sum(known), abs=1e-9)
    assert summary["current_value"] == pytest.approx(100000 + sum(known))
    assert summary["avg_win"] >= 0 >= summary["avg_loss"]
    if known:
        assert (summary["best_trade"], summary["worst_trade"]) == (max(known), min(known))
    else:
        assert not results or math.isnan(summary["best_trade"])
