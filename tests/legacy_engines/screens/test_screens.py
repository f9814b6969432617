"""The old pages' own calculations, against figures worked out by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from legacy_engines.screens import copilot, daily_expiry, levels, positions, trading_day

NOW = datetime(2026, 11, 18, 17, 0, tzinfo=UTC)


def closed(pnl: float | None, hours_ago: float) -> dict[str, Any]:
    return {"pnl": pnl, "closed_at": NOW - timedelta(hours=hours_ago)}


def test_todays_pnl_is_that_of_the_utc_day() -> None:
    rows = [closed(100.0, 1), closed(-30.0, 16.9), closed(500.0, 17.1), closed(None, 2)]
    assert positions.todays_pnl(rows, now=NOW) == 70.0
    assert positions.todays_pnl([], now=NOW) == 0


def test_thirty_days_count_wins_above_zero_alone() -> None:
    rows = [closed(100.0, 1), closed(0.0, 2), closed(-40.0, 3), closed(999.0, 24 * 31)]
    found = positions.thirty_day_statistics(rows, now=NOW)
    assert found == {"trades": 3, "win_rate": pytest.approx(100 / 3), "total_pnl": 60.0}
    assert positions.thirty_day_statistics([], now=NOW)["win_rate"] == 0


def test_an_open_positions_pnl_is_that_of_its_dollars() -> None:
    assert positions.position_pnl(100.0, 103.0, 2000.0, "LONG") == (60.0, 3.0)
    assert positions.position_pnl(100.0, 103.0, 2000.0, "SHORT") == (-60.0, -3.0)
    with pytest.raises(ZeroDivisionError):
        positions.position_pnl(0.0, 1.0, 100.0, "LONG")


def test_the_history_is_summed_up_over_the_rows_shown() -> None:
    rows = [{"pnl": 50.0}, {"pnl": 150.0}, {"pnl": -80.0}, {"pnl": 0.0}]
    assert positions.history_summary(rows) == {
        "total_pnl": 120.0,
        "win_rate": 50.0,
        "avg_win": 100.0,
        "avg_loss": -80.0,
    }
    assert positions.history_percent(33.333, 1000.0) == 3.3


@pytest.mark.parametrize(
    ("now", "day", "quality"),
    [
        (datetime(2026, 11, 16, 12, tzinfo=UTC), "Monday", "Best"),
        (datetime(2026, 11, 18, 3, tzinfo=UTC), "Tuesday", "Best"),  # still Tuesday in Chicago
        (datetime(2026, 11, 18, 12, tzinfo=UTC), "Wednesday", "Good"),
        (datetime(2026, 11, 20, 12, tzinfo=UTC), "Friday", "Caution"),
        (datetime(2026, 11, 21, 12, tzinfo=UTC), "Saturday", "Caution"),
    ],
)
def test_the_trading_day_goes_by_the_central_weekday(now: datetime, day: str, quality: str) -> None:
    found = trading_day.trading_day(now)
    assert (found["day"], found["quality"]) == (day, quality)


def test_a_refresh_takes_the_profiles_levels_when_the_aggregate_came_with_it() -> None:
    profile = {"spot_price": 500.0, "flip_point": 498.5, "call_wall": 510.0, "put_wall": 490.0}
    aggregate = {"net_gex": 2e9, "put_call_ratio": 1.2, "implied_volatility": 0.15, "collection_date": "2026-11-18"}

    def never() -> dict[str, Any]:
        raise AssertionError("one call was enough")

    found = levels.loaded("SPY", profile | {"aggregate_from_gammaOI": aggregate}, never)
    assert found == {"symbol": "SPY", **profile, **aggregate}


def test_a_refresh_without_it_fills_in_missing_walls_alone() -> None:
    record = {
        "symbol": "SPY",
        "spot_price": 500.0,
        "flip_point": 497.0,
        "net_gex": 1e9,
        "call_wall": 0,
        "put_wall": 485.0,
    }
    found = levels.loaded("SPY", {"call_wall": 510.0, "put_wall": 490.0}, lambda: record)
    assert (found["call_wall"], found["put_wall"], found["flip_point"]) == (510.0, 485.0, 497.0)
    assert levels.loaded("SPY", {}, lambda: {"error": "limit"}) == {"error": "limit"}


def test_level_figures_hide_what_is_not_known() -> None:
    full = {"spot_price": 500.0, "flip_point": 495.0, "call_wall": 510.0, "put_wall": 490.0}
    assert levels.level_figures(full) == {"flip_delta": -1.0, "wall_range": 20.0, "position": "above"}
    on_it = levels.level_figures(full | {"flip_point": 500.0, "call_wall": 0})
    assert (on_it["position"], on_it["wall_range"]) == ("below", None)
    assert levels.level_figures({}) == {"flip_delta": None, "wall_range": None, "position": None}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Is buying calls a BAD IDEA here?", "challenge"),
        ("What is the flip point?", "teach"),
        ("Tell me why", "teach"),
        ("Why not buy puts", "challenge"),
        ("Best trade now", "analyze"),
    ],
)
def test_chat_is_routed_by_the_first_words_that_match(text: str, expected: str) -> None:
    assert copilot.route(text, is_challenging=False) == expected
    assert copilot.route(text, is_challenging=True) == "challenge"


def test_the_forms_of_the_tools_are_turned_into_dollars() -> None:
    assert copilot.scenario_name(-2, 1) == "-2.0% move in 1 days"
    assert copilot.post_mortem_input(4.5, 2.5, 1.5) == {"pnl": -200.0, "entry_gex": 1.5e9}
    assert copilot.EXAMPLE_POSITION["strike"] == 585.0


def test_probabilities_are_those_of_the_seeded_draw_and_near_the_formula() -> None:
    found = copilot.probability(582.5, 585.0, 20.0, 7, 10_000)
    again = 582.5 * np.exp(np.random.RandomState(42).normal(0, 0.2 * np.sqrt(7 / 365), 10_000))
    np.testing.assert_array_equal(found.final, again)
    assert found.above == pytest.approx(43.9, abs=1.5)  # 1 - N(ln(585/582.5) / 0.0277)
    assert found.above + found.below == pytest.approx(100.0)
    assert found.view == "neutral"
    assert (found.low, found.high) == tuple(np.percentile(again, [5, 95]))
    assert copilot.probability(600.0, 570.0, 10.0, 5, 1000).view == "bullish"
    assert copilot.probability(560.0, 590.0, 10.0, 5, 1000).view == "bearish"


def test_the_tracker_knows_its_symbols_weekdays() -> None:
    assert len(daily_expiry.expiration_days("SPX")) == 5
    assert daily_expiry.expiration_days("DIA") == ("Monday", "Wednesday", "Friday")
    assert daily_expiry.expiration_days("TSLA") == ()
    thursday = datetime(2026, 11, 19, 3, tzinfo=UTC)  # Wednesday evening in Chicago
    assert daily_expiry.is_expiration_day("DIA", thursday)
    assert not daily_expiry.is_expiration_day("GLD", thursday)
