"""The Kelly criterion, and how much of it a record of so few trades can bear."""

from dataclasses import dataclass

from scipy.stats import beta

from legacy_engines.risk.sizing import AGGRESSIVE_KELLY_PERCENT, kelly_criterion

LIKELY = 0.8  # share of the cases the range of a win rate covers


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """What the record is compatible with. Win rates as fractions, Kelly in per cent of the account."""

    win_low: float
    win_high: float
    kelly_low: float
    kelly_high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Kelly:
    """Shares of the account in per cent. edge: what one trade brings on average, USD.

    The engine never shows less than 0: whether there is an edge at all is told by `edge`.
    """

    full: float
    half: float
    quarter: float
    edge: float
    is_aggressive: bool
    likely: Range | None

    @property
    def has_edge(self) -> bool:
        return self.edge > 0

    @property
    def is_proven(self) -> bool:
        """Whether even the low end of the range leaves an edge."""
        return self.likely is not None and self.likely.kelly_low > 0


def kelly_of(win_rate: float, average_win: float, average_loss: float, *, trades: int | None = None) -> Kelly:
    """Return the engine's figures. win_rate: per cent; amounts: USD, both positive; trades: behind the win rate."""
    found = kelly_criterion(win_rate, average_win, average_loss)
    full, won = found["full_kelly_percent"], win_rate / 100
    return Kelly(
        full=full,
        half=found["half_kelly_percent"],
        quarter=full / 4,
        edge=won * average_win - (1 - won) * average_loss,
        is_aggressive=full > AGGRESSIVE_KELLY_PERCENT,
        likely=_range(won, average_win, average_loss, trades) if trades else None,
    )


def likely_win_rate(wins: float, losses: float) -> tuple[float, float]:
    """Return the range that covers the true win rate in LIKELY of the cases (Jeffreys interval), as fractions."""
    tail = (1 - LIKELY) / 2
    low = 0.0 if wins == 0 else float(beta.ppf(tail, wins + 0.5, losses + 0.5))
    high = 1.0 if losses == 0 else float(beta.ppf(1 - tail, wins + 0.5, losses + 0.5))
    return low, high


def _range(won: float, average_win: float, average_loss: float, trades: int) -> Range:
    low, high = likely_win_rate(won * trades, (1 - won) * trades)
    ends = [kelly_criterion(rate * 100, average_win, average_loss)["full_kelly_percent"] for rate in (low, high)]
    return Range(win_low=low, win_high=high, kelly_low=ends[0], kelly_high=ends[1])
