"""The symbols of the simulated market: what they cost, how they move and how their options are listed."""

import math
from dataclasses import dataclass
from typing import Literal

from apps.market.sources.protocol import UnknownSymbol

Listing = Literal["index", "fund", "share"]
MARKET_VOLATILITY = 0.13  # of the market as a whole, fraction per year
VOLATILITY_INDEX = "VIX"  # has prices, no options
# What a trading day turns over in shares, against the contracts it does: about as much as with the real ones.
_SHARES_PER_CONTRACT: dict[Listing, float] = {"index": 1200.0, "fund": 9.0, "share": 45.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """One underlying.

    anchor: price it stays near. moves: annual volatility (fraction) by factor; symbols that share a factor move
    together. strike_step: points between the closest strikes. open_interest, daily_volume: contracts, all series.
    root, morning_root: names of the series that settle at the close and at the open (None: there are none).
    skew: correlation of the smile, below 0; curvature x (1 + |skew|) must not exceed 2, else butterflies go negative.
    """

    symbol: str
    anchor: float
    moves: tuple[tuple[str, float], ...]
    strike_step: float
    open_interest: float
    daily_volume: float
    listing: Listing = "share"
    root: str
    morning_root: str | None = None
    skew: float = -0.45
    curvature: float = 1.25

    @property
    def volatility(self) -> float:
        """Return the usual at-the-money volatility: options cost a little more than what comes to pass."""
        return 1.08 * math.hypot(*(size for _, size in self.moves))

    @property
    def daily_shares(self) -> float:
        """Return how many shares of the underlying (of its members, for an index) change hands on a usual day."""
        return self.daily_volume * _SHARES_PER_CONTRACT[self.listing]


def _index(
    symbol: str, anchor: float, moves: dict[str, float], step: float, interest: float, volume: float, *roots: str
) -> Instrument:
    root, morning_root = (*roots, None)[:2] if roots else (symbol, None)
    return Instrument(
        symbol=symbol,
        anchor=anchor,
        moves=tuple(moves.items()),
        strike_step=step,
        open_interest=interest,
        daily_volume=volume,
        listing="index" if roots else "fund",
        root=str(root),
        morning_root=morning_root,
        skew=-0.7,
        curvature=1.15,
    )


def _share(
    symbol: str, anchor: float, beta: float, own: float, step: float, interest: float, volume: float
) -> Instrument:
    return Instrument(
        symbol=symbol,
        anchor=anchor,
        moves=(("market", MARKET_VOLATILITY * beta), (symbol, own)),
        strike_step=step,
        open_interest=interest,
        daily_volume=volume,
        root=symbol,
    )


_MARKET = {"market": MARKET_VOLATILITY}
_TECH = {"market": 0.15, "tech": 0.08}
_BLUE = {"market": 0.12, "blue": 0.04}
_SMALL = {"market": 0.145, "small": 0.11}

_ALL = (
    _index("SPX", 6600, _MARKET, 5, 12e6, 3.6e6, "SPXW", "SPX"),
    _index("SPY", 659, _MARKET, 1, 18e6, 8.5e6),
    _index("QQQ", 590, _TECH, 1, 11e6, 5e6),
    _index("IWM", 240, _SMALL, 1, 9e6, 1.4e6),
    _index("DIA", 463, _BLUE, 1, 4e5, 8e4),
    _index("NDX", 24500, _TECH, 25, 2.2e5, 9e4, "NDXP", "NDX"),
    _index("RUT", 2400, _SMALL, 5, 9e5, 1.2e5, "RUTW", "RUT"),
    _index("XSP", 660, _MARKET, 1, 3e5, 9e4, "XSP"),
    _share("AAPL", 255, 1.1, 0.20, 2.5, 5.2e6, 1.1e6),
    _share("MSFT", 515, 1.0, 0.17, 2.5, 2.4e6, 3.5e5),
    _share("NVDA", 182, 1.7, 0.33, 1, 2.1e7, 2.8e6),
    _share("TSLA", 435, 1.8, 0.48, 2.5, 9e6, 2.9e6),
    _share("AMZN", 222, 1.2, 0.24, 1, 4.6e6, 7e5),
    _share("META", 735, 1.2, 0.25, 5, 2.0e6, 4e5),
    _share("GOOGL", 245, 1.1, 0.22, 1, 3.9e6, 5.5e5),
    _share("AMD", 162, 1.7, 0.40, 1, 4.4e6, 7.5e5),
    _share("NFLX", 1190, 1.1, 0.27, 5, 6e5, 1.1e5),
    _share("AVGO", 338, 1.5, 0.32, 2.5, 2.1e6, 2.4e5),
    _share("PLTR", 178, 1.8, 0.48, 1, 5.2e6, 9e5),
    _share("COIN", 335, 1.9, 0.58, 2.5, 1.5e6, 2.6e5),
    _share("MSTR", 330, 1.9, 0.62, 2.5, 2.4e6, 4.2e5),
    _share("INTC", 30, 1.3, 0.38, 0.5, 5.6e6, 4.3e5),
    _share("JPM", 312, 0.9, 0.16, 2.5, 1.1e6, 9e4),
    _share("BA", 216, 1.1, 0.26, 1, 9e5, 1e5),
    _share("DIS", 114, 0.9, 0.19, 1, 1.1e6, 8e4),
    _share("XOM", 114, 0.6, 0.19, 1, 1.4e6, 9e4),
)
INSTRUMENTS = {instrument.symbol: instrument for instrument in _ALL}


def instrument_of(symbol: str) -> Instrument:
    """Return the underlying of that name, however it is spelled (SPX, ^SPX, _SPX). Raises UnknownSymbol."""
    instrument = INSTRUMENTS.get(plain(symbol))
    if instrument is None:
        raise UnknownSymbol(
            f"Symbol {symbol!r} has no listed options in the simulated market. "
            f"Check the spelling or pick one of {', '.join(sorted(INSTRUMENTS, key=_popular_first))}."
        )
    return instrument


def plain(symbol: str) -> str:
    """Return the symbol as the desk spells it."""
    return symbol.strip().upper().lstrip("^_$")


def _popular_first(symbol: str) -> tuple[bool, str]:
    return (symbol not in ("SPY", "SPX", "QQQ", "IWM"), symbol)
