"""The old module name of charts, plans and setup detection."""

from legacy_engines.gex.charts import GEXVisualizer
from legacy_engines.plans import TradingPlanGenerator
from legacy_engines.setups.detection import StrategyEngine

__all__ = ["GEXVisualizer", "StrategyEngine", "TradingPlanGenerator"]
