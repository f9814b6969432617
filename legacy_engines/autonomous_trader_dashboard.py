"""The old module name of the auto-trader's dashboard: what its pages showed, as figures."""

from legacy_engines.trading.performance import performance_figures as display_performance
from legacy_engines.trading.performance_positions import activity_log as display_activity_log
from legacy_engines.trading.performance_positions import control_panel as display_control_panel
from legacy_engines.trading.performance_positions import current_positions as display_current_positions
from legacy_engines.trading.performance_positions import trade_history as display_trade_history

__all__ = [
    "display_activity_log",
    "display_control_panel",
    "display_current_positions",
    "display_performance",
    "display_trade_history",
]
