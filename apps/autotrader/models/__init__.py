"""The auto trader's books under the old table names, and every decision with what it was made of."""

from apps.autotrader.models.books import AutonomousConfig, AutonomousLog, AutonomousPosition
from apps.autotrader.models.decisions import AutonomousDecision
from apps.autotrader.models.schedule import AutonomousCheck, SchedulerState

__all__ = [
    "AutonomousCheck",
    "AutonomousConfig",
    "AutonomousDecision",
    "AutonomousLog",
    "AutonomousPosition",
    "SchedulerState",
]
