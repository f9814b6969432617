"""Which trade the gamma picture asks for: one setup per symbol, with strikes, targets, stop and expiration.

Market data: `spot_price`, `flip_point`, `call_wall`, `put_wall` in points, `net_gex` in USD, `symbol`, and optionally
`implied_volatility` as a fraction. A missing key reads as 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from legacy_engines.config import STRATEGIES
from legacy_engines.options.monte_carlo import MonteCarloEngine
from legacy_engines.options.pricing import BlackScholesPricer
from legacy_engines.options.smart_dte import SmartDTECalculator
from legacy_engines.ports import Clock
from legacy_engines.setups.game_plan import game_plan

SQUEEZE = STRATEGIES["NEGATIVE_GEX_SQUEEZE"]["conditions"]
CONDOR = STRATEGIES["IRON_CONDOR"]["conditions"]
PRICING_VOLATILITY = 0.20
CONDOR_VOLATILITY = 0.15
WING = 10


class StrategyEngine:
    """Setup detection and the day's game plan."""

    @staticmethod
    def detect_setups(market_data: Mapping[str, Any], *, clock: Clock) -> list[dict[str, Any]]:
        """Return exactly one setup, or none when spot is falsy. The clock gives the weekday of the expiration rule."""
        if not market_data.get("spot_price", 0):
            return []
        gamma = _Picture.of(market_data)
        return [_primary(gamma, clock) or _fallback(gamma, clock)]

    @staticmethod
    def generate_game_plan(
        market_data: Mapping[str, Any], setups: Sequence[Mapping[str, Any]] | None, *, clock: Clock
    ) -> str:
        """Return the day's plan as Markdown."""
        return game_plan(market_data, setups, clock=clock)


@dataclass(frozen=True)
class _Picture:
    """The numbers every rule reads. distance: flip from spot in percent of spot, 0 when either is missing.

    below, above: the side of the flip on which spot stands. A flip of None raises TypeError, whatever the setup.
    """

    data: Mapping[str, Any]
    symbol: str
    spot: float
    net_gex: float
    flip: float
    call_wall: float
    put_wall: float
    distance: float
    below: bool
    above: bool

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> _Picture:
        spot, flip = data.get("spot_price", 0), data.get("flip_point", 0)
        return cls(
            data=data,
            symbol=data.get("symbol", "SPY"),
            spot=spot,
            net_gex=data.get("net_gex", 0),
            flip=flip,
            call_wall=data.get("call_wall", 0),
            put_wall=data.get("put_wall", 0),
            # Deliberate (plans Q15): a missing flip counts as distance 0, as if price stood on it.
            distance=(flip - spot) / spot * 100 if spot and flip else 0,
            below=spot < flip,
            above=spot > flip,
        )

    @property
    def billions(self) -> str:
        return f"${self.net_gex / 1e9:.1f}B"

    @property
    def wall_width(self) -> float:
        """Distance between the walls in percent of spot, negative when they are inverted, 0 when one is missing."""
        return (self.call_wall - self.put_wall) / self.spot * 100 if self.call_wall and self.put_wall else 0


def multiple_of_five(price: float) -> int:
    """Return the multiple of 5 at or towards zero from `price`. NaN raises ValueError."""
    return int(price / 5) * 5


def nearest_five(price: float) -> int:
    """Return the nearest multiple of 5; exactly halfway rounds down."""
    return multiple_of_five(price) + 5 if price % 5 > 2.5 else multiple_of_five(price)


def _primary(gamma: _Picture, clock: Clock) -> dict[str, Any] | None:
    if (
        gamma.net_gex < SQUEEZE["net_gex_threshold"]
        and abs(gamma.distance) < SQUEEZE["distance_to_flip"]
        and gamma.spot > gamma.put_wall + gamma.spot * SQUEEZE["min_put_wall_distance"] / 100
    ):
        return _squeeze(gamma, clock)
    if gamma.net_gex > CONDOR["net_gex_threshold"] and gamma.wall_width > CONDOR["min_wall_distance"]:
        return _condor_at_walls(gamma, clock)
    return None


def _squeeze(gamma: _Picture, clock: Clock) -> dict[str, Any]:
    strike = nearest_five(gamma.flip)
    timing = _timing(gamma, "DIRECTIONAL_LONG", clock)
    option = BlackScholesPricer().calculate_option_price(
        gamma.spot, strike, timing["dte"] / 365, PRICING_VOLATILITY, "call"
    )
    win_rate = STRATEGIES["NEGATIVE_GEX_SQUEEZE"]["win_rate"]
    return {
        "strategy": "NEGATIVE GEX SQUEEZE",
        "symbol": gamma.symbol,
        "action": f"BUY {strike} CALLS",
        "entry_zone": f"${gamma.flip - 0.50:.2f} - ${gamma.flip + 0.50:.2f}",
        "current_price": gamma.spot,
        "target_1": gamma.flip + gamma.spot * 0.015,
        "target_2": gamma.call_wall,
        "stop_loss": gamma.spot - gamma.spot * 0.005,
        "option_premium": option.get("price", 2.50),
        "delta": option.get("delta", 0.50),
        "gamma": option.get("gamma", 0.02),
        "confidence": 75,
        "risk_reward": 3.0,
        "reasoning": (
            f"Net GEX {gamma.billions} leaves dealers short gamma: they buy into strength, and the flip lies only "
            f"{gamma.distance:.1f}% from price. Win rate on record {win_rate * 100:.0f}%."
        ),
        **timing,
    }


def _condor_at_walls(gamma: _Picture, clock: Clock) -> dict[str, Any]:
    call_short, put_short = multiple_of_five(gamma.call_wall), multiple_of_five(gamma.put_wall)
    call_long, put_long = call_short + WING, put_short - WING
    timing = _timing(gamma, "IRON_CONDOR", clock)
    simulated = MonteCarloEngine().simulate_iron_condor(
        gamma.spot, call_short, call_long, put_short, put_long, timing["dte"], CONDOR_VOLATILITY
    )
    win_probability = simulated["win_probability"]
    return {
        "strategy": "IRON CONDOR",
        "symbol": gamma.symbol,
        "action": f"SELL {call_short}/{call_long} CALL SPREAD, {put_short}/{put_long} PUT SPREAD",
        "entry_zone": f"${gamma.spot - 2:.2f} - ${gamma.spot + 2:.2f}",
        "current_price": gamma.spot,
        "max_profit_zone": f"${put_short:.2f} - ${call_short:.2f}",
        "breakevens": f"${put_short - 1:.2f} / ${call_short + 1:.2f}",
        "win_probability": win_probability,
        "confidence": 80,
        "risk_reward": 0.3,
        "reasoning": (
            f"Net GEX {gamma.billions} has dealers damping every move, and the walls stand {gamma.wall_width:.1f}% "
            f"apart; simulated chance of expiring between the short strikes {win_probability:.0f}%."
        ),
        **timing,
    }


def _fallback(gamma: _Picture, clock: Clock) -> dict[str, Any]:
    if gamma.below and gamma.net_gex < 0:
        return _bullish_spread(gamma, clock)
    if gamma.above and gamma.net_gex < 0:
        return _bearish_spread(gamma, clock)
    if gamma.net_gex > 0 or abs(gamma.distance) < 1.0:
        return _premium_collection(gamma, clock)
    return _long_option(gamma, clock, is_call=gamma.below)


def _head(gamma: _Picture, strategy: str, action: str) -> dict[str, Any]:
    return {
        "strategy": strategy,
        "symbol": gamma.symbol,
        "action": action,
        "entry_zone": f"${gamma.spot:.2f}",
        "current_price": gamma.spot,
    }


def _bullish_spread(gamma: _Picture, clock: Clock) -> dict[str, Any]:
    strike = multiple_of_five(gamma.flip + gamma.flip * 0.02)
    return {
        **_head(gamma, "BULLISH CALL SPREAD", f"BUY {strike} CALL / SELL {strike + WING} CALL"),
        "target_1": strike,
        "target_2": strike + WING,
        "stop_loss": gamma.spot - gamma.spot * 0.02,
        "confidence": 65,
        "risk_reward": 2.5,
        "reasoning": (
            f"Price is below the flip at ${gamma.flip:.2f} while net GEX is {gamma.billions}: dealers chase, "
            "so a recovery through it feeds itself; the spread caps the cost of being early."
        ),
        **_timing(gamma, "SPREAD", clock),
    }


def _bearish_spread(gamma: _Picture, clock: Clock) -> dict[str, Any]:
    strike = multiple_of_five(gamma.flip - gamma.flip * 0.02)
    return {
        **_head(gamma, "BEARISH PUT SPREAD", f"BUY {strike} PUT / SELL {strike - WING} PUT"),
        "target_1": gamma.flip,
        "target_2": strike - WING,
        "stop_loss": gamma.spot + gamma.spot * 0.02,
        "confidence": 60,
        "risk_reward": 2.0,
        "reasoning": (
            f"Price is stretched above the flip at ${gamma.flip:.2f} while net GEX is {gamma.billions}: "
            "a slip back under it is sold by dealers; the spread caps the cost of being wrong."
        ),
        **_timing(gamma, "SPREAD", clock),
    }


def _premium_collection(gamma: _Picture, clock: Clock) -> dict[str, Any]:
    call_short = multiple_of_five(gamma.spot + gamma.spot * 0.03)
    put_short = multiple_of_five(gamma.spot - gamma.spot * 0.03)
    calls, puts = f"{call_short}/{call_short + WING}", f"{put_short}/{put_short - WING}"
    return {
        **_head(gamma, "IRON CONDOR (Premium Collection)", f"SELL {calls} CALL SPREAD + {puts} PUT SPREAD"),
        "max_profit_zone": f"${put_short:.2f} - ${call_short:.2f}",
        "breakevens": f"${put_short - 3:.2f} / ${call_short + 3:.2f}",
        "confidence": 70,
        "risk_reward": 0.35,
        "reasoning": (
            f"Net GEX {gamma.billions} gives price no push of its own; collect premium, with a win rate near 70% "
            "for short strikes 3% from spot."
        ),
        **_timing(gamma, "IRON_CONDOR", clock),
    }


def _long_option(gamma: _Picture, clock: Clock, *, is_call: bool) -> dict[str, Any]:
    strike = multiple_of_five(gamma.flip)
    kind, side = ("CALL", 1) if is_call else ("PUT", -1)
    return {
        **_head(gamma, f"LONG {kind}", f"BUY {strike} {kind}S"),
        "target_1": gamma.flip,
        "target_2": strike + side * (strike * 0.03),
        "confidence": 55,
        "risk_reward": 2.0,
        "reasoning": (
            f"Dealer gamma is flat and gives no edge of its own; price is drawn to the flip at ${gamma.flip:.2f}. "
            "Small size."
        ),
        **_timing(gamma, "DIRECTIONAL_LONG" if is_call else "DIRECTIONAL_SHORT", clock),
    }


def _timing(gamma: _Picture, strategy_type: str, clock: Clock) -> dict[str, Any]:
    chosen = SmartDTECalculator(clock=clock).calculate_optimal_dte(dict(gamma.data), strategy_type)
    return {"best_time": chosen["display"], "dte": chosen["dte"], "dte_reasoning": chosen["reasoning"]}
