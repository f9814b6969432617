"""The week's gamma in three views: today's impact, the week's decay, and each day's volatility potential."""

from legacy_engines.weekly_gamma.calendar import Week, WeekDay, week_of
from legacy_engines.weekly_gamma.intelligence import weekly_intelligence

__all__ = ["Week", "WeekDay", "week_of", "weekly_intelligence"]
