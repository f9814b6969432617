"""The old module name of the position agent."""

from legacy_engines.position_conditions import PositionManagementAgent

__all__ = ["PositionManagementAgent"]
