"""Auto Trader Dashboard (R-1 to R-42): where each item of the old page is seen."""

_PAGE = "tests/autotrader/test_page.py::"
_OVERVIEW = _PAGE + "test_an_open_trade_stands_there_with_its_contracts_and_its_reasons"
_FEW = _PAGE + "test_with_few_trades_the_performance_says_what_is_missing"
_RECORD = "tests/autotrader/test_record.py::"
_FIGURES = _RECORD + "test_the_figures_are_the_engines"
_EDGE = _RECORD + "test_with_enough_trades_edge_streak_and_strategies_are_the_engines"
_TRADES = _RECORD + "test_closed_trades_come_with_totals_reasons_and_what_the_ledger_has"
_SWITCH = _PAGE + "test_the_switch_does_what_its_buttons_say"
_RULES = _PAGE + "test_the_rules_are_told_with_their_figures"

ITEMS = {
    "R-1": _RULES,
    "R-2": "decision: the switch is a row in the database; after a restart the trader runs on as it was switched.",
    "R-3": "tests/autotrader/test_switches_and_hours.py::test_checks_are_noted_as_the_old_scheduler_did",
    "R-4": _FIGURES,
    "R-5": _FIGURES,
    "R-6": _FIGURES,
    "R-7": _FIGURES,
    "R-8": _FIGURES,
    "R-9": _RECORD + "test_the_accounts_line_runs_forward_by_date_of_close",
    "R-10": _EDGE,
    "R-11": _EDGE,
    "R-12": _EDGE,
    "R-13": _EDGE,
    "R-14": _EDGE,
    "R-15": _EDGE,
    "R-16": _EDGE,
    "R-17": _EDGE,
    "R-18": _EDGE,
    "R-19": _EDGE,
    "R-20": _OVERVIEW,
    "R-21": _OVERVIEW,
    "R-22": _OVERVIEW,
    "R-23": _OVERVIEW,
    "R-24": _PAGE + "test_a_trader_that_was_never_started_says_so_and_can_be",
    "R-25": _TRADES,
    "R-26": _TRADES,
    "R-27": _PAGE + "test_another_user_sees_and_switches_only_their_own",
    "R-28": _PAGE + "test_the_log_is_shown_and_can_be_taken_along",
    "R-29": _PAGE + "test_an_empty_log_says_when_it_begins",
    "R-30": _RULES,
    "R-31": _PAGE + "test_the_schedule_stands_there_in_new_york_time",
    "R-32": _SWITCH,
    "R-33": _PAGE + "test_the_schedule_stands_there_in_new_york_time",
    "R-34": _PAGE + "test_the_last_problem_is_told",
    "R-35": _PAGE + "test_the_log_is_shown_and_can_be_taken_along",
    "R-36": _PAGE + "test_an_empty_log_says_when_it_begins",
    "R-37": _RULES,
    "R-38": _RULES,
    "R-39": _RULES,
    "R-40": _OVERVIEW,
    "R-41": _PAGE + "test_the_schedule_stands_there_in_new_york_time",
    "R-42": _RULES,
}
