"""The old module name of the first paper engine."""

from legacy_engines.trading.paper_v1 import PaperTradingEngine, get_next_expiration, parse_dte_from_strategy

__all__ = ["PaperTradingEngine", "get_next_expiration", "parse_dte_from_strategy"]
