"""The old module name of charts, plans and setup detection."""

from legacy_engines.gex_charts import GEXVisualizer
from legacy_engines.plans import TradingPlanGenerator
from legacy_engines.setup_detection import StrategyEngine

__all__ = ["GEXVisualizer", "StrategyEngine", "TradingPlanGenerator"]
