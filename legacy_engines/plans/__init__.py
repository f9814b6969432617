"""Trading plans for a day, a week and a month, written around the gamma levels."""

from legacy_engines.plans.generator import TradingPlanGenerator

__all__ = ["TradingPlanGenerator"]
