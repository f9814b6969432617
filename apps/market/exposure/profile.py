"""Net gamma re-priced at other spots: every contract keeps its own IV while spot moves.

With x = ln S a contract's gamma in dollars per 1 % is  w S exp(-(a x + b)^2). On a grid with equal steps in x (equal
per cent moves) the exponential obeys a recurrence, t_{j+1} = t_j r_j and r_{j+1} = r_j c, so that two multiplications
replace an exp. It is restarted from a true exp every few points; the error stays below 1e-12 of the peak.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from apps.market.chain import FloatArray
from apps.market.exposure.result import Assumptions

MAX_HALF = 16  # points on either side of a restart: more saves nothing, the products dominate by then
SAFE_SPAN = 18.0  # largest change of a x + b from the restart: what underflows there is below 1e-20 here
NEGLIGIBLE = 650.0  # exponents beyond are taken as 0; shortly after, numbers turn denormal and slow


@dataclass(frozen=True, slots=True)
class Repricer:
    """The contracts of a chain, ready to be priced at any spot.

    a, b: shape (contracts,), the exponent. weights: shape (weightings, contracts); the first is open interest.
    """

    a: FloatArray
    b: FloatArray
    weights: FloatArray

    def net_gex(self, spot: float, first: int = 0) -> float:
        """Return net GEX by open interest at `spot`, USD per 1 %, of the contracts from `first` on."""
        u = self.a[first:] * np.log(spot)
        u += self.b[first:]
        u *= u
        np.negative(u, out=u)
        np.exp(u, out=u)
        return float(self.weights[0, first:] @ u) * spot

    def on_grid(self, log_spot: FloatArray, bounds: tuple[int, ...]) -> FloatArray:
        """Return net GEX, USD per 1 %, shape (weightings, segments, points).

        log_spot: ln of the grid's spots, equal steps. bounds: ascending contract indexes that cut the contracts into
        segments, first 0 and last their number. Curves of unions of segments are sums, and so come almost for free.
        """
        points, contracts = len(log_spot), len(self.a)
        step = (log_spot[-1] - log_spot[0]) / (points - 1)
        stride = self.a * step
        half = max(0, min(MAX_HALF, int(SAFE_SPAN / stride.max()))) if contracts else 0
        decay = np.exp(-2.0 * stride * stride)
        buffer = np.empty((2 * half + 1, contracts))
        u, ratio = np.empty(contracts), np.empty(contracts)
        result = np.empty((len(self.weights), len(bounds) - 1, points))
        for start in range(0, points, 2 * half + 1):
            block = buffer[: min(2 * half + 1, points - start)]
            middle = min(half, len(block) - 1)
            np.multiply(self.a, log_spot[start + middle], out=u)
            u += self.b
            _exp_negative(u * u, out=block[middle])
            for direction, rows in ((1, range(middle + 1, len(block))), (-1, range(middle - 1, -1, -1))):
                _first_ratio(u, stride, direction, out=ratio)
                for row in rows:
                    np.multiply(block[row - direction], ratio, out=block[row])
                    ratio *= decay
            for segment, (low, high) in enumerate(pairwise(bounds)):
                values = self.weights[:, low:high] @ block[:, low:high].T
                result[:, segment, start : start + len(block)] = values
        result *= np.exp(log_spot)
        return result


def _exp_negative(exponent: FloatArray, *, out: FloatArray) -> None:
    """Write exp(-exponent) to `out`, exactly 0 where it is negligible."""
    np.negative(exponent, out=exponent)
    exponent[exponent < -NEGLIGIBLE] = -np.inf
    np.exp(exponent, out=out)


def _first_ratio(u: FloatArray, stride: FloatArray, direction: int, *, out: FloatArray) -> None:
    """Write t(next) / t(here) to `out`: exp(-(u ± stride)^2 + u^2). Only shrinks from here on, so cannot overflow."""
    np.multiply(u, -2.0 * direction, out=out)
    out -= stride
    out *= stride
    np.clip(out, -NEGLIGIBLE, NEGLIGIBLE, out=out)
    np.exp(out, out=out)


def repricer(
    strike: FloatArray, iv: FloatArray, years: FloatArray, signed_sizes: FloatArray, assumptions: Assumptions
) -> Repricer:
    """Return the repricer of contracts. signed_sizes: shape (weightings, contracts), contracts times the sign."""
    rate, dividend_yield = assumptions.rate, assumptions.dividend_yield
    deviation = iv * np.sqrt(years)
    a = 1.0 / (np.sqrt(2.0) * deviation)
    b = a * ((rate - dividend_yield + 0.5 * iv * iv) * years - np.log(strike))
    scale = assumptions.multiplier * 0.01 * np.exp(-dividend_yield * years) / (np.sqrt(2.0 * np.pi) * deviation)
    return Repricer(a=a, b=b, weights=np.ascontiguousarray(signed_sizes * scale))


def log_grid(spot: float, assumptions: Assumptions) -> FloatArray:
    """Return ln of the grid's spots: equal steps in per cent, from grid_low to grid_high times spot."""
    low, high = spot * assumptions.grid_low, spot * assumptions.grid_high
    return np.linspace(np.log(low), np.log(high), assumptions.grid_points)
