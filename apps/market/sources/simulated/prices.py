"""Where the market stands: prices and its agitation as functions of seed and moment, for one moment or a million."""

import math

import numpy as np

from apps.market.chain import FloatArray
from apps.market.sources.simulated import noise, variance_clock
from apps.market.sources.simulated.universe import MARKET_VOLATILITY, Instrument

LEVERAGE = 4.0  # how much volatility rises when the market falls: 1 % down, 4 % up


def exact_prices(seed: int, instrument: Instrument, days: FloatArray) -> FloatArray:
    """Return unrounded prices at moments in days of variance."""
    moved = np.zeros(len(days))
    for factor, volatility in instrument.moves:
        moved += _daily(volatility) * noise.walk(noise.key_of(seed, "factor", factor), days)
    return instrument.anchor * np.exp(moved)


def traded_prices(seed: int, instrument: Instrument, days: FloatArray) -> FloatArray:
    """Return prices in cents, as they are quoted, at moments in days of variance."""
    return np.round(exact_prices(seed, instrument, days), 2)


def variance_per_day(seed: int, instrument: Instrument, days: FloatArray) -> FloatArray:
    """Return the at-the-money variance of the next day of variance, as the market sees it at each moment."""
    return usual_variance(instrument) * _agitation(seed, days) ** 2


def usual_variance(instrument: Instrument) -> float:
    """Return the at-the-money variance of a day of variance in the long run."""
    return instrument.volatility**2 / variance_clock.DAYS_PER_YEAR


def _agitation(seed: int, days: FloatArray) -> FloatArray:
    """Return volatility against its usual level: higher after a fall, and with a life of its own."""
    market = _daily(MARKET_VOLATILITY) * noise.walk(noise.key_of(seed, "factor", "market"), days)
    own = 0.03 * noise.walk(noise.key_of(seed, "volatility"), days)
    return np.clip(np.exp(own - LEVERAGE * market), 0.6, 2.5)


def _daily(volatility: float) -> float:
    return volatility / math.sqrt(variance_clock.DAYS_PER_YEAR)
