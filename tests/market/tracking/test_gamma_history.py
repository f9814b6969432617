"""Each quarter hour of a session is recorded once, with quotes of that quarter hour, and each day is summed up."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from apps.market import configured
from apps.market.duties.errors import NotYetError
from apps.market.history import days
from apps.market.models import DayFigures, GammaDailySummary, GammaHistory, Snapshot, SpyCorrelation
from apps.market.tracking import gamma_history
from tests.market.history.rows import make_snapshot
from tests.market.tracking.material import ny

OPENING = ny("2026-11-18 09:30")
CLOSE = ny("2026-11-18 16:00")
AFTER = CLOSE + timedelta(minutes=20)
DAY = date(2026, 11, 18)

pytestmark = pytest.mark.usefixtures("db", "_two_symbols")


@pytest.fixture
def _two_symbols(settings: Settings) -> None:
    settings.WATCHLIST = ["SPY", "QQQ"]
    settings.DATA_SOURCE = "cboe"
    configured.configured.cache_clear()


class Seqs:
    """Numbers snapshots as the feed does."""

    def __init__(self) -> None:
        self.last = 0

    def add(self, symbol: str, at: datetime, **columns: Any) -> Snapshot:
        self.last += 1
        own = {"source": "cboe", "kind": "delayed", "source_label": "Cboe delayed", "flip_point": 640.0}
        return make_snapshot(at, symbol=symbol, seq=self.last, **(own | columns))


@pytest.fixture
def seen() -> Seqs:
    return Seqs()


def recorded(symbol: str = "SPY") -> list[tuple[str, float]]:
    rows = GammaHistory.objects.filter(symbol=symbol, source="cboe").order_by("timestamp")
    return [(row.time_of_day or "", row.net_gex) for row in rows]


def test_a_slot_takes_the_first_quotes_of_its_quarter_hour(seen: Seqs) -> None:
    seen.add("SPY", OPENING - timedelta(seconds=1), net_gex=1.0)
    seen.add("SPY", OPENING + timedelta(minutes=2), net_gex=2.0, call_wall=660.0, implied_volatility=0.16)
    seen.add("SPY", OPENING + timedelta(minutes=3), net_gex=3.0)
    seen.add("QQQ", OPENING + timedelta(minutes=1))
    gamma_history.capture(OPENING, OPENING + timedelta(minutes=20))
    row = GammaHistory.objects.get(symbol="SPY")
    assert (row.source, row.timestamp, row.date, row.time_of_day) == ("cboe", OPENING, DAY, "09:30")
    assert (row.spot_price, row.net_gex, row.flip_point, row.call_wall) == (650.0, 2.0, 640.0, 660.0)
    assert row.distance_to_flip_pct == pytest.approx(-10 / 650 * 100, rel=1e-12)
    assert row.regime == "Positive GEX, Above Flip"
    assert (row.implied_volatility, row.put_wall, row.put_call_ratio) == (0.16, None, None), "unknown, not 0"


def test_quotes_that_are_late_are_waited_for_and_nothing_is_recorded_twice(seen: Seqs) -> None:
    seen.add("QQQ", OPENING, net_gex=1.0)
    with pytest.raises(NotYetError, match="No quotes of 09:30 yet: SPY"):
        gamma_history.capture(OPENING, OPENING + timedelta(minutes=15))
    seen.add("SPY", OPENING + timedelta(minutes=1), net_gex=2.0)
    seen.add("QQQ", OPENING + timedelta(seconds=1), net_gex=9.0)
    gamma_history.capture(OPENING, OPENING + timedelta(minutes=16))
    gamma_history.capture(OPENING, OPENING + timedelta(minutes=17))
    assert (recorded("SPY"), recorded("QQQ")) == ([("09:30", 2.0)], [("09:30", 1.0)])


def test_a_quarter_hour_without_quotes_stays_without_a_record(seen: Seqs) -> None:
    seen.add("SPY", OPENING + timedelta(minutes=15))
    gamma_history.capture(OPENING, OPENING + timedelta(minutes=35))
    assert not GammaHistory.objects.exists()


def test_imported_chains_and_other_sources_are_not_recorded(seen: Seqs) -> None:
    seen.add("SPY", OPENING, stale_after=None)
    seen.add("QQQ", OPENING, source="replay", kind="recorded")
    gamma_history.capture(OPENING, OPENING + timedelta(minutes=35))
    assert not GammaHistory.objects.exists()


def test_a_replays_quotes_count_when_they_were_played(seen: Seqs, settings: Settings) -> None:
    settings.DATA_SOURCE = "simulated"
    configured.configured.cache_clear()
    settings.WATCHLIST = ["SPY"]
    old = ny("2023-01-18 11:00")
    seen.add("SPY", old, source="simulated", kind="simulated", received_at=OPENING + timedelta(seconds=5))
    gamma_history.capture(OPENING, OPENING + timedelta(minutes=1))
    assert GammaHistory.objects.get().timestamp == OPENING


def test_without_a_flip_there_is_no_distance_and_no_change_of_it(seen: Seqs, settings: Settings) -> None:
    settings.WATCHLIST = ["SPY"]
    seen.add("SPY", OPENING, flip_point=None)
    seen.add("SPY", CLOSE, flip_point=640.0)
    gamma_history.capture(OPENING, OPENING)
    row = GammaHistory.objects.get()
    assert (row.flip_point, row.distance_to_flip_pct, row.regime) == (0.0, None, "Positive GEX")
    gamma_history.close_day(AFTER, AFTER)
    summary = GammaDailySummary.objects.get()
    assert (summary.open_flip, summary.close_flip) == (None, 640.0)
    assert (summary.flip_change, summary.flip_change_pct) == (None, None)


def test_the_day_is_summed_up_with_its_last_quotes(seen: Seqs) -> None:
    for symbol, opening, closing in (("SPY", 2e9, 3e9), ("QQQ", -4e9, -3e9)):
        seen.add(symbol, OPENING, net_gex=opening, spot=100, implied_volatility=0.2)
        seen.add(symbol, ny("2026-11-18 12:00"), net_gex=opening * 2, spot=104, implied_volatility=None)
        seen.add(symbol, CLOSE + timedelta(minutes=4), net_gex=closing, spot=101, flip_point=646.4)
        seen.add(symbol, CLOSE + timedelta(minutes=15), net_gex=7.0, spot=1)  # the evening's
    DayFigures.objects.create(symbol="SPY", day=DAY, source="cboe", truth="delayed", label="", updated_at=CLOSE)
    for slot in (OPENING, ny("2026-11-18 12:00")):
        gamma_history.capture(slot, AFTER)
    for _ in range(2):  # safe to run again
        gamma_history.close_day(AFTER, AFTER)
    assert recorded("SPY") == [("09:30", 2e9), ("12:00", 4e9), ("16:00", 3e9)]
    summary = GammaDailySummary.objects.get(symbol="SPY")
    assert (summary.open_gex, summary.close_gex, summary.high_gex, summary.low_gex) == (2e9, 3e9, 4e9, 2e9)
    assert (summary.gex_change_pct, summary.open_price, summary.close_price) == (50.0, 100.0, 101.0)
    assert summary.price_change_pct == pytest.approx(1.0, rel=1e-12)
    assert summary.flip_change_pct == pytest.approx(1.0, rel=1e-12)
    assert (summary.avg_iv, summary.snapshots_count, summary.source) == (0.2, 3, "cboe")
    assert GammaDailySummary.objects.get(symbol="QQQ").gex_change_pct == 25.0
    likeness = SpyCorrelation.objects.get()
    assert (likeness.symbol, likeness.spy_gex_change_pct, likeness.correlation_score) == ("QQQ", 50.0, 0.8)
    assert DayFigures.objects.get().is_final


def test_the_closes_quotes_are_waited_for_while_the_symbol_is_fed(seen: Seqs, settings: Settings) -> None:
    """A delayed source may need its quarter of an hour and a second attempt; nobody fed is not waited for."""
    seen.add("SPY", CLOSE - timedelta(minutes=1), net_gex=1.0)
    with pytest.raises(NotYetError, match="No quotes of the close yet: SPY"):
        gamma_history.close_day(AFTER, AFTER)
    assert not GammaHistory.objects.exists()
    seen.add("SPY", CLOSE + timedelta(seconds=20), net_gex=2.0)
    gamma_history.close_day(AFTER, AFTER + timedelta(minutes=5))
    assert recorded() == [("16:00", 2.0)]


def test_a_close_without_quotes_takes_the_last_ones_before_it_in_the_end(seen: Seqs) -> None:
    seen.add("SPY", CLOSE - timedelta(minutes=1), net_gex=1.0)
    gamma_history.close_day(AFTER, AFTER + gamma_history.WAITS_FOR_CLOSE)
    assert recorded() == [("16:00", 1.0)]


def test_sessions_whose_close_was_missed_are_finished_with_the_next_one(seen: Seqs, settings: Settings) -> None:
    """The desk was down from Friday noon over Monday's close; Tuesday's duty finishes all three days."""
    settings.WATCHLIST = ["SPY"]
    for day in (13, 16, 17):
        opening = ny(f"2026-11-{day} 09:30")
        days.record_snapshot(seen.add("SPY", opening, net_gex=float(day)))
        gamma_history.capture(opening, opening)
    evening = ny("2026-11-17 16:20")
    for _ in range(2):
        gamma_history.close_day(evening, evening)
    assert list(GammaDailySummary.objects.order_by("date").values_list("date__day", "open_gex")) == [
        (13, 13.0), (16, 16.0), (17, 17.0),
    ]  # fmt: skip
    assert list(DayFigures.objects.order_by("day").values_list("day__day", "is_final")) == [
        (13, True), (16, True), (17, True),
    ]  # fmt: skip


def test_the_days_of_a_replay_stay_open_for_the_rest_of_them() -> None:
    DayFigures.objects.create(
        symbol="SPY", day=date(2023, 1, 18), source="cboe", truth="recorded", label="", updated_at=CLOSE
    )
    gamma_history.close_day(AFTER, AFTER)
    assert not DayFigures.objects.get().is_final


def test_a_half_day_closes_at_one(seen: Seqs, settings: Settings) -> None:
    settings.WATCHLIST = ["SPY"]
    seen.add("SPY", ny("2026-11-27 13:05"), net_gex=5.0)
    gamma_history.close_day(ny("2026-11-27 13:20"), ny("2026-11-30 08:00"))
    assert recorded() == [("13:00", 5.0)]


def test_records_older_than_ninety_days_go_whoever_they_are_from_but_imported_ones_stay(seen: Seqs) -> None:
    for source in ("cboe", "old program", "simulated"):
        for age in (90, 91):
            GammaHistory.objects.create(
                source=source, symbol="SPY", timestamp=AFTER - timedelta(days=age), date=DAY - timedelta(days=age),
                spot_price=1, net_gex=1, flip_point=1,
            )  # fmt: skip
    gamma_history.cleanup(AFTER)
    assert sorted(GammaHistory.objects.values_list("source", "date")) == [
        ("cboe", date(2026, 8, 20)),
        ("old program", date(2026, 8, 19)),
        ("old program", date(2026, 8, 20)),
        ("simulated", date(2026, 8, 20)),
    ]
