"""Where each numbered item of the old gamma tracker is seen."""

_VIEWS = "tests/gamma/test_three_views.py::"
_WEEK = "tests/gamma/test_week_by_the_clock.py::"
_SCREENS = "tests/legacy_engines/screens/"
_DAILY = _VIEWS + "test_the_daily_impact_is_the_engines"
_WEEKLY = _VIEWS + "test_the_weekly_evolution_is_the_engines"
_VOLATILITY = _VIEWS + "test_the_volatility_potential_is_the_engines"
_STRATEGIES = _VIEWS + "test_every_strategy_is_there_with_all_it_says"
_TRACKER = _VIEWS + "test_the_tracker_and_the_play_of_the_day_are_there"

ITEMS = {
    "X-1": _VIEWS + "test_an_unlisted_symbol_gets_the_views_of_its_own_chain",
    "X-2": _VIEWS + "test_before_the_first_levels_each_block_says_what_it_waits_for",
    "X-3": _WEEK + "test_the_vix_behind_the_limits_is_named_or_said_to_be_unknown",
    "X-4": _WEEK + "test_what_is_unusual_about_the_week_is_said",
    "X-5": _VIEWS + "test_the_views_stay_on_every_render",
    "X-6": _DAILY,
    "X-7": _DAILY,
    "X-8": _STRATEGIES,
    "X-9": _WEEKLY,
    "X-10": _WEEKLY,
    "X-11": _STRATEGIES,
    "X-12": _VOLATILITY,
    "X-13": _STRATEGIES,
    "X-14": _VOLATILITY,
    "X-15": _TRACKER,
    "X-16": _TRACKER,
    "X-17": _TRACKER,
    "C-6": _SCREENS + "test_screens.py::test_the_tracker_knows_its_symbols_weekdays",
    "C-7": _SCREENS + "test_playbook.py::test_each_case_has_its_structure",
    "L-17": _WEEK + "test_gamma_alerts_stand_on_the_page",
    "W-31": "tests/gamma/test_correlation.py::test_the_report_shows_each_outcome_and_the_correlations",
}
