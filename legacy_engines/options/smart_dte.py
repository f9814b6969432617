"""How many days to expiration suit a strategy in the present gamma, volatility and weekday."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from legacy_engines.ports import Clock, new_york_now

BASE_DTE: Mapping[str, int] = {
    "DIRECTIONAL_LONG": 7,
    "DIRECTIONAL_SHORT": 5,
    "SPREAD": 10,
    "IRON_CONDOR": 14,
    "CREDIT_SPREAD": 10,
    "DEBIT_SPREAD": 7,
}
OTHER_DTE = 7
PREMIUM = frozenset({"IRON_CONDOR", "CREDIT_SPREAD"})
DIRECTIONAL = frozenset({"DIRECTIONAL_LONG", "DIRECTIONAL_SHORT"})
POSITIVE = frozenset({"POSITIVE", "EXTREME_POSITIVE"})
EXTREME = frozenset({"EXTREME_NEGATIVE", "EXTREME_POSITIVE"})
EARLY_WEEK = frozenset({"Monday", "Tuesday"})
LATE_WEEK = frozenset({"Thursday", "Friday"})
FRIDAY = 4


class SmartDTECalculator:
    """Choose days to expiration and say why. Stateless apart from the clock."""

    def __init__(self, *, clock: Clock) -> None:
        self.clock = clock

    def calculate_optimal_dte(
        self,
        market_data: Mapping[str, Any],
        strategy_type: str | None,
        use_ai_reasoning: bool = False,  # Deliberate (intelligence 16): accepted and ignored.
    ) -> dict[str, Any]:
        """Return `dte`, `confidence` (percent), `reasoning`, `range` (shortest, longest) and `display`.

        Reads `spot_price` and `flip_point` (points), `net_gex` (USD) and `implied_volatility` (fraction, else 0.20).
        """
        volatility = self._classify_volatility(market_data.get("implied_volatility", 0.20))
        gex = self._classify_gex_regime(market_data.get("net_gex", 0))
        distance = _distance_to_flip_percent(market_data.get("spot_price", 0), market_data.get("flip_point", 0))
        now = new_york_now(self.clock)
        day, days_to_friday = f"{now:%A}", (FRIDAY - now.weekday()) % 7

        base = self._calculate_base_dte(strategy_type, gex, volatility, day, days_to_friday, distance)
        history = self._get_historical_dte_performance(strategy_type, gex, (base - 3, base + 3))
        dte = self._adjust_dte_from_history(base, history)
        shortest, longest = self._calculate_dte_range(dte, strategy_type, volatility)
        return {
            "dte": dte,
            "confidence": self._calculate_dte_confidence(history, gex, volatility, day),
            "reasoning": self._build_dte_reasoning(dte, strategy_type, gex, volatility, day, distance, history),
            "range": (shortest, longest),
            "display": f"{dte} DTE ({shortest}-{longest} acceptable)",
        }

    def _classify_volatility(self, iv: float) -> str:
        """Return the regime of an implied volatility given as a fraction; NaN is HIGH."""
        for limit, regime in ((0.15, "LOW"), (0.25, "NORMAL"), (0.35, "ELEVATED")):
            if iv < limit:
                return regime
        return "HIGH"

    def _classify_gex_regime(self, net_gex: float) -> str:
        """Return the regime of net GEX in USD; NaN is EXTREME_POSITIVE."""
        billions = net_gex / 1e9
        for limit, regime in ((-2, "EXTREME_NEGATIVE"), (-1, "NEGATIVE"), (1, "NEUTRAL"), (2.5, "POSITIVE")):
            if billions < limit:
                return regime
        return "EXTREME_POSITIVE"

    def _calculate_base_dte(
        self,
        strategy_type: str | None,
        gex_regime: str,
        volatility_regime: str,
        day_of_week: str,
        days_to_friday: int,  # Deliberate (intelligence 12): accepted and unused.
        distance_to_flip_pct: float,
    ) -> int:
        """Return the days before history: the strategy's own, moved by gamma, volatility, weekday and flip."""
        premium = strategy_type in PREMIUM
        dte = BASE_DTE.get(strategy_type, OTHER_DTE) if strategy_type else OTHER_DTE
        dte = _moved_by_gamma(dte, gex_regime, premium=premium)
        dte = _moved_by_volatility(dte, volatility_regime, premium=premium)
        if day_of_week == "Wednesday" or (day_of_week in LATE_WEEK and not premium):
            dte = max(3, dte - 2)
        if abs(distance_to_flip_pct) < 0.5:
            dte = max(3, dte - 2)
        elif abs(distance_to_flip_pct) > 3.0:
            # Deliberate (intelligence 12): the cap of 14 shortens an expiry that was already longer.
            dte = min(14, dte + 2)
        return max(2, dte)

    def _get_historical_dte_performance(
        self, strategy_type: str | None, gex_regime: str, dte_range: tuple[int, int]
    ) -> dict[str, Any]:
        """Return the record of past expirations. Deliberate (intelligence 16): always the empty record."""
        return {"sample_size": 0, "optimal_dte": None, "win_rates_by_dte": {}, "has_data": False}

    def _adjust_dte_from_history(self, base_dte: int, historical_analysis: Mapping[str, Any]) -> int:
        """Return 70 % of the historically best DTE and 30 % of the base, cut to whole days, given over 10 samples."""
        if not historical_analysis.get("has_data"):
            return base_dte
        best = historical_analysis.get("optimal_dte")
        if historical_analysis["sample_size"] > 10 and best:
            return int(best * 0.7 + base_dte * 0.3)
        return base_dte

    def _calculate_dte_confidence(
        self, historical_analysis: Mapping[str, Any], gex_regime: str, volatility_regime: str, day_of_week: str
    ) -> int:
        """Return the confidence in percent, 50 to 95."""
        samples = historical_analysis.get("sample_size", 0)
        confidence = 60
        if samples > 20:
            confidence += 15
        elif samples > 10:
            confidence += 10
        if gex_regime in EXTREME:
            confidence += 10
        if day_of_week in EARLY_WEEK:
            confidence += 5
        if volatility_regime == "HIGH":
            confidence -= 10
        return max(50, min(95, confidence))

    def _build_dte_reasoning(
        self,
        optimal_dte: int,
        strategy_type: str | None,
        gex_regime: str,
        volatility_regime: str,
        day_of_week: str,
        distance_to_flip_pct: float,
        historical_analysis: Mapping[str, Any],
    ) -> str:
        """Return the reasons, joined by ` | `; may be empty."""
        return " | ".join(
            [
                *_strategy_reason(strategy_type, optimal_dte),
                *_gamma_reason(gex_regime),
                *_volatility_reason(volatility_regime, strategy_type),
                *_day_reason(day_of_week),
                *_flip_reason(distance_to_flip_pct),
                *_history_reason(historical_analysis),
            ]
        )

    def _calculate_dte_range(
        self, optimal_dte: int, strategy_type: str | None, volatility_regime: str
    ) -> tuple[int, int]:
        """Return the shortest and longest acceptable DTE, not below 2 and not above 30."""
        spread = 4 if strategy_type in PREMIUM else 2
        if volatility_regime == "LOW":
            spread += 1
        return max(2, optimal_dte - spread), min(30, optimal_dte + spread)


def _distance_to_flip_percent(spot: float, flip: float) -> float:
    # Deliberate (intelligence 12): an unknown flip counts as distance 0, which reads as "at the flip".
    return (flip - spot) / spot * 100 if flip and spot else 0


def _moved_by_gamma(dte: int, gex_regime: str, *, premium: bool) -> int:
    if gex_regime == "EXTREME_NEGATIVE":
        return min(dte, 5)
    if gex_regime == "NEGATIVE":
        return min(dte, 7)
    return max(dte, 10) if premium and gex_regime in POSITIVE else dte


def _moved_by_volatility(dte: int, volatility_regime: str, *, premium: bool) -> int:
    if volatility_regime == "HIGH":
        return max(3, dte - 3)
    return min(21, dte + 3) if premium and volatility_regime == "LOW" else dte


def _strategy_reason(strategy_type: str | None, dte: int) -> Iterator[str]:
    if strategy_type in PREMIUM:
        yield f"Selling premium: {dte} DTE leaves enough decay to collect"
    elif strategy_type in DIRECTIONAL:
        yield f"Directional trade: {dte} DTE gives the move time without paying for too much decay"


def _gamma_reason(gex_regime: str) -> Iterator[str]:
    if gex_regime == "EXTREME_NEGATIVE":
        yield "Extreme negative GEX: moves come fast, keep it short"
    elif gex_regime == "NEGATIVE":
        yield "Negative GEX: hedging amplifies moves, a shorter expiry is enough"
    elif gex_regime in POSITIVE:
        yield "Positive GEX: hedging dampens moves, allow more time"


def _volatility_reason(volatility_regime: str, strategy_type: str | None) -> Iterator[str]:
    if volatility_regime == "HIGH":
        yield "High IV: a shorter expiry carries less vega"
    elif volatility_regime == "LOW" and strategy_type in PREMIUM:
        yield "Low IV: sell further out for a worthwhile credit"


def _day_reason(day_of_week: str) -> Iterator[str]:
    if day_of_week in EARLY_WEEK:
        yield f"{day_of_week} entry: most of the week is left for the trade"
    elif day_of_week == "Wednesday":
        yield "Mid-week entry: decay picks up from here"
    elif day_of_week in LATE_WEEK:
        yield f"{day_of_week} entry: the weekend's decay lies ahead"


def _flip_reason(distance_percent: float) -> Iterator[str]:
    if abs(distance_percent) < 1.0:
        yield f"Flip {distance_percent:.1f}% from spot: the regime can change quickly"


def _history_reason(historical_analysis: Mapping[str, Any]) -> Iterator[str]:
    samples = historical_analysis.get("sample_size", 0)
    if samples > 10:
        yield f"History: drawn from {samples} comparable trades"
