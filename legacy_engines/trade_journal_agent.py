"""The old module name of the trade journal."""

from legacy_engines.trading.journal import TradeJournalAgent
from legacy_engines.trading.journal_charts import create_performance_chart

__all__ = ["TradeJournalAgent", "create_performance_chart"]
