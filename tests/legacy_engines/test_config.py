"""The constants other engines rely on."""

from __future__ import annotations

import legacy_engines.config_and_database as old_name
from legacy_engines import config


def test_states_are_tried_in_the_old_order() -> None:
    assert list(config.MM_STATES) == ["TRAPPED", "DEFENDING", "HUNTING", "PANICKING", "NEUTRAL"]


def test_every_state_says_what_dealers_do_and_starts_its_action_with_a_verb() -> None:
    for state in config.MM_STATES.values():
        assert list(state) == ["threshold", "behavior", "confidence", "action"]
        assert state["action"].split(":")[0].isupper()


def test_every_strategy_has_a_win_rate_below_one_and_a_list_of_days() -> None:
    for strategy in config.STRATEGIES.values():
        assert 0 < strategy["win_rate"] < 1
        assert strategy["risk_reward"] > 0
        assert isinstance(strategy["best_days"], list)


def test_strategies_for_any_day_name_no_weekday() -> None:
    assert "Monday" not in config.STRATEGIES["IRON_CONDOR"]["best_days"]
    assert config.STRATEGIES["PREMIUM_SELLING"]["best_days"] == ["Any 0-2 DTE"]


def test_the_old_module_name_gives_the_same_objects() -> None:
    assert old_name.MM_STATES is config.MM_STATES
    assert old_name.TRADINGVOLATILITY_BASE == "https://stocks.tradingvolatility.net/api"
