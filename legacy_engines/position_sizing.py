"""The old module name of position sizing."""

from legacy_engines.risk.sizing import (
    calculate_optimal_position_size,
    create_risk_reward_chart,
    kelly_criterion,
    position_size_controls,
    size_setup,
)

__all__ = [
    "calculate_optimal_position_size",
    "create_risk_reward_chart",
    "kelly_criterion",
    "position_size_controls",
    "size_setup",
]
