"""The week's gamma in three views: today's impact, the week's decay, and each day's volatility potential."""

from legacy_engines.gamma.weekly.calendar import Week, WeekDay, week_of
from legacy_engines.gamma.weekly.intelligence import weekly_intelligence

__all__ = ["Week", "WeekDay", "week_of", "weekly_intelligence"]
