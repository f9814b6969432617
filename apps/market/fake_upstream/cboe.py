"""Cboe's delayed quotes as Cboe writes them: a chain becomes the JSON of its address."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import blake2b
from typing import Any

import msgspec
import numpy as np
from scipy.special import ndtr

from alphagex import clock
from apps.market.chain import Chain, FloatArray
from apps.market.exposure.settlement import seconds_until, settlements_of
from apps.market.fake_upstream.market import Market
from apps.market.fake_upstream.wire import Asked, Reply, as_text
from apps.market.sources.cboe import INDEXES
from apps.market.sources.protocol import UnknownSymbol

_REFUSED = (
    "<?xml version='1.0' encoding='UTF-8'?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
)
_YEAR = 365 * 86_400.0
_TICKS = np.array(["down", "no_change", "up"])


def answer(asked: Asked, market: Market, at: datetime) -> Reply:
    """Return the chain of the symbol in the address, or 304 to who has it already.

    Like the real service it refuses (403) what it has no options for.
    """
    try:
        chain = market.chain(asked.symbol, at)
        exposure = market.exposure(asked.symbol, at)
    except UnknownSymbol:
        return as_text(_REFUSED, status=403, content_type="application/xml")
    body = market.newest(
        ("cboe", asked.symbol), at, lambda: as_cboe_json(chain, implied_volatility=exposure.implied_volatility)
    )
    etag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
    marks = (("ETag", etag), ("Last-Modified", format_datetime(at.astimezone(UTC), usegmt=True)))
    if asked.headers.get("if-none-match") == etag:
        return Reply(status=304, headers=marks)
    return Reply(body=body, headers=marks)


def as_cboe_json(chain: Chain, *, implied_volatility: float | None = None) -> bytes:
    """Return `chain` in the words of the delayed-quotes JSON, with all the fields a real answer carries.

    implied_volatility: 30 days, at the money, fraction a year. Greeks are those of the chain's own volatilities at
    zero rates, volatilities have four decimals; what the chain does not know is 0, as in the real answers.
    """
    prefix = "^" if chain.symbol in INDEXES else ""
    change = chain.change or 0.0
    before = chain.spot - change
    last_session = clock.session_on_or_before(chain.as_of.date())
    quote = {
        "options": _options(chain),
        "symbol": prefix + chain.symbol,
        "security_type": "index" if prefix else "stock",
        "exchange_id": 0 if prefix else 1,
        "current_price": chain.spot,
        "price_change": round(change, 4),
        "price_change_percent": round(100 * change / before, 4),
        "bid": 0.0 if prefix else round(chain.spot - 0.01, 2),
        "ask": 0.0 if prefix else round(chain.spot + 0.01, 2),
        "bid_size": 0 if prefix else 4,
        "ask_size": 0 if prefix else 4,
        "open": round(before, 4),
        "high": round(max(before, chain.spot), 4),
        "low": round(min(before, chain.spot), 4),
        "close": chain.spot,
        "prev_day_close": round(before, 4),
        "volume": 0,
        "iv30": round(100 * (implied_volatility or 0.0), 3),
        "iv30_change": 0.0,
        "iv30_change_percent": 0.0,
        "seqno": int(chain.as_of.timestamp()),
        "last_trade_time": _wall_clock(min(chain.as_of, last_session.closes)),
        "tick": "up" if change > 0 else "down" if change < 0 else "no_change",
    }
    stamp = f"{chain.as_of.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
    symbol = f"{'_' if prefix else ''}{chain.symbol}"
    return msgspec.json.encode({"timestamp": stamp, "data": quote, "symbol": symbol})


def contract_symbols(chain: Chain) -> list[str]:
    """Return the OCC symbol of each contract, without blanks (SPXW261118C06600000)."""
    days = chain.expiration.astype("datetime64[D]").tolist()
    return [
        f"{chain.roots[root]}{day:%y%m%d}{'C' if is_call else 'P'}{round(strike * 1000):08d}"
        for root, day, is_call, strike in zip(
            chain.root.tolist(), days, chain.is_call.tolist(), chain.strike.tolist(), strict=True
        )
    ]


def last_prices(chain: Chain) -> FloatArray:
    """Return the last traded price per contract, NaN where none is known."""
    return chain.last if chain.last is not None else np.full(len(chain), np.nan)


def _options(chain: Chain) -> list[dict[str, Any]]:
    bid, ask, last = (np.nan_to_num(each) for each in (chain.bid, chain.ask, last_prices(chain)))
    nothing = np.zeros(len(chain))
    traded_today = np.nan_to_num(chain.volume) > 0
    columns: dict[str, list[Any]] = {
        "option": contract_symbols(chain),
        "bid": bid.tolist(),
        "bid_size": np.where(bid > 0, 7.0, 0.0).tolist(),
        "ask": ask.tolist(),
        "ask_size": np.where(ask > 0, 7.0, 0.0).tolist(),
        "iv": np.round(np.nan_to_num(chain.iv), 4).tolist(),
        "open_interest": np.nan_to_num(chain.open_interest).tolist(),
        "volume": np.nan_to_num(chain.volume).tolist(),
    }
    greeks = _greeks(chain)
    columns |= {"delta": greeks["delta"].tolist(), "gamma": np.nan_to_num(chain.feed_gamma).tolist()}
    columns |= {name: greeks[name].tolist() for name in ("theta", "rho", "vega", "theo")}
    columns |= {name: nothing.tolist() for name in ("change", "open", "high", "low")}
    columns |= {
        "tick": _TICKS[1 + np.sign(last - (bid + ask) / 2).astype(int) * (last > 0)].tolist(),
        "last_trade_price": last.tolist(),
        "last_trade_time": _trade_times(chain, last > 0, traded_today),
        "percent_change": nothing.tolist(),
        "prev_day_close": last.tolist(),
    }
    names = tuple(columns)
    return [dict(zip(names, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _trade_times(chain: Chain, ever: Any, today: Any) -> list[str | None]:
    """Return when each contract traded last: in the newest session, at the end of the one before, or never."""
    session = clock.session_on_or_before(chain.as_of.date())
    earlier = clock.session_on_or_before(session.day - timedelta(days=1))
    newest, before = _wall_clock(min(chain.as_of, session.closes)), _wall_clock(earlier.closes)
    return [
        (newest if now else before) if traded else None
        for traded, now in zip(ever.tolist(), today.tolist(), strict=True)
    ]


def _greeks(chain: Chain) -> dict[str, FloatArray]:
    """Return what Cboe prints beside a quote: theta per day, vega and rho per point of volatility and of rate."""
    settlements, of = settlements_of(chain.roots, chain.root, chain.expiration)
    years = np.maximum(seconds_until(settlements, chain.as_of), 0.0)[of] / _YEAR
    spot, strike = chain.spot, chain.strike
    with np.errstate(divide="ignore", invalid="ignore"):
        deviation = chain.iv * np.sqrt(years)
        d1 = np.log(spot / strike) / deviation + deviation / 2
        density = np.exp(-(d1**2) / 2) / np.sqrt(2 * np.pi)
        sign = np.where(chain.is_call, 1.0, -1.0)
        in_the_money = ndtr(sign * (d1 - deviation))
        raw = {
            "delta": sign * ndtr(sign * d1),
            "theta": -spot * density * chain.iv / (2 * np.sqrt(years)) / 365,
            "rho": sign * strike * years * in_the_money / 100,
            "vega": spot * density * np.sqrt(years) / 100,
            "theo": sign * (spot * ndtr(sign * d1) - strike * in_the_money),
        }
    return {name: np.round(np.nan_to_num(column, posinf=0.0, neginf=0.0), 4) for name, column in raw.items()}


def _wall_clock(moment: datetime) -> str:
    return f"{clock.in_new_york(moment):%Y-%m-%dT%H:%M:%S}"
