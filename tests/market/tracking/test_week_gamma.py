"""The weekly intelligence from stored facts: the same three views, whichever source, on every day of the week."""

from datetime import date, timedelta

import pytest
from pytest_django.fixtures import Settings

from apps.market import budget, configured
from apps.market.chain import Origin
from apps.market.feed import store_observation
from apps.market.sources.protocol import Kind
from apps.market.sources.simulated import SimulatedSource
from apps.market.tracking.week_gamma import intelligence
from tests.market.tracking.material import CBOE, answer, ny, store, week_of_gamma

MONDAY = date(2026, 11, 16)
TOTALS = [10.0, 20.0, 30.0, 15.0, 25.0]
NEXT_WEEK = {(date(2026, 11, 27), "PM"): {100.0: (500.0, 0.0)}}

pytestmark = pytest.mark.usefixtures("db", "_cboe")


@pytest.fixture
def _cboe(settings: Settings) -> None:
    settings.DATA_SOURCE = "cboe"
    configured.configured.cache_clear()


def test_the_three_views_follow_the_days_totals() -> None:
    """Figures worked out by hand from 10, 20, 30, 15, 25."""
    store("SPY", ny("2026-11-16 09:45"), week_of_gamma(MONDAY, TOTALS) | NEXT_WEEK, origin=CBOE)
    found = intelligence("SPY", ny("2026-11-16 10:00"))
    views = found.intelligence
    assert (views["success"], views["current_day"], views["week_end"]) == (True, "Monday", "2026-11-20")
    daily, weekly = views["daily_impact"], views["weekly_evolution"]
    assert (daily["today_total_gamma"], daily["tomorrow_total_gamma"], daily["impact_pct"]) == (100.0, 90.0, 10.0)
    assert (weekly["monday_baseline"], weekly["total_decay_pct"], weekly["decay_pattern"]) == (100.0, 75.0, "BALANCED")
    assert [day["vol_pct"] for day in views["volatility_potential"]["by_day"]] == pytest.approx(
        [10.0, 20 / 90 * 100, 30 / 70 * 100, 15 / 40 * 100, 100.0], rel=1e-12
    )
    assert [(day.source, day.truth, day.basis) for day in found.days if day] == [("cboe", "delayed", "snapshot")] * 5


def test_what_expired_this_week_counts_with_what_it_was_that_morning() -> None:
    store("SPY", ny("2026-11-16 09:35"), week_of_gamma(MONDAY, TOTALS), origin=CBOE)
    store("SPY", ny("2026-11-16 15:55"), week_of_gamma(MONDAY, [99.0, *TOTALS[1:]]), origin=CBOE)
    store("SPY", ny("2026-11-17 09:40"), week_of_gamma(MONDAY, [0.0, 22.0, *TOTALS[2:]]), origin=CBOE)
    store("SPY", ny("2026-11-18 11:00"), week_of_gamma(MONDAY, [0.0, 0.0, 31.0, 15.0, 25.0]), origin=CBOE)
    found = intelligence("SPY", ny("2026-11-18 11:01")).intelligence
    days = [day["expiring_gamma"] for day in found["volatility_potential"]["by_day"]]
    assert days == [10.0, 22.0, 31.0, 15.0, 25.0]
    assert found["daily_impact"]["today_total_gamma"] == 71.0
    evening = intelligence("SPY", ny("2026-11-18 20:00")).intelligence
    assert evening["daily_impact"]["expiring_today"] == 31.0, "the day's own gamma stays on its evening"


def test_an_answer_given_while_the_expiration_was_alive_is_kept_for_the_week(settings: Settings) -> None:
    settings.DATA_SOURCE = "simulated"
    configured.configured.cache_clear()
    at = ny("2026-11-16 12:00")
    value = {"price": 1, "expiry": "2026-11-16", "gamma_array": [{"strike": 1, "gamma": -12.5}]}
    answer(Kind.EXPIRATION_GAMMA, "SPY", value, at=at, detail="2026-11-16")
    found = intelligence("SPY", ny("2026-11-17 10:00"))
    assert found.days[0] is not None
    assert (found.days[0].value["total_gamma"], found.days[0].as_of, found.days[0].basis) == (12.5, at, "answer")


def test_a_paced_watchlists_weeks_are_complete_before_their_first_answer_expires(settings: Settings) -> None:
    """One request in 20 s, half of them the feed's: 20 questions take more than 13 minutes."""
    settings.DATA_SOURCE, settings.TRADING_VOLATILITY_API_KEY = "tradingvolatility", "I-TEST"
    settings.WATCHLIST = ["SPX", "SPY", "QQQ", "IWM"]
    configured.configured.cache_clear()
    vendor = Origin(source="tradingvolatility", kind="live", label="Trading Volatility")
    pause = 2 * timedelta(seconds=configured.upstream_of("tradingvolatility").seconds_per_request)
    at = ny("2026-11-16 10:00")
    for place in range(5):
        day = (MONDAY + timedelta(days=place)).isoformat()
        value = {"price": 1, "expiry": day, "gamma_array": [{"strike": 1, "gamma": TOTALS[place]}]}
        for symbol in settings.WATCHLIST:
            answer(Kind.EXPIRATION_GAMMA, symbol, value, at=at, detail=day, origin=vendor)
            at += pause
    upstream = configured.upstream_of("tradingvolatility")
    for symbol in settings.WATCHLIST:
        found = intelligence(symbol, at)
        assert [day.value["total_gamma"] for day in found.days if day] == TOTALS
    assert budget.state(upstream).waiting == 0, "none of the twenty has to be asked again"


def test_a_week_without_gamma_says_so_and_a_holiday_has_none() -> None:
    nothing = intelligence("SPY", ny("2026-11-23 10:00"))
    assert nothing.intelligence["error"] == "No gamma data available for current week"
    assert "success" not in nothing.intelligence
    thanksgiving_week = week_of_gamma(date(2026, 11, 23), [10.0, 0.0, 10.0, 77.0, 20.0])
    store("SPY", ny("2026-11-23 09:45"), thanksgiving_week, origin=CBOE)
    found = intelligence("SPY", ny("2026-11-23 10:00"))
    assert found.days[3] is None
    assert found.intelligence["weekly_evolution"]["monday_baseline"] == 40.0


def test_on_a_weekend_it_is_the_week_to_come() -> None:
    store("SPY", ny("2026-11-20 15:59"), week_of_gamma(date(2026, 11, 23), [5.0, 0.0, 5.0, 0.0, 10.0]), origin=CBOE)
    found = intelligence("SPY", ny("2026-11-21 12:00")).intelligence
    assert (found["edge_case"], found["week_start"], found["current_day"]) == ("WEEKEND", "2026-11-23", "Monday")
    assert found["weekly_evolution"]["monday_baseline"] == 20.0


def test_the_vix_is_the_last_close_and_zero_while_it_is_not_known() -> None:
    at = ny("2026-11-16 10:00")
    store("SPY", at, week_of_gamma(MONDAY, TOTALS), origin=CBOE)
    before = intelligence("SPY", at)
    assert (before.intelligence["tracking"]["vix"], before.vix.is_known) == (0.0, False)
    assert before.intelligence["daily_impact"]["threshold_multiplier"] == 1.0
    value = {"time": ["2026-11-13", "2026-11-16"], "close": [21.0, 27.4]}
    yahoo = Origin(source="yahoo", kind="delayed", label="Yahoo")
    answer(Kind.BARS, "VIX", value, at=at, detail="1d:1d", origin=yahoo)
    after = intelligence("SPY", at)
    assert (after.intelligence["tracking"]["vix"], after.vix.source) == (27.4, "yahoo")
    assert after.intelligence["daily_impact"]["threshold_multiplier"] == 0.75


def test_a_simulated_week_adds_up_from_its_cells(settings: Settings) -> None:
    settings.DATA_SOURCE = "simulated"
    configured.configured.cache_clear()
    at = ny("2026-11-16 10:00")
    chain = SimulatedSource(seed=42).fetch_chain("SPX", at=at)
    store_observation(chain, received_at=at)
    found = intelligence("SPX", at)
    totals = [day.value["total_gamma"] for day in found.days if day]
    views = found.intelligence
    assert len(totals) == 5
    assert all(total > 1e6 for total in totals)
    assert views["weekly_evolution"]["monday_baseline"] == pytest.approx(sum(totals), rel=1e-12)
    assert views["daily_impact"]["impact_pct"] == pytest.approx(totals[0] / sum(totals) * 100, rel=1e-12)
