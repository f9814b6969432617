"""The boxes above the tabs of the old program: which test sees which item."""

_BOXES = "tests/dashboard/test_boxes.py::"
_OWN = "tests/dashboard/test_own.py::"

ITEMS = {
    "M-1": _BOXES + "test_the_system_box_speaks_of_the_part_that_is_down_then_of_late_symbols_then_of_health",
    "M-2": _OWN + "test_active_positions_count_every_account_and_todays_result_the_own_record",
    "M-3": _OWN + "test_active_positions_count_every_account_and_todays_result_the_own_record",
    "M-4": _BOXES + "test_market_time_is_green_in_session_hours_alone",
    "M-5": _BOXES + "test_the_trading_day_says_what_it_is_good_for_and_when_it_ends",
    "M-6": _OWN + "test_thirty_days_are_the_engines_and_each_session_has_its_bar",
    "M-7": "tests/dashboard/test_page.py::test_the_first_box_is_the_systems_and_leads_staff_to_it",
}
