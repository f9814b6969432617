"""The first interface: the account's name in the query, objects keyed by the symbol, numbers as text."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from alphagex import clock
from apps.market.sources.protocol import SourceUnavailable, UnknownSymbol
from apps.market.sources.tradingvolatility.answers import WHO

NAME = "v1"


def request_of(endpoint: str, symbol: str, detail: str, *, key: str, at: datetime) -> tuple[str, dict[str, str]]:
    """Return path and parameters of an endpoint, exactly those of the old client (gamma 2)."""
    params = {"ticker": symbol, "username": key, "format": "json"}
    if endpoint == "gex/gamma":
        params["exp"] = detail
    if endpoint in ("gex/history", "skew/history"):
        today = clock.in_new_york(at)
        params |= {"start": f"{today - timedelta(days=int(detail)):%Y-%m-%d}", "end": f"{today:%Y-%m-%d}"}
    return f"/{endpoint}", params


def entry_of(body: Any, endpoint: str, symbol: str) -> Any:
    """Return what the body holds for the symbol. Raises UnknownSymbol, SourceUnavailable."""
    if not isinstance(body, Mapping):
        raise SourceUnavailable(f"{WHO}'s answer for {symbol} is JSON, but no object.")
    if endpoint == "gex/levels" and "GEX_0" in body:
        return body
    if entry := body.get(symbol):
        return entry
    if others := [name for name in body if name != symbol and isinstance(body[name], Mapping | list)]:
        raise SourceUnavailable(f"{WHO} answered with {others[0][:12]} when asked for {symbol}.")
    raise UnknownSymbol(f"{WHO} has no data for {symbol!r}. Check the spelling.")
