"""What charts read: the newest, a session, a year; of one source, in order, in New York time."""

from dataclasses import asdict
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import connection
from django.test.utils import CaptureQueriesContext

from alphagex.clock import NEW_YORK
from apps.market.history import days, series
from apps.market.models import DayFigures
from tests.market.history.rows import make_snapshot
from tests.moments import OPEN_MARKET, WEEKEND

DAY = OPEN_MARKET.date()


def test_the_newest_is_the_highest_number(db: None) -> None:
    assert series.newest("SPY") is None
    make_snapshot(OPEN_MARKET, seq=1)
    stored = make_snapshot(OPEN_MARKET + timedelta(minutes=1), seq=2, spot=Decimal("651.5"), flip_point=640.0)
    make_snapshot(OPEN_MARKET + timedelta(minutes=2), seq=9, symbol="SPX")
    point = series.newest("SPY")
    assert point is not None
    assert (point.seq, point.spot, point.flip_point, point.label) == (2, 651.5, 640.0, "Simulated")
    assert asdict(point)["net_gex"] == stored.net_gex
    assert point.as_of.tzinfo is NEW_YORK


def test_a_session_is_everything_from_its_open_until_its_numbers_stand(db: None) -> None:
    opens = OPEN_MARKET.replace(hour=9, minute=30)
    moments = [opens - timedelta(minutes=1), opens, opens + timedelta(hours=6, minutes=44), opens + timedelta(hours=7)]
    for seq, moment in enumerate(moments, start=1):
        make_snapshot(moment, seq=seq)
    assert [point.seq for point in series.day("SPY", DAY)] == [2, 3]
    assert series.day("SPY", WEEKEND.date()) == []


def test_a_thinned_session_has_the_last_of_each_stretch(db: None) -> None:
    opens = OPEN_MARKET.replace(hour=9, minute=30)
    for seq in range(1, 41):
        make_snapshot(opens + timedelta(seconds=30 * (seq - 1)), seq=seq)
    assert [point.seq for point in series.day("SPY", DAY, every=timedelta(minutes=5))] == [10, 20, 30, 40]


def test_a_session_is_of_one_source(db: None) -> None:
    for seq, source in enumerate(("simulated", "simulated", "cboe", "cboe"), start=1):
        make_snapshot(OPEN_MARKET + timedelta(minutes=seq), seq=seq, source=source)
    assert [point.seq for point in series.day("SPY", DAY)] == [3, 4]


def test_a_year_is_the_figures_by_session_of_one_source(db: None) -> None:
    for source, moment in (
        ("simulated", OPEN_MARKET - timedelta(days=365)),
        ("simulated", OPEN_MARKET - timedelta(days=364)),
        ("cboe", OPEN_MARKET - timedelta(days=1)),
        ("simulated", OPEN_MARKET),
    ):
        days.record_snapshot(make_snapshot(moment, seq=moment.toordinal(), source=source))
    found = series.year("SPY", until=DAY)
    assert [row.day for row in found] == [date(2025, 11, 19), DAY]
    assert (found[-1].close, found[-1].truth) == (650.0, "simulated")
    assert found[-1].last_as_of == OPEN_MARKET
    assert [row.source for row in series.year("SPY", until=DAY, source="cboe")] == ["cboe"]
    assert series.year("SPY", until=DAY, days=1) == found[-1:]


def test_a_symbol_with_days_but_no_snapshot_has_a_year(db: None) -> None:
    updated = datetime(2026, 1, 1, tzinfo=NEW_YORK)
    DayFigures.objects.create(symbol="SPY", day=DAY, source="cboe", truth="delayed", label="Cboe", updated_at=updated)
    assert [row.source for row in series.year("SPY", until=DAY)] == ["cboe"]
    assert series.year("QQQ", until=DAY) == []


def test_each_series_is_one_query_or_two(db: None) -> None:
    make_snapshot(OPEN_MARKET)
    for read, most in (
        (lambda: series.newest("SPY"), 1),
        (lambda: series.day("SPY", DAY), 1),
        (lambda: series.year("SPY", until=DAY), 2),
    ):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            read()
        assert len(queries) <= most
