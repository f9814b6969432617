"""Intraday, week and history: which test sees which item of the old program's list."""

_INTRADAY = "tests/gex/past/test_intraday.py::"
_DAYS = "tests/gex/past/test_week.py::"
_HISTORY = "tests/gex/past/test_history.py::"
_WEEK = _DAYS + "test_the_week_shows_the_engines_table_tiles_and_insights"

ITEMS = {
    "W-19": _HISTORY + "test_the_chart_has_the_lines_zones_and_trend_of_the_old_one",
    "W-22": _INTRADAY + "test_changes_and_insights_are_the_engines",
    "W-23": _INTRADAY + "test_the_chart_has_the_points_of_the_old_one",
    "W-24": "decision: the desk captures by itself while the market is open, so there is no button to capture by hand.",
    "W-25": _INTRADAY + "test_the_session_in_one_line_is_the_engines",
    "W-26": _WEEK,
    "W-27": _WEEK,
    "W-28": _DAYS + "test_the_likeness_to_spy_has_its_strength_and_days",
    "W-29": _WEEK,
    "N-13": _HISTORY + "test_without_a_span_the_files_hold_the_old_thirty_days",
    "C-27": _INTRADAY + "test_changes_and_insights_are_the_engines",
    "C-29": _WEEK,
}
