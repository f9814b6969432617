"""The old module name of the auto-trader."""

from __future__ import annotations

from legacy_engines.options.quotes import get_real_option_price
from legacy_engines.trading.autonomous import AutonomousPaperTrader

__all__ = ["AutonomousPaperTrader", "get_real_option_price"]
