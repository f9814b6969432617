"""Prices and gammas of the simulated contracts, and the bid and ask a market maker would show."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from apps.market.chain import FloatArray
from apps.market.sources.simulated.universe import Listing

# Half spreads: share of the time value and of the intrinsic value. Ticks: points, below and from 3 points.
_HALF_SPREADS: dict[Listing, tuple[float, float]] = {
    "index": (0.004, 0.0020),
    "fund": (0.004, 0.0008),
    "share": (0.010, 0.0030),
}
_TICKS: dict[Listing, tuple[float, float]] = {"index": (0.05, 0.10), "fund": (0.01, 0.01), "share": (0.01, 0.05)}
WIDER_WHEN_CLOSED = 2.5


@dataclass(frozen=True, slots=True)
class Priced:
    """Model values per contract. price: points. gamma: 1/points."""

    price: FloatArray
    gamma: FloatArray


def price_contracts(spot: float, strike: FloatArray, is_call: NDArray[np.bool_], variance: FloatArray) -> Priced:
    """Return Black-Scholes prices and gammas at zero rates; variance: total, to settlement."""
    deviation = np.sqrt(variance)
    d1 = np.log(spot / strike) / deviation + deviation / 2
    # The out-of-the-money price is exact where the in-the-money one would lose its digits; parity gives the other.
    above = strike >= spot
    sign = np.where(above, 1.0, -1.0)
    time_value = np.maximum(sign * (spot * ndtr(sign * d1) - strike * ndtr(sign * (d1 - deviation))), 0.0)
    intrinsic = np.maximum(np.where(is_call, spot - strike, strike - spot), 0.0)
    gamma = np.exp(-(d1**2) / 2) / (spot * deviation * np.sqrt(2 * np.pi))
    return Priced(time_value + intrinsic, gamma)


def bid_and_ask(
    priced: Priced, spot: float, strike: FloatArray, is_call: NDArray[np.bool_], *, listing: Listing, is_open: bool
) -> tuple[FloatArray, FloatArray]:
    """Return quotes on the exchange's ticks around the model price; a worthless option has a bid of 0."""
    intrinsic = np.maximum(np.where(is_call, spot - strike, strike - spot), 0.0)
    of_time_value, of_intrinsic = _HALF_SPREADS[listing]
    tick = _ticks(priced, listing)
    half = of_time_value * (priced.price - intrinsic) + of_intrinsic * intrinsic
    half = np.maximum(half * (1.0 if is_open else WIDER_WHEN_CLOSED), tick / 2)
    bid = np.maximum(np.floor((priced.price - half) / tick), 0.0) * tick
    ask = np.maximum(np.ceil((priced.price + half) / tick), 1.0) * tick
    return np.round(bid, 2), np.round(ask, 2)


def last_trades(
    priced: Priced, bid: FloatArray, ask: FloatArray, volume: FloatArray, luck: FloatArray, *, listing: Listing
) -> FloatArray:
    """Return the last traded price: on a tick from bid to ask, never 0; NaN where nothing has traded today.

    luck: which tick, one number in (0, 1) per contract. Trades follow the quotes, so a last price is as new as they.
    """
    tick = _ticks(priced, listing)
    steps = np.floor(luck * (np.rint((ask - bid) / tick) + 1))
    return np.where(volume > 0, np.round(np.maximum(bid + steps * tick, tick), 2), np.nan)


def _ticks(priced: Priced, listing: Listing) -> FloatArray:
    fine, coarse = _TICKS[listing]
    return np.where(priced.price < 3, fine, coarse)
