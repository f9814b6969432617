"""Levels are scored from the session's own prices once they stand: bars first, own quotes second, else a reason."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from apps.market import configured
from apps.market.chain import Origin
from apps.market.duties.errors import NotYetError
from apps.market.duties.running import run_due
from apps.market.duties.table import TABLE
from apps.market.models import FrozenLevel
from apps.market.scorecard.outcomes import NO_PRICES, ON_THE_LEVEL, SIMULATED_PRICES, WAITS_FOR_BARS, score
from apps.market.sources.simulated import SimulatedSource
from tests.market.scorecard.material import CBOE_LEVEL, bars, frozen, quoted, snapshot
from tests.market.tracking.material import CBOE, ny

SLOT = ny("2026-11-18 16:20")
NEXT_MORNING = SLOT + WAITS_FOR_BARS
QUARTER_DAY = [100.0 + step * 0.1 for step in range(79)]  # a quote every five minutes from open to close
Kind = FrozenLevel.Kind
Outcome = FrozenLevel.MoveOutcome
YAHOO = Origin(source="yahoo", kind="delayed", label="Yahoo")


@pytest.mark.usefixtures("simulated")
class TestFromDailyBars:
    def test_levels_and_move_of_a_session_are_scored(self) -> None:
        frozen(kind=Kind.CALL_WALL, level=105.0)
        frozen(kind=Kind.PUT_WALL, level=95.0)
        frozen(kind=Kind.FLIP, level=99.0)
        frozen(kind=Kind.EXPECTED_MOVE, lower=98.0, upper=102.0)
        bars("SPY", "2026-11-18 16:19", d2026_11_17=(1, 1, 1, 1), d2026_11_18=(100, 104.97, 98.5, 101.5))
        score(SLOT, SLOT)
        found = {
            row.kind: (row.touched, row.held, row.broken, row.closed_beyond, row.move_outcome)
            for row in FrozenLevel.objects.all()
        }
        assert found == {
            Kind.CALL_WALL: (True, True, False, False, ""),
            Kind.PUT_WALL: (False, False, False, False, ""),
            Kind.FLIP: (True, True, True, False, ""),
            Kind.EXPECTED_MOVE: (None, None, None, None, Outcome.EXCEEDED),
        }
        for row in FrozenLevel.objects.all():
            assert (row.scored_at, row.prices, row.unscored_reason) == (SLOT, "daily_bar", "")
            assert (row.open, row.high, row.low, row.close) == (100, 104.97, 98.5, 101.5)

    def test_scoring_again_changes_nothing(self) -> None:
        frozen()
        bars("SPY", "2026-11-18 16:19", d2026_11_18=(100, 106, 99, 104))
        score(SLOT, SLOT)
        before = FrozenLevel.objects.values().get()
        bars("SPY", "2026-11-18 16:30", d2026_11_18=(100, 101, 99, 100))
        score(SLOT, ny("2026-11-18 16:31"))
        assert FrozenLevel.objects.values().get() == before

    def test_a_bar_fetched_before_the_session_stood_is_not_taken(self) -> None:
        frozen(level=SimulatedSource(seed=42).spot("SPY", ny("2026-11-18 09:30")) + 1, spot=650.0)
        bars("SPY", "2026-11-18 16:10", d2026_11_18=(1.0, 1.0, 1.0, 1.0))
        score(SLOT, SLOT)
        row = FrozenLevel.objects.get()
        assert row.close == pytest.approx(SimulatedSource(seed=42).spot("SPY", ny("2026-11-18 16:00")), rel=1e-3)

    def test_a_session_that_is_not_over_waits(self) -> None:
        frozen(day="2026-11-19")
        score(SLOT, SLOT)
        assert FrozenLevel.objects.get().scored_at is None

    def test_the_days_own_bar_is_waited_for(self) -> None:
        frozen()
        bars("SPY", "2026-11-18 16:20", d2026_11_17=(1, 1, 1, 1))
        with pytest.raises(NotYetError, match="No daily bars yet: SPY"):
            score(SLOT, SLOT)
        assert FrozenLevel.objects.get().unscored_reason == ""

    def test_earlier_sessions_are_made_up_for(self) -> None:
        """Friday's half day, whose evening the desk did not see, with Monday's."""
        frozen(day="2026-11-27")
        frozen(day="2026-11-30")
        bars("SPY", "2026-11-30 16:20", d2026_11_27=(100, 106, 99, 104), d2026_11_30=(100, 101, 99, 100))
        score(ny("2026-11-30 16:20"), ny("2026-11-30 16:20"))
        assert list(FrozenLevel.objects.order_by("day").values_list("touched", flat=True)) == [True, False]

    def test_a_half_day_is_scored_at_twenty_past_one(self) -> None:
        frozen(day="2026-11-27")
        bars("SPY", "2026-11-27 13:19", d2026_11_27=(100, 106, 99, 104))
        run_due(ny("2026-11-27 13:20"), table=tuple(one for one in TABLE if one.name == "Levels scored"))
        assert FrozenLevel.objects.get().scored_at == ny("2026-11-27 13:20")

    def test_a_split_is_not_mistaken_for_a_crash(self) -> None:
        frozen(spot=200.0, level=205.0)
        bars("SPY", "2026-11-18 16:19", d2026_11_18=(100, 106, 99, 104))
        score(SLOT, SLOT)
        row = FrozenLevel.objects.get()
        assert row.scored_at is None
        assert row.unscored_reason == "Opened at 100.00, frozen at 200.00: the shares seem to have been split."

    def test_frozen_and_opened_on_the_level_it_has_no_score(self) -> None:
        frozen(level=100.0)
        bars("SPY", "2026-11-18 16:19", d2026_11_18=(100, 106, 99, 104))
        score(SLOT, SLOT)
        assert FrozenLevel.objects.values_list("scored_at", "unscored_reason").get() == (None, ON_THE_LEVEL)

    def test_an_auction_outside_the_range_belongs_to_it(self) -> None:
        frozen()
        bars("SPY", "2026-11-18 16:19", d2026_11_18=(100, 104, 99, 105.5))
        score(SLOT, SLOT)
        assert FrozenLevel.objects.values_list("high", "closed_beyond").get() == (105.5, True)

    @pytest.mark.parametrize("hole", [None, 0.0])
    def test_a_bar_with_a_hole_is_none(self, hole: Any) -> None:
        frozen()
        bars("SPY", "2026-11-18 16:20", d2026_11_18=(100, hole, 99, 104), d2026_11_19=(1, 1, 1, 1))
        score(SLOT, SLOT)
        assert FrozenLevel.objects.get().unscored_reason == NO_PRICES

    def test_levels_of_another_source_are_not_scored_by_this_ones_prices(self) -> None:
        frozen(**CBOE_LEVEL)
        bars("SPY", "2026-11-18 16:19", d2026_11_18=(100, 106, 99, 104))
        score(SLOT, SLOT)
        assert FrozenLevel.objects.values_list("scored_at", "unscored_reason").get() == (None, "")

    def test_what_lies_more_than_25_days_back_is_left(self) -> None:
        frozen(day="2026-10-23")
        score(SLOT, SLOT)
        assert FrozenLevel.objects.values_list("scored_at", "unscored_reason").get() == (None, "")


@pytest.mark.usefixtures("cboe")
class TestWithoutDailyBars:
    def test_they_are_waited_for_through_the_night_and_then_told(self) -> None:
        frozen(**CBOE_LEVEL)
        with pytest.raises(NotYetError, match="No daily bars yet: SPY"):
            score(SLOT, SLOT)
        score(SLOT, NEXT_MORNING)
        assert FrozenLevel.objects.values_list("scored_at", "unscored_reason").get() == (None, NO_PRICES)

    def test_what_came_too_late_is_scored_the_next_evening(self) -> None:
        frozen(**CBOE_LEVEL, unscored_reason=NO_PRICES)
        bars("SPY", "2026-11-19 16:20", origin=YAHOO, d2026_11_18=(100, 106, 99, 104), d2026_11_19=(1, 1, 1, 1))
        score(ny("2026-11-19 16:20"), ny("2026-11-19 16:20"))
        row = FrozenLevel.objects.get()
        assert (row.scored_at, row.unscored_reason, row.touched) == (ny("2026-11-19 16:20"), "", True)

    def test_the_desks_own_quotes_serve_after_the_night(self) -> None:
        frozen(**CBOE_LEVEL)
        quoted("SPY", "2026-11-18", QUARTER_DAY, every=timedelta(minutes=5), origin=CBOE)
        with pytest.raises(NotYetError):
            score(SLOT, SLOT)
        score(SLOT, NEXT_MORNING)
        row = FrozenLevel.objects.get()
        assert (row.prices, row.open, row.high, row.low, row.close) == ("snapshots", 100, 107.8, 100, 107.8)
        assert (row.touched, row.broken, row.closed_beyond) == (True, True, True)

    @pytest.mark.parametrize(
        ("first", "count", "every"),
        [
            (0, 78, 5),  # ends five minutes before the close
            (0, 27, 15),  # a quarter of an hour apart
        ],
    )
    def test_quotes_that_do_not_cover_the_session_do_not_serve(self, first: int, count: int, every: int) -> None:
        frozen(**CBOE_LEVEL)
        quoted("SPY", "2026-11-18", [100.0] * count, every=timedelta(minutes=every), origin=CBOE)
        score(SLOT, NEXT_MORNING)
        assert FrozenLevel.objects.get().unscored_reason == NO_PRICES

    def test_a_desk_that_was_started_after_the_open_does_not_know_the_session(self) -> None:
        frozen(**CBOE_LEVEL)
        for minute in range(45, 400, 5):
            at = ny("2026-11-18 09:30") + timedelta(minutes=minute)
            snapshot("SPY", f"{at:%Y-%m-%d %H:%M}", origin=CBOE)
        score(SLOT, NEXT_MORNING)
        assert FrozenLevel.objects.get().unscored_reason == NO_PRICES

    def test_simulated_prices_never_score_real_levels(self) -> None:
        """A stand-in for Yahoo says what it is, and so do its numbers."""
        stand_in = Origin(source="yahoo", kind="simulated", label="Simulated")
        frozen(**CBOE_LEVEL)
        bars("SPY", "2026-11-18 16:19", origin=stand_in, d2026_11_18=(100, 106, 99, 104))
        score(SLOT, SLOT)
        assert FrozenLevel.objects.values_list("scored_at", "unscored_reason").get() == (None, SIMULATED_PRICES)


def test_a_source_without_prices_is_scored_by_its_own_quotes_at_once(
    db: None, settings: Settings, tmp_path: Path
) -> None:
    """A replay offers none unless they were recorded; nothing is waited for."""
    settings.DATA_SOURCE, settings.REPLAY_PATH = "replay", str(tmp_path)
    configured.configured.cache_clear()
    name = configured.chain_source().name
    frozen(source=name, truth="live")
    score(SLOT, SLOT)
    assert FrozenLevel.objects.get().unscored_reason == NO_PRICES


@pytest.mark.usefixtures("transactional_db")
@pytest.mark.parametrize(
    ("day", "scored"),
    [("2026-11-18", "16:20"), ("2026-11-27", "13:20"), ("2026-03-09", "16:20"), ("2026-11-02", "16:20")],
)
def test_a_session_by_the_clock(settings: Settings, day: str, scored: str) -> None:
    """Ordinary, half, and the first ones after the clocks changed: frozen at 09:25, scored after the close."""
    settings.WATCHLIST, settings.DATA_SOURCE = ["SPY"], "simulated"
    configured.configured.cache_clear()
    market = SimulatedSource(seed=42)
    spot = market.spot("SPY", ny(f"{day} 09:20"))
    snapshot("SPY", f"{day} 09:20", spot=spot, flip_point=spot)
    table = tuple(one for one in TABLE if one.name.startswith("Levels"))
    at = ny(f"{day} 09:00")
    while at < ny(f"{day} 17:00"):
        run_due(at, table=table)
        at += timedelta(minutes=5)
    flip = FrozenLevel.objects.get(kind=Kind.FLIP)
    assert (flip.day, flip.frozen_at, flip.scored_at) == (
        date.fromisoformat(day), ny(f"{day} 09:25"), ny(f"{day} {scored}"),
    )  # fmt: skip
    closes = ny(f"{day} {scored}") - timedelta(minutes=20)
    assert flip.close == pytest.approx(market.spot("SPY", closes), rel=1e-3)
    assert flip.low is not None
    assert flip.high is not None
    assert flip.touched == (flip.low <= spot * 1.0005 and flip.high >= spot * 0.9995)
