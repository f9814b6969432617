"""Plans as Markdown: what is shown, what is left out, and how gaps read."""

from __future__ import annotations

from typing import Any

import pytest

from legacy_engines.plans.calendar_markdown import monthly_markdown, weekly_markdown
from legacy_engines.plans.daily_markdown import OTHER_EDGE, daily_markdown, edge_of
from legacy_engines.plans.setups import all_setups


def setup(**changes: Any) -> dict[str, Any]:
    return {"strategy": "TEST", "confidence": 72, "reasoning": "plain"} | changes


def daily(*trades: dict[str, Any]) -> str:
    return daily_markdown({"exact_trades": list(trades)})


def test_an_empty_daily_plan_prints_its_headings_and_gaps() -> None:
    text = daily_markdown({})
    assert text.startswith("# N/A PROFESSIONAL TRADING PLAN - N/A N/A\n")
    assert [line for line in text.splitlines() if line.startswith("## ")] == [
        "## 📊 MARKET SNAPSHOT",
        "## 🧠 MARKET INTELLIGENCE",
        "## 💰 TRADING SETUPS - PROFIT OPPORTUNITIES",
    ]


@pytest.mark.parametrize(("confidence", "stars"), [(100, 5), (99, 4), (60, 3), (59, 2), (20, 1), (19, 0), (0, 0)])
def test_one_star_per_twenty_percent(confidence: int, stars: int) -> None:
    assert daily(setup(confidence=confidence)).count("⭐") == stars


def test_targets_come_before_a_profit_zone() -> None:
    both = daily(setup(target_1="$7", target_2="$9", max_profit="$4"))
    assert "**Profit Targets:** First $7, then $9." in both
    assert "Profit Zone" not in both
    zone = daily(setup(credit="$1", max_profit="$4"))
    assert "**Profit Zone:** Credit $1. Maximum profit $4." in zone
    assert "Profit" not in daily(setup()).split("### ")[1]


def test_without_a_win_rate_there_is_no_reason_to_give() -> None:
    assert "Why This Works" not in daily(setup())
    assert "**Why This Works:** The 70% holds" in daily(setup(win_rate="70%"))


def test_entry_zone_stands_in_for_entry_and_size_has_a_default() -> None:
    text = daily(setup(entry_zone="$5"))
    assert "**Entry Strategy:** $5" in text
    assert "size 2-3% of capital" in text
    assert "**Entry Strategy:** N/A" in daily(setup())


@pytest.mark.parametrize(
    ("reasoning", "word"),
    [
        ("NEGATIVE GEX at the range wall", "short gamma"),
        ("Short gamma, positive gex", "short gamma"),
        ("Positive GEX at the wall", "volatility"),
        ("a range of premium", "volatility"),
        ("the wall pays theta", "wall"),
        ("Theta", "time decay"),
        ("premium", "time decay"),
    ],
)
def test_the_edge_is_chosen_by_the_first_matching_words(reasoning: str, word: str) -> None:
    assert word in edge_of(reasoning)


def test_other_reasons_get_the_general_edge() -> None:
    assert edge_of("because") == OTHER_EDGE


def test_our_own_reasons_lead_to_the_intended_edges() -> None:
    short = all_setups("SPY", 100.0, -2e9, 101.0, 105.0, 95.0, "Monday", {})
    above = all_setups("SPY", 100.0, -2e9, 99.0, 0.0, 0.0, "Monday", {})
    long = all_setups("SPY", 100.0, 2e9, 99.0, 101.5, 98.5, "Monday", {})
    chosen = {each["strategy"].split(" ", 1)[1]: edge_of(each["reasoning"]) for each in [*short, *above, *long]}
    words = {
        "GAMMA SQUEEZE LONG CALLS": "short gamma",
        "MOMENTUM CONTINUATION": "short gamma",
        "IRON CONDOR - HIGH PROBABILITY INCOME": "volatility",
        "BEAR CALL SPREAD AT RESISTANCE": "volatility",
        "BULL PUT SPREAD AT SUPPORT": "wall",
        "CALENDAR SPREAD - THETA MACHINE": "time decay",
    }
    assert {name: word in chosen[name] for name, word in words.items()} == dict.fromkeys(words, True)


def test_later_sections_appear_only_when_the_plan_has_them() -> None:
    text = daily_markdown({"current_opportunity": "REVIEW - x", "exit_rules": {}})
    assert "RIGHT NOW: REVIEW - x" in text
    assert "EXIT RULES" in text
    assert "INTRADAY SCHEDULE" not in text
    assert "RISK MANAGEMENT" not in text


def test_rules_that_were_never_shown_stay_hidden() -> None:
    risk = {"premium_stops": "secret", "wednesday_rule": "out by three"}
    exits = {"calendar_spreads": "secret", "wednesday_3pm": "secret"}
    text = daily_markdown({"risk_management": risk, "exit_rules": exits})
    assert "secret" not in text
    assert text.index("out by three") > text.index("Profit Taking")


def test_an_empty_week_is_a_title_and_a_snapshot() -> None:
    assert weekly_markdown({}).splitlines() == [
        "# 📅 Weekly Trading Plan - SPY",
        "",
        "**Week Of:** N/A",
        "",
        "**Market Snapshot:** N/A, net GEX N/A, N/A, flip N/A, call wall N/A, put wall N/A",
    ]


def test_a_week_shows_its_weekdays_in_order_and_nothing_else() -> None:
    days = {"Sunday": {"date": "zz"}, "Friday": {"trades": [{}]}, "Monday": {"date": "Monday, October 13"}}
    headings = [line for line in weekly_markdown({"days": days}).splitlines() if line.startswith("## ")]
    assert headings == ["## Monday, October 13", "## Friday"]


def test_a_trade_shows_only_the_fields_it_has_in_fixed_order() -> None:
    trade = {
        "condition": "only if",
        "management": ["first", "second"],
        "target_1": "$7",
        "strike": "$5",
        "action": "BUY",
        "trade_num": 2,
    }
    text = weekly_markdown({"days": {"Tuesday": {"trades": [trade], "notes": "careful"}}})
    parts = ["### Trade #2", "**BUY**", "- Strike: $5", "- **Target 1:** $7", "- first", "*only if*", "> careful"]
    assert sorted(text.index(part) for part in parts) == [text.index(part) for part in parts]
    assert "Hard Stop" not in text


def test_a_month_names_every_field_of_the_key_trade() -> None:
    weeks = {"Week 1": {}, "Week 2": {"key_trade": {"some_key": 5, "strategy": "A"}}}
    text = monthly_markdown({"weeks": weeks, "monthly_targets": {"Week 1": "+3%"}})
    assert "### Week 1\n\n- **Dates:** N/A\n- **Focus:** N/A\n" in text
    assert "- **Strategy:** A\n- **Some Key:** 5" in text
    assert "## 🎯 Monthly Targets\n\n- **Week 1:** +3%" in text
    assert "Critical Dates" not in text


def test_every_month_ends_with_the_six_rules() -> None:
    rules = monthly_markdown({}).split("Monthly Trading Rules")[1].strip().splitlines()
    assert [line.split(".")[0] for line in rules] == ["1", "2", "3", "4", "5", "6"]
