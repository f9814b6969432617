"""The old module name of the standard deviation levels."""

from legacy_engines.gex.std_levels import create_std_movement_chart, std_level_changes

__all__ = ["create_std_movement_chart", "std_level_changes"]
