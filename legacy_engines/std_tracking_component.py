"""The old module name of the standard deviation levels."""

from legacy_engines.gex.std_levels import create_std_movement_chart

__all__ = ["create_std_movement_chart"]
