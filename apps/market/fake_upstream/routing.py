"""Which service an address belongs to, and what it is asked."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from urllib.parse import parse_qs, unquote, urlsplit

from apps.market.fake_upstream import cboe, fred, trading_volatility_v1, trading_volatility_v2, yahoo
from apps.market.fake_upstream.market import Market
from apps.market.fake_upstream.wire import Asked, Reply, Service
from apps.market.fake_upstream.yahoo_symbols import plain_of

Answer = Callable[[Asked, Market, datetime], Reply]

CBOE_PATH = "/api/global/delayed_quotes/options"
TRADING_VOLATILITY_PATH = "/api"
YAHOO_PATH = "/yahoo"
FRED_PATH = "/fred"

_CHAIN = re.compile(r"/_?(?P<symbol>[^/]+)\.json")
_TICKER = re.compile(r"/v2/tickers/(?P<symbol>[^/]+)/.+")
_YAHOO_SYMBOL = re.compile(r"/v\d+/finance/(chart|options)/(?P<symbol>[^/]+)")
_ANOTHER = {"SPY": "QQQ", "DGS10": "UNRATE"}


def understand(target: str, headers: Mapping[str, str]) -> tuple[Asked, Answer] | None:
    """Return what is asked and who answers, None for an address of no service. headers: names in lower case."""
    parts = urlsplit(target)
    query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
    path = unquote(parts.path)

    def asked(service: Service, root: str, symbol: str) -> Asked:
        below = path.removeprefix(root) or "/"
        return Asked(service=service, path=below, symbol=symbol.upper(), query=query, headers=headers)

    if path.startswith(f"{CBOE_PATH}/"):
        return asked("cboe", CBOE_PATH, _part(_CHAIN, path.removeprefix(CBOE_PATH))), cboe.answer
    if path.startswith(f"{TRADING_VOLATILITY_PATH}/v2/"):
        ticker = _part(_TICKER, path.removeprefix(TRADING_VOLATILITY_PATH))
        return asked("tradingvolatility", TRADING_VOLATILITY_PATH, ticker), trading_volatility_v2.answer
    if path.startswith(f"{TRADING_VOLATILITY_PATH}/"):
        ticker = query.get("ticker", "")
        return asked("tradingvolatility", TRADING_VOLATILITY_PATH, ticker), trading_volatility_v1.answer
    if path == YAHOO_PATH or path.startswith(f"{YAHOO_PATH}/"):
        symbol = plain_of(_part(_YAHOO_SYMBOL, path.removeprefix(YAHOO_PATH)))
        return asked("yahoo", YAHOO_PATH, symbol), yahoo.answer
    if path.startswith(f"{FRED_PATH}/"):
        return asked("fred", "", query.get("series_id", "")), fred.answer
    return None


def another_symbol(symbol: str, service: Service) -> str:
    """Return what a service that mixes things up answers with instead."""
    usual = "DGS10" if service == "fred" else "SPY"
    return _ANOTHER[usual] if symbol == usual else usual


def _part(pattern: re.Pattern[str], path: str) -> str:
    found = pattern.fullmatch(path)
    return found["symbol"] if found else ""
