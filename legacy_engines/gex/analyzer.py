"""Dealer gamma exposure of an option chain: profile by strike, gamma flip, walls, charm and vanna."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from legacy_engines.options.yahoo_chain import numbers_of
from legacy_engines.ports import Clock, utc_now

CONTRACT_SIZE = 100
WALLS_PER_SIDE = 3
WEEKEND_DAYS = 2.5
NO_EXPIRATION = "N/A"
PROFILE_COLUMNS = ["strike", "gex", "type", "gamma", "oi", "expiration"]
STRIKE_COLUMNS = ["strike", "gex", "gamma", "oi", "cumulative_gex", "gex_pct"]
DEFAULT_THRESHOLDS: Final = {"negative_squeeze": -1e9, "positive_breakdown": 2e9, "high_positive": 3e9}


@dataclass
class GEXLevel:
    """A level made by dealer gamma.

    strike: dollars. gex_value: dollars, negative for put walls. level_type: call_wall, put_wall or gamma_flip.
    strength: percent of total absolute GEX. distance_from_spot: percent of spot, positive above.
    """

    strike: float
    gex_value: float
    level_type: str
    strength: float
    distance_from_spot: float


class GEXAnalyzer:
    """Analyse the dealer gamma of one chain. clock: only for the day count of `calculate_charm`.

    Deliberate (core Q6): a new chain does not reset `net_gex`, `gamma_flip` and `key_levels`.
    """

    def __init__(self, symbol: str = "SPY", *, clock: Clock | None = None) -> None:
        self.symbol = symbol.upper()
        self.spot_price: float | None = None
        self.options_data: pd.DataFrame | None = None
        self.gex_profile: pd.DataFrame | None = None
        self.key_levels: dict[str, GEXLevel] = {}
        self.net_gex: float = 0
        self.gamma_flip: float | None = None
        self.thresholds: dict[str, dict[str, float]] = {
            "SPY": dict(DEFAULT_THRESHOLDS),
            "QQQ": {"negative_squeeze": -5e8, "positive_breakdown": 1e9, "high_positive": 1.5e9},
            "IWM": {"negative_squeeze": -2e8, "positive_breakdown": 5e8, "high_positive": 8e8},
        }
        self._clock = clock

    def calculate_gex(self, options_data: pd.DataFrame, spot_price: float) -> pd.DataFrame:
        """Return the exposure of each contract, dollars, puts negative, in the order of the input.

        options_data: lower-case columns; `strike` is required, missing gamma and openinterest count as 0, a missing
        optiontype as call. Any type but exactly "put" counts as positive.
        """
        profile = _profile(options_data, spot_price) if len(options_data) else pd.DataFrame(columns=PROFILE_COLUMNS)
        self.options_data = options_data.copy()
        self.spot_price = spot_price
        self.gex_profile = profile
        return profile

    def aggregate_gex_by_strike(self) -> pd.DataFrame:
        """Return sums by ascending strike, the running sum of GEX and each strike's percent of total absolute GEX."""
        if self.gex_profile is None:
            return pd.DataFrame()
        if self.gex_profile.empty:
            return pd.DataFrame(columns=STRIKE_COLUMNS)
        # pandas' grouping sum is compensated (Kahan); the sums over strikes below are numpy's pairwise ones.
        table = self.gex_profile.groupby("strike")[["gex", "gamma", "oi"]].sum().reset_index()
        gex = table["gex"].to_numpy()
        total = np.abs(gex).sum()
        table["cumulative_gex"] = np.cumsum(gex)
        table["gex_pct"] = np.abs(gex) / total * 100 if total > 0 else 0
        return table

    def find_gamma_flip(self) -> Any:
        """Return the strike where cumulative GEX changes sign, dollars, and keep it; the spot price without strikes."""
        self.gamma_flip = self._flip(self.aggregate_gex_by_strike())
        return self.gamma_flip

    def identify_key_levels(self) -> dict[str, GEXLevel]:
        """Return up to three call walls and put walls, largest first, and the flip. Also sets net GEX and the flip.

        Deliberate (core Q10): the sign of a strike's net exposure names the wall, on either side of spot.
        """
        table = self.aggregate_gex_by_strike()
        if table.empty:
            return {}
        self.net_gex = table["gex"].to_numpy().sum()
        self.gamma_flip = self._flip(table)
        self.key_levels = {**self._walls(table, "call_wall", 1), **self._walls(table, "put_wall", -1)}
        if self.gamma_flip:
            distance = self._distance(self.gamma_flip)
            self.key_levels["gamma_flip"] = GEXLevel(self.gamma_flip, 0, "gamma_flip", 100, distance)
        return self.key_levels

    def calculate_charm(self) -> pd.DataFrame:
        """Return per future expiration the GEX that decays per day and over a weekend, dollars.

        Deliberate (core Q7): a chain without expirations holds a placeholder, not a date: that raises ValueError.
        """
        if self.gex_profile is None:
            return pd.DataFrame()
        if self._clock is None:
            raise ValueError("calculate_charm counts days: construct GEXAnalyzer with a clock")
        now = utc_now(self._clock).replace(tzinfo=None)
        rows = []
        for expiration in self.gex_profile["expiration"].unique():
            dte = (pd.to_datetime(expiration) - now).days
            if dte > 0:
                total = self.gex_profile.loc[self.gex_profile["expiration"] == expiration, "gex"].sum()
                daily = total / dte
                rows.append((expiration, dte, total, daily, daily * WEEKEND_DAYS))
        columns = ["expiration", "dte", "total_gex", "daily_charm", "weekend_charm"]
        return pd.DataFrame(rows, columns=columns) if rows else pd.DataFrame()

    def calculate_vanna(self) -> float:
        """Return the sum of vega, gamma, open interest and contract size over all contracts, puts not negated."""
        if self.options_data is None or self.options_data.empty:
            return 0
        vega, gamma = _filled(self.options_data, "vega"), _filled(self.options_data, "gamma")
        products = vega * gamma * _filled(self.options_data, "openinterest") * CONTRACT_SIZE
        return float(products.sum())

    def _flip(self, table: pd.DataFrame) -> Any:
        """Return the flip of a table by strike.

        Deliberate (core Q4): the highest strike below zero is blended with the lowest above zero, adjacent or not.
        Deliberate (core Q5): with exposure on one side only the flip is an end of the chain.
        """
        if table.empty:
            return self.spot_price
        strikes, cumulative = table["strike"].to_numpy(), table["cumulative_gex"].to_numpy()
        negative, positive = np.flatnonzero(cumulative < 0), np.flatnonzero(cumulative > 0)
        if not (negative.size and positive.size):
            return strikes[0] if cumulative[-1] > 0 else strikes[-1]
        n, p = negative[-1], positive[0]
        if not (strikes[n] > 0 and strikes[p] > 0):
            return self.spot_price
        below, above = np.abs(cumulative[n]), np.abs(cumulative[p])
        return strikes[n] * (above / (below + above)) + strikes[p] * (below / (below + above))

    def _walls(self, table: pd.DataFrame, kind: str, sign: int) -> dict[str, GEXLevel]:
        """Return the largest strikes of one sign; equal ones by ascending strike."""
        gex, strikes = table["gex"].to_numpy(), table["strike"].to_numpy()
        percent = table["gex_pct"].to_numpy()
        candidates = np.flatnonzero(gex * sign > 0)
        largest = candidates[np.argsort(-np.abs(gex[candidates]), kind="stable")][:WALLS_PER_SIDE]
        return {
            f"{kind}_{rank}": GEXLevel(
                np.float64(strikes[i]), gex[i], kind, percent[i], self._distance(np.float64(strikes[i]))
            )
            for rank, i in enumerate(largest, start=1)
        }

    def _distance(self, strike: Any) -> Any:
        """Return the distance of a strike in percent of spot, infinite at a zero spot where the strike is numpy's."""
        with np.errstate(all="ignore"):
            return (strike - self.spot_price) / self.spot_price * 100


def _profile(options_data: pd.DataFrame, spot_price: float) -> pd.DataFrame:
    """Return one row of exposure per contract."""
    if "strike" not in options_data:
        raise KeyError("strike: the option chain needs a 'strike' column")
    if spot_price is None:
        raise TypeError("spot_price is None: pass the price of the underlying in dollars")
    gamma, oi = _filled(options_data, "gamma"), _filled(options_data, "openinterest")
    types = _types(options_data)
    gex = spot_price * gamma * oi * CONTRACT_SIZE
    expiration = options_data["expiration"].array if "expiration" in options_data else NO_EXPIRATION
    return pd.DataFrame(
        {
            "strike": options_data["strike"].array,
            "gex": np.where(types == "put", -gex, gex),
            "type": types,
            "gamma": gamma,
            "oi": oi,
            "expiration": expiration,
        },
        columns=PROFILE_COLUMNS,
    )


def _filled(frame: pd.DataFrame, name: str) -> npt.NDArray[Any]:
    """Return a column of numbers with 0 for what is missing; an absent column is integer 0."""
    if name not in frame:
        return np.zeros(len(frame), dtype=int)
    column = frame[name]
    if pd.api.types.is_integer_dtype(column.dtype) and not column.hasnans:
        return column.to_numpy()
    return np.nan_to_num(numbers_of(column), nan=0.0, posinf=np.inf, neginf=-np.inf)


def _types(frame: pd.DataFrame) -> npt.NDArray[Any]:
    """Return the option types as they are written, "call" for what is missing."""
    if "optiontype" not in frame:
        return np.full(len(frame), "call", dtype=object)
    column = frame["optiontype"]
    types = column.to_numpy(dtype=object)
    return np.where(column.isna().to_numpy(), "call", types)
