"""What net dealer gamma says about volatility, direction and the trading day."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from legacy_engines.gex.analyzer import GEXAnalyzer

# Deliberate (core Q22): the same dollars for every symbol, unlike the thresholds of the strategies.
SUPPRESSION_ABOVE: Final = 2e9
AMPLIFICATION_BELOW: Final = -1e9
STRONG_WALLS: Final = 30

FADE_AT_WALLS: Final = "Fade moves into the gamma walls"
MOMENTUM_TIGHT_STOPS: Final = "Follow momentum with tight stops"
WAIT: Final = "Wait for a clearer setup"


class MarketRegimeAnalyzer:
    """Read the regime off the state of an analyzer."""

    def __init__(self, gex_analyzer: GEXAnalyzer) -> None:
        self.gex_analyzer = gex_analyzer

    def get_regime(self) -> dict[str, Any]:
        """Return type, expected volatility, bias, confidence (percent) and description of the regime."""
        net = self.gex_analyzer.net_gex
        if not net:
            return _regime("Unknown", "Normal", "Neutral", 0, "")
        bias = self._bias()
        if net > SUPPRESSION_ABOVE:
            text = "Dealers are long gamma: they sell rallies and buy dips, which damps moves."
            return _regime("Volatility Suppression", "Low", bias, min(70 + net / 1e9 * 5, 95), text)
        if net < AMPLIFICATION_BELOW:
            text = "Dealers are short gamma: they buy rallies and sell dips, which feeds moves."
            return _regime("Volatility Amplification", "High", bias, min(70 + abs(net / 1e9) * 5, 95), text)
        text = "Dealer positioning is mixed and the regime may change."
        return _regime("Transitional", "Normal", bias, 50, text)

    def get_intraday_outlook(self) -> dict[str, Any]:
        """Return range, breakout and fade levels (dollars), risk level and what to do. Defaults without key levels."""
        outlook: dict[str, Any] = {
            "primary_range": {},
            "breakout_levels": {},
            "fade_levels": {},
            "risk_level": "Medium",
            "recommended_strategy": "",
        }
        levels = self.gex_analyzer.key_levels
        if not levels:
            return outlook
        call, put = levels.get("call_wall_1"), levels.get("put_wall_1")
        if call and put:
            strong = call.strength + put.strength > STRONG_WALLS
            outlook["primary_range"] = {
                "upper": call.strike,
                "lower": put.strike,
                "strength": "Strong" if strong else "Moderate",
            }
        if call:
            outlook["breakout_levels"]["upside"] = call.strike * 1.005
        if put:
            outlook["breakout_levels"]["downside"] = put.strike * 0.995
        regime = self.get_regime()["type"]
        if regime == "Volatility Suppression":
            spot: Any = self.gex_analyzer.spot_price
            sell, buy = call.strike if call else spot * 1.01, put.strike if put else spot * 0.99
            outlook |= {"fade_levels": {"sell": sell, "buy": buy}, "recommended_strategy": FADE_AT_WALLS}
        elif regime == "Volatility Amplification":
            outlook |= {"risk_level": "High", "recommended_strategy": MOMENTUM_TIGHT_STOPS}
        else:
            outlook["recommended_strategy"] = WAIT
        return outlook

    def _bias(self) -> str:
        """Return the bias from the distance of spot to the flip; without a flip that distance is 0."""
        spot: Any = self.gex_analyzer.spot_price
        flip = self.gex_analyzer.gamma_flip or spot
        long_gamma = self.gex_analyzer.net_gex > 0
        with np.errstate(all="ignore"):
            distance = (spot - flip) / spot * 100
        if distance > 1:
            return "Bullish" if long_gamma else "Bearish continuation"
        if distance < -1:
            return "Bearish" if long_gamma else "Bullish reversal potential"
        return "Neutral - Near gamma flip"


def _regime(kind: str, volatility: str, bias: str, confidence: float, description: str) -> dict[str, Any]:
    return {
        "type": kind,
        "volatility_expectation": volatility,
        "trending_bias": bias,
        "confidence": confidence,
        "description": description,
    }
