"""What the analysis of a chain says. Dollar figures are USD per 1 % move of spot unless a name says otherwise."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from apps.market.chain import FloatArray, Origin

MODEL = "calls +, puts −"
MODEL_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """Everything the numbers depend on besides the chain. rate, dividend_yield: continuous, fraction per year."""

    rate: float = 0.0
    dividend_yield: float = 0.0
    multiplier: float = 100.0  # shares per contract
    day_count: float = 365.0  # days per year, calendar seconds
    floor_minutes: float = 30.0  # shortest time to settlement: gamma grows without bound as it goes to 0
    grid_low: float = 0.8  # of spot
    grid_high: float = 1.2
    grid_points: int = 161
    model: str = MODEL
    model_version: int = MODEL_VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class Wall:
    """The strike with the largest gamma of its side. gex: signed. dominance: share of the side's total, 0 to 1."""

    strike: float
    gex: float
    dominance: float
    second_strike: float | None
    second_gex: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StrikeExposure:
    """Sums over all expirations, one entry per strike, ascending. Puts negative; dex, vex, chex: dealer view, net.

    volume_gex: net gamma weighted by today's volume instead of open interest. Units: see the module; vex is
    USD delta per vol point, chex USD delta per calendar day, dex USD delta.
    """

    strike: FloatArray
    call_gex: FloatArray
    put_gex: FloatArray
    dex: FloatArray
    vex: FloatArray
    chex: FloatArray
    volume_gex: FloatArray
    call_open_interest: FloatArray
    put_open_interest: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpirationExposure:
    """Sums over the strikes of one settlement (a date may settle twice: SPX at the open, SPXW at the close)."""

    expiration: date
    settlement: Literal["AM", "PM"]
    settles_at: datetime
    roots: tuple[str, ...]
    call_gex: float
    put_gex: float
    net_gex: float
    gross_gex: float
    dex: float
    vex: float
    chex: float
    contracts_used: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """Strike x expiration, one entry per cell with open interest; indexes into by_strike and by_expiration."""

    strike_index: NDArray[np.int16]
    expiration_index: NDArray[np.int16]
    call_gex: NDArray[np.float32]
    put_gex: NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Net gamma re-priced on a grid of spots. `curves` by weighting:

    all; zero_dte (settling on the day of the chain); ex_next (without the next settlement); volume (by volume).
    """

    spot: FloatArray
    curves: dict[str, FloatArray]


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The key figures of one set of contracts."""

    net_gex: float
    gross_gex: float
    call_gex: float
    put_gex: float
    flip_point: float | None
    call_wall: Wall | None
    put_wall: Wall | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """The whole analysis of one chain.

    flip_point: the root of the re-priced net gamma nearest spot, None with `flip_reason`; flips: every grid crossing,
    the nearest refined. flip_quality: "clear", or why to distrust it ("far: 6.3 % from spot", "shallow: ...").
    excluded: contracts left out, by reason. coverage is contracts_used of contracts. implied_move: points, one
    standard deviation to the next settlement that is at least 6 hours away, from at-the-money IV. implied_volatility:
    at the money, 30 days, fraction per year. put_call_ratio: open interest of live puts per live call. A source that
    computed its gamma itself leaves out what it does not deliver: net_dex, net_vex, net_chex None, contracts 0, no
    expirations, an empty profile and surface.
    """

    symbol: str
    spot: float
    as_of: datetime
    origin: Origin
    assumptions: Assumptions
    open_interest_date: date | None
    contracts: int
    contracts_used: int
    excluded: dict[str, int]
    warnings: tuple[str, ...]
    net_gex: float
    gross_gex: float
    call_gex: float
    put_gex: float
    net_gex_feed_gamma: float | None
    flip_point: float | None
    flips: tuple[float, ...]
    flip_reason: str | None
    flip_quality: str | None
    call_wall: Wall | None
    put_wall: Wall | None
    zero_dte_share: float | None
    net_dex: float | None
    net_vex: float | None
    net_chex: float | None
    volume_gex: float | None
    implied_move: float | None
    implied_move_expiration: date | None
    after_next: Totals | None
    by_strike: StrikeExposure
    by_expiration: tuple[ExpirationExposure, ...]
    surface: Surface
    profile: Profile
    implied_volatility: float | None = None
    put_call_ratio: float | None = None

    @property
    def is_by_strike_only(self) -> bool:
        """Whether the source computed its gamma itself: strikes, but no contracts to re-price or to group by date."""
        return not self.profile.curves
