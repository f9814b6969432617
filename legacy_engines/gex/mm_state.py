"""What state dealers are in, by net GEX."""

from __future__ import annotations

from legacy_engines.config import MM_STATES


def determine_mm_state(net_gex: float) -> str:
    """Return the first state whose threshold (USD) lies above `net_gex`, or NEUTRAL.

    Deliberate (intelligence 3, plans Q16): the thresholds are tried in the old order and not by size, so HUNTING and
    PANICKING never occur and everything from -2 to below 1 billion is DEFENDING.
    """
    return next((name for name, state in MM_STATES.items() if net_gex < state["threshold"]), "NEUTRAL")
