"""Intraday, week and history: which test sees which item of the old program's list."""

_DAYS = "tests/gex/past/test_intraday_and_week.py::"
_HISTORY = "tests/gex/past/test_history.py::"
_WEEK = _DAYS + "test_the_week_shows_the_engines_table_tiles_and_insights"
_SPY = _DAYS + "test_the_likeness_to_spy_has_its_strength_and_days"

ITEMS = {
    "W-19": _HISTORY + "test_the_chart_has_the_points_of_the_old_one",
    "W-22": _DAYS + "test_changes_and_insights_are_the_engines",
    "W-23": _DAYS + "test_the_chart_has_price_flip_gex_and_volatility",
    "W-24": "decision: the desk captures by itself while the market is open, so there is no button to capture by hand.",
    "W-25": _DAYS + "test_changes_and_insights_are_the_engines",
    "W-26": _WEEK,
    "W-27": _WEEK,
    "W-28": _SPY,
    "W-29": _WEEK,
    "N-13": _HISTORY + "test_csv_and_json_hold_the_same_days_with_their_source",
    "C-27": _DAYS + "test_changes_and_insights_are_the_engines",
    "C-29": _WEEK,
}
