"""The real table through real sessions: the records are there afterwards, each once, and days follow each other."""

from datetime import date, timedelta

import pytest
from pytest_django.fixtures import Settings

from apps.market import configured, facts
from apps.market.duties.running import run_due
from apps.market.duties.table import TABLE
from apps.market.models import (
    DayFigures,
    Duty,
    GammaCorrelation,
    GammaDailySummary,
    GammaHistory,
    SpyCorrelation,
)
from apps.market.sources.protocol import Kind, Question
from apps.market.sources.simulated import SimulatedSource
from apps.market.tracking import correlation
from tests.market.tracking.material import ny, store, week_of_gamma

WEDNESDAY, HALF_FRIDAY, MONDAY = date(2026, 11, 25), date(2026, 11, 27), date(2026, 11, 30)
SYMBOLS = ("SPY", "QQQ")

pytestmark = pytest.mark.usefixtures("transactional_db", "_simulated")


@pytest.fixture
def _simulated(settings: Settings) -> None:
    settings.WATCHLIST = list(SYMBOLS)
    settings.DATA_SOURCE = "simulated"
    configured.configured.cache_clear()


def live_through(day: date, *, closes: str) -> None:
    """Tick every five minutes from 09:00 to an hour after the close, with quotes of both symbols each time."""
    market = SimulatedSource(seed=42)
    at, end = ny(f"{day} 09:00"), ny(f"{day} {closes}") + timedelta(hours=1)
    cells = week_of_gamma(day - timedelta(days=day.weekday()), [1e8, 2e8, 3e8, 0.0, 4e8])
    while at <= end:
        for symbol in SYMBOLS:
            store(symbol, at, cells, spot=market.spot(symbol, at), net_gex=1e9 + (at.hour * 60 + at.minute) * 1e6)
        run_due(at)
        at += timedelta(minutes=5)


def test_two_sessions_around_thanksgiving_leave_their_records() -> None:
    live_through(WEDNESDAY, closes="16:00")
    live_through(HALF_FRIDAY, closes="13:00")
    for symbol in SYMBOLS:
        rows = GammaHistory.objects.filter(symbol=symbol)
        assert [rows.filter(date=day).count() for day in (WEDNESDAY, HALF_FRIDAY)] == [27, 15]
        assert [row.snapshots_count for row in GammaDailySummary.objects.filter(symbol=symbol)] == [27, 15]
        logged = GammaCorrelation.objects.filter(symbol=symbol).order_by("timestamp")
        assert [(row.timestamp, row.filled) for row in logged] == [(WEDNESDAY, True), (HALF_FRIDAY, False)]
        measured, waiting = logged
        bars = facts.fetched(Question(kind=Kind.BARS, symbol=symbol, detail="1d:1mo"), at=ny("2026-11-27 14:00")).value
        close = bars["close"][bars["time"].index("2026-11-27T00:00:00-05:00")]
        spot = SimulatedSource(seed=42).spot(symbol, ny("2026-11-25 15:45"))
        assert measured.actual_price_move_pct == pytest.approx((close - spot) / spot * 100, rel=1e-12)
        assert measured.next_day_close == close
        assert waiting.next_day_open == SimulatedSource(seed=42).spot(symbol, ny("2026-11-27 12:45"))
    assert sorted(SpyCorrelation.objects.values_list("symbol", "date")) == [("QQQ", WEDNESDAY), ("QQQ", HALF_FRIDAY)]
    assert not Duty.objects.exclude(error="").exists()
    assert not Duty.objects.filter(finished_at=None).exists()
    assert Duty.objects.filter(name="Gamma history").count() == 26 + 14
    assert not DayFigures.objects.filter(day=WEDNESDAY, is_final=False).exists()
    assert len(correlation.report("SPY", at=ny("2026-11-30 09:00"))["rows"]) == 1


def test_a_desk_that_was_down_at_the_close_makes_up_for_it_in_the_morning() -> None:
    cells = week_of_gamma(date(2026, 11, 23), [1e8] * 5)
    for minute in ("09:30", "15:45", "15:59"):
        for symbol in SYMBOLS:
            store(symbol, ny(f"{WEDNESDAY} {minute}"), cells)
        run_due(ny(f"{WEDNESDAY} {minute}"))
    assert not GammaDailySummary.objects.exists()
    run_due(ny("2026-11-27 08:00"))
    run_due(ny("2026-11-27 08:01"))
    assert sorted(GammaDailySummary.objects.values_list("symbol", "date", "snapshots_count")) == [
        ("QQQ", WEDNESDAY, 3), ("SPY", WEDNESDAY, 3),
    ]  # fmt: skip
    done = Duty.objects.filter(name="Close of the day").order_by("slot").values_list("slot", "finished_at")
    assert list(done) == [
        (ny("2026-11-24 16:20"), ny(f"{WEDNESDAY} 09:30")),  # Tuesday's, which the new desk did not see
        (ny(f"{WEDNESDAY} 16:20"), ny("2026-11-27 08:00")),
    ]


def test_on_days_without_a_session_nothing_is_recorded_though_the_simulated_market_never_closes() -> None:
    cells = week_of_gamma(date(2026, 11, 23), [1e8] * 5)
    for hour in range(24):
        at = ny(f"2026-11-26 {hour:02d}:00")
        store("SPY", at, cells)
        run_due(at)
    assert not GammaHistory.objects.filter(date=date(2026, 11, 26)).exists()
    assert not GammaCorrelation.objects.exists()
    names = set(Duty.objects.filter(slot__gte=ny("2026-11-26 00:00")).values_list("name", flat=True))
    assert names == {TABLE[-1].name}


def test_gamma_written_by_hand_in_a_day_is_part_of_its_summary() -> None:
    """What else was recorded that day is summed up too, whether or not the symbol is still watched."""
    GammaHistory.objects.create(
        source="simulated", symbol="NVDA", timestamp=ny(f"{WEDNESDAY} 10:00"), date=WEDNESDAY, spot_price=1, net_gex=2,
        flip_point=1,
    )  # fmt: skip
    run_due(ny(f"{WEDNESDAY} 16:20"))
    assert GammaDailySummary.objects.get().symbol == "NVDA"
