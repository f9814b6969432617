"""New York time and the exchange's calendar."""

from datetime import UTC, date, datetime, timedelta

import pytest

from alphagex import clock
from alphagex.clock import NEW_YORK
from tests.moments import HALF_DAY_AFTERNOON, OPEN_MARKET, WEEKEND


def test_the_market_is_open_from_half_past_nine_to_four() -> None:
    opens = OPEN_MARKET.replace(hour=9, minute=30)
    assert not clock.market_status(opens - timedelta(seconds=1)).is_open
    assert clock.market_status(opens).is_open
    closes = OPEN_MARKET.replace(hour=16, minute=0)
    assert clock.market_status(closes - timedelta(seconds=1)).is_open
    after = clock.market_status(closes)
    assert (after.is_open, after.reason) == (False, "after hours")
    assert after.changes_at == opens + timedelta(days=1)


def test_a_half_day_closes_at_one() -> None:
    status = clock.market_status(HALF_DAY_AFTERNOON)
    assert (status.is_open, status.reason) == (False, "after hours")
    assert status.session is not None
    assert status.session.is_half_day
    assert clock.market_status(HALF_DAY_AFTERNOON.replace(hour=12)).reason == "half day"


def test_weekends_and_holidays_name_the_next_open() -> None:
    assert clock.market_status(WEEKEND).reason == "weekend"
    thanksgiving = clock.market_status(datetime(2026, 11, 26, 12, tzinfo=NEW_YORK))
    assert thanksgiving.reason == "holiday"
    assert thanksgiving.changes_at == datetime(2026, 11, 27, 9, 30, tzinfo=NEW_YORK)


def test_the_open_moves_in_utc_with_daylight_saving_time() -> None:
    before, after = clock.session_on(date(2026, 3, 6)), clock.session_on(date(2026, 3, 9))
    assert before is not None
    assert after is not None
    assert before.opens.astimezone(UTC).hour == 14
    assert after.opens.astimezone(UTC).hour == 13


def test_a_third_friday_that_is_a_holiday_falls_back_to_thursday() -> None:
    assert clock.session_on(date(2027, 6, 18)) is None
    assert clock.session_on_or_before(date(2027, 6, 18)).day == date(2027, 6, 17)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        clock.in_new_york(datetime(2026, 1, 1))


def test_days_outside_the_calendar_are_said() -> None:
    with pytest.raises(ValueError, match="calendar covers"):
        clock.session_on_or_before(date(1990, 1, 2))
