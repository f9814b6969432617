"""The second paper account's trade of the day: regime, structure, strikes, target and stop from the gamma levels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from legacy_engines.trading.autonomous.decision import (
    BILLION,
    BREAKDOWN_CAP,
    SQUEEZE_CAP,
    SYMBOL,
    flip_distance_percent,
    grid_strike,
)

SHORT_GAMMA: Final = -1e9
HIGH_LONG_GAMMA: Final = 2e9
"""Net GEX in US dollars; exactly at a threshold the regime is neutral."""

NEAR_FLIP: Final = 0.02
SPREAD_WIDTH: Final = 10

BELOW: Final = "NEGATIVE_GEX_BELOW_FLIP"
ABOVE: Final = "NEGATIVE_GEX_ABOVE_FLIP"
HIGH_NEAR: Final = "HIGH_POSITIVE_NEAR_FLIP"
HIGH: Final = "HIGH_POSITIVE_GEX"
NEUTRAL: Final = "NEUTRAL_GEX"


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """What a trade is built from. spot, flip, walls: points, 0 for no wall; net: US dollars; distance: % of spot."""

    spot: float
    flip: float
    call_wall: float
    put_wall: float
    net: float
    distance: float


class DailyTradeFinder:
    """Finds one SPY trade. `min_confidence` is stored and never asked, as it was."""

    def __init__(self, min_confidence: int = 65) -> None:
        self.min_confidence = min_confidence

    def analyze_market_conditions(
        self, gex_data: Mapping[str, Any], skew_data: Mapping[str, Any] | None, spot_price: float
    ) -> dict[str, Any]:
        """Return the trade for the GEX answer; the skew (`implied_volatility`, `pcr_oi`) may be None and is not used.

        A key that holds None raises TypeError, a squeeze or breakdown without spot ZeroDivisionError.
        """
        net, flip = gex_data.get("net_gex", 0), gex_data.get("flip_point", spot_price)
        skew = skew_data or {}
        return self._find_best_trade(
            self._determine_regime(net, spot_price, flip),
            spot_price,
            flip,
            gex_data.get("call_wall", 0),
            gex_data.get("put_wall", 0),
            net,
            flip_distance_percent(spot_price, flip),
            skew.get("implied_volatility", 0.20),
            skew.get("pcr_oi", 1.0),
        )

    def _determine_regime(self, net_gex: float, spot: float, flip: float) -> str:
        if net_gex < SHORT_GAMMA:
            return BELOW if spot < flip else ABOVE
        if net_gex > HIGH_LONG_GAMMA:
            return HIGH_NEAR if abs(spot - flip) < spot * NEAR_FLIP else HIGH
        return NEUTRAL

    def _find_best_trade(
        self,
        regime: str,
        spot: float,
        flip: float,
        call_wall: float,
        put_wall: float,
        net_gex: float,
        distance_to_flip: float,
        iv: float,
        pcr: float,
    ) -> dict[str, Any]:
        levels = Levels(
            spot=spot, flip=flip, call_wall=call_wall, put_wall=put_wall, net=net_gex, distance=abs(distance_to_flip)
        )
        if regime == BELOW:
            return _squeeze(levels)
        if regime == ABOVE:
            return _breakdown(levels)
        if regime in (HIGH_NEAR, HIGH):
            return _condor(levels)
        return _call_spread(levels) if spot < flip else _put_spread(levels)


def _squeeze(levels: Levels) -> dict[str, Any]:
    spot, flip, wall = levels.spot, levels.flip, levels.call_wall
    target = flip if flip > spot else wall if wall > spot else spot * 1.02
    stop = spot * 0.99
    reasoning = _reasoning(
        regime="Dealers are short gamma and SPY trades under the flip.",
        thesis="Hedging adds to moves: once price turns up, dealers have to buy it higher.",
        technical=_technical(levels),
        catalyst=f"The flip is {levels.distance:.2f}% away; reclaiming it would turn hedging from fuel into a brake.",
        target=f"Target {target:.2f}, stop {stop:.2f} (-1% from spot).",
        entry="Buy the call at or inside the mid when price holds above the morning low.",
        leave="Take profit at +50% of the premium, cut at -30%.",
        ratio=f"{(target - spot) / (0.01 * spot):.1f} : 1 between target and stop.",
    )
    confidence = min(SQUEEZE_CAP, 70 + levels.distance * 3)
    named = _named("BUY_CALL", {"strike": grid_strike(target)}, "call", 5, confidence, "Negative GEX Squeeze")
    return {**named, "entry_price": spot, "target_price": target, "stop_loss": stop, "reasoning": reasoning}


def _breakdown(levels: Levels) -> dict[str, Any]:
    spot, flip, wall = levels.spot, levels.flip, levels.put_wall
    # Deliberate (trading Q-18): a missing put wall is 0, lies below spot, and becomes target and strike.
    target = flip if flip < spot else wall if wall < spot else spot * 0.98
    stop = spot * 1.01
    reasoning = _reasoning(
        regime="Dealers are short gamma and SPY trades over the flip.",
        thesis="Hedging adds to moves: once price slips, dealers have to sell it lower.",
        technical=_technical(levels),
        catalyst=f"The flip is {levels.distance:.2f}% away; losing ground toward it sets off more hedging sales.",
        target=f"Target {target:.2f}, stop {stop:.2f} (+1% from spot).",
        entry="Buy the put at or inside the mid when a rally fails.",
        leave="Take profit at +50% of the premium, cut at -30%.",
        ratio=f"{(spot - target) / (0.01 * spot):.1f} : 1 between target and stop.",
    )
    confidence = min(BREAKDOWN_CAP, 65 + levels.distance * 3)
    named = _named("BUY_PUT", {"strike": grid_strike(target)}, "put", 5, confidence, "Negative GEX Breakdown")
    return {**named, "entry_price": spot, "target_price": target, "stop_loss": stop, "reasoning": reasoning}


def _condor(levels: Levels) -> dict[str, Any]:
    spot = levels.spot
    call_short, put_short = grid_strike(spot * 1.02), grid_strike(spot * 0.98)
    reasoning = _reasoning(
        regime="Dealers are heavily long gamma.",
        thesis="They buy dips and sell rallies, so SPY tends to stay where it is and premium decays.",
        technical=f"Net GEX {levels.net / BILLION:.2f} billion dollars, SPY {spot:.2f}.",
        catalyst="None is needed: time passes and hedging dampens what happens meanwhile.",
        target=f"Keep the premium while SPY stays between {put_short:.2f} and {call_short:.2f}.",
        entry=f"Sell the {put_short} put and the {call_short} call, each 2% from spot, and buy wings beyond them.",
        leave="Buy back at 50% of the premium, or when a short strike is breached.",
        ratio="0.3 : 1, in exchange for a high chance of keeping the premium.",
    )
    strikes = {"strike": spot, "call_short_strike": call_short, "put_short_strike": put_short}
    named = _named("SELL_IRON_CONDOR", strikes, "spread", 7, 75, "Iron Condor Premium Collection")
    return {**named, "entry_price": spot, "target_price": spot, "stop_loss": 0, "reasoning": reasoning}


def _call_spread(levels: Levels) -> dict[str, Any]:
    strike = grid_strike(levels.spot)
    named = _named("BUY_CALL_SPREAD", _vertical(strike, SPREAD_WIDTH), "call", 7, 70, "Bullish Call Spread")
    prices = {"entry_price": levels.spot, "target_price": levels.flip, "stop_loss": levels.spot * 0.98}
    return {**named, **prices, "reasoning": _spread_reasoning(levels, "up", "call", strike, strike + SPREAD_WIDTH)}


def _put_spread(levels: Levels) -> dict[str, Any]:
    strike = grid_strike(levels.spot)
    named = _named("BUY_PUT_SPREAD", _vertical(strike, -SPREAD_WIDTH), "put", 7, 70, "Bearish Put Spread")
    prices = {"entry_price": levels.spot, "target_price": levels.flip, "stop_loss": levels.spot * 1.02}
    return {**named, **prices, "reasoning": _spread_reasoning(levels, "down", "put", strike, strike - SPREAD_WIDTH)}


def _spread_reasoning(levels: Levels, direction: str, side: str, strike: int, short: int) -> str:
    return _reasoning(
        regime="Dealer gamma gives no strong push either way.",
        thesis=f"Price tends {direction} toward the flip; a spread limits what waiting for it costs.",
        technical=_technical(levels),
        catalyst="A drift to the flip, where hedging changes sides and price often pauses.",
        target=f"Target {levels.flip:.2f}; the most that can be lost is the debit.",
        entry=f"Buy the {strike} {side} and sell the {short} {side} as one order.",
        leave="Close at 50% of the greatest profit, or when price moves clearly away from the flip.",
        ratio="2 : 1 at best, with the loss known from the start.",
    )


def _technical(levels: Levels) -> str:
    return f"Net GEX {levels.net / BILLION:.2f} billion dollars, SPY {levels.spot:.2f}, flip {levels.flip:.2f}."


def _vertical(strike: int, width: int) -> dict[str, float]:
    return {"strike": strike, "short_strike": strike + width}


def _named(
    action: str, strikes: Mapping[str, float], side: str, dte: int, confidence: float, strategy: str
) -> dict[str, Any]:
    return {
        "symbol": SYMBOL,
        "action": action,
        **strikes,
        "option_type": side,
        "dte": dte,
        "confidence": confidence,
        "strategy": strategy,
    }


def _reasoning(
    *, regime: str, thesis: str, technical: str, catalyst: str, target: str, entry: str, leave: str, ratio: str
) -> str:
    return "\n\n".join(
        f"{heading}\n{text}"
        for heading, text in (
            ("MARKET REGIME", regime),
            ("THESIS", thesis),
            ("TECHNICAL", technical),
            ("CATALYST", catalyst),
            ("TARGET AND STOP", target),
            ("ENTRY", entry),
            ("EXIT PLAN", leave),
            ("RISK / REWARD", ratio),
        )
    )
