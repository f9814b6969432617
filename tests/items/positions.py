"""Position tracking of the old program: which test sees which item."""

_PAGE = "tests/positions/test_page.py::"
_OPENING = "tests/positions/test_opening.py::"
_CHANGING = "tests/positions/test_changing.py::"
_AGENT = _PAGE + "test_every_change_since_entry_is_the_agents"
_SHOWN = _PAGE + "test_a_position_shows_entry_mark_result_plan_and_where_it_comes_from"

ITEMS = {
    "P-1": _PAGE + "test_an_empty_page_says_what_to_do",
    "P-2": _AGENT,
    "P-3": _AGENT,
    "P-4": _OPENING + "test_the_market_at_entry_is_kept",
    "P-5": _AGENT,
    "P-6": _AGENT,
    "P-7": _PAGE + "test_an_empty_page_says_what_to_do",
    "P-8": _OPENING + "test_the_old_form_is_shares_at_a_stated_price_with_the_old_result",
    "P-9": _SHOWN,
    "P-10": _SHOWN,
    "P-11": _SHOWN,
    "P-12": _SHOWN,
    "P-13": _CHANGING + "test_a_close_at_quotes_realizes_the_result_once_and_stands_in_the_journal",
    "P-14": _PAGE + "test_an_empty_page_says_what_to_do",
    "P-15": _CHANGING + "test_history_shows_percent_and_the_engines_figures",
    "P-16": _CHANGING + "test_history_shows_percent_and_the_engines_figures",
}
