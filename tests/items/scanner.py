"""The old Multi-Symbol Scanner: which test sees which item."""

_PAGES = "tests/scanner/test_page.py::"
_LISTS = "tests/scanner/test_lists.py::"
_SCANS = "tests/scanner/test_scanning.py::"
_CASES = "tests/scanner/test_recorded_cases.py::"
_MANY = "tests/scanner/test_many_symbols.py::test_fifty_symbols_with_failing_ones_scanned_by_two_people_at_once"

ITEMS = {
    "S-1": _LISTS + "test_a_symbol_is_added_once_and_what_is_wrong_is_said",
    "S-2": _CASES + "test_the_light_says_how_much_room_is_left",
    "S-3": _LISTS + "test_a_symbol_is_added_once_and_what_is_wrong_is_said",
    "S-4": _CASES + "test_a_list_does_what_the_recorded_one_did_but_for_its_limit_and_blanks",
    "S-5": _SCANS + "test_a_slow_service_is_asked_in_its_pace_and_the_estimate_says_so",
    "S-6": _SCANS + "test_young_numbers_are_used_again_with_their_age_unless_force_asks_anew",
    "S-7": _CASES + "test_scans_give_the_recorded_rows_attempts_and_pauses",
    "S-8": _PAGES + "test_the_table_is_ranked_tinted_and_carded",
    "S-9": _CASES + "test_tables_are_ranked_cut_and_carded_as_recorded_with_each_row_in_its_own_colour",
    "S-10": _PAGES + "test_the_table_is_ranked_tinted_and_carded",
    "S-11": _PAGES + "test_the_table_is_ranked_tinted_and_carded",
    "S-12": _MANY,
    "S-13": _PAGES + "test_a_scan_that_broke_off_says_so_and_offers_another",
    "S-14": _CASES + "test_settings_have_the_recorded_bounds_and_budget",
    "S-15": _SCANS + "test_the_engine_judges_and_a_missing_flip_is_said_instead_of_judged",
}
