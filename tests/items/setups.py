"""Setups tab, game plan, simulation and sizing: which test sees which item of the old program's list."""

_CARDS = "tests/gex/setups/test_cards.py::"
_DETAILS = "tests/gex/setups/test_card_details.py::"
_CHART = "tests/gex/setups/test_simulation_chart.py::"
_EXPIRES = "tests/gex/setups/test_expirations.py::"
_IDEAS = "tests/ideas/test_handing_over.py::"
_SIZING = "tests/ideas/test_sizing.py::"
_CARD = "tests/legacy_engines/test_setup_card.py::"
_PLAN = f"{_CARDS}test_the_game_plan_is_the_engines_text"

ITEMS = {
    "G-14": _PLAN,
    "G-15": _PLAN,
    "G-16": _PLAN,
    "G-17": _PLAN,
    "G-18": f"{_CARDS}test_the_weekend_has_no_timing_note",
    "G-19": f"{_CARDS}test_the_simulation_shows_the_engines_figures_at_both_volatilities",
    "G-20": f"{_CARDS}test_the_simulation_shows_the_engines_figures_at_both_volatilities",
    "G-21": f"{_CHART}test_bands_and_median_are_those_of_the_old_chart",
    "W-1": f"{_CARDS}test_every_setup_of_the_engine_is_a_card_with_its_words",
    "W-2": f"{_DETAILS}test_the_banner_counts_high_confidence_only",
    "W-3": f"{_CARDS}test_every_setup_of_the_engine_is_a_card_with_its_words",
    "W-4": f"{_CARDS}test_a_short_gamma_day_has_the_squeeze_on_top",
    "W-5": f"{_CARDS}test_every_setup_of_the_engine_is_a_card_with_its_words",
    "W-6": f"{_DETAILS}test_the_squeeze_has_its_entry_both_targets_stop_and_size",
    "W-7": f"{_DETAILS}test_the_bars_of_risk_and_reward_stand_in_proportion",
    "W-8": f"{_DETAILS}test_the_squeeze_has_its_entry_both_targets_stop_and_size",
    "W-9": f"{_IDEAS}test_the_size_is_that_of_the_users_account",
    "W-10": f"{_DETAILS}test_why_it_wins_is_chosen_by_the_reasoning",
    "W-11": f"{_IDEAS}test_a_logged_idea_keeps_the_facts_it_stood_on",
    "W-12": f"{_DETAILS}test_setups_below_half_confidence_are_left_out_and_none_is_said",
    "W-30": f"{_EXPIRES}test_each_card_and_the_game_plan_say_when_it_expires",
    "C-8": f"{_CARD}test_risk_and_reward_come_from_the_text_or_the_usual_figures",
    "C-9": f"{_DETAILS}test_why_it_wins_is_chosen_by_the_reasoning",
    "C-10": f"{_CARD}test_high_confidence_starts_at_80_and_a_missing_one_is_none",
    "C-25": f"{_SIZING}test_the_dialog_shows_the_engines_size_and_why",
    "C-28": f"{_EXPIRES}test_the_wanted_days_become_a_date_with_its_urgency",
    "Z-2": f"{_SIZING}test_the_dialog_shows_the_engines_size_and_why",
    "Z-3": f"{_SIZING}test_the_dialog_shows_the_engines_size_and_why",
    "Z-4": f"{_SIZING}test_the_dialog_shows_the_engines_size_and_why",
    "Z-5": f"{_SIZING}test_the_dialog_shows_the_engines_size_and_why",
    "Z-6": f"{_SIZING}test_the_dialog_shows_the_engines_size_and_why",
    "Z-7": f"{_SIZING}test_the_bars_are_loss_break_even_first_target_and_full_profit",
    "Z-10": f"{_CARDS}test_the_condor_counts_a_contract_and_wins_its_credit",
}
