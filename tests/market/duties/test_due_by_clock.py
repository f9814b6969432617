"""When each duty is due on ordinary and odd days of the exchange's calendar, and how long it may be late."""

from datetime import UTC, date, datetime, timedelta

import pytest

from alphagex import schedule
from alphagex.celery import app
from apps.market.duties.due import due_slots, next_slot
from apps.market.duties.table import TABLE, Routine
from legacy_engines.gamma.intraday import KEY_TIMES
from tests.market.tracking.material import ny

FROZEN, HISTORY, PREDICTIONS, CLOSE, SCORED, OUTCOMES, HOUSE = TABLE


def times(routine: Routine, day: str) -> list[str]:
    return [f"{slot:%H:%M}" for slot in routine.slots(date.fromisoformat(day))]


@pytest.mark.parametrize("day", ["2026-11-18", "2026-03-09", "2026-11-02", "2024-02-29", "2026-12-31"])
def test_an_ordinary_session_has_26_quarter_hours_and_one_close(day: str) -> None:
    """The Mondays after the clocks changed, a leap day and year end are ordinary."""
    quarters = times(HISTORY, day)
    assert (len(quarters), quarters[0], quarters[-1]) == (26, "09:30", "15:45")
    assert {f"{time:%H:%M}" for time in KEY_TIMES} <= set(quarters)
    assert (times(PREDICTIONS, day), times(CLOSE, day), times(OUTCOMES, day)) == (["15:45"], ["16:20"], ["16:20"])
    assert (times(FROZEN, day), times(SCORED, day)) == (["09:25"], ["16:20"])


@pytest.mark.parametrize("day", ["2026-11-27", "2026-12-24"])
def test_a_half_day_ends_at_one(day: str) -> None:
    quarters = times(HISTORY, day)
    assert (len(quarters), quarters[-1]) == (14, "12:45")
    assert (times(PREDICTIONS, day), times(CLOSE, day)) == (["12:45"], ["13:20"])
    assert (times(FROZEN, day), times(SCORED, day)) == (["09:25"], ["13:20"])


@pytest.mark.parametrize("day", ["2026-06-19", "2026-11-26", "2027-01-01", "2026-11-22", "2026-03-08", "2026-11-01"])
def test_without_a_session_only_the_house_is_kept(day: str) -> None:
    """Juneteenth, Thanksgiving, New Year, a Sunday, and the Sundays whose clocks change."""
    assert [times(routine, day) for routine in TABLE[:-1]] == [[]] * 6
    assert len(HOUSE.slots(date.fromisoformat(day))) == 1


@pytest.mark.parametrize(
    ("day", "shown", "utc"),
    [
        ("2026-03-07", "02:30", "2026-03-07T07:30"),
        ("2026-03-08", "03:30", "2026-03-08T07:30"),  # there is no 02:30
        ("2026-03-09", "02:30", "2026-03-09T06:30"),
        ("2026-11-01", "02:30", "2026-11-01T07:30"),  # after the doubled hour
    ],
)
def test_the_nightly_slot_is_one_moment_on_every_night(day: str, shown: str, utc: str) -> None:
    (slot,) = HOUSE.slots(date.fromisoformat(day))
    assert (f"{slot:%H:%M}", f"{slot.astimezone(UTC):%Y-%m-%dT%H:%M}") == (shown, utc)


@pytest.mark.parametrize(
    ("moment", "history", "predictions", "close", "house"),
    [
        # moment, quarter hours that may still begin, prediction, latest close and night
        ("2026-11-18 09:29", [], [], "11-17 16:20", "11-18 02:30"),
        ("2026-11-18 09:30", ["09:30"], [], "11-17 16:20", "11-18 02:30"),
        ("2026-11-18 10:14", ["09:30", "09:45", "10:00"], [], "11-17 16:20", "11-18 02:30"),
        ("2026-11-18 10:15", ["09:45", "10:00", "10:15"], [], "11-17 16:20", "11-18 02:30"),
        ("2026-11-18 15:45", ["15:15", "15:30", "15:45"], ["15:45"], "11-17 16:20", "11-18 02:30"),
        ("2026-11-18 16:05", ["15:30", "15:45"], [], "11-17 16:20", "11-18 02:30"),
        ("2026-11-18 16:20", ["15:45"], [], "11-18 16:20", "11-18 02:30"),
        ("2026-11-22 12:00", [], [], "11-20 16:20", "11-22 02:30"),  # Sunday: Friday's close is made up for
        ("2026-11-27 09:00", [], [], "11-25 16:20", "11-27 02:30"),  # after Thanksgiving
        ("2026-11-27 13:00", ["12:30", "12:45"], ["12:45"], "11-25 16:20", "11-27 02:30"),
        ("2026-11-27 13:20", ["12:45"], [], "11-27 13:20", "11-27 02:30"),
        ("2026-11-29 01:00", [], [], "11-27 13:20", "11-28 02:30"),
        ("2026-06-19 12:00", [], [], "06-18 16:20", "06-19 02:30"),  # Juneteenth
        ("2026-03-08 03:15", [], [], "03-06 16:20", "03-07 02:30"),  # 45 minutes after 01:30: not yet
        ("2026-03-08 03:30", [], [], "03-06 16:20", "03-08 03:30"),
        ("2026-11-01 12:00", [], [], "10-30 16:20", "11-01 02:30"),
        ("2027-01-01 12:00", [], [], "12-31 16:20", "01-01 02:30"),
    ],
)
def test_what_is_due(moment: str, history: list[str], predictions: list[str], close: str, house: str) -> None:
    at = ny(moment)
    assert [f"{slot:%H:%M}" for slot in due_slots(HISTORY, at)] == history
    assert [f"{slot:%H:%M}" for slot in due_slots(PREDICTIONS, at)] == predictions
    assert [f"{slot:%m-%d %H:%M}" for slot in due_slots(CLOSE, at)] == [close]
    assert [f"{slot:%m-%d %H:%M}" for slot in due_slots(HOUSE, at)] == [house]


@pytest.mark.parametrize(
    ("moment", "frozen", "scored"),
    [
        ("2026-11-18 09:24", [], "11-17 16:20"),
        ("2026-11-18 09:25", ["09:25"], "11-17 16:20"),
        ("2026-11-18 12:24", ["09:25"], "11-17 16:20"),
        ("2026-11-18 12:25", [], "11-17 16:20"),
        ("2026-11-18 16:20", [], "11-18 16:20"),
        ("2026-11-26 09:25", [], "11-25 16:20"),  # Thanksgiving
        ("2026-11-27 12:24", ["09:25"], "11-25 16:20"),  # before the close of the half day
        ("2026-11-27 13:20", [], "11-27 13:20"),
        ("2026-03-09 09:25", ["09:25"], "03-06 16:20"),  # the Mondays after the clocks changed
        ("2026-11-02 09:25", ["09:25"], "10-30 16:20"),
    ],
)
def test_when_levels_are_frozen_and_scored(moment: str, frozen: list[str], scored: str) -> None:
    at = ny(moment)
    assert [f"{slot:%H:%M}" for slot in due_slots(FROZEN, at)] == frozen
    assert [f"{slot:%m-%d %H:%M}" for slot in due_slots(SCORED, at)] == [scored]


def test_moments_of_any_zone_mean_the_same() -> None:
    at = datetime(2026, 11, 18, 14, 30, tzinfo=UTC)
    assert due_slots(HISTORY, at) == due_slots(HISTORY, ny("2026-11-18 09:30")) == [ny("2026-11-18 09:30")]


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-18 09:30", "2026-11-18 09:45"),
        ("2026-11-18 15:45", "2026-11-19 09:30"),
        ("2026-11-25 20:00", "2026-11-27 09:30"),
        ("2026-12-31 20:00", "2027-01-04 09:30"),
    ],
)
def test_when_it_is_due_next(moment: str, expected: str) -> None:
    assert next_slot(HISTORY, ny(moment)) == ny(expected)


def test_every_minute_of_a_year_ends_in_slots_that_were_due_once() -> None:
    """Ticking through the odd weeks, each slot appears, none before its time."""
    for start in ("2026-03-05", "2026-10-29", "2026-11-24", "2026-12-30"):
        at, seen = ny(f"{start} 00:00").astimezone(UTC), set()
        for _ in range(6 * 24 * 4):
            for slot in due_slots(HISTORY, at):
                assert timedelta(0) <= at - slot < timedelta(minutes=45)
                seen.add(slot.astimezone(UTC))
            at += timedelta(minutes=15)
        first = date.fromisoformat(start)
        days = [first + timedelta(days=ahead) for ahead in range(6)]
        assert seen == {slot.astimezone(UTC) for day in days for slot in HISTORY.slots(day)}


def test_the_schedule_ticks_the_duties_every_minute() -> None:
    (row,) = [row for row in schedule.SCHEDULE if row.task == "market.duties"]
    assert (row.seconds, row.expires) == (60, 60)
    app.loader.import_default_modules()
    assert row.task in app.tasks


def test_the_table_reads_as_a_table() -> None:
    assert len({routine.name for routine in TABLE}) == len(TABLE)
    assert all(routine.does.endswith(".") and routine.due for routine in TABLE)
    assert all(len(routine.name) <= 40 for routine in TABLE)
