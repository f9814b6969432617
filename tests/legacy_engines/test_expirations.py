"""Expiration dates: the calendar, the table of wanted days, the texts, and the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legacy_engines.options import expirations as exp
from legacy_engines.ports import NEW_YORK

MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1))


class Standing:
    """A clock that shows one naive New York time and, when told to, moves at each look."""

    def __init__(self, shown: datetime, step: timedelta = timedelta(0)) -> None:
        self.shown, self.step = shown.replace(tzinfo=NEW_YORK), step

    def now(self) -> datetime:
        shown = self.shown
        self.shown += self.step
        return shown

    def sleep(self, seconds: float) -> None:
        raise AssertionError("nothing here waits")


TUESDAY = datetime(2025, 3, 11, 10)
FRIDAY_AFTER_CLOSE = datetime(2025, 3, 14, 16, 30)


@given(MOMENTS)
def test_the_next_friday_is_a_friday_within_a_week(moment: datetime) -> None:
    friday = exp.get_next_friday(moment)
    assert friday.weekday() == 4
    assert timedelta(0) <= friday - moment <= timedelta(days=7)
    assert friday.time() == moment.time()
    if moment.weekday() == 4:
        assert friday == (moment if moment.hour < 16 else moment + timedelta(days=7))


@given(st.integers(1990, 2090), st.integers(1, 12))
def test_the_fridays_of_a_month_are_all_of_them(year: int, month: int) -> None:
    day, fridays = datetime(year, month, 1), []
    while day.month == month:
        fridays += [day] if day.weekday() == 4 else []
        day += timedelta(days=1)
    assert exp.get_all_fridays_in_month(year, month) == fridays
    assert exp.get_third_friday_of_month(year, month) == fridays[2]
    assert 15 <= fridays[2].day <= 21


@given(MOMENTS)
def test_the_next_monthly_lies_ahead_and_is_the_first_that_does(moment: datetime) -> None:
    monthly = exp.get_next_monthly_expiration(moment)
    assert monthly == exp.get_third_friday_of_month(monthly.year, monthly.month)
    assert timedelta(0) < monthly - moment <= timedelta(days=36)


@given(MOMENTS, st.integers(-3, 90))
def test_the_days_are_those_to_the_date_rounded_down(moment: datetime, target: int) -> None:
    expiration, label, days = exp.get_expiration_for_dte(target, moment)
    if label == "1DTE (Monday)":
        assert (target, days, expiration - moment) == (0, 1, timedelta(days=3))
        return
    assert days == (expiration - moment) // timedelta(days=1)
    kind = label.split(" ")[0]
    wanted = {"0DTE": target == 0, "Weekly": target <= 7 and target != 0, "Weekly+": 7 < target <= 14}
    assert wanted.get(kind, True)
    if kind.startswith("Monthly"):
        assert expiration == exp.get_third_friday_of_month(expiration.year, expiration.month)
        months = (expiration.year - moment.year) * 12 + expiration.month - moment.month
        assert months == 2 if kind == "Monthly+" else (months, days >= 15) in ((1, True), (2, True))
    if kind != "0DTE":
        assert label == f"{kind} ({days}DTE)"


@pytest.mark.parametrize(
    ("target", "expiration", "label"),
    [
        (0, TUESDAY, "0DTE"), (7, datetime(2025, 3, 14, 10), "Weekly (3DTE)"),
        (7.5, datetime(2025, 3, 21, 10), "Weekly+ (10DTE)"), (14, datetime(2025, 3, 21, 10), "Weekly+ (10DTE)"),
        (15, datetime(2025, 4, 18), "Monthly (37DTE)"), (35, datetime(2025, 4, 18), "Monthly (37DTE)"),
        (36, datetime(2025, 5, 16), "Monthly+ (65DTE)"), (-1, datetime(2025, 3, 14, 10), "Weekly (3DTE)"),
    ],
)  # fmt: skip
def test_the_wanted_days_choose_the_expiration(target: float, expiration: datetime, label: str) -> None:
    assert exp.get_expiration_for_dte(target, TUESDAY)[:2] == (expiration, label)


def test_a_monthly_less_than_fifteen_days_ahead_gives_way_to_the_next() -> None:
    assert exp.get_expiration_for_dte(20, datetime(2025, 7, 31))[0] == datetime(2025, 8, 15)
    assert exp.get_expiration_for_dte(20, datetime(2025, 7, 31, 0, 1))[0] == datetime(2025, 9, 19)
    assert exp.get_expiration_for_dte(40, datetime(2025, 11, 28))[0] == datetime(2026, 1, 16)


def test_only_a_midnight_third_friday_is_not_weekly() -> None:
    assert not exp.is_weekly_expiration(datetime(2025, 3, 21))
    assert exp.is_weekly_expiration(datetime(2025, 3, 21, 9, 30))
    assert exp.is_weekly_expiration(date(2025, 3, 21))
    assert exp.is_weekly_expiration(datetime(2025, 3, 14))
    assert not exp.is_weekly_expiration(datetime(2025, 3, 20))


@pytest.mark.parametrize(("days", "light"), [(2, "🔴"), (2.5, "🟡"), (7, "🟡"), (8, "🟢"), (14, "🟢"), (15, "🔵")])
def test_the_light_follows_the_days(days: float, light: str) -> None:
    assert exp.get_expiration_color(days) == light


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (datetime(2025, 3, 10, 9, 29, 59, 999999), False), (datetime(2025, 3, 10, 9, 30), True),
        (datetime(2025, 3, 14, 16), True), (datetime(2025, 3, 14, 16, 0, 0, 1), False),
        (datetime(2025, 3, 15, 12), False), (datetime(2025, 3, 16, 12), False), (datetime(2025, 12, 25, 12), True),
    ],
)  # fmt: skip
def test_market_hours_are_those_of_a_weekday(moment: datetime, is_open: bool) -> None:
    assert exp.is_market_hours(clock=Standing(moment)) is is_open


@pytest.mark.parametrize(
    ("left", "text"),
    [
        (timedelta(microseconds=-1), "Expired"), (timedelta(0), "0m"), (timedelta(seconds=59), "0m"),
        (timedelta(minutes=5, seconds=30), "5m"), (timedelta(hours=1), "1h 0m"),
        (timedelta(hours=23, minutes=59), "23h 59m"), (timedelta(days=1, minutes=59), "1d"),
        (timedelta(days=2, hours=2), "2d 2h"),
    ],
)  # fmt: skip
def test_the_time_left_is_told_in_two_units(left: timedelta, text: str) -> None:
    assert exp.get_time_until_expiration(TUESDAY + left, clock=Standing(TUESDAY)) == text


@pytest.mark.parametrize(
    ("setup", "days"),
    [
        ({}, 3), ({"best_time": "5 DTE"}, 3), ({"best_time": "0DTE"}, 0), ({"best_time": "14-15 DTE"}, 10),
        ({"best_time": "14-17 DTE"}, 37), ({"best_time": "30-45 DTE"}, 65), ({"best_time": "30+ DTE"}, 3),
        ({"best_time": "2–20 DTE"}, 37), ({"best_time": "21-DTE"}, 37), ({"best_time": "1-3 DTE or 30-40 DTE"}, 3),
        ({"best_time": "20 dte"}, 3), ({"strategy": "0DTE Straddle"}, 0),
        ({"strategy": "0DTE Straddle", "best_time": "any DTE"}, 3), ({"strategy": 5}, 3), ({"strategy": None}, 3),
    ],
)  # fmt: skip
def test_a_setup_says_when_it_should_expire(setup: dict[str, Any], days: int) -> None:
    assert exp.add_expiration_to_setup(setup, clock=Standing(TUESDAY))["dte"] == days


def test_a_setup_gets_all_fields_of_its_expiration() -> None:
    setup = {"best_time": "14 DTE", "kept": 1}
    assert exp.add_expiration_to_setup(setup, clock=Standing(TUESDAY)) is setup
    assert setup == {
        "best_time": "14 DTE",
        "kept": 1,
        "expiration_date": datetime(2025, 3, 21, 10),
        "expiration_str": "2025-03-21",
        "expiration_display": "Mar 21 (10 DTE)",
        "expiration_type": "Weekly+ (10DTE)",
        "dte": 10,
        "time_until_exp": "10d",
        "exp_color": "🟢",
    }


def test_a_running_clock_shows_a_little_less_time_left() -> None:
    clock = Standing(TUESDAY, timedelta(microseconds=1))
    assert exp.add_expiration_to_setup({}, clock=clock)["time_until_exp"] == "2d 23h"
    assert exp.add_expiration_to_setup({"best_time": "0DTE"}, clock=clock)["time_until_exp"] == "Expired"


@pytest.mark.parametrize("best_time", [None, 5, [], ["14 DTE"], {"DTE": 14}])
def test_a_time_that_is_no_text_is_an_error(best_time: Any) -> None:
    with pytest.raises(TypeError, match="best_time"):
        exp.add_expiration_to_setup({"best_time": best_time}, clock=Standing(TUESDAY))


def test_the_panel_shows_what_the_setup_holds_or_looks_it_up() -> None:
    shown = exp.expiration_panel({}, clock=Standing(FRIDAY_AFTER_CLOSE))
    assert [metric["value"] for metric in shown["metrics"]] == ["Mar 21 (7 DTE)", "Weekly (7DTE)"]
    assert "7d" in shown["metrics"][0]["help"]
    assert shown["markdown"] == ["🟡 **7 DTE**"]
    with pytest.raises(KeyError):
        exp.expiration_panel({"expiration_display": "Jan 12"}, clock=Standing(TUESDAY))


def test_now_is_the_local_time_of_the_clock() -> None:
    assert exp.get_next_friday(clock=Standing(FRIDAY_AFTER_CLOSE)) == FRIDAY_AFTER_CLOSE + timedelta(days=7)
    utc = Standing(FRIDAY_AFTER_CLOSE)
    utc.shown = datetime(2025, 3, 14, 15, 59, tzinfo=UTC)
    assert exp.get_next_friday(clock=utc) == datetime(2025, 3, 14, 15, 59)
    assert exp.get_next_monthly_expiration(clock=Standing(TUESDAY)) == datetime(2025, 3, 21)
    assert exp.get_expiration_for_dte(0, clock=Standing(FRIDAY_AFTER_CLOSE))[1:] == ("1DTE (Monday)", 1)
    with pytest.raises(ValueError, match="clock"):
        exp.get_next_friday()
    with pytest.raises(ValueError):
        exp.get_all_fridays_in_month(2025, 13)
