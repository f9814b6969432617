"""Trade setups read off the gamma levels of a chain: squeezes, premium selling, iron condors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from legacy_engines.gex.analyzer import DEFAULT_THRESHOLDS, GEXAnalyzer, GEXLevel

BILLION: Final = 1e9
CREDIT_RISK_REWARD: Final = 1.5
SKEWED: Final = 1.2
"""A condor is skewed when one wall holds more than this many times the gamma of the other."""


@dataclass
class TradeSetup:
    """A proposed trade. Prices in dollars of the underlying, confidence 0..100, expiration a label like `0-2 DTE`."""

    strategy_type: str
    action: str
    entry_price: float
    target_price: float
    stop_loss: float
    confidence_score: float
    risk_reward_ratio: float
    expiration: str
    strike: float
    notes: str


class TradingStrategy:
    """Look for setups in the state of an analyzer. Figures that come from a chain follow IEEE rules on division."""

    def __init__(self, gex_analyzer: GEXAnalyzer) -> None:
        self.gex_analyzer = gex_analyzer
        self.setups: list[TradeSetup] = []

    def identify_squeeze_setups(self) -> list[TradeSetup]:
        """Return negative-GEX squeeze, positive-GEX breakdown and wall compression, in this order."""
        if not self.gex_analyzer.net_gex or not self.gex_analyzer.gamma_flip:
            return []
        with np.errstate(all="ignore"):
            found = (self._negative_squeeze(), self._positive_breakdown(), self._wall_compression())
        return [setup for setup in found if setup is not None]

    def identify_premium_selling(self) -> list[TradeSetup]:
        """Return the sale of calls at the call wall and of puts at the put wall, in this order."""
        if not self.gex_analyzer.net_gex or not self.gex_analyzer.key_levels:
            return []
        with np.errstate(all="ignore"):
            found = (self._call_sale(), self._put_sale())
        return [setup for setup in found if setup is not None]

    def identify_iron_condors(self) -> list[TradeSetup]:
        """Return the condor between the walls, if they are 3 to 5 % of spot apart and strong enough."""
        call, put = self._walls()
        # Deliberate: without a net GEX (None) the comparison raises TypeError.
        if not self.gex_analyzer.key_levels or self.gex_analyzer.net_gex <= 0 or call is None or put is None:
            return []
        with np.errstate(all="ignore"):
            spot: Any = self.gex_analyzer.spot_price
            width = (call.strike - put.strike) / spot * 100
            concentration = call.strength + put.strength
            if not (3 <= width <= 5 and concentration > 20):
                return []
            return [_condor(spot, call, put, concentration)]

    def analyze_all_setups(self) -> list[TradeSetup]:
        """Return all setups, the most confident first, and keep that list as `setups`."""
        found = self.identify_squeeze_setups() + self.identify_premium_selling() + self.identify_iron_condors()
        self.setups = sorted(found, key=lambda setup: setup.confidence_score, reverse=True)
        return self.setups

    def calculate_position_size(self, setup: TradeSetup, account_size: float) -> dict[str, float]:
        """Return the dollars to risk on a setup, weighted by its confidence, and their percent of the account.

        Deliberate (core Q21): breakdown and compression fall into the 2 % class of the condors.
        """
        fraction = 0.03 if "Squeeze" in setup.strategy_type else 0.05 if "Selling" in setup.strategy_type else 0.02
        max_risk = account_size * fraction * (setup.confidence_score / 100)
        return {"max_risk": max_risk, "position_size": max_risk, "as_percent": max_risk / account_size * 100}

    def _threshold(self, name: str) -> float:
        """Return a threshold in dollars of GEX; symbols without their own use those of SPY."""
        return self.gex_analyzer.thresholds.get(self.gex_analyzer.symbol, {}).get(name, DEFAULT_THRESHOLDS[name])

    def _walls(self) -> tuple[GEXLevel | None, GEXLevel | None]:
        levels = self.gex_analyzer.key_levels
        return levels.get("call_wall_1"), levels.get("put_wall_1")

    def _candidates(self, kind: str, *, most_days: int) -> pd.DataFrame:
        """Return the contracts of a type within `most_days`, none without a chain. `dte` is a required column."""
        chain = self.gex_analyzer.options_data
        if chain is None:
            return pd.DataFrame({"strike": []})
        return chain[(chain["optiontype"] == kind) & (chain["dte"] <= most_days)]

    def _negative_squeeze(self) -> TradeSetup | None:
        """Deliberate (core Q8): the long call's target, the flip, lies below its entry; 90 is never reached."""
        spot: Any = self.gex_analyzer.spot_price
        flip: Any = self.gex_analyzer.gamma_flip
        net = self.gex_analyzer.net_gex
        if not net < self._threshold("negative_squeeze"):
            return None
        distance = (flip - spot) / spot * 100
        if not -1.5 <= distance <= -0.5:
            return None
        strikes = self._candidates("call", most_days=5)["strike"]
        strikes = strikes[strikes >= spot]
        if strikes.empty:
            return None
        return TradeSetup(
            strategy_type="Negative GEX Squeeze",
            action="BUY CALL",
            entry_price=spot,
            target_price=flip,
            stop_loss=spot * 0.99,
            confidence_score=min(70 + abs(distance) * 10, 90),
            risk_reward_ratio=abs(flip - spot) / (spot * 0.01),
            expiration="2-5 DTE",
            strike=strikes.min(),
            notes=(
                f"Dealers are short gamma, net GEX ${net / BILLION:.2f}B: their hedging feeds the move. "
                f"The flip, taken as target, is {distance:.2f}% from spot: below the entry."
            ),
        )

    def _positive_breakdown(self) -> TradeSetup | None:
        """Deliberate (core Q8): the cap of 85 is not reached."""
        spot: Any = self.gex_analyzer.spot_price
        flip: Any = self.gex_analyzer.gamma_flip
        net = self.gex_analyzer.net_gex
        if not net > self._threshold("positive_breakdown"):
            return None
        distance = (spot - flip) / spot * 100
        if not 0 <= distance <= 0.3:
            return None
        strikes = self._candidates("put", most_days=7)["strike"]
        strikes = strikes[strikes <= spot]
        if strikes.empty:
            return None
        levels = self.gex_analyzer.key_levels
        wall = next((level.strike for name, level in levels.items() if "call_wall" in name), None)
        stop = wall or spot * 1.01
        return TradeSetup(
            strategy_type="Positive GEX Breakdown",
            action="BUY PUT",
            entry_price=spot,
            target_price=flip,
            stop_loss=stop,
            confidence_score=min(65 + distance * 50, 85),
            risk_reward_ratio=abs(spot - flip) / abs(stop - spot),
            expiration="3-7 DTE",
            strike=strikes.max(),
            notes=(
                f"Dealers are long gamma, net GEX ${net / BILLION:.2f}B, but spot is only {distance:.2f}% above "
                "the flip: below it their hedging adds to a fall."
            ),
        )

    def _wall_compression(self) -> TradeSetup | None:
        """Deliberate (core Q10): the walls are used as they are, also on the wrong side of spot."""
        spot: Any = self.gex_analyzer.spot_price
        call, put = self._walls()
        if call is None or put is None:
            return None
        spread = abs(call.strike - put.strike) / spot * 100
        if not spread < 2:
            return None
        near_put = abs((spot - put.strike) / spot * 100) < abs((call.strike - spot) / spot * 100)
        target, stop = (call.strike, put.strike * 0.99) if near_put else (put.strike, call.strike * 1.01)
        return TradeSetup(
            strategy_type="Gamma Wall Compression",
            action="BUY CALL" if near_put else "BUY PUT",
            entry_price=spot,
            target_price=target,
            stop_loss=stop,
            confidence_score=75,
            risk_reward_ratio=abs(target - spot) / abs(spot - stop),
            expiration="0-2 DTE",
            strike=spot,
            notes=(
                f"The walls are {spread:.2f}% apart and spot is {'nearer' if near_put else 'no nearer'} the put wall "
                f"than the call wall: trade towards the {'call' if near_put else 'put'} wall."
            ),
        )

    def _call_sale(self) -> TradeSetup | None:
        spot: Any = self.gex_analyzer.spot_price
        net = self.gex_analyzer.net_gex
        wall = self._walls()[0]
        if wall is None or not net > self._threshold("high_positive"):
            return None
        if not (0.5 <= (wall.strike - spot) / spot * 100 <= 2 and wall.strength > 10):
            return None
        notes = (
            f"Sell calls at the call wall ${wall.strike:.2f}: with net GEX ${net / BILLION:.2f}B dealers sell into "
            "rallies towards it."
        )
        return _sale("Call", spot, wall, stop=wall.strike * 1.01, confidence=70, expiration="0-2 DTE", notes=notes)

    def _put_sale(self) -> TradeSetup | None:
        spot: Any = self.gex_analyzer.spot_price
        wall = self._walls()[1]
        if wall is None or not self.gex_analyzer.net_gex > 0:
            return None
        if not (1 <= (spot - wall.strike) / spot * 100 <= 3 and wall.strength > 10):
            return None
        notes = f"Sell puts at the put wall ${wall.strike:.2f}: long dealers buy dips towards it."
        return _sale("Put", spot, wall, stop=wall.strike * 0.98, confidence=65, expiration="2-5 DTE", notes=notes)


def _sale(
    side: str, spot: float, wall: GEXLevel, *, stop: float, confidence: float, expiration: str, notes: str
) -> TradeSetup:
    return TradeSetup(
        strategy_type=f"{side} Premium Selling",
        action=f"SELL {side.upper()}",
        entry_price=spot,
        target_price=spot,
        stop_loss=stop,
        confidence_score=confidence + min(wall.strength, 20),
        risk_reward_ratio=CREDIT_RISK_REWARD,
        expiration=expiration,
        strike=wall.strike,
        notes=notes,
    )


def _condor(spot: float, call: GEXLevel, put: GEXLevel, concentration: float) -> TradeSetup:
    name, skew = _condor_shape(abs(call.gex_value), abs(put.gex_value))
    notes = (
        f"Short put {put.strike:.0f} and short call {call.strike:.0f} at the walls, "
        f"wings at {put.strike * 0.985:.0f} and {call.strike * 1.015:.0f}.{skew}"
    )
    return TradeSetup(
        strategy_type=name,
        action="SELL IC",
        entry_price=spot,
        target_price=spot,
        stop_loss=0,
        confidence_score=60 + min(concentration, 30),
        risk_reward_ratio=CREDIT_RISK_REWARD,
        expiration="5-10 DTE",
        strike=0,
        notes=notes,
    )


def _condor_shape(call_gamma: float, put_gamma: float) -> tuple[str, str]:
    """Return the kind of condor and what to say about its skew. A wall of plain zero raises ZeroDivisionError."""
    put_ratio = put_gamma / call_gamma
    if put_gamma > SKEWED * call_gamma:
        return "Broken Wing (Bullish)", f" The put wall holds {put_ratio:.1f} times the gamma of the call wall."
    call_ratio = call_gamma / put_gamma
    if call_gamma > SKEWED * put_gamma:
        return "Broken Wing (Bearish)", f" The call wall holds {call_ratio:.1f} times the gamma of the put wall."
    return "Standard Iron Condor", ""
