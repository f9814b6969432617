"""On the odd days of the calendar the session, the pace of fetching and the first slot after the close are right."""

from datetime import datetime, timedelta

import pytest
from django.conf import settings
from pytest_django.fixtures import Settings

from alphagex import clock
from apps.market import configured, feed
from apps.market.status import market_note

OPEN, CLOSED = settings.POLL_SECONDS, settings.POLL_SECONDS_CLOSED


def ny(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=clock.NEW_YORK)


MOMENTS = [
    # moment in New York, is open, why, when that changes, seconds between fetches
    ("2026-03-08 12:00", False, "weekend", "2026-03-09 09:30", CLOSED),  # clocks went forward that morning
    ("2026-03-09 09:29", False, "pre-market", "2026-03-09 09:30", CLOSED),
    ("2026-03-09 09:30", True, "regular session", "2026-03-09 16:00", OPEN),
    ("2026-11-01 12:00", False, "weekend", "2026-11-02 09:30", CLOSED),  # and back
    ("2026-11-02 15:59", True, "regular session", "2026-11-02 16:00", OPEN),
    ("2026-11-26 11:00", False, "holiday", "2026-11-27 09:30", CLOSED),  # Thanksgiving
    ("2026-11-27 12:59", True, "half day", "2026-11-27 13:00", OPEN),
    ("2026-11-27 13:00", False, "after hours", "2026-11-30 09:30", CLOSED),
    ("2026-06-19 11:00", False, "holiday", "2026-06-22 09:30", CLOSED),  # Juneteenth, a Friday
    ("2021-06-18 11:00", True, "regular session", "2021-06-18 16:00", OPEN),  # not observed yet
    ("2026-12-24 13:30", False, "after hours", "2026-12-28 09:30", CLOSED),  # half day, Christmas Friday, weekend
    ("2026-12-31 15:30", True, "regular session", "2026-12-31 16:00", OPEN),
    ("2026-12-31 16:00", False, "after hours", "2027-01-04 09:30", CLOSED),
    ("2027-01-01 11:00", False, "holiday", "2027-01-04 09:30", CLOSED),
    ("2028-02-29 10:00", True, "regular session", "2028-02-29 16:00", OPEN),  # leap day
    ("2028-02-29 16:30", False, "after hours", "2028-03-01 09:30", CLOSED),
]


@pytest.mark.parametrize(("moment", "is_open", "reason", "changes_at", "seconds"), MOMENTS)
def test_the_session_and_the_pace_are_right(
    db: None, settings: Settings, moment: str, is_open: bool, reason: str, changes_at: str, seconds: int
) -> None:
    settings.DATA_SOURCE = "cboe"
    configured.configured.cache_clear()
    status = clock.market_status(ny(moment))
    assert (status.is_open, status.reason, status.changes_at) == (is_open, reason, ny(changes_at))
    assert feed.poll_interval(ny(moment)) == timedelta(seconds=seconds)
    assert market_note(ny(moment))["is_open"] is is_open


@pytest.mark.parametrize("moment", ["2026-03-08 12:00", "2026-11-26 11:00", "2027-01-01 11:00"])
def test_the_simulated_market_never_closes(db: None, moment: str) -> None:
    assert feed.poll_interval(ny(moment)) == timedelta(seconds=OPEN)


@pytest.mark.parametrize(("day", "hours"), [("2026-03-08", 23), ("2026-11-01", 25)])
def test_days_of_23_and_25_hours_shift_no_session(day: str, hours: int) -> None:
    midnight = ny(f"{day} 00:00")
    next_midnight = ny((midnight + timedelta(days=1)).strftime("%Y-%m-%d 00:00"))
    assert next_midnight.timestamp() - midnight.timestamp() == hours * 3600
    opens = clock.market_status(midnight).changes_at
    assert (opens.hour, opens.minute, opens.weekday()) == (9, 30, 0)


def test_a_service_with_a_slow_pace_is_shared_among_the_symbols_and_half_of_it_is_left_for_people(
    db: None, settings: Settings
) -> None:
    settings.TRADING_VOLATILITY_API_KEY = "I-TESTTESTTEST"
    settings.DATA_SOURCE = "auto"
    configured.configured.cache_clear()
    at = ny("2026-11-18 11:00")
    assert feed.poll_interval(at) == timedelta(seconds=2 * 20 * len(settings.WATCHLIST))
