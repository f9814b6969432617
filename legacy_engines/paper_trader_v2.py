"""The old module name of the second paper account."""

from __future__ import annotations

from legacy_engines.options.quotes import find_best_strike_from_real_data
from legacy_engines.options.quotes import get_real_option_price_v2 as get_real_option_price
from legacy_engines.trading.daily_finder import DailyTradeFinder
from legacy_engines.trading.paper_v2 import PaperTradingEngineV2

__all__ = [
    "DailyTradeFinder",
    "PaperTradingEngineV2",
    "find_best_strike_from_real_data",
    "get_real_option_price",
]
