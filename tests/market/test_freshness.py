"""How often symbols are fetched and when numbers count as late."""

from datetime import timedelta

from apps.market.chain import Origin
from apps.market.freshness import Pace, backed_off, stale_after
from tests.moments import OPEN_MARKET, WEEKEND

PACE = Pace(open_seconds=30, closed_seconds=300)
HALF_MINUTE = timedelta(seconds=30)


def test_symbols_are_fetched_every_half_minute_in_market_hours_and_every_five_minutes_otherwise() -> None:
    assert PACE.interval(OPEN_MARKET, always_open=False) == HALF_MINUTE
    assert PACE.interval(WEEKEND, always_open=False) == timedelta(minutes=5)
    assert PACE.interval(WEEKEND, always_open=True) == HALF_MINUTE


def test_a_number_is_late_after_two_intervals() -> None:
    simulated = Origin(source="simulated", kind="simulated", label="Simulated")
    late = stale_after(simulated, as_of=OPEN_MARKET, received_at=OPEN_MARKET, interval=HALF_MINUTE)
    assert late == OPEN_MARKET + timedelta(minutes=1)


def test_delayed_quotes_may_be_as_old_as_the_source_promises_and_no_older() -> None:
    delayed = Origin(source="cboe", kind="delayed", label="Cboe", delay_seconds=900)
    quoted = OPEN_MARKET - timedelta(minutes=15)
    late = stale_after(delayed, as_of=quoted, received_at=OPEN_MARKET, interval=HALF_MINUTE)
    assert late == OPEN_MARKET + timedelta(minutes=1)
    frozen = OPEN_MARKET - timedelta(minutes=40)
    assert stale_after(delayed, as_of=frozen, received_at=OPEN_MARKET, interval=HALF_MINUTE) < OPEN_MARKET


def test_the_last_quotes_of_the_week_are_not_late_on_the_weekend() -> None:
    delayed = Origin(source="cboe", kind="delayed", label="Cboe", delay_seconds=900)
    friday = WEEKEND - timedelta(days=2)
    late = stale_after(delayed, as_of=friday, received_at=WEEKEND, interval=timedelta(minutes=5))
    assert late == WEEKEND + timedelta(minutes=10)


def test_failures_double_the_pause_up_to_ten_minutes() -> None:
    assert backed_off(HALF_MINUTE, failures=0) == HALF_MINUTE
    assert backed_off(HALF_MINUTE, failures=2) == timedelta(minutes=2)
    assert backed_off(HALF_MINUTE, failures=30) == timedelta(minutes=10)
