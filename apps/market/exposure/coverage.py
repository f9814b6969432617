"""Which contracts of a chain can be priced, and why the others are left out."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from apps.market.chain import Chain, ChainError, FloatArray
from apps.market.exposure.result import Assumptions
from apps.market.exposure.settlement import Settlement, seconds_until, settlements_of

EXPIRED = "expired"
UNRECORDED = "open interest not recorded"
NO_INTEREST = "open interest 0"
NO_IV = "no implied volatility"
IMPLAUSIBLE = "implausible strike and implied volatility"

# After a forward split some feeds go on listing the old strikes (AAPL 7:1 in June 2014: strikes 395 to 960 with spot
# 92.72 and IVs of 150 to 400 %). With such an IV they carry gamma and would bend walls and flip, though nobody can
# trade them: left out, with a count and a warning. Both conditions must hold, because each alone is real: SPX wings
# of one day show 800 %, meme stocks 500 % at the money, and long-dated index chains list strikes far above spot.
# Any other absurd IV is used as the feed quotes it, with a warning when it matters (see analysis.WILD_IV).
IMPLAUSIBLE_STRIKE = 3.0  # times spot
IMPLAUSIBLE_IV = 1.5  # fraction per year

MOVE_NOT_BEFORE = timedelta(hours=6)  # nearer settlements say little: their IV is mostly bid-ask noise
MONTH = 30 / 365  # years
LOST_INTEREST = 0.10  # share of open interest without IV that deserves a warning


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpliedMove:
    """One standard deviation of spot until `settlement`, in points, from the at-the-money `iv`."""

    points: float
    iv: float
    settlement: Settlement


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Masks over the chain and what belongs to them. `years` and `settlement` have one entry per contract.

    used: counts for GEX (alive, open interest, IV). traded: alive with IV and volume today, open interest or not.
    open: alive with recorded open interest above 0, IV or not. years: to settlement, floored, NaN when expired.
    """

    settlements: tuple[Settlement, ...]
    settlement: NDArray[np.intp]
    years: FloatArray
    alive: NDArray[np.bool_]
    used: NDArray[np.bool_]
    traded: NDArray[np.bool_]
    open: NDArray[np.bool_]
    excluded: dict[str, int]
    warnings: tuple[str, ...]
    move: ImpliedMove | None
    month_iv: float | None
    put_call_ratio: float | None


def select_contracts(chain: Chain, assumptions: Assumptions) -> Selection:
    """Sort the contracts of `chain` into used and left out. Raises ChainError when nothing can be computed."""
    if not len(chain):
        raise ChainError(f"The {chain.symbol} chain holds no contracts. Check the symbol or the file.")
    if not 0 < chain.spot < np.inf:
        raise ChainError(f"The {chain.symbol} chain has no usable spot ({chain.spot}). Fetch it again or fix the file.")
    if not chain.strike.min() > 0:
        raise ChainError(f"The {chain.symbol} chain has a strike of {chain.strike.min()}. Check how it was read.")
    settlements, settlement = settlements_of(chain.roots, chain.root, chain.expiration)
    ahead = seconds_until(settlements, chain.as_of)
    alive = (ahead > 0)[settlement]
    if not alive.any():
        last = settlements[-1].settles_at
        raise ChainError(
            f"All {len(chain)} {chain.symbol} contracts have expired: the last one settled {last:%Y-%m-%d %H:%M} "
            f"New York time, the chain is of {chain.as_of:%Y-%m-%d %H:%M}. Use a newer chain."
        )
    # Expired contracts are gone before the floor is applied, so the floor cannot bring one back to life.
    floored = np.maximum(ahead, assumptions.floor_minutes * 60.0) / (assumptions.day_count * 86_400.0)
    years = np.where(ahead > 0, floored, np.nan)
    priced = alive & (chain.iv > 0) & (chain.iv < np.inf)
    move = _implied_move(chain, settlements, settlement, ahead, years, priced)
    implausible = priced & (chain.strike > IMPLAUSIBLE_STRIKE * chain.spot) & (chain.iv > IMPLAUSIBLE_IV)
    recorded = chain.open_interest >= 0  # False for NaN and for negative sentinels alike
    interested = alive & (chain.open_interest > 0)
    used = interested & priced & ~implausible
    excluded = {
        EXPIRED: _count(~alive),
        UNRECORDED: _count(alive & ~recorded),
        NO_INTEREST: _count(alive & recorded & ~interested),
        NO_IV: _count(interested & ~priced),
        IMPLAUSIBLE: _count(interested & implausible),
    }
    excluded = {reason: count for reason, count in excluded.items() if count}
    if not used.any():
        raise ChainError(_why_nothing(chain, alive, recorded, interested))
    return Selection(
        settlements=settlements,
        settlement=settlement,
        years=years[settlement],
        alive=alive,
        used=used,
        traded=priced & ~implausible & (chain.volume > 0),
        open=interested & ~implausible,
        excluded=excluded,
        warnings=_warnings(chain, excluded, interested, priced),
        move=move,
        month_iv=month_ahead_iv(chain, settlement, years, priced),
        put_call_ratio=put_call_ratio(chain, alive),
    )


def _count(mask: NDArray[np.bool_]) -> int:
    return int(np.count_nonzero(mask))


def _implied_move(
    chain: Chain,
    settlements: tuple[Settlement, ...],
    settlement: NDArray[np.intp],
    ahead: FloatArray,
    years: FloatArray,
    priced: NDArray[np.bool_],
) -> ImpliedMove | None:
    for index in np.flatnonzero(ahead >= MOVE_NOT_BEFORE.total_seconds()):
        here = np.flatnonzero(priced & (settlement == index))
        iv = at_the_money_iv(chain.strike[here], chain.iv[here], chain.spot)
        if iv is not None:
            points = chain.spot * iv * float(np.sqrt(years[index]))
            return ImpliedMove(points=points, iv=iv, settlement=settlements[index])
    return None


def month_ahead_iv(
    chain: Chain, settlement: NDArray[np.intp], years: FloatArray, priced: NDArray[np.bool_]
) -> float | None:
    """Return the IV at the money in 30 calendar days, fraction per year; None when no settlement has one.

    years: by settlement, NaN for those that passed. Between the settlements before and after that day total variance
    is interpolated; where only one side is quoted, its IV stands.
    """
    order = np.argsort(np.where(np.isnan(years), np.inf, years))
    order = order[: int(np.count_nonzero(~np.isnan(years)))]
    split = int(np.searchsorted(years[order], MONTH))

    def first(indexes: NDArray[np.intp]) -> tuple[float, float] | None:
        for index in indexes:
            here = np.flatnonzero(priced & (settlement == index))
            iv = at_the_money_iv(chain.strike[here], chain.iv[here], chain.spot)
            if iv is not None:
                return float(years[index]), iv
        return None

    before, after = first(order[:split][::-1]), first(order[split:])
    if before is None or after is None:
        found = before or after
        return found[1] if found else None
    (early, low), (late, high) = before, after
    share = (MONTH - early) / (late - early)
    variance = low**2 * early + share * (high**2 * late - low**2 * early)
    return float(np.sqrt(variance / MONTH))


def put_call_ratio(chain: Chain, alive: NDArray[np.bool_]) -> float | None:
    """Return the open interest of live puts per live call, None without calls."""
    known = alive & (chain.open_interest > 0)
    calls = float(chain.open_interest[known & chain.is_call].sum())
    return float(chain.open_interest[known & ~chain.is_call].sum()) / calls if calls else None


def at_the_money_iv(strike: FloatArray, iv: FloatArray, spot: float) -> float | None:
    """Return the IV at spot, interpolated between the strikes around it (calls and puts averaged), or None.

    strike, iv: the quoted contracts of one settlement. None when spot is outside the quoted strikes.
    """
    below, above = strike[strike <= spot], strike[strike >= spot]
    if not len(below) or not len(above):
        return None
    low, high = float(below.max()), float(above.min())
    at_low, at_high = float(iv[strike == low].mean()), float(iv[strike == high].mean())
    return at_low if low == high else at_low + (at_high - at_low) * (spot - low) / (high - low)


def _why_nothing(
    chain: Chain, alive: NDArray[np.bool_], recorded: NDArray[np.bool_], interested: NDArray[np.bool_]
) -> str:
    of = f"any of {_count(alive)} live {chain.symbol} contracts"
    if not (alive & recorded).any():
        return f"Open interest is not recorded for {of}; missing is not zero. Use a chain that carries open interest."
    if not interested.any():
        return f"Open interest is 0 for {of}, so there is no exposure to compute. Use a chain of another day."
    return f"No usable implied volatility for {of} with open interest. Use a source that delivers it."


def _warnings(
    chain: Chain, excluded: dict[str, int], interested: NDArray[np.bool_], priced: NDArray[np.bool_]
) -> tuple[str, ...]:
    warnings = list(chain.warnings)
    if missing := excluded.get(UNRECORDED):
        warnings.append(f"Open interest is not recorded for {missing} live contracts; they are left out.")
    lost = chain.open_interest[interested & ~priced].sum() / chain.open_interest[interested].sum()
    if lost > LOST_INTEREST:
        warnings.append(f"{lost * 100:.0f} % of open interest has no implied volatility and is left out.")
    if odd := excluded.get(IMPLAUSIBLE):
        warnings.append(
            f"{odd} contracts with strikes above {IMPLAUSIBLE_STRIKE:g} x spot and IV above {IMPLAUSIBLE_IV * 100:g} % "
            "are left out: usually strikes of before a split."
        )
    return tuple(warnings)
