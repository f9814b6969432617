"""Predictions are logged once a day before the close, and what the next session did is filled in by itself."""

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from alphagex import clock
from apps.market import configured
from apps.market.duties.errors import NotYetError
from apps.market.models import GammaCorrelation
from apps.market.sources.protocol import Kind
from apps.market.sources.simulated import SimulatedSource
from apps.market.tracking import correlation
from tests.market.tracking.material import CBOE, answer, ny, store, week_of_gamma
from tests.parity.cases import documents, vectors_directory

SLOT = ny("2026-11-18 15:45")
CELLS = week_of_gamma(date(2026, 11, 16), [10.0, 20.0, 30.0, 15.0, 25.0])

pytestmark = pytest.mark.usefixtures("db", "_simulated")


@pytest.fixture
def _simulated(settings: Settings) -> None:
    settings.WATCHLIST = ["SPY"]
    settings.DATA_SOURCE = "simulated"
    configured.configured.cache_clear()


def prediction(day: str, **columns: Any) -> GammaCorrelation:
    usual: dict[str, Any] = {"source": "simulated", "symbol": "SPY", "next_day_open": 650.0, "filled": False}
    return GammaCorrelation.objects.create(timestamp=date.fromisoformat(day), **(usual | columns))


def bars(symbol: str, at: str, period: str = "1mo", **closes: tuple[float, float, float, float]) -> None:
    """Let the source have answered with daily bars: d2026_11_19=(open, high, low, close) ..."""
    daily = {date.fromisoformat(name[1:].replace("_", "-")): prices for name, prices in closes.items()}
    answer_bars(symbol, ny(at), daily, period=period)


def answer_bars(
    symbol: str, at: datetime, daily: Mapping[date, tuple[float, float, float, float]], *, period: str = "1mo"
) -> None:
    """Let the source have answered with daily bars: day -> open, high, low, close."""
    columns = [list(column) for column in zip(*daily.values(), strict=True)]
    value: dict[str, list[Any]] = dict(zip(("open", "high", "low", "close"), columns, strict=True))
    value |= {"time": [f"{day}T00:00:00-05:00" for day in daily], "volume": [1.0] * len(daily)}
    answer(Kind.BARS, symbol, value, at=at, detail=f"1d:{period}")


def week_answered(at: str) -> None:
    """Let the source have answered what a prediction needs, so that only the stored cells are left to read."""
    answer(Kind.BARS, "VIX", {"close": [22.5]}, at=ny(at), detail="1d:1d")
    for day in ("2026-11-18", "2026-11-19", "2026-11-20"):
        answer(Kind.EXPIRATION_GAMMA, "SPY", {}, at=ny(at), detail=day)


def test_the_weeks_gamma_is_logged_with_price_and_vix() -> None:
    store("SPY", ny("2026-11-16 09:40"), CELLS)
    store("SPY", ny("2026-11-17 09:40"), CELLS)
    store("SPY", ny("2026-11-18 15:44"), CELLS, spot=651.25)
    week_answered("2026-11-18 15:45")
    correlation.log_predictions(SLOT, SLOT)
    row = GammaCorrelation.objects.get()
    assert (row.timestamp, row.source, row.symbol, row.day_of_week) == (
        date(2026, 11, 18), "simulated", "SPY", "Wednesday",
    )  # fmt: skip
    assert (row.today_total_gamma, row.tomorrow_total_gamma, row.expiring_gamma) == (70.0, 40.0, 30.0)
    assert row.gamma_decay_pct == pytest.approx(300 / 7, rel=1e-12)
    assert row.weekly_decay_pct == 75.0
    assert (row.next_day_open, row.vix, row.risk_level, row.filled) == (651.25, 22.5, "EXTREME", False)


def test_logging_again_never_replaces_what_is_there() -> None:
    kept = prediction("2026-11-18", strategy_taken="Long Calls", next_day_open=1.0)
    store("SPY", ny("2026-11-18 15:44"), CELLS)
    correlation.log_predictions(SLOT, SLOT)
    row = GammaCorrelation.objects.get()
    assert (row.pk, row.strategy_taken, row.next_day_open) == (kept.pk, "Long Calls", 1.0)


def test_facts_on_their_way_are_waited_for_until_the_close(settings: Settings) -> None:
    """With the budget spent nothing can be fetched; from the close on what is known serves."""
    settings.DATA_SOURCE = "cboe"
    settings.YAHOO_URL = "http://127.0.0.1:9"
    configured.configured.cache_clear()
    store("SPY", ny("2026-11-18 15:44"), CELLS, origin=CBOE)
    with pytest.raises(NotYetError, match="SPY: 1 answers are on their way"):
        correlation.log_predictions(SLOT, SLOT)
    assert not GammaCorrelation.objects.exists()
    correlation.log_predictions(SLOT, ny("2026-11-18 16:00"))
    row = GammaCorrelation.objects.get()
    assert (row.vix, row.timestamp) == (0.0, date(2026, 11, 18))


def test_without_a_snapshot_of_the_session_nothing_is_promised() -> None:
    store("SPY", ny("2026-11-17 15:44"), CELLS)
    week_answered("2026-11-18 15:45")
    with pytest.raises(NotYetError, match="SPY: no snapshot of this session"):
        correlation.log_predictions(SLOT, SLOT)
    with pytest.raises(LookupError, match="Not logged: SPY: no snapshot of this session"):
        correlation.log_predictions(SLOT, ny("2026-11-18 16:00"))


OUTCOMES = [
    document
    for document in documents(vectors_directory())
    if document.callable.endswith("GammaCorrelationTracker.update_actual_outcomes")
]
NORMAL = [
    case for document in OUTCOMES for case in document.cases if case.id.startswith(("normal", "unchanged", "inverted"))
]


@pytest.mark.parametrize("case", NORMAL, ids=lambda case: case.id)
def test_outcomes_come_from_the_next_sessions_bar_as_recorded(case: Any) -> None:
    """The recorded cases again, end to end: the row, the bar of the following session, the evening's duty."""
    symbol, day, bar = case.args
    (stored,) = case.env["db_rows"]["gamma_correlation"]
    prediction(day, symbol=symbol, **{name: stored[name] for name in ("gamma_decay_pct", "next_day_open")})
    following = clock.session_after(date.fromisoformat(day))
    evening = following.closes + timedelta(minutes=20)
    prices = (bar["open"], bar["high"], bar["low"], bar["close"])
    answer_bars(symbol, evening, {following.day: prices})
    correlation.fill_outcomes(evening, evening)
    (expected,) = case.expected["db_after"]["gamma_correlation"]
    row = GammaCorrelation.objects.get()
    names = [name for name in expected if name.startswith(("next_day", "actual"))]
    assert {name: getattr(row, name) for name in names} == pytest.approx(
        {name: expected[name] for name in names}, rel=1e-12
    )
    assert row.filled


def test_every_earlier_prediction_is_filled_from_its_own_next_session() -> None:
    """A Wednesday before Thanksgiving is measured on the half day, a Friday on Monday; today's waits."""
    for day in ("2026-11-25", "2026-11-27", "2026-11-30"):
        prediction(day, next_day_open=100.0)
    prediction("2026-11-25", symbol="QQQ", next_day_open=200.0)
    prediction("2026-11-25", symbol="IWM", source="cboe")
    at = ny("2026-11-30 16:20")
    for symbol in ("SPY", "QQQ"):
        bars(symbol, "2026-11-30 16:19", d2026_11_27=(101, 103, 99, 102), d2026_11_30=(102, 110, 101, 109))
    correlation.fill_outcomes(at, at)
    found = {
        (row.symbol, row.timestamp.day): (row.actual_price_move_pct, row.actual_intraday_range_pct, row.filled)
        for row in GammaCorrelation.objects.all()
    }
    assert found == {
        ("SPY", 25): (2.0, 4.0, True),
        ("SPY", 27): (9.0, 9.0, True),
        ("SPY", 30): (None, None, False),
        ("QQQ", 25): (-49.0, 2.0, True),
        ("IWM", 25): (None, None, False),
    }


def test_a_bar_that_was_fetched_before_the_session_stood_is_not_taken() -> None:
    prediction("2026-11-17")
    bars("SPY", "2026-11-18 16:10", d2026_11_18=(1.0, 1.0, 1.0, 1.0))
    at = ny("2026-11-18 16:20")
    correlation.fill_outcomes(at, at)
    row = GammaCorrelation.objects.get()
    assert row.filled
    spots = SimulatedSource(seed=42)
    assert row.next_day_close == pytest.approx(spots.spot("SPY", ny("2026-11-18 16:00")), rel=1e-3)


def test_bars_that_do_not_come_are_waited_for_through_the_night(settings: Settings) -> None:
    settings.DATA_SOURCE = "cboe"
    settings.YAHOO_URL = "http://127.0.0.1:9"
    configured.configured.cache_clear()
    prediction("2026-11-17", source="cboe")
    slot = ny("2026-11-18 16:20")
    with pytest.raises(NotYetError, match="No daily bars yet: SPY"):
        correlation.fill_outcomes(slot, slot)
    correlation.fill_outcomes(slot, slot + timedelta(hours=12))
    assert not GammaCorrelation.objects.get().filled, "tomorrow evening fills it"


def test_the_days_own_bar_is_fetched_again_until_it_is_there() -> None:
    """Right after the close some answers still end with the day before."""
    prediction("2026-11-17", next_day_open=100.0)
    slot = ny("2026-11-18 16:20")
    bars("SPY", "2026-11-18 16:20", d2026_11_17=(1, 1, 1, 1))
    with pytest.raises(NotYetError, match="No daily bars yet: SPY"):
        correlation.fill_outcomes(slot, slot)
    assert not GammaCorrelation.objects.get().filled
    correlation.fill_outcomes(slot, slot + timedelta(minutes=15))
    assert GammaCorrelation.objects.get().filled


def test_a_session_that_gets_no_bar_is_not_waited_for() -> None:
    prediction("2026-11-16", next_day_open=100.0)
    prediction("2026-11-17", next_day_open=100.0)
    at = ny("2026-11-18 16:20")
    bars("SPY", "2026-11-18 16:20", d2026_11_16=(1, 1, 1, 1), d2026_11_18=(100, 101, 99, 101))
    correlation.fill_outcomes(at, at)
    assert list(GammaCorrelation.objects.order_by("timestamp").values_list("filled", flat=True)) == [False, True]


def test_a_prediction_without_a_baseline_holds_up_nobody() -> None:
    prediction("2026-11-16", next_day_open=0.0)
    prediction("2026-11-17", next_day_open=100.0)
    at = ny("2026-11-18 16:20")
    bars("SPY", "2026-11-18 16:20", d2026_11_17=(1, 1, 1, 1), d2026_11_18=(100, 101, 99, 101))
    correlation.fill_outcomes(at, at)
    assert list(GammaCorrelation.objects.order_by("timestamp").values_list("filled", flat=True)) == [False, True]


def test_what_lies_long_back_is_asked_for_with_a_years_bars() -> None:
    prediction("2026-09-01", next_day_open=100.0)
    at = ny("2026-11-18 16:20")
    bars("SPY", "2026-11-18 16:20", period="1y", d2026_09_02=(100, 101, 99, 101))
    correlation.fill_outcomes(at, at)
    assert GammaCorrelation.objects.get().actual_price_move_pct == 1.0


def test_report_and_backtest_are_plain_json_with_dates_and_source() -> None:
    at = ny("2026-11-18 20:00")
    store("SPY", at, CELLS)
    for place in range(12):
        prediction(
            f"2026-11-{place + 2:02d}", gamma_decay_pct=float(place * 5), risk_level="MINIMAL", filled=True,
            actual_price_move_pct=float(place), actual_intraday_range_pct=2.0, actual_realized_vol=float(place),
        )  # fmt: skip
    prediction("2026-11-17", source="cboe", filled=True)
    report = correlation.report("SPY", at=at)
    assert (report["source"], report["truth"], len(report["rows"])) == ("simulated", "simulated", 12)
    assert [row["timestamp"] for row in report["rows"]][:2] == ["2026-11-13", "2026-11-12"]
    assert report["figures"]["corr_decay_vs_abs_move"] == "1.000"
    assert len(correlation.report("SPY", days=7, at=at)["rows"]) == 2
    backtest = correlation.backtest("SPY", at=at)
    # Above 5 %: mean 6 against 0 has fewer than three rows below; 15 %: mean of 3..11 against 0..2.
    assert backtest["tested"][0] == {
        "threshold": 15, "above": 9, "avg_above": 7.0, "below": 3, "avg_below": 1.0, "separation": 6.0,
    }  # fmt: skip
    assert (backtest["threshold"], backtest["figures"]["best"]) == (15, "15")
    assert correlation.backtest("QQQ", at=at)["figures"] == "INSUFFICIENT"
    assert json.loads(json.dumps([report, backtest], allow_nan=False)) == [report, backtest]
