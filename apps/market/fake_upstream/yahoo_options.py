"""Yahoo's option quotes: one expiration of a chain, with the list of the others."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np

from alphagex import clock
from apps.market.chain import Chain
from apps.market.fake_upstream.cboe import contract_symbols, last_prices
from apps.market.fake_upstream.market import Market
from apps.market.fake_upstream.wire import Asked, Reply, as_json
from apps.market.fake_upstream.yahoo_symbols import Listing, first_trade_epoch, last_traded, listing_of
from apps.market.sources.protocol import UnknownSymbol


def options(asked: Asked, market: Market, at: datetime) -> Reply:
    """Return the contracts of the expiration `date` (midnight UTC, Unix time), by default of the nearest one."""
    at = last_traded(asked, at)
    try:
        chain = market.chain(asked.symbol, at)
    except UnknownSymbol:
        return as_json({"optionChain": {"result": [], "error": None}})
    days = market.expirations(asked.symbol, at)
    epochs = [_epoch(day) for day in days]
    wanted = int(asked.query["date"]) if asked.query.get("date", "").isdecimal() else epochs[0]
    listing = listing_of(asked)
    page = _page(chain, days[epochs.index(wanted)], listing) if wanted in epochs else []
    result = {
        "underlyingSymbol": listing.spelled,
        "expirationDates": epochs,
        "strikes": sorted({row["strike"] for side in page for row in side}),
        "hasMiniOptions": False,
        "quote": _quote(chain, listing),
        "options": [{"expirationDate": wanted, "hasMiniOptions": False, "calls": page[0], "puts": page[1]}]
        if page
        else [],
    }
    return as_json({"optionChain": {"result": [result], "error": None}})


def _page(chain: Chain, day: date, listing: Listing) -> list[list[dict[str, Any]]]:
    """Return the calls and the puts that expire on `day`, by strike; a number that is not known has no key."""
    rows = np.flatnonzero(chain.expiration == np.datetime64(day, "D"))
    rows = rows[np.lexsort((chain.root[rows], chain.strike[rows]))]
    names, last = contract_symbols(chain), last_prices(chain)
    session = clock.session_on_or_before(chain.as_of.date())
    earlier = clock.session_on_or_before(session.day - timedelta(days=1)).closes
    sides: list[list[dict[str, Any]]] = [[], []]
    for place in rows.tolist():
        is_call, strike = bool(chain.is_call[place]), float(chain.strike[place])
        traded = chain.as_of if chain.volume[place] > 0 else earlier
        numbers = {
            "lastPrice": last[place],
            "bid": chain.bid[place],
            "ask": chain.ask[place],
            "impliedVolatility": chain.iv[place],
        }
        counts = {"volume": chain.volume[place], "openInterest": chain.open_interest[place]}
        known = {name: float(value) for name, value in numbers.items() if np.isfinite(value)}
        known |= {name: int(value) for name, value in counts.items() if np.isfinite(value)}
        contract = {
            "contractSymbol": names[place],
            "strike": strike,
            "currency": "USD",
            "change": 0.0,
            "percentChange": 0.0,
            "contractSize": "REGULAR",
            "expiration": _epoch(day),
            "lastTradeDate": int(traded.timestamp()),
            "inTheMoney": strike < chain.spot if is_call else strike > chain.spot,
        }
        sides[0 if is_call else 1].append(contract | known)
    return sides


def _quote(chain: Chain, listing: Listing) -> dict[str, Any]:
    change = chain.change or 0.0
    before = chain.spot - change
    zone, offset = listing.clock_at(chain.as_of)
    is_open = clock.market_status(chain.as_of).is_open
    return {
        "language": "en-US",
        "region": "US",
        "quoteType": listing.kind,
        "currency": "USD",
        "exchange": listing.exchange,
        "exchangeTimezoneName": listing.zone,
        "exchangeTimezoneShortName": zone,
        "gmtOffSetMilliseconds": offset * 1000,
        "firstTradeDateMilliseconds": first_trade_epoch() * 1000,
        "exchangeDataDelayedBy": 0,
        "sourceInterval": 15,
        "tradeable": False,
        "marketState": "REGULAR" if is_open else "CLOSED",
        "regularMarketPrice": chain.spot,
        "regularMarketTime": int(chain.as_of.timestamp()),
        "regularMarketChange": round(change, 4),
        "regularMarketChangePercent": round(100 * change / before, 4),
        "regularMarketPreviousClose": round(before, 4),
        "shortName": f"{chain.symbol} (simulated)",
        "symbol": listing.spelled,
    }


def _epoch(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp())
