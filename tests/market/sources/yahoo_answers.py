"""Yahoo's own JSON, small: chart v8, options v7, cookie and crumb; and a server that speaks it."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from threading import Lock
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from apps.market.sources.protocol import OutOfBudget

QUOTED_AT = datetime(2023, 9, 14, 15, 30, tzinfo=UTC)  # 11:30 in New York
AT = datetime(2023, 9, 14, 15, 31, tzinfo=UTC)
EXPIRATIONS = tuple(date(2023, 9, day) for day in (15, 18, 19, 20, 21, 22, 25, 26, 27, 29))
CRUMB = "AbC1.dEf2Gh"


def epoch(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp())


def contract(symbol: str, **changes: Any) -> dict[str, Any]:
    """Return one contract as Yahoo prints it; a number of None is left out, as Yahoo does for untraded ones."""
    numbers = {
        "lastPrice": 12.3,
        "bid": 12.0,
        "ask": 12.6,
        "change": 0.5,
        "percentChange": 4.2,
        "volume": 100,
        "openInterest": 1500,
        "impliedVolatility": 0.15,
    } | changes
    return {
        "contractSymbol": symbol,
        "strike": int(symbol[-8:]) / 1000,
        "currency": "USD",
        "contractSize": "REGULAR",
        "expiration": epoch(date.fromisoformat(f"20{symbol[-15:-9]}")),
        "lastTradeDate": int(QUOTED_AT.timestamp()) - 60,
        "inTheMoney": False,
    } | {name: value for name, value in numbers.items() if value is not None}


def options_answer(
    symbol: str = "^SPX",
    *,
    calls: Sequence[dict[str, Any]] | None = None,
    puts: Sequence[dict[str, Any]] | None = None,
    day: date = EXPIRATIONS[0],
    listed: Sequence[date] = EXPIRATIONS,
    **quote: Any,
) -> dict[str, Any]:
    root = "SPXW" if symbol == "^SPX" else symbol.lstrip("^").replace("-", "")
    series = f"{root}{day:%y%m%d}"
    calls = [contract(f"{series}C{strike:05d}000") for strike in (4450, 4500)] if calls is None else calls
    puts = [contract(f"{series}P{strike:05d}000") for strike in (4450, 4500)] if puts is None else puts
    underlying = {
        "symbol": symbol,
        "regularMarketPrice": 4490.5,
        "regularMarketChange": 23.25,
        "regularMarketTime": int(QUOTED_AT.timestamp()),
    }
    result = {
        "underlyingSymbol": symbol,
        "expirationDates": [epoch(each) for each in listed],
        "strikes": [],
        "hasMiniOptions": False,
        "quote": {name: value for name, value in (underlying | quote).items() if value is not None},
        "options": [{"expirationDate": epoch(day), "hasMiniOptions": False, "calls": list(calls), "puts": list(puts)}],
    }
    return {"optionChain": {"result": [result], "error": None}}


NO_OPTIONS: dict[str, Any] = {"optionChain": {"result": [], "error": None}}
NO_PRICES = {
    "chart": {"result": None, "error": {"code": "Not Found", "description": "No data found, symbol may be delisted"}}
}


def chart_answer(
    symbol: str,
    starts: Sequence[datetime],
    closes: Sequence[float | None],
    *,
    interval: str = "1d",
    zone: str = "America/New_York",
    traded_at: datetime | None = QUOTED_AT,
    **meta: Any,
) -> dict[str, Any]:
    def moved(by: float) -> list[float | None]:
        return [None if close is None else round(close + by, 2) for close in closes]

    indicators: dict[str, Any] = {
        "quote": [
            {
                "open": moved(-1),
                "high": moved(2),
                "low": moved(-2),
                "close": list(closes),
                "volume": [None if close is None else 1000 for close in closes],
            }
        ]
    }
    if interval == "1d":  # half the price: what a careless reader would take for it
        indicators["adjclose"] = [{"adjclose": [None if close is None else close / 2 for close in closes]}]
    about = {
        "currency": "USD",
        "symbol": symbol,
        "exchangeName": "PCX",
        "instrumentType": "ETF",
        "firstTradeDate": 728317800,
        "regularMarketTime": int(traded_at.timestamp()) if traded_at else None,
        "gmtoffset": -14400,
        "timezone": "EDT",
        "exchangeTimezoneName": zone,
        "priceHint": 2,
        "dataGranularity": interval,
        "range": "",
        "validRanges": ["1d", "5d", "1mo", "3mo", "6mo", "1y", "2y", "5y", "10y", "ytd", "max"],
    } | meta
    if interval != "1d":
        days = sorted({start.date() for start in starts})
        about["tradingPeriods"] = [
            [
                {
                    "timezone": "EDT",
                    "start": int(datetime.combine(day, time(13, 30), UTC).timestamp()),
                    "end": int(datetime.combine(day, time(20), UTC).timestamp()),
                    "gmtoffset": -14400,
                }
            ]
            for day in days
        ]
    result = {
        "meta": about,
        "timestamp": [int(start.timestamp()) for start in starts],
        "indicators": indicators,
    }
    return {"chart": {"result": [result], "error": None}}


@dataclass
class Purse:
    """A budget that counts: `left` requests may be sent; `noted` is what the upstream is said to have done."""

    left: int = 1000
    spent: int = 0
    noted: list[str] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def spend(self) -> None:
        with self.lock:
            if not self.left:
                raise OutOfBudget("The request budget of yahoo is spent for now.", 7.0)
            self.left -= 1
            self.spent += 1

    def succeeded(self) -> None:
        self.noted.append("succeeded")

    def refused(self, reason: str, *, retry_after: float | None = None, for_long: bool = False) -> None:
        self.noted.append(f"{reason}, after {retry_after}{', for long' if for_long else ''}")


def json_answer(value: Any, status: int = 200) -> Response:
    return Response(json.dumps(value), status, content_type="application/json")


def asked_day(request: Request) -> date:
    """Return the expiration a request is for; without a date Yahoo answers with the nearest."""
    seconds = request.args.get("date")
    return datetime.fromtimestamp(int(seconds), UTC).date() if seconds else EXPIRATIONS[0]


class Yahoo:
    """Yahoo on a local server. quotes, crumb: answer the requests of that kind. paths: what was asked, in order."""

    def __init__(self, server: HTTPServer) -> None:
        self.server = server
        self.url = server.url_for("/yahoo")
        self.paths: list[str] = []
        self.crumb: Callable[[Request], Response] = lambda _: Response(CRUMB, 200)
        self.quotes: Callable[[Request], Response] = lambda request: json_answer(
            options_answer(request.path.rpartition("/")[2], day=asked_day(request))
        )
        server.expect_request("/yahoo/").respond_with_handler(self._cookie)
        server.expect_request("/yahoo/consent").respond_with_handler(self._consent)
        server.expect_request("/yahoo/v1/test/getcrumb").respond_with_handler(self._crumb)
        for kind in ("v7/finance/options", "v8/finance/chart"):
            for symbol in ("^SPX", "^VIX", "SPY", "BRK-B", "QQQ"):
                server.expect_request(f"/yahoo/{kind}/{symbol}").respond_with_handler(self._quotes)

    @property
    def quote_paths(self) -> list[str]:
        return [path for path in self.paths if "/finance/" in path]

    def _cookie(self, request: Request) -> Response:
        self.paths.append(request.path)
        response = Response("", 404)
        response.set_cookie("A3", "d=AQAB&S=AQAA", max_age=31_557_600)
        return response

    def _consent(self, request: Request) -> Response:
        self.paths.append(request.path)
        return Response("<!doctype html><p>Nothing to consent to", 200)

    def _crumb(self, request: Request) -> Response:
        self.paths.append(request.path)
        return self.crumb(request)

    def _quotes(self, request: Request) -> Response:
        self.paths.append(request.path)
        return self.quotes(request)
