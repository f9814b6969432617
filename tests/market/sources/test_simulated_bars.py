"""Bars of the simulated market: the path of its prices, in Yahoo's intervals and periods, in sessions only."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from time import process_time
from typing import Any

import numpy as np
import pytest

from alphagex import clock
from alphagex.clock import NEW_YORK
from apps.market.sources.protocol import Kind, Question, SourceError, SourceUnavailable, UnknownSymbol
from apps.market.sources.simulated import SimulatedSource
from tests.moments import HALF_DAY_AFTERNOON, OPEN_MARKET, WEEKEND

EVENING = OPEN_MARKET.replace(hour=20)
PRICES = ("open", "high", "low", "close")


@pytest.fixture(scope="module")
def market() -> SimulatedSource:
    return SimulatedSource(seed=42)


def bars(market: SimulatedSource, symbol: str, detail: str, at: datetime = EVENING) -> dict[str, list[Any]]:
    return market.fetch(Question(kind=Kind.BARS, symbol=symbol, detail=detail), at=at).value  # type: ignore[no-any-return]


def starts(value: dict[str, list[Any]]) -> list[datetime]:
    return [datetime.fromisoformat(text).astimezone(NEW_YORK) for text in value["time"]]


def grouped(minutes: dict[str, list[Any]], interval: int) -> list[tuple[float, float, float, float, int]]:
    """Return one-minute bars put together by hand; interval: minutes, 0 for days."""
    groups: dict[tuple[date, int], list[int]] = defaultdict(list)
    for place, start in enumerate(starts(minutes)):
        since_open = (start.hour - 9) * 60 + start.minute - 30
        groups[start.date(), since_open // interval if interval else 0].append(place)
    return [
        (
            minutes["open"][places[0]],
            max(minutes["high"][place] for place in places),
            min(minutes["low"][place] for place in places),
            minutes["close"][places[-1]],
            sum(minutes["volume"][place] for place in places),
        )
        for places in groups.values()
    ]


def as_rows(value: dict[str, list[Any]]) -> list[tuple[float, float, float, float, int]]:
    return list(zip(*(value[name] for name in (*PRICES, "volume")), strict=True))


@pytest.mark.parametrize("symbol", ["SPX", "NVDA", "VIX"])
@pytest.mark.parametrize("at", [EVENING, OPEN_MARKET + timedelta(minutes=2, seconds=17), HALF_DAY_AFTERNOON])
def test_longer_bars_are_minutes_put_together(market: SimulatedSource, symbol: str, at: datetime) -> None:
    minutes = bars(market, symbol, "1m:5d", at)
    for interval, length in (("5m", 5), ("15m", 15), ("30m", 30), ("1h", 60), ("1d", 0)):
        assert as_rows(bars(market, symbol, f"{interval}:5d", at)) == grouped(minutes, length), interval


@pytest.mark.parametrize("symbol", ["SPX", "QQQ", "TSLA", "VIX"])
def test_bars_pass_through_the_spots_of_the_same_moments(market: SimulatedSource, symbol: str) -> None:
    daily = bars(market, symbol, "1d:6mo")
    for place, start in enumerate(starts(daily)):
        session = clock.session_on(start.date())
        assert session
        assert daily["open"][place] == market.spot(symbol, session.opens)
        assert daily["close"][place] == market.spot(symbol, session.closes)
    minutes = bars(market, symbol, "1m:1d")
    for place, start in enumerate(starts(minutes)):
        assert minutes["open"][place] == market.spot(symbol, start)
        assert minutes["close"][place] == market.spot(symbol, start + timedelta(minutes=1))
    assert max(minutes["high"]) == daily["high"][-1]
    assert min(minutes["low"]) == daily["low"][-1]


def test_the_spot_of_a_chain_is_the_close_of_the_bars(market: SimulatedSource) -> None:
    assert market.fetch_chain("SPX", at=OPEN_MARKET).spot == bars(market, "SPX", "1m:1d", OPEN_MARKET)["close"][-1]


def test_the_bar_of_now_ends_now(market: SimulatedSource) -> None:
    at = datetime(2026, 11, 18, 11, 32, 30, tzinfo=NEW_YORK)
    for interval, begins in (("1m", "11:32"), ("5m", "11:30"), ("1h", "11:30"), ("1d", "00:00")):
        answer = market.fetch(Question(kind=Kind.BARS, symbol="SPY", detail=f"{interval}:5d"), at=at)
        assert starts(answer.value)[-1] == datetime.fromisoformat(f"2026-11-18T{begins}").replace(tzinfo=NEW_YORK)
        assert answer.value["close"][-1] == market.spot("SPY", at)
        assert answer.as_of == at


def test_at_the_open_there_is_a_bar_of_one_price(market: SimulatedSource) -> None:
    opened = OPEN_MARKET.replace(hour=9, minute=30)
    value = bars(market, "SPY", "5m:1d", opened)
    assert value["time"] == ["2026-11-18T09:30:00-05:00"]
    assert {value[name][0] for name in PRICES} == {market.spot("SPY", opened)}
    assert value["volume"] == [0]


def test_what_was_asked_later_does_not_show_in_an_earlier_bar(market: SimulatedSource) -> None:
    fresh = bars(SimulatedSource(seed=42), "IWM", "1d:1mo", OPEN_MARKET)
    bars(market, "IWM", "1d:1mo", EVENING + timedelta(days=3))
    assert bars(market, "IWM", "1d:1mo", OPEN_MARKET) == fresh


def test_out_of_the_session_the_bars_are_those_of_the_last_one(market: SimulatedSource) -> None:
    before_open = OPEN_MARKET.replace(hour=9, minute=29)
    assert {start.date() for start in starts(bars(market, "SPY", "5m:1d", before_open))} == {date(2026, 11, 17)}
    answer = market.fetch(Question(kind=Kind.BARS, symbol="SPY", detail="5m:1d"), at=WEEKEND)
    assert {start.date() for start in starts(answer.value)} == {date(2026, 11, 20)}
    assert answer.as_of == datetime(2026, 11, 20, 16, tzinfo=NEW_YORK)
    assert bars(market, "SPY", "5m:5d", OPEN_MARKET.replace(hour=16, minute=0)) == bars(market, "SPY", "5m:5d", EVENING)


def test_daily_bars_are_exactly_the_sessions(market: SimulatedSource) -> None:
    days = [start.date() for start in starts(bars(market, "SPX", "1d:5y"))]
    whole = [date(2021, 11, 18) + timedelta(days=ahead) for ahead in range(5 * 365 + 2)]
    assert days == [day for day in whole if clock.session_on(day)]
    closed = {date(2026, 6, 19), date(2026, 7, 3), date(2025, 1, 9), date(2025, 11, 27), date(2022, 12, 26)}
    assert not closed & set(days)
    assert {day.weekday() for day in days} == {0, 1, 2, 3, 4}


def test_bars_of_a_half_day_end_at_one(market: SimulatedSource) -> None:
    value = bars(market, "QQQ", "5m:1d", HALF_DAY_AFTERNOON)
    assert (value["time"][0][11:16], value["time"][-1][11:16], len(value["time"])) == ("09:30", "12:55", 42)
    hourly = bars(market, "QQQ", "1h:1d", HALF_DAY_AFTERNOON)
    assert [text[11:16] for text in hourly["time"]] == ["09:30", "10:30", "11:30", "12:30"]
    assert hourly["close"][-1] == market.spot("QQQ", HALF_DAY_AFTERNOON.replace(hour=13))


@pytest.mark.parametrize(
    ("at", "offsets"),
    [
        (datetime(2026, 11, 2, 18, tzinfo=NEW_YORK), ["-04:00", "-05:00"]),
        (datetime(2026, 3, 9, 18, tzinfo=NEW_YORK), ["-05:00", "-04:00"]),
    ],
)
def test_sessions_around_a_change_of_clocks_are_whole(
    market: SimulatedSource, at: datetime, offsets: list[str]
) -> None:
    times = bars(market, "SPY", "5m:5d", at)["time"]
    friday, monday = times[-156:-78], times[-78:]
    for day, offset in zip((friday, monday), offsets, strict=True):
        assert (day[0][11:], day[-1][11:]) == (f"09:30:00{offset}", f"15:55:00{offset}")
        assert len({text[:10] for text in day}) == 1
    assert len(bars(market, "VIX", "1h:5d", at)["time"]) == 35


@pytest.mark.parametrize(
    ("at", "period", "first", "count"),
    [
        (EVENING, "1d", date(2026, 11, 18), 1),
        (EVENING, "5d", date(2026, 11, 12), 5),
        (EVENING, "1mo", date(2026, 10, 19), 23),
        (EVENING, "1y", date(2025, 11, 18), 252),
        (datetime(2028, 2, 29, 18, tzinfo=NEW_YORK), "1y", date(2027, 3, 1), 253),
        (datetime(2027, 5, 31, 18, tzinfo=NEW_YORK), "3mo", date(2027, 3, 1), 64),
        (datetime(2027, 1, 4, 18, tzinfo=NEW_YORK), "5d", date(2026, 12, 28), 5),
    ],
)
def test_periods_go_back_as_yahoo_means_them(
    market: SimulatedSource, at: datetime, period: str, first: date, count: int
) -> None:
    found = starts(bars(market, "SPY", f"1d:{period}", at))
    assert (found[0].date(), len(found)) == (first, count)
    assert found == sorted(set(found))


def test_volume_is_whole_and_shorter_days_have_less(market: SimulatedSource) -> None:
    value = bars(market, "SPY", "1d:1y", HALF_DAY_AFTERNOON)
    assert all(type(shares) is int and shares > 0 for shares in value["volume"])
    assert 4e7 < np.median(value["volume"]) < 1.2e8
    half = [volume for volume, start in zip(value["volume"], starts(value), strict=True) if _is_half(start.date())]
    assert np.mean(half) < 0.8 * np.mean(value["volume"])
    minutes = np.array(bars(market, "SPY", "5m:1d")["volume"])
    assert minutes[:6].sum() > 1.3 * minutes[36:42].sum()
    assert set(bars(market, "VIX", "1d:1mo")["volume"]) == {0}


def test_the_year_moves_as_much_as_the_market_should(market: SimulatedSource) -> None:
    closes = np.array(bars(market, "SPX", "1d:5y")["close"])
    assert 0.10 < np.diff(np.log(closes)).std() * 252**0.5 < 0.16


def test_a_year_of_days_is_fast() -> None:
    market = SimulatedSource(seed=3)
    market.spot("SPX", OPEN_MARKET)
    taken = []
    for symbol in ("SPX", "QQQ", "VIX"):
        began = process_time()
        bars(market, symbol, "1d:1y")
        taken.append(process_time() - began)
    assert min(taken) < 0.3


@pytest.mark.parametrize(
    ("symbol", "detail", "error", "text"),
    [
        ("SPY", "1d", UnknownSymbol, "'1d' are no bars"),
        ("SPY", "2m:1d", UnknownSymbol, "interval of 1m, 5m"),
        ("SPY", "1d:10y", UnknownSymbol, "period of 1d, 5d"),
        ("SPY", "", UnknownSymbol, "interval:period"),
        ("SPY", "1m:1mo", UnknownSymbol, "go back 8 days"),
        ("SPY", "5m:3mo", UnknownSymbol, "go back 60 days"),
        ("SPYX", "1d:1y", UnknownSymbol, "pick one of"),
    ],
)
def test_what_are_no_bars_is_said(
    market: SimulatedSource, symbol: str, detail: str, error: type[SourceError], text: str
) -> None:
    with pytest.raises(error, match=text) as raised:
        bars(market, symbol, detail)
    assert "\n" not in str(raised.value)


def test_beyond_the_calendar_there_are_no_bars(market: SimulatedSource) -> None:
    with pytest.raises(SourceUnavailable, match="no such day"):
        bars(market, "SPY", "1d:1y", datetime(2050, 1, 3, 12, tzinfo=NEW_YORK))
    early = bars(market, "SPY", "1d:5y", datetime(2004, 3, 1, 18, tzinfo=NEW_YORK))
    assert early["time"][0].startswith("2004-01-15")


def _is_half(day: date) -> bool:
    session = clock.session_on(day)
    return session is not None and session.is_half_day
