"""The vendor's gamma by strike as an Exposure. What it does not deliver stays unknown; nothing is made up."""

from datetime import datetime
from typing import Any

import numpy as np

from alphagex import clock
from apps.market.chain import FloatArray, Origin
from apps.market.exposure.levels import call_wall, put_wall
from apps.market.exposure.result import Assumptions, Exposure, Profile, StrikeExposure, Surface
from apps.market.sources.protocol import SourceUnavailable
from apps.market.sources.tradingvolatility.answers import LATER, WHO, number, number_or_none

NOT_DELIVERED = f"{WHO} delivers gamma by strike only: no re-priced curve, no single expirations, no other greeks."
NO_MOMENT = f"{WHO} did not say of when its figures are; the time is that of asking."
NO_FLIP = f"Not reported by {WHO}."


def exposure_of(symbol: str, entry: Any, *, origin: Origin, at: datetime) -> Exposure:
    """Return the exposure of a `/gex/gammaOI` object that carries its aggregates. Raises SourceUnavailable.

    The flip is the vendor's, the walls are found by our rule in its strikes. Arrays it says nothing about are NaN.
    """
    strike, calls, puts = _columns(entry, symbol)
    spot = number(entry, "price", symbol)
    if spot <= 0:
        raise SourceUnavailable(f"{WHO} sent {spot:g} as the price of {symbol}, which is no price. {LATER}")
    flip = number_or_none(entry, "gex_flip_price", symbol) or None
    as_of = moment_of(entry.get("collection_date"))
    unknown = np.full(len(strike), np.nan)
    call_gex, put_gex = float(calls.sum()), float(puts.sum())
    nothing = np.empty(0)
    return Exposure(
        symbol=symbol,
        spot=spot,
        as_of=as_of or at,
        origin=origin,
        assumptions=Assumptions(),
        open_interest_date=None,
        contracts=0,
        contracts_used=0,
        excluded={},
        warnings=(NOT_DELIVERED,) if as_of else (NOT_DELIVERED, NO_MOMENT),
        net_gex=number(entry, "skew_adjusted_gex", symbol),
        gross_gex=call_gex - put_gex,
        call_gex=call_gex,
        put_gex=put_gex,
        net_gex_feed_gamma=None,
        flip_point=flip,
        flips=(flip,) if flip else (),
        flip_reason=None if flip else NO_FLIP,
        flip_quality=None,
        call_wall=call_wall(spot, strike, calls),
        put_wall=put_wall(spot, strike, puts),
        zero_dte_share=None,
        net_dex=None,
        net_vex=None,
        net_chex=None,
        volume_gex=None,
        implied_move=None,
        implied_move_expiration=None,
        after_next=None,
        by_strike=StrikeExposure(
            strike=strike,
            call_gex=calls,
            put_gex=puts,
            dex=unknown,
            vex=unknown,
            chex=unknown,
            volume_gex=unknown,
            call_open_interest=unknown,
            put_open_interest=unknown,
        ),
        by_expiration=(),
        surface=Surface(
            strike_index=np.empty(0, np.int16),
            expiration_index=np.empty(0, np.int16),
            call_gex=np.empty(0, np.float32),
            put_gex=np.empty(0, np.float32),
        ),
        profile=Profile(spot=nothing, curves={}),
        implied_volatility=number_or_none(entry, "implied_volatility", symbol),
        put_call_ratio=number_or_none(entry, "put_call_ratio_open_interest", symbol),
    )


def moment_of(text: Any) -> datetime | None:
    """Return a collection date: New York wall time without a zone, a day alone, or a day with `_HHMM`. None if none."""
    day, _, clock_time = str(text or "").strip().replace("T", " ").replace("_", " ").partition(" ")
    if clock_time.isdecimal() and len(clock_time) == 4:
        clock_time = f"{clock_time[:2]}:{clock_time[2:]}"
    try:
        moment = datetime.fromisoformat(f"{day} {clock_time or '16:00'}")
    except ValueError:
        return None
    return clock.in_new_york(moment) if moment.tzinfo else moment.replace(tzinfo=clock.NEW_YORK)


def _columns(entry: Any, symbol: str) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return strikes ascending, call gamma (positive) and put gamma (negative) in USD per 1 % move."""
    array = entry.get("gamma_array")
    rows = [row for row in array if isinstance(row, dict) and "strike" in row] if isinstance(array, list) else []
    if not rows:
        raise SourceUnavailable(f"{WHO} sent no strikes for {symbol}. {LATER}")
    numbers = [
        (number(row, "strike", symbol), _gamma(row, "call_gamma", symbol), -_gamma(row, "put_gamma", symbol))
        for row in rows
    ]
    strike, calls, puts = np.array(sorted(numbers)).T
    if (np.diff(strike) == 0).any():
        raise SourceUnavailable(f"{WHO} sent a strike of {symbol} twice. {LATER}")
    return strike, calls, puts


def _gamma(row: Any, key: str, symbol: str) -> float:
    return abs(number(row, key, symbol)) if key in row else 0.0
