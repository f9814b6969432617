"""Paper trading of the old program, two dashboards that never ran: which test sees which item."""

_PAGES = "tests/paper/test_pages.py::"
_DAILY = "tests/paper/test_daily_trade.py::"
_MODEL = "tests/paper/test_model_trades.py::"
_MANAGED = "tests/paper/test_managing.py::"
_HEADER = _PAGES + "test_the_found_trade_shows_its_header_prices_size_and_reasons"

ITEMS = {
    "T-1": _PAGES + "test_find_and_execute_by_clicks_open_one_position",
    "T-2": _PAGES + "test_the_confidence_has_its_word",
    "T-3": _HEADER,
    "T-4": _HEADER,
    "T-5": _DAILY + "test_the_reasoning_has_its_eight_sections",
    "T-6": _DAILY + "test_the_size_shown_is_the_one_that_is_bought",
    "T-7": _PAGES + "test_find_and_execute_by_clicks_open_one_position",
    "T-8": _MANAGED + "test_win_rates_have_the_old_pages_lights",
    "T-9": _MANAGED + "test_figures_count_break_even_as_a_trade_that_neither_wins_nor_loses",
    "T-10": _MANAGED + "test_positions_have_the_old_cards_colours",
    "T-11": _PAGES + "test_an_open_position_shows_its_legs_marks_and_entry",
    "T-12": _PAGES + "test_closing_says_what_it_brings_and_closes_once",
    "T-13": _PAGES + "test_settings_are_kept_and_shown_in_dollars",
    "T-14": _PAGES + "test_empty_states_say_what_to_do",
    "T-15": _PAGES + "test_the_model_account_shows_the_engines_summary",
    "T-16": _PAGES + "test_the_model_account_shows_the_engines_summary",
    "T-17": _PAGES + "test_a_model_position_is_closed_at_the_models_price",
    "T-18": _PAGES + "test_the_model_page_shows_value_left_and_that_prices_are_the_models",
    "T-19": _MODEL + "test_while_auto_execute_is_off_the_rules_close_only_on_a_click",
    "T-20": _PAGES + "test_the_history_as_csv",
    "T-21": _PAGES + "test_model_settings_are_kept_with_their_status",
    "T-22": _PAGES + "test_a_passing_setup_is_executed_on_a_click",
    "T-23": "decision: the day's snapshots and the week stand on the GEX page's tab of the past, for every account.",
}
