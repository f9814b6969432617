"""The old module name of the time tests and of the run that searched in the morning and managed in market hours."""

from __future__ import annotations

from legacy_engines.market.trading_hours import is_market_hours, is_morning_session
from legacy_engines.trading.autonomous.cycles import run_cycle

__all__ = ["is_market_hours", "is_morning_session", "run_cycle"]
