"""How dangerous a trade idea is by weekday, gamma regime, nearness to the flip and how vague it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from legacy_engines.ports import Clock, new_york_now

BILLION = 1e9
WEDNESDAY_EXIT_HOUR = 15
NEAR_FLIP_PERCENT = 0.5
STRONG_POSITIVE, STRONG_NEGATIVE = 2, -1  # billions of USD of net GEX

FACTORS: Final[Mapping[str, str]] = {
    "WEDNESDAY_AFTER_3PM": "Wednesday after 3 PM: directional positions should be closed by now, not opened",
    "THU_FRI_DIRECTIONAL": "Directional options on a Thursday or Friday: time decay is at its steepest",
    "CALLS_VS_DEFENDING": "Buying calls into strongly positive gamma: dealers sell every rally",
    "CALLS_POSITIVE_GEX": "Buying calls in positive gamma: rallies meet dealer selling",
    "PUTS_VS_TRAPPED": "Buying puts against short-gamma dealers: a dip can turn into a forced rally",
    "NEAR_FLIP": "Price sits at the gamma flip: a break can run hard either way",
    "VAGUE_NO_DIGITS": "No number in the idea: strike, price, size and exit are undefined",
}
"""What each risk factor is called, by code."""


def calculate_trade_risk(
    idea: str, market_data: Mapping[str, Any], context: Mapping[str, Any], *, clock: Clock
) -> dict[str, Any]:
    """Return the risk level and factors of an idea given in words.

    Reads `net_gex` (USD) from the market data and `distance_to_flip` (signed percent) from the context.
    """
    text = idea.lower()
    billions = market_data.get("net_gex", 0) / BILLION
    distance = context.get("distance_to_flip", 0)
    now = new_york_now(clock)
    day = f"{now:%A}"

    level, codes = _timing(text, day, now.hour)
    against_dealers = _dealers(text, billions)
    codes += against_dealers
    if {"CALLS_VS_DEFENDING", "PUTS_VS_TRAPPED"} & set(against_dealers):
        level = "EXTREME"
    if abs(distance) < NEAR_FLIP_PERCENT:
        codes.append("NEAR_FLIP")
        level = "LOW" if level == "MODERATE" else level
    if not any(character.isdigit() for character in idea):
        codes.append("VAGUE_NO_DIGITS")
        # Deliberate (intelligence 11): this also lowers an EXTREME to HIGH.
        level = "HIGH"
    return {
        "risk_level": level,
        "risk_factors": [FACTORS[code] for code in codes],
        "net_gex_billions": billions,
        "day_of_week": day,
        "current_hour": now.hour,
        "distance_to_flip_pct": distance,
    }


def _timing(text: str, day: str, hour: int) -> tuple[str, list[str]]:
    """Return the level and factors that come from weekday and hour (New York)."""
    if day == "Wednesday" and hour >= WEDNESDAY_EXIT_HOUR:
        return "EXTREME", ["WEDNESDAY_AFTER_3PM"]
    # Deliberate (intelligence 11): binds as call OR (put AND NOT sell), so selling calls is flagged as well.
    if day in {"Thursday", "Friday"} and ("call" in text or ("put" in text and "sell" not in text)):
        return "HIGH", ["THU_FRI_DIRECTIONAL"]
    return "MODERATE", []


def _dealers(text: str, billions: float) -> list[str]:
    """Return the factors that come from buying options against the dealers' hedging."""
    codes = []
    if "call" in text and "buy" in text:
        if billions > STRONG_POSITIVE:
            codes.append("CALLS_VS_DEFENDING")
        elif billions > 0:
            codes.append("CALLS_POSITIVE_GEX")
    if "put" in text and "buy" in text and billions < STRONG_NEGATIVE:
        codes.append("PUTS_VS_TRAPPED")
    return codes
