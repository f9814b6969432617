"""Weekends, holidays, half days and expirations as the exchange has them, said beside the plans' assumptions."""

from datetime import date, datetime

import pytest
import time_machine
from django.test import Client

from apps.gex.plans.block import build
from apps.gex.plans.calendar_notes import (
    daily_notes,
    monthly_notes,
    third_friday,
    week_mondays,
    weekly_notes,
    what_tomorrow_means,
)
from apps.gex.plans.calendar_plans import WeeklyView
from apps.market.models import Snapshot
from tests.gex.plans.reading import panel, text_of
from tests.moments import HALF_DAY_AFTERNOON, OPEN_MARKET, WEEKEND

THANKSGIVING = date(2026, 11, 26)


def test_a_full_session_needs_no_note() -> None:
    assert daily_notes(OPEN_MARKET.date()) == ()


def test_the_weekend_is_no_trading_day() -> None:
    assert daily_notes(WEEKEND.date()) == (
        "Sunday 22 November is the weekend: there is no session. The rules write it as a trading day; "
        "the next session opens Mon 23 Nov 09:30 ET.",
    )


def test_a_holiday_is_called_one() -> None:
    assert "Thursday 26 November is a holiday" in daily_notes(THANKSGIVING)[0]


def test_a_half_day_ends_the_schedule_early() -> None:
    assert "closes at 13:00 ET" in daily_notes(HALF_DAY_AFTERNOON.date())[0]


def test_the_week_is_named_by_its_monday_and_its_short_days() -> None:
    assert weekly_notes(date(2026, 11, 24)) == (
        "Monday 23 November to Friday 27 November 2026.",
        "Thursday 26 November: holiday, no session.",
        "Friday 27 November: half day, closes 13:00 ET.",
    )


def test_on_the_weekend_the_plan_is_of_the_week_that_is_over() -> None:
    assert "The week is over; the one of 23 November is planned from Monday on." in weekly_notes(WEEKEND.date())[0]


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        (date(2026, 11, 18), "Monthly options expire Friday 20 November."),
        (date(2025, 4, 10), "Monthly options expire Thursday 17 April: the third Friday, 18 April, is a holiday."),
    ],
)
def test_expiration_is_the_calendars(day: date, sentence: str) -> None:
    assert monthly_notes(day)[0] == sentence


def test_an_expiration_in_the_assumed_cpi_week_is_said() -> None:
    assert any("That is in week 2" in note for note in monthly_notes(date(2026, 10, 7)))
    assert not any("That is in week 2" in note for note in monthly_notes(date(2026, 11, 18)))


def test_a_day_outside_the_four_weeks_is_said() -> None:
    assert any("30 November, is in none of the four weeks" in note for note in monthly_notes(date(2026, 11, 30)))


def test_weeks_count_from_the_first_monday_and_opex_is_the_third_friday() -> None:
    assert week_mondays(date(2026, 10, 31)) == [date(2026, 10, day) for day in (5, 12, 19, 26)]
    assert third_friday(date(2026, 10, 31)) == date(2026, 10, 16)


@pytest.mark.parametrize(
    ("day", "states"),
    [
        (23, ["today", "", "", "holiday, no session", "half day, closes 13:00 ET"]),
        (25, ["over", "over", "today", "holiday, no session", "half day, closes 13:00 ET"]),
        (28, ["over", "over", "over", "over, holiday, no session", "over, half day, closes 13:00 ET"]),
    ],
)
def test_each_weekday_shows_where_it_stands(snapshot: Snapshot, day: int, states: list[str]) -> None:
    view = build("SPX", datetime(2026, 11, day, 11, 30, tzinfo=OPEN_MARKET.tzinfo)).panels[1].plan
    assert isinstance(view, WeeklyView)
    assert [one.state for one in view.days] == states


def test_the_page_says_it_on_a_sunday(trader_client: Client, snapshot: Snapshot) -> None:
    with time_machine.travel(WEEKEND, tick=False):
        page = trader_client.get("/gex/SPX/plans/").content.decode()
    assert "Sunday 22 November is the weekend" in text_of(panel(page, "daily"))
    assert "The week is over" in text_of(panel(page, "weekly"))


@pytest.mark.parametrize(
    ("at", "closed"),
    [
        (datetime(2026, 11, 26, 11, 0, tzinfo=OPEN_MARKET.tzinfo), "until Fri 27 Nov 09:30 ET."),
        (HALF_DAY_AFTERNOON, "until Mon 30 Nov 09:30 ET."),
    ],
)
def test_with_the_exchange_closed_there_is_nothing_to_do_whatever_the_hour_says(
    trader_client: Client, snapshot: Snapshot, at: datetime, closed: str
) -> None:
    with time_machine.travel(at, tick=False):
        daily = text_of(panel(trader_client.get("/gex/SPX/plans/").content.decode(), "daily"))
    assert f"What to do right now Nothing. The exchange is closed {closed} On a trading day the rules say" in daily


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (datetime(2026, 11, 18, 17, tzinfo=OPEN_MARKET.tzinfo), ""),
        (datetime(2026, 11, 20, 11, tzinfo=OPEN_MARKET.tzinfo), ""),
        (
            datetime(2026, 11, 20, 17, tzinfo=OPEN_MARKET.tzinfo),
            "Tomorrow stands for the next session, Mon 23 Nov 09:30 ET.",
        ),
        (
            datetime(2026, 11, 25, 17, tzinfo=OPEN_MARKET.tzinfo),
            "Tomorrow stands for the next session, Fri 27 Nov 09:30 ET.",
        ),
    ],
)
def test_tomorrow_without_a_session_is_called_what_it_stands_for(at: datetime, said: str) -> None:
    assert what_tomorrow_means(at) == said
