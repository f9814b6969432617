"""The alerts of the old program: which test sees which item."""

_PAGES = "tests/alerts/test_pages.py::"
_FIRING = "tests/alerts/test_firing.py::"
_FIGURES = _PAGES + "test_the_figures_history_and_states_after_rules_have_fired"
_MADE = _PAGES + "test_a_rule_is_made_once_however_often_the_form_is_sent"
_FIELDS = _PAGES + "test_the_fields_follow_from_the_type_with_the_old_limits"

ITEMS = {
    "L-1": _FIGURES,
    "L-2": _FIGURES,
    "L-3": _PAGES + "test_a_new_user_sees_what_to_do_and_the_page_stays_cheap",
    "L-4": _FIGURES,
    "L-5": _MADE,
    "L-6": _FIELDS,
    "L-7": _FIELDS,
    "L-8": _FIRING + "test_every_condition_fires_when_it_holds_and_not_before",
    "L-9": _FIRING + "test_every_condition_fires_when_it_holds_and_not_before",
    "L-10": _FIRING + "test_a_regime_that_stands_does_not_fire_and_a_change_does",
    "L-11": _MADE,
    "L-12": _PAGES + "test_a_rule_is_changed_snoozed_switched_off_armed_and_deleted",
    "L-13": _PAGES + "test_every_preset_takes_one_click_and_a_second_one_says_so",
    "L-14": _PAGES + "test_how_one_is_told_is_kept_and_tested_once_a_click",
    "L-15": "tests/e2e/test_alerts.py::test_an_alert_is_set_fires_stands_in_the_history_and_is_snoozed",
    "L-16": "decision: rules are judged on every snapshot of every symbol that has any, by a worker, open page or not.",
    "L-17": "tests/alerts/test_gamma_week.py::test_the_engines_warnings_come_in_its_words_once_a_day",
}
