"""The old module name of the hourly run and its time test."""

from __future__ import annotations

from legacy_engines.market.trading_hours import is_market_open
from legacy_engines.trading.autonomous.cycles import SchedulerState, load_state, save_state, scheduled_trade_logic

__all__ = ["SchedulerState", "is_market_open", "load_state", "save_state", "scheduled_trade_logic"]
