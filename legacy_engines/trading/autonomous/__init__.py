"""The auto-trader: decision, sizes, expiries, exits, books and the trader that puts them together."""

from __future__ import annotations

from legacy_engines.trading.autonomous.adviser import (
    ExitAdviser,
    ModelAdviser,
    hold_without_model,
    leave_to_rules,
    model_key,
    old_adviser,
    working_adviser,
)
from legacy_engines.trading.autonomous.condor import CondorStrikes, Mark, condor_mark, long_mark
from legacy_engines.trading.autonomous.cycles import SchedulerState, run_cycle, scheduled_trade_logic
from legacy_engines.trading.autonomous.trader import AutonomousPaperTrader, NoTradeError

__all__ = [
    "AutonomousPaperTrader",
    "CondorStrikes",
    "ExitAdviser",
    "Mark",
    "ModelAdviser",
    "NoTradeError",
    "SchedulerState",
    "condor_mark",
    "hold_without_model",
    "leave_to_rules",
    "long_mark",
    "model_key",
    "old_adviser",
    "run_cycle",
    "scheduled_trade_logic",
    "working_adviser",
]
