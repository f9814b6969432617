"""The old module name of the auto-trader."""

from __future__ import annotations

from legacy_engines.autonomous import AutonomousPaperTrader
from legacy_engines.option_quotes import get_real_option_price

__all__ = ["AutonomousPaperTrader", "get_real_option_price"]
