"""When the market counts as open, and what a run of the auto-trader does at which hour."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legacy_engines.market.trading_hours import is_market_hours, is_market_open, is_morning_session
from legacy_engines.trading.autonomous import AutonomousPaperTrader, run_cycle, scheduled_trade_logic
from legacy_engines.trading.autonomous.cycles import SchedulerState, load_state
from tests.legacy_engines.test_autonomous import make_position, make_trader
from tests.parity.areas.trading_autonomous_world import StubSource
from tests.parity.worlds import SqliteStore, StandingClock

MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2026, 1, 1)).map(lambda moment: f"{moment.isoformat()}+00:00")


def at(time: str, *, day: str = "2025-10-21", zone: str = "America/New_York") -> StandingClock:
    return StandingClock(f"{day}T{time}-04:00", zone)


@pytest.mark.parametrize(
    ("time", "hours", "open_"),
    [
        ("09:29:59", False, False),
        ("09:30:00", True, True),
        ("15:59:59", True, True),
        ("16:00:00", True, False),
        ("16:00:59", True, False),
        ("16:01:00", False, False),
    ],
)
def test_market_hours_include_the_close_and_the_open_market_does_not(time: str, hours: bool, open_: bool) -> None:
    assert is_market_hours(clock=at(time)) is hours
    assert is_market_open(clock=at(time)) is open_


@pytest.mark.parametrize(("time", "morning"), [("08:59:59", False), ("09:00:00", True), ("10:59:59", True)])
def test_the_morning_begins_before_the_open(time: str, morning: bool) -> None:
    assert is_morning_session(clock=at(time)) is morning


def test_the_morning_is_over_at_eleven() -> None:
    assert not is_morning_session(clock=at("11:00:00"))


def test_local_hours_follow_the_zone_of_the_clock_and_the_open_market_new_york() -> None:
    tokyo = at("10:00:00", zone="Asia/Tokyo")

    assert not is_market_hours(clock=tokyo)
    assert is_market_open(clock=tokyo)


@given(MOMENTS)
def test_in_new_york_an_open_market_is_within_market_hours(instant: str) -> None:
    clock = StandingClock(instant)

    assert is_market_hours(clock=clock) or not is_market_open(clock=clock)


@pytest.mark.parametrize("day", ["2025-10-25", "2025-10-26"])
def test_nothing_is_open_on_a_weekend(day: str) -> None:
    clock = at("10:00:00", day=day)

    assert not any(test(clock=clock) for test in (is_market_hours, is_morning_session, is_market_open))


# The runs


def make_run(time: str, *, gex: Any = None) -> tuple[AutonomousPaperTrader, StubSource, SqliteStore]:
    trader, source, store = make_trader(clock=f"2025-10-21T{time}-04:00", gex=gex)
    store.load({"scheduler_state": [{"id": 1, "is_running": 1, "execution_count": 4}]})
    make_position(store)
    return trader, source, store


@pytest.mark.parametrize(
    ("time", "asked"),
    [
        ("08:30:00", []),
        ("09:10:00", ["get_net_gamma", "get_skew_data"]),
        ("10:10:00", ["get_net_gamma", "get_skew_data", "get_net_gamma", "get_net_gamma"]),
        ("12:00:00", ["get_net_gamma"]),
    ],
)
def test_a_run_searches_in_the_morning_and_manages_in_market_hours(time: str, asked: list[str]) -> None:
    trader, source, store = make_run(time)

    performance = run_cycle(trader, source, clock=store.clock)

    assert [method for method, _ in source.asked] == asked
    assert performance["open_positions"] == len(store.dump("autonomous_positions"))


class Broken(AutonomousPaperTrader):
    """A trader whose search fails before it can log anything."""

    def find_and_execute_daily_trade(self, api_client: Any) -> int | None:
        raise ConnectionError("the database is away")


def test_a_search_that_fails_is_reported_and_positions_are_managed_all_the_same() -> None:
    _, source, store = make_run("10:00:00")
    notices: list[tuple[str, str]] = []

    run_cycle(
        Broken(store=store, clock=store.clock),
        source,
        clock=store.clock,
        notify=lambda level, text: notices.append((level, text)),
    )

    assert notices == [("error", "The search for a trade failed: the database is away")]
    assert source.asked == [["get_net_gamma", "SPY"]]


def test_an_hourly_run_that_opens_a_trade_manages_it_and_is_counted() -> None:
    trader, source, store = make_run("10:00:00")

    state = scheduled_trade_logic(trader, source, load_state(store), store=store, clock=store.clock)

    assert len(store.dump("autonomous_positions")) == 2
    assert [method for method, _ in source.asked].count("get_net_gamma") == 3
    assert (state.execution_count, state.last_error) == (5, None)
    row = store.dump("scheduler_state")[0]
    assert row["last_position_check"] == row["last_trade_check"] == "2025-10-21 10:00:00-04:00"
    assert (row["execution_count"], row["updated_at"]) == (5, "2025-10-21 14:00:00")


def test_an_hourly_run_outside_the_market_changes_nothing() -> None:
    trader, source, store = make_run("16:00:00")
    before = load_state(store)

    assert scheduled_trade_logic(trader, source, before, store=store, clock=store.clock) == before
    assert source.asked == []


def test_an_hourly_run_that_fails_is_remembered_and_not_counted() -> None:
    _, source, store = make_run("10:00:00")
    broken = Broken(store=store, clock=store.clock)

    state = scheduled_trade_logic(broken, source, load_state(store), store=store, clock=store.clock)

    assert state.execution_count == 4
    assert state.last_error is not None
    assert (state.last_error["error"], state.last_error["timestamp"]) == (
        "the database is away",
        "2025-10-21T10:00:00-04:00",
    )
    assert store.dump("scheduler_state")[0]["execution_count"] == 4


def test_a_scheduler_never_stored_starts_fresh() -> None:
    assert load_state(SqliteStore()) == SchedulerState()
