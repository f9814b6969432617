"""Daily log-normal price paths and what they say about a squeeze or an iron condor."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

SEED = 42
TRADING_DAYS = 252
SAMPLED_PATHS = 100


def seeded_generator() -> np.random.RandomState:
    """Return the generator every simulation starts with: the recorded stream, without touching the global one."""
    return np.random.RandomState(SEED)


class MonteCarloEngine:
    """Simulate closing prices; the same inputs always give the same answer.

    Deliberate (core Q11): a fixed seed, log returns of mean zero without the -volatility²/2 correction, long strikes of
    a condor ignored, and invented figures for a condor that cannot be simulated.
    """

    def __init__(
        self, num_simulations: int = 10000, *, generator: Callable[[], np.random.RandomState] = seeded_generator
    ) -> None:
        self.num_simulations = num_simulations
        self._generator = generator

    def simulate_squeeze_play(
        self, spot_price: float, flip_point: float, call_wall: float, volatility: float = 0.20, days: int = 5
    ) -> dict[str, Any]:
        """Return how often and how far prices rise within `days` trading days; empty if it cannot be simulated.

        Prices in dollars, volatility an annual fraction. Probabilities and gains are percent; a gain is the highest
        price of the path, its start included, against spot.
        """
        try:
            with np.errstate(all="ignore"):
                paths = self._paths(spot_price, volatility, days, levels=(flip_point, call_wall))
                return _squeeze_figures(paths, spot_price, flip_point, call_wall)
        except (TypeError, ValueError, ArithmeticError):
            return {}

    def simulate_iron_condor(
        self,
        spot_price: float,
        call_short: float,
        call_long: float,
        put_short: float,
        put_long: float,
        days: int = 30,
        volatility: float = 0.15,
    ) -> dict[str, float]:
        """Return how often the last price lies between the short strikes (inclusive), above and below, in percent.

        Prices in dollars, volatility an annual fraction. What cannot be simulated gives the fallback figures.
        """
        try:
            with np.errstate(all="ignore"):
                final = self._final_prices(spot_price, volatility, days, levels=(put_short, call_short))
                return _condor_figures(final, call_short, put_short)
        except (TypeError, ValueError, ArithmeticError):
            return _condor_fallback(spot_price)

    def _paths(self, spot: float, volatility: float, days: int, *, levels: tuple[float, ...]) -> Array:
        """Return prices, shape (simulations, days + 1), beginning with spot."""

        def prices(returns: Array) -> Array:
            start = np.zeros((len(returns), 1))
            path: Array = spot * np.exp(np.cumsum(np.hstack([start, returns]), axis=1))
            return path

        return self._simulate(prices, volatility, days, levels=levels)

    def _final_prices(self, spot: float, volatility: float, days: int, *, levels: tuple[float, ...]) -> Array:
        """Return last prices, shape (simulations,)."""
        return self._simulate(lambda returns: spot * np.exp(np.sum(returns, axis=1)), volatility, days, levels=levels)

    def _simulate(
        self, prices: Callable[[Array], Array], volatility: float, days: int, *, levels: tuple[float, ...]
    ) -> Array:
        """Return `prices` of the daily log returns, simulation by simulation in the order of the stream.

        The first simulation is drawn and used before the others are drawn, so that an unusable spot or level leaves the
        stream where the recorded runs leave it; a refused draw leaves it untouched.
        """
        random = self._generator()
        simulations, days = operator.index(self.num_simulations), operator.index(days)
        scale = volatility / np.sqrt(TRADING_DAYS)
        if simulations <= 0:
            raise ValueError(f"num_simulations must be above zero, was {simulations}")
        first = random.normal(0.0, scale, (1, days))
        price = prices(first).flat[0]
        for level in levels:
            _ = price >= level
        return prices(np.vstack([first, random.normal(0.0, scale, (simulations - 1, days))]))


def _squeeze_figures(paths: Array, spot: float, flip: float, wall: float) -> dict[str, Any]:
    """Return the figures of a squeeze from price paths, shape (simulations, days + 1)."""
    count = len(paths)
    final = paths[:, -1]
    # fmax ignores a NaN that follows a valid start.
    highest = np.fmax.reduce(paths, axis=1)
    gains = (highest - spot) / spot * 100
    sample = np.linspace(0, count - 1, min(SAMPLED_PATHS, count)).astype(int)
    return {
        "probability_hit_flip": _percent(highest >= flip),
        "probability_hit_wall": _percent(highest >= wall),
        "expected_final_price": np.mean(final),
        "median_final_price": np.median(final),
        "std_final_price": np.std(final),
        "max_gain_percent": np.percentile(gains, 95),
        "avg_gain_percent": np.mean(gains),
        "final_price_distribution": final.tolist(),
        "price_paths_sample": paths[sample],
    }


def _condor_figures(final: Array, call_short: float, put_short: float) -> dict[str, float]:
    return {
        "win_probability": _percent((put_short <= final) & (final <= call_short)),
        "expected_final_price": float(np.mean(final)),
        "median_final_price": float(np.median(final)),
        "std_final_price": float(np.std(final)),
        "prob_above_call": _percent(final > call_short),
        "prob_below_put": _percent(final < put_short),
    }


def _condor_fallback(spot: float) -> dict[str, float]:
    """Return the figures of a condor that cannot be simulated. Raises TypeError without a spot price."""
    return {
        "win_probability": 70.0,
        "expected_final_price": spot,
        "median_final_price": spot,
        "std_final_price": spot * 0.05,
        "prob_above_call": 15.0,
        "prob_below_put": 15.0,
    }


def _percent(hits: npt.NDArray[np.bool_]) -> float:
    return float(np.count_nonzero(hits) / len(hits) * 100)
