"""Position sizing of the old program, which had no page of its own: which test sees which item."""

_PAGE = "tests/sizing/test_page.py::"
_TRADE = _PAGE + "test_a_trade_is_sized_with_all_its_figures_and_why"

ITEMS = {
    "Z-1": _PAGE + "test_the_page_starts_from_the_users_own_account",
    "Z-2": _TRADE,
    "Z-3": _TRADE,
    "Z-4": _TRADE,
    "Z-5": _TRADE,
    "Z-6": _TRADE,
    "Z-7": _TRADE,
    "Z-8": _PAGE + "test_kelly_shows_full_half_quarter_its_range_and_its_warning",
    "Z-9": _PAGE + "test_the_stop_gives_contracts_or_says_why_not",
    "Z-10": _PAGE + "test_a_condor_is_sized_by_the_loss_of_a_contract_not_of_a_share",
}
