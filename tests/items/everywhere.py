"""What stood on every old page, and the calculations of its pages: which test sees which item."""

_KEYS = "tests/e2e/test_keys_and_theme.py::"
_SYSTEM = "tests/market/test_system_page.py::"
_BUDGET = _SYSTEM + "test_it_shows_each_budget_with_calls_made_left_waiting_and_the_breaker"
_FAULTS = "tests/market/test_faults.py::test_a_fault_is_told_leaves_the_numbers_and_heals_by_itself"
_TABS = "tests/gex/test_tabs.py::"
_ACCESS = "tests/e2e/test_accessibility.py::"
_SETTINGS = "tests/accounts/test_settings.py::"
_SCREENS = "tests/legacy_engines/screens/test_screens.py::"
_LEARN = "tests/gex/test_learn.py::test_the_facts_of_the_strategies_and_the_rules_are_there"
_RECORDED = "tests/parity/test_recorded_cases.py::test_recorded_cases_pass"

ITEMS = {
    "E-1": "tests/e2e/test_pages_are_clean.py::test_the_gex_page_is_clean",
    "E-2": "decision: the name stands in the rail; an animated title above numbers would only move the eye.",
    "E-3": _KEYS + "test_the_theme_is_saved_and_survives_a_reload",
    "E-4": "tests/copilot/test_pages.py::test_without_a_key_the_rules_answer_and_say_what_they_are",
    "E-5": _BUDGET,
    "E-6": _BUDGET,
    "E-7": _BUDGET,
    "E-8": _TABS + "test_another_symbol_keeps_the_page_and_tab",
    "E-9": "tests/e2e/test_the_gex_page_lives.py::test_the_page_moves_by_a_push_without_reload_or_layout_shift",
    "E-10": _FAULTS,
    "E-11": _TABS + "test_another_symbol_keeps_the_page_and_tab",
    "E-12": "tests/alerts/test_pages.py::test_the_figures_history_and_states_after_rules_have_fired",
    "E-13": "tests/positions/test_page.py::test_every_change_since_entry_is_the_agents",
    "E-14": _SETTINGS + "test_what_is_saved_is_kept_for_this_user_alone",
    "E-15": _SETTINGS + "test_what_is_out_of_range_is_said_and_nothing_is_changed",
    "E-16": _SETTINGS + "test_the_old_programs_defaults_stand_at_first",
    "E-17": _ACCESS + "test_every_page_is_reached_by_keyboard_alone_and_the_focus_is_seen",
    "E-18": "tests/dashboard/test_own.py::test_thirty_days_are_the_engines_and_each_session_has_its_bar",
    "E-19": "decision: every time is New York's; where a rule went by the Central clock the page says so.",
    "E-20": _LEARN,
    "E-21": "tests/market/test_glossary.py::test_every_figure_and_heading_that_is_a_term_carries_help",
    "E-22": "tests/market/test_blocks.py::test_a_slot_shows_a_skeleton_and_fetches_itself_when_it_is_seen",
    "E-23": _FAULTS,
    "E-24": "tests/market/test_blocks.py::test_what_is_not_there_yet_is_said_escaped",
    "E-25": _ACCESS + "test_no_page_has_a_serious_finding_in_either_theme_nor_complains_nor_scrolls_sideways",
    "N-12": _SETTINGS + "test_sections_are_hidden_and_ordered_on_the_dashboard_and_in_what_renews_it",
    "C-1": _SCREENS + "test_todays_pnl_is_that_of_the_utc_day",
    "C-2": _SCREENS + "test_the_trading_day_goes_by_the_central_weekday",
    "C-3": _SCREENS + "test_thirty_days_count_wins_above_zero_alone",
    "C-4": _SCREENS + "test_a_refresh_takes_the_profiles_levels_when_the_aggregate_came_with_it",
    "C-5": _SCREENS + "test_level_figures_hide_what_is_not_known",
    "C-11": _SCREENS + "test_chat_is_routed_by_the_first_words_that_match",
    "C-12": _SCREENS + "test_the_forms_of_the_tools_are_turned_into_dollars",
    "C-13": _SCREENS + "test_the_forms_of_the_tools_are_turned_into_dollars",
    "C-14": _SCREENS + "test_probabilities_are_those_of_the_seeded_draw_and_near_the_formula",
    "C-15": _SCREENS + "test_an_open_positions_pnl_is_that_of_its_dollars",
    "C-16": _SCREENS + "test_the_history_is_summed_up_over_the_rows_shown",
    # Pages of later features; their formulas are engines already, held by the recorded cases.
    **dict.fromkeys(("C-17", "C-18", "C-19", "C-20", "C-21", "C-22", "C-23", "C-24", "C-26"), _RECORDED),
}
