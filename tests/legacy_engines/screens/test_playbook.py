"""The decision table of the day's play, row by row."""

from datetime import UTC, datetime

import pytest

from legacy_engines.screens.playbook import play_of_the_day

CONDOR = "Sell $502.00 call, Buy $504.00 call, Sell $498.00 put, Buy $496.00 put"
IRON_FLY = "Sell $500.50 call, Sell $499.50 put, Buy $502.00 call, Buy $498.00 put"
DATA = {"spot_price": 500.0, "flip_point": 495.0, "net_gex": 1e9}


def at(day: int, hour: int = 15) -> datetime:
    """Return an hour (UTC) of a day in November 2026; the 16th is a Monday, and Chicago is six hours behind."""
    return datetime(2026, 11, day, hour, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("symbol", "changes", "now", "strategy", "structure"),
    [
        ("SPY", {"net_gex": 2.1e9}, at(16), "Iron condor", CONDOR),
        ("SPY", {"net_gex": 2e9}, at(17), "Bull put spread", "Sell $498.50 put, Buy $497.00 put"),
        ("SPY", {"flip_point": 500.0}, at(16), "Bear call spread", "Sell $501.50 call, Buy $503.00 call"),
        ("SPY", {}, at(18), "0DTE short iron fly (or a calendar)", IRON_FLY),
        ("GLD", {}, at(18), "Long call butterfly", "Buy $502.00 call, Sell 2x $504.00 call, Buy $506.00 call"),
        ("SPY", {}, at(19, 19), "Long 0DTE straddle at the money", "Buy $500.00 call, Buy $500.00 put"),
        ("SPY", {}, at(19, 20), "Sell a 0DTE option out of the money", "Sell $498.00 put"),
        ("SPY", {"net_gex": -1.0}, at(20, 20), "Sell a 0DTE option out of the money", "Sell $502.00 call"),
        ("DIA", {}, at(19), "Long weekly straddle", "Buy $500.00 call, Buy $500.00 put"),
        ("SPY", {}, at(21), "Planning", ""),
    ],
)  # fmt: skip
def test_each_case_has_its_structure(
    symbol: str, changes: dict[str, float], now: datetime, strategy: str, structure: str
) -> None:
    play = play_of_the_day(symbol, DATA | changes, now)
    assert (play.strategy, play.structure) == (strategy, structure)


def test_the_afternoon_begins_at_two_on_the_central_clock() -> None:
    assert play_of_the_day("SPY", DATA, datetime(2026, 11, 19, 19, 59, tzinfo=UTC)).strategy.startswith("Long 0DTE")
    assert play_of_the_day("SPY", DATA, datetime(2026, 11, 19, 20, 0, tzinfo=UTC)).strategy.startswith("Sell a 0DTE")


def test_a_weekend_is_five_steps() -> None:
    assert len(play_of_the_day("SPY", DATA, at(22)).steps) == 5
