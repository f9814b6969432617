"""The AI Copilot of the old program: which test sees which item."""

_PAGES = "tests/copilot/test_pages.py::"
_ANSWERS = "tests/copilot/test_answers.py::"
_TOOLS = "tests/copilot/test_tools.py::"
_SCENARIO = _TOOLS + "test_without_positions_the_example_is_used_and_said_to_be_one"
_PORTFOLIO = _TOOLS + "test_open_positions_are_looked_at_together"
_MORTEM = _TOOLS + "test_the_engine_judges_what_was_typed"
_CHANCE = _TOOLS + "test_chances_are_the_engines_with_a_histogram"

ITEMS = {
    "A-1": _PAGES + "test_pages_ask_little_of_the_database",
    "A-2": _ANSWERS + "test_the_context_is_the_engines_with_the_desks_own_data",
    "A-3": _ANSWERS + "test_an_answer_streams_in_blocks_and_its_figures_are_checked",
    "A-4": _ANSWERS + "test_without_a_word_of_claudes_the_rules_answer_and_say_so",
    "A-5": _PAGES + "test_quick_buttons_ask_their_question",
    "A-6": _PAGES + "test_words_and_buttons_say_who_answers",
    "A-7": _PAGES + "test_quick_buttons_ask_their_question",
    "A-8": _PAGES + "test_chats_are_found_renamed_written_out_and_deleted",
    "A-9": _PAGES + "test_the_data_an_answer_was_given_is_shown",
    "A-10": _PAGES + "test_words_and_buttons_say_who_answers",
    "A-11": _PAGES + "test_quick_buttons_ask_their_question",
    "A-12": _PAGES + "test_without_a_key_the_rules_answer_and_say_what_they_are",
    "A-13": _PAGES + "test_the_coach_warns_and_refuses",
    "A-14": _ANSWERS + "test_the_context_is_the_engines_with_the_desks_own_data",
    "A-15": _PAGES + "test_a_symbol_without_levels_says_so",
    "A-16": _TOOLS + "test_a_position_is_estimated_with_its_own_greeks",
    "A-17": _SCENARIO,
    "A-18": _SCENARIO,
    "A-19": _SCENARIO,
    "A-20": "decision: a folded-up line of text below the result.",
    "A-21": _PORTFOLIO,
    "A-22": _PORTFOLIO,
    "A-23": _PORTFOLIO,
    "A-24": "decision: a folded-up line of text below the result.",
    "A-25": _MORTEM,
    "A-26": _MORTEM,
    "A-27": "decision: a folded-up line of text below the result.",
    "A-28": _CHANCE,
    "A-29": _CHANCE,
    "A-30": _CHANCE,
    "A-31": _CHANCE,
    "A-32": _CHANCE,
    "A-33": "decision: a folded-up line of text below the result.",
}
