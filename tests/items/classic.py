"""Where each numbered item of the old level figures, profile chart and comparisons is seen."""

_BESIDE = "tests/gex/classic/test_comparison.py::"
_PROFILE = "tests/gex/classic/test_profile.py::"
_BY_DAY = "tests/gex/classic/test_day_over_day.py::"
_SIGMAS = "tests/gex/classic/test_std_levels.py::"
_OLD_COLUMN = _BESIDE + "test_the_old_column_is_the_strike_profile_and_the_other_the_snapshot"
_FIGURES = _BESIDE + "test_distance_range_and_position_follow_each_columns_own_levels"

ITEMS = {
    # Heading and badge of the page: the badge says how old the numbers are, where the old label was always LIVE.
    "G-1": "tests/gex/test_page.py::test_late_levels_are_dimmed_and_dated",
    "G-2": _FIGURES,
    "G-3": _OLD_COLUMN,
    "G-4": _FIGURES,
    "G-5": _FIGURES,
    "G-6": _BESIDE + "test_the_page_shows_both_methods_and_the_state",
    "G-7": _BESIDE + "test_price_on_the_flip_counts_as_below",
    "G-8": _BESIDE + "test_only_three_states_occur_and_the_card_says_so",
    "G-9": _PROFILE + "test_bars_and_lines_are_those_of_the_engine",
    "G-10": _PROFILE + "test_spot_and_flip_are_those_of_the_record",
    "G-11": _PROFILE + "test_strikes_end_where_the_weeks_move_ends",
    "G-12": _PROFILE + "test_moves_of_the_range_are_told_when_they_are_worth_it",
    "G-13": _PROFILE + "test_the_empty_state_is_on_the_page",
    "W-20": _BY_DAY + "test_each_metric_is_the_engines",
    "W-21": _SIGMAS + "test_each_change_is_the_engines",
    "C-4": _OLD_COLUMN,
    "C-5": _FIGURES,
    "C-26": _SIGMAS + "test_its_words_are_the_engines",
}
