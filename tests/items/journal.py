"""Trade Journal (J-1 to J-15): where each item of the old page is seen."""

_PAGE = "tests/journal/test_page.py::"
_RECORD = "tests/journal/test_record.py::"
_PERIOD = _PAGE + "test_the_period_is_chosen_and_marked"
_FIGURES = _PAGE + "test_the_key_figures_stand_there_as_a_trader_reads_them"
_RESULTS = _PAGE + "test_strategies_are_tinted_and_symbols_are_not"
_SAID = _PAGE + "test_insights_and_numbered_recommendations_stand_there"

ITEMS = {
    "J-1": _PERIOD,
    "J-2": _FIGURES,
    "J-3": _FIGURES,
    "J-4": _FIGURES,
    "J-5": _FIGURES,
    "J-6": _PAGE + "test_an_infinite_profit_factor_has_its_sign",
    "J-7": _FIGURES,
    "J-8": _FIGURES,
    "J-9": _RESULTS,
    "J-10": _RESULTS,
    "J-11": _SAID,
    "J-12": _SAID,
    "J-13": _RECORD + "test_the_curve_adds_up_the_results_by_time_of_close",
    "J-14": _PAGE + "test_the_newest_trades_stand_first_with_time_and_hours",
    "J-15": _PAGE + "test_an_empty_journal_says_what_will_stand_there",
    "N-6": "tests/journal/test_writing.py::test_a_trade_by_hand_can_be_removed_with_its_pictures",
    "C-17": _RECORD + "test_the_curve_adds_up_the_results_by_time_of_close",
}
