"""What is frozen at 09:25, from which quotes, and that it stays as it is."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from pytest_django.fixtures import Settings

from apps.market import configured
from apps.market.chain import Origin
from apps.market.duties.due import due_slots
from apps.market.duties.running import run_due
from apps.market.duties.table import TABLE
from apps.market.models import FrozenLevel
from apps.market.scorecard.freezing import freeze
from tests.market.scorecard.material import frozen, snapshot, without_levels
from tests.market.tracking.material import CBOE, ny

SLOT = ny("2026-11-18 09:25")
Kind = FrozenLevel.Kind
RECORDED = Origin(source="simulated", kind="recorded", label="Recording of Simulated")

pytestmark = pytest.mark.usefixtures("simulated")


def rows() -> dict[str, tuple[float | None, float | None, float | None]]:
    return {row.kind: (row.level, row.lower, row.upper) for row in FrozenLevel.objects.all()}


def test_flip_walls_and_move_are_frozen_with_spot_moment_and_source() -> None:
    snapshot("SPY", "2026-11-18 09:24", spot=100.5)
    freeze(SLOT, SLOT)
    assert rows() == {
        Kind.FLIP: (99.0, None, None),
        Kind.CALL_WALL: (105.0, None, None),
        Kind.PUT_WALL: (95.0, None, None),
        Kind.EXPECTED_MOVE: (None, 98.5, 102.5),
    }
    for row in FrozenLevel.objects.all():
        assert (row.symbol, row.day, row.source, row.truth, row.label, row.spot) == (
            "SPY", date(2026, 11, 18), "simulated", "simulated", "Simulated", 100.5,
        )  # fmt: skip
        assert (row.as_of, row.frozen_at, row.scored_at) == (ny("2026-11-18 09:24"), SLOT, None)


def test_what_came_in_later_is_not_looked_at_however_late_it_runs() -> None:
    snapshot("SPY", "2026-11-18 09:24", flip_point=98.0)
    snapshot("SPY", "2026-11-18 09:24:50", received="2026-11-18 09:25:01", flip_point=97.0)
    snapshot("SPY", "2026-11-18 11:00", flip_point=96.0)
    freeze(SLOT, ny("2026-11-18 11:01"))
    assert rows()[Kind.FLIP][0] == 98.0


def test_freezing_again_changes_nothing() -> None:
    snapshot("SPY", "2026-11-18 09:24")
    freeze(SLOT, SLOT)
    before = list(FrozenLevel.objects.order_by("pk").values())
    snapshot("SPY", "2026-11-18 09:24:30", received="2026-11-18 09:24:40", flip_point=97.0)
    freeze(SLOT, ny("2026-11-18 09:26"))
    assert list(FrozenLevel.objects.order_by("pk").values()) == before


@pytest.mark.parametrize(
    ("as_of", "is_frozen"),
    [
        ("2026-11-17 16:00", True),
        ("2026-11-17 15:45", True),  # the closing quarter hour of the session before
        ("2026-11-17 15:44", False),
        ("2026-11-16 16:00", False),
    ],
)
def test_levels_of_the_close_before_are_taken_and_older_ones_are_not(as_of: str, is_frozen: bool) -> None:
    snapshot("SPY", as_of)
    freeze(SLOT, SLOT)
    assert FrozenLevel.objects.exists() == is_frozen
    assert not FrozenLevel.objects.exclude(as_of=ny(as_of)).exists()


@pytest.mark.parametrize(
    ("as_of", "day"),
    [
        ("2026-11-20 16:00", "2026-11-23"),  # over a weekend
        ("2026-11-25 15:50", "2026-11-27"),  # over Thanksgiving
        ("2026-11-27 12:50", "2026-11-30"),  # after a half day, which closes at 13:00
        ("2026-03-06 16:00", "2026-03-09"),  # over the night the clocks change
        ("2026-10-30 16:00", "2026-11-02"),
    ],
)
def test_the_close_before_may_be_days_ago(as_of: str, day: str) -> None:
    snapshot("SPY", as_of)
    slot = ny(f"{day} 09:25")
    assert due_slots(TABLE[0], slot) == [slot]
    freeze(slot, slot)
    assert set(FrozenLevel.objects.values_list("day", flat=True)) == {date.fromisoformat(day)}


def test_days_without_a_session_freeze_nothing() -> None:
    snapshot("SPY", "2026-11-25 16:00")
    for day in ("2026-11-26", "2026-11-28", "2026-11-29"):
        run_due(ny(f"{day} 09:25"), table=TABLE[:1])
    assert not FrozenLevel.objects.exists()


def test_a_desk_that_starts_within_three_hours_still_freezes_what_was_known_then() -> None:
    snapshot("SPY", "2026-11-18 09:24")
    run_due(SLOT + timedelta(hours=3), table=TABLE[:1])
    assert not FrozenLevel.objects.exists()
    run_due(SLOT + timedelta(hours=3) - timedelta(minutes=1), table=TABLE[:1])
    assert set(FrozenLevel.objects.values_list("frozen_at", flat=True)) == {SLOT}


def test_only_the_watched_symbols_are_frozen() -> None:
    snapshot("SPY", "2026-11-18 09:24")
    snapshot("QQQ", "2026-11-18 09:24")
    freeze(SLOT, SLOT)
    assert set(FrozenLevel.objects.values_list("symbol", flat=True)) == {"SPY"}


def test_what_is_not_known_has_no_row() -> None:
    without_levels("SPY", "2026-11-18 09:24")
    freeze(SLOT, SLOT)
    assert rows() == {}


def test_a_replayed_or_foreign_day_is_never_frozen() -> None:
    snapshot("SPY", "2026-11-18 09:23", origin=RECORDED)
    snapshot("SPY", "2026-11-18 09:24", origin=CBOE)
    freeze(SLOT, SLOT)
    assert not FrozenLevel.objects.exists()


def test_each_source_has_rows_of_its_own(settings: Settings) -> None:
    snapshot("SPY", "2026-11-18 09:23", flip_point=98.0)
    freeze(SLOT, SLOT)
    settings.DATA_SOURCE = "cboe"
    configured.configured.cache_clear()
    snapshot("SPY", "2026-11-18 09:24", flip_point=97.0, origin=CBOE)
    freeze(SLOT, SLOT)
    flips = FrozenLevel.objects.filter(kind=Kind.FLIP).order_by("source").values_list("source", "truth", "level")
    assert list(flips) == [("cboe", "delayed", 97.0), ("simulated", "simulated", 98.0)]


def test_a_move_that_ends_on_another_day_gives_way_to_the_daily_one() -> None:
    """One with Friday's expiration on a Wednesday; 16 % a year are 100 * 0.16 / sqrt(252) points a session."""
    snapshot("SPY", "2026-11-18 09:24", until=date(2026, 11, 20))
    freeze(SLOT, SLOT)
    assert Kind.EXPECTED_MOVE not in rows()
    _, lower, upper = rows()[Kind.DAILY_MOVE]
    assert lower == pytest.approx(100 - 1.00790526)
    assert upper == pytest.approx(100 + 1.00790526)


@pytest.mark.parametrize(
    ("at", "kind"),
    [
        ("2026-11-19 16:00", Kind.DAILY_MOVE),  # the evening before, the move ends with the morning settlement
        ("2026-11-20 09:20", Kind.EXPECTED_MOVE),  # ten minutes before it, it is the afternoon's
    ],
)
def test_a_move_that_ends_at_the_open_is_not_the_sessions(at: str, kind: str) -> None:
    snapshot("SPY", at, until=date(2026, 11, 20), morning=date(2026, 11, 20))
    freeze(ny("2026-11-20 09:25"), ny("2026-11-20 09:25"))
    assert {Kind.DAILY_MOVE, Kind.EXPECTED_MOVE} & set(rows()) == {kind}


@pytest.mark.parametrize("change", [{"level": 1.0}, {"spot": 1.0}, {"day": date(2026, 11, 19)}, {"truth": "live"}])
def test_the_database_refuses_to_change_what_was_frozen(change: dict[str, object]) -> None:
    row = frozen()
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        FrozenLevel.objects.filter(pk=row.pk).update(**change)
    FrozenLevel.objects.filter(pk=row.pk).update(scored_at=SLOT, touched=True)
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        FrozenLevel.objects.filter(pk=row.pk).update(touched=False)
    assert FrozenLevel.objects.get().touched
