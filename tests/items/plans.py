"""Trading plans: which test sees which item of the old program's list."""

_SHOWN = "tests/gex/plans/test_plans_shown.py::"
_FILES = "tests/gex/plans/test_taking_plans_along.py::"
_MISSING = "tests/gex/plans/test_missing_levels.py::"

# C-9 belongs to the setups too (tests/items/setups.py); here it is the daily plan's part.
ITEMS = {
    "W-13": f"{_SHOWN}test_one_switch_chooses_the_period",
    "W-14": f"{_FILES}test_json_holds_the_plan_and_what_it_was_written_from",
    "W-15": f"{_SHOWN}test_nothing_the_engines_text_says_is_missing",
    "W-16": f"{_SHOWN}test_the_week_is_a_table_and_five_days",
    "W-17": f"{_SHOWN}test_the_month_has_four_weeks_targets_dates_and_six_rules",
    "W-18": f"{_MISSING}test_without_a_price_there_is_no_plan_and_no_failure",
    "C-9": f"{_SHOWN}test_a_setup_has_one_star_per_twenty_percent_and_says_why_it_works",
}
