"""Yahoo's prices: bars of a range or between two moments, and what it says about the symbol beside them."""

from datetime import date, datetime, time, timedelta
from typing import Any

from alphagex import clock
from apps.market.fake_upstream.market import Market
from apps.market.fake_upstream.wire import Asked, Reply, as_json
from apps.market.fake_upstream.yahoo_symbols import Listing, first_trade_epoch, last_traded, listing_of
from apps.market.sources.protocol import Kind, UnknownSymbol
from apps.market.sources.simulated.bars import DAILY, read_detail

# Ranges, and the days back that lie in them for sure.
_RANGES = {"1d": 0, "5d": 5, "1mo": 28, "3mo": 89, "6mo": 181, "1y": 365, "2y": 730, "5y": 1825}
_LONGEST = "5y"
_ALIASES = {"60m": "1h", "max": _LONGEST, "10y": _LONGEST}
_OPENS = time(9, 30)
_BEFORE, _AFTER = timedelta(hours=5, minutes=30), timedelta(hours=4)


def chart(asked: Asked, market: Market, at: datetime) -> Reply:
    """Return the bars of `range`, or from `period1` up to `period2` (Unix time), in steps of `interval`."""
    at = last_traded(asked, at)
    interval, period = asked.query.get("interval", "1d"), _period(asked, at)
    detail = f"{_ALIASES.get(interval, interval)}:{_ALIASES.get(period, period)}"
    try:
        minutes, _ = read_detail(detail)
    except UnknownSymbol as error:
        return _nothing(422, "Unprocessable Entity", f"Invalid input - {error}")
    try:
        bars = market.value(Kind.BARS, asked.symbol, at, detail)
        days = market.value(Kind.BARS, asked.symbol, at, "1d:5d")
    except UnknownSymbol:
        return _nothing(404, "Not Found", "No data found, symbol may be delisted")
    is_intraday = minutes != DAILY
    starts = [_start(datetime.fromisoformat(moment), is_intraday=is_intraday) for moment in bars["time"]]
    kept = _between(starts, asked)
    quote = {name: [bars[name][place] for place in kept] for name in ("open", "high", "low", "close", "volume")}
    indicators: dict[str, Any] = {"quote": [quote]}
    if not is_intraday:
        indicators["adjclose"] = [{"adjclose": quote["close"]}]
    stamps = [int(starts[place].timestamp()) for place in kept]
    meta = _meta(listing_of(asked), days, at, interval=interval, period=period)
    if is_intraday:
        meta["tradingPeriods"] = [
            [_trading_period(listing_of(asked), session.opens, session.closes)] for session in _sessions(starts, kept)
        ]
    result = {"meta": meta, "timestamp": stamps, "indicators": indicators}
    return as_json({"chart": {"result": [result], "error": None}})


def _period(asked: Asked, at: datetime) -> str:
    """Return the range asked for, or the shortest one that reaches back to `period1`."""
    if not asked.query.get("period1", "").lstrip("-").isdecimal():
        return asked.query.get("range", "1d")
    days = (at.timestamp() - int(asked.query["period1"])) / 86_400
    return next((name for name, reach in _RANGES.items() if days <= reach), _LONGEST)


def _between(starts: list[datetime], asked: Asked) -> list[int]:
    first, last = (asked.query.get(name, "") for name in ("period1", "period2"))
    low = int(first) if first.lstrip("-").isdecimal() else 0
    high = int(last) if last.isdecimal() else 1 << 62
    return [place for place, start in enumerate(starts) if low <= start.timestamp() < high]


def _start(moment: datetime, *, is_intraday: bool) -> datetime:
    """Return the start of a bar; Yahoo lets a day begin at its opening."""
    if is_intraday:
        return moment
    day = clock.in_new_york(moment).date()
    return datetime.combine(day, _OPENS, clock.NEW_YORK)


def _meta(listing: Listing, days: dict[str, Any], at: datetime, *, interval: str, period: str) -> dict[str, Any]:
    """Return what is said about the symbol. days: its daily bars, the newest last."""
    zone, offset = listing.clock_at(at)
    closes = days["close"]
    session = clock.session_on_or_before(at.date())
    return {
        "currency": "USD",
        "symbol": listing.spelled,
        "exchangeName": listing.exchange,
        "fullExchangeName": listing.exchange,
        "instrumentType": listing.kind,
        "firstTradeDate": first_trade_epoch(),
        "regularMarketTime": int(at.timestamp()),
        "hasPrePostMarketData": listing.kind != "INDEX",
        "gmtoffset": offset,
        "timezone": zone,
        "exchangeTimezoneName": listing.zone,
        "regularMarketPrice": closes[-1],
        "regularMarketDayHigh": days["high"][-1],
        "regularMarketDayLow": days["low"][-1],
        "regularMarketVolume": days["volume"][-1],
        "shortName": f"{listing.spelled} (simulated)",
        "chartPreviousClose": closes[-2] if len(closes) > 1 else closes[-1],
        "priceHint": 2,
        "currentTradingPeriod": {
            "pre": _trading_period(listing, session.opens - _BEFORE, session.opens),
            "regular": _trading_period(listing, session.opens, session.closes),
            "post": _trading_period(listing, session.closes, session.closes + _AFTER),
        },
        "dataGranularity": interval,
        "range": period,
        "validRanges": [*_RANGES, "max"],
    }


def _trading_period(listing: Listing, start: datetime, end: datetime) -> dict[str, Any]:
    zone, offset = listing.clock_at(start)
    return {"timezone": zone, "start": int(start.timestamp()), "end": int(end.timestamp()), "gmtoffset": offset}


def _sessions(starts: list[datetime], kept: list[int]) -> list[clock.Session]:
    days: dict[date, None] = dict.fromkeys(clock.in_new_york(starts[place]).date() for place in kept)
    return [session for day in days if (session := clock.session_on(day))]


def _nothing(status: int, code: str, description: str) -> Reply:
    return as_json({"chart": {"result": None, "error": {"code": code, "description": description}}}, status=status)
