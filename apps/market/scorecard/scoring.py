"""What became of a level in a session, from the session's prices alone, and how sure a share of such sessions is."""

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from statistics import NormalDist

NEAR = 0.0005  # of the level: prices this close have touched it
BEYOND = 0.001  # of the level: a trade further than this on the far side broke it
LEAST = 5  # trials below which a share is not worth an interval
CONFIDENCE = 0.95
_DUST = 1e-12  # of the level: what binary fractions add to prices that stand exactly on an edge


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPrices:
    """Prices of one regular session, in points, low to high including open and close."""

    open: float
    high: float
    low: float
    close: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelScore:
    """touched: the range came near the level or crossed it. held: touched, and not closed beyond.

    broken: traded beyond it, on the side the session did not open on. closed_beyond: closed on that side. A level that
    was broken may still have held.
    """

    touched: bool
    held: bool
    broken: bool
    closed_beyond: bool


class MoveOutcome(StrEnum):
    """Where prices went against an expected move. EXCEEDED: out of it during the session, and back at the close."""

    INSIDE = "inside"
    EXCEEDED = "exceeded"
    CLOSED_OUTSIDE = "closed_outside"


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """hits of trials; low and high: 95 % interval after Wilson, fractions, None with too few trials."""

    hits: int
    trials: int
    low: float | None = None
    high: float | None = None

    @property
    def fraction(self) -> float | None:
        """hits / trials where there are enough of them."""
        return None if self.low is None else self.hits / self.trials


def score_level(level: float, prices: SessionPrices, *, spot: float) -> LevelScore | None:
    """Return what became of a level. spot: when it was frozen; decides the side for a session that opened on the level.

    None where neither tells a side: then nothing can be beyond. A close on the level is not beyond it.
    """
    opened = prices.open - level or spot - level
    if not opened:
        return None
    reached = level - prices.low if opened > 0 else prices.high - level
    closed_beyond = prices.close < level if opened > 0 else prices.close > level
    touched = max(prices.low - level, level - prices.high) <= level * (NEAR + _DUST)
    broken = reached > level * (BEYOND + _DUST)
    return LevelScore(touched=touched, held=touched and not closed_beyond, broken=broken, closed_beyond=closed_beyond)


def score_move(lower: float, upper: float, prices: SessionPrices) -> MoveOutcome:
    """Return where prices went against the band from lower to upper, whose edges belong to it."""
    if not lower <= prices.close <= upper:
        return MoveOutcome.CLOSED_OUTSIDE
    if prices.low < lower or prices.high > upper:
        return MoveOutcome.EXCEEDED
    return MoveOutcome.INSIDE


def share(hits: int, trials: int) -> Share:
    """Return how often something came about, with its interval from LEAST trials on."""
    if trials < LEAST:
        return Share(hits=hits, trials=trials)
    # Wilson's interval in closed form: importing scipy.stats for it would hold up every page for a second and a half.
    z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    rate, shrunk = hits / trials, 1 + z * z / trials
    middle = (rate + z * z / (2 * trials)) / shrunk
    half = z / shrunk * sqrt(rate * (1 - rate) / trials + z * z / (4 * trials * trials))
    return Share(hits=hits, trials=trials, low=max(0.0, middle - half), high=min(1.0, middle + half))
