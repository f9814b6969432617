"""The old module name of the position agent."""

from legacy_engines.trading.position_conditions import PositionManagementAgent

__all__ = ["PositionManagementAgent"]
