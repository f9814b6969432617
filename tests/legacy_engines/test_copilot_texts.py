"""Context, risk, guidance, prompts and fallbacks of the copilot: figures from the rules, text with all of them."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legacy_engines.copilot.context import build_context, mentioned_symbol
from legacy_engines.copilot.fallbacks import (
    fallback_analysis,
    fallback_challenge,
    fallback_market,
    fallback_trade,
)
from legacy_engines.copilot.guidance import STANDARD_NOTES, UNAVAILABLE, gamma_block, gamma_guidance
from legacy_engines.copilot.system_prompt import CLOSE_DIRECTIONALS_NOW, REFUSE_DIRECTIONAL, system_prompt
from legacy_engines.copilot.teaching import fallback_teaching
from legacy_engines.copilot.trade_risk import FACTORS, calculate_trade_risk
from tests.parity.worlds import StandingClock

TUESDAY = StandingClock("2025-10-21T10:30:00-04:00")
MONDAY_TO_SUNDAY = [f"2025-10-{day}T10:30:00-04:00" for day in range(20, 27)]
PRICES = st.floats(1, 10_000)
GEX = st.floats(-1e10, 1e10)


def intel(**changes: Any) -> dict[str, Any]:
    shares = (100, 80, 60, 35.5, 12)
    return {
        "success": True,
        "current_day": "Tuesday",
        "daily_impact": {
            "risk_level": "MODERATE",
            "impact_pct": 24.7,
            "today_total_gamma": 19.96e9,
            "tomorrow_total_gamma": 2.81e9,
            "expiring_today": 2.86e9,
            "context_notes": [],
        },
        "weekly_evolution": {
            "total_decay_pct": 75.6,
            "monday_baseline": 11.11e9,
            "friday_end": 3.66e9,
            "decay_pattern": "FRONT_LOADED",
            "daily_breakdown": [{"pct_of_week": share, "is_today": share == 80} for share in shares],
        },
        "volatility_potential": {
            "by_day": [{"day_name": "Monday", "vol_pct": 10.3, "risk_level": "LOW"}],
            "highest_risk_day": {"day_name": "Tuesday", "vol_pct": 49.2},
        },
    } | changes


@given(PRICES, PRICES, GEX)
def test_the_context_agrees_with_itself(spot: float, flip: float, net_gex: float) -> None:
    context = build_context({"spot_price": spot, "flip_point": flip, "net_gex": net_gex}, clock=TUESDAY)
    assert math.isclose(spot * (1 + context["distance_to_flip"] / 100), flip, rel_tol=1e-9, abs_tol=1e-9)
    assert context["net_gex_billions"] * 1e9 == pytest.approx(net_gex)
    assert context["mm_state"] in {"TRAPPED", "DEFENDING", "NEUTRAL"}


def test_a_missing_price_counts_as_one_and_a_zero_price_is_no_distance() -> None:
    assert build_context({"flip_point": 215.38}, clock=TUESDAY)["distance_to_flip"] == pytest.approx(21438.0)
    assert build_context({"spot_price": 0, "flip_point": 5}, clock=TUESDAY)["distance_to_flip"] == 0


@pytest.mark.parametrize("broken", [{"spot_price": None}, {"net_gex": None}, {"spot_price": 5, "flip_point": None}])
def test_none_where_the_context_needs_a_number_is_an_error(broken: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        build_context(broken, clock=TUESDAY)


def test_days_to_friday_count_calendar_days_in_new_york() -> None:
    days = [build_context({}, clock=StandingClock(at))["dte_to_friday"] for at in MONDAY_TO_SUNDAY]
    assert days == [4, 3, 2, 1, 0, 6, 5]
    assert build_context({}, clock=StandingClock("2025-10-22T03:30:00+00:00"))["day_of_week"] == "Tuesday"


@pytest.mark.parametrize(
    ("query", "symbol"),
    [
        ("TSLA thoughts", "TSLA"),
        ("what about SPY", "WHAT"),
        ("$SPY 0DTE plan", "PLAN"),
        ("overnight AMD's nvda", "NVDA"),
        ("levels?", None),
        ("", None),
    ],
)
def test_the_first_short_word_counts_as_a_symbol(query: str, symbol: str | None) -> None:
    assert mentioned_symbol(query) == symbol


def risk(idea: str, *, at: str = MONDAY_TO_SUNDAY[0], net_gex: float = 0, distance: float = 9) -> tuple[str, list[str]]:
    found = calculate_trade_risk(idea, {"net_gex": net_gex}, {"distance_to_flip": distance}, clock=StandingClock(at))
    codes = {text: code for code, text in FACTORS.items()}
    return found["risk_level"], [codes[text] for text in found["risk_factors"]]


@pytest.mark.parametrize(
    ("idea", "circumstances", "expected"),
    [
        ("buy 5 puts", {"net_gex": -1e9}, ("MODERATE", [])),
        ("buy 5 puts", {"net_gex": -1.1e9}, ("EXTREME", ["PUTS_VS_TRAPPED"])),
        ("buy 5 calls", {"net_gex": 2e9}, ("MODERATE", ["CALLS_POSITIVE_GEX"])),
        ("buy 5 calls", {"net_gex": 2.1e9}, ("EXTREME", ["CALLS_VS_DEFENDING"])),
        ("buy calls", {"net_gex": 2.1e9}, ("HIGH", ["CALLS_VS_DEFENDING", "VAGUE_NO_DIGITS"])),
        ("condor 580", {"distance": -0.49}, ("LOW", ["NEAR_FLIP"])),
        ("condor 580", {"distance": 0.5}, ("MODERATE", [])),
        ("sell 585 call", {"at": MONDAY_TO_SUNDAY[3]}, ("HIGH", ["THU_FRI_DIRECTIONAL"])),
        ("sell 570 put", {"at": MONDAY_TO_SUNDAY[4]}, ("MODERATE", [])),
        ("condor 580", {"at": "2025-10-22T14:59:59-04:00"}, ("MODERATE", [])),
        ("condor 580", {"at": "2025-10-22T15:00:00-04:00"}, ("EXTREME", ["WEDNESDAY_AFTER_3PM"])),
        ("call ²", {"at": MONDAY_TO_SUNDAY[0]}, ("MODERATE", [])),
    ],
)
def test_trade_risk_follows_the_rules(idea: str, circumstances: dict[str, Any], expected: Any) -> None:
    assert risk(idea, **circumstances) == expected


@given(st.text(max_size=30), GEX, st.floats(-100, 100), st.sampled_from(MONDAY_TO_SUNDAY))
def test_an_idea_without_a_number_is_always_high_risk(idea: str, net_gex: float, distance: float, at: str) -> None:
    level, factors = risk(idea, at=at, net_gex=net_gex, distance=distance)
    assert level in {"LOW", "MODERATE", "HIGH", "EXTREME"}
    assert ("VAGUE_NO_DIGITS" in factors) == (not any(character.isdigit() for character in idea))
    if "VAGUE_NO_DIGITS" in factors:
        assert level == "HIGH"


def percents(text: str) -> list[str]:
    return re.findall(r"(\d+)%", text)


@pytest.mark.parametrize("nothing", [None, {}, {"success": False, "current_day": "Monday"}])
def test_without_gamma_data_the_guidance_says_so(nothing: dict[str, Any] | None) -> None:
    assert gamma_guidance(nothing) == UNAVAILABLE


@pytest.mark.parametrize("level", ["EXTREME", "ELEVATED"])
def test_extreme_daily_risk_comes_before_the_week(level: str) -> None:
    text = gamma_guidance(intel(daily_impact=intel()["daily_impact"] | {"risk_level": level}))
    assert "extreme decay" in text
    assert percents(text) == ["25", "25"]


@pytest.mark.parametrize(
    ("day", "figures"),
    [
        ("Monday", ["76", "36"]),
        ("Wednesday", ["76", "36"]),
        ("Thursday", ["76", "12", "100", "12"]),
        ("Sunday", ["76", "12", "100", "12"]),
    ],
)
def test_high_decay_is_read_by_the_day_of_the_week(day: str, figures: list[str]) -> None:
    assert percents(gamma_guidance(intel(current_day=day))) == figures


def test_a_missing_day_counts_as_late_and_sixty_percent_is_not_high() -> None:
    without_day = intel()
    del without_day["current_day"]
    assert "late in the week" in gamma_guidance(without_day)
    weekly = intel()["weekly_evolution"] | {"total_decay_pct": 60}
    assert gamma_guidance(intel(weekly_evolution=weekly)).startswith("Gamma guidance: balanced. Weekly decay is 60%")


def test_the_gamma_block_holds_today_the_week_and_every_day() -> None:
    block = gamma_block(intel())
    for figure in ("$19.96B", "$2.81B", "$2.86B", "25%", STANDARD_NOTES, "$11.11B", "80%", "$3.66B", "12%", "76%"):
        assert figure in block
    assert "- Monday: 10% (LOW)" in block
    assert block.endswith("Highest risk day: Tuesday at 49%")


def test_notes_are_joined_and_an_unknown_day_has_no_share() -> None:
    weekly = intel()["weekly_evolution"] | {"daily_breakdown": [{"pct_of_week": 100, "is_today": False}] * 5}
    daily = intel()["daily_impact"] | {"context_notes": ["one", "two"]}
    block = gamma_block(intel(weekly_evolution=weekly, daily_impact=daily))
    assert "Risk notes: one | two" in block
    assert "now: N/A\n" in block


def test_gamma_without_a_highest_risk_day_is_an_error() -> None:
    with pytest.raises(TypeError):
        gamma_block(intel(volatility_potential={"by_day": [], "highest_risk_day": None}))


def prompt_at(at: str) -> str:
    economic = {"vix": 18.16, "ten_year_yield": 4.3, "fed_funds_rate": 5.5}
    regime = {"vol_regime": "NORMAL", "regime_signal": "NORMAL: standard size", "size_multiplier": 1.0}
    return system_prompt(economic=economic, regime=regime, clock=StandingClock(at))


def test_the_system_prompt_shows_regime_and_time() -> None:
    prompt = prompt_at("2025-10-20T09:30:00-04:00")
    for figure in ("VIX: 18.2 (NORMAL)", "4.30%", "5.50%", "1.0x", "13:30 UTC, Monday 09:00 ET", "OPEN", "hour: 9 ET"):
        assert figure in prompt
    assert "{" not in prompt


@pytest.mark.parametrize(
    ("at", "close", "refuse"),
    [
        ("2025-10-22T14:59:59-04:00", False, False),
        ("2025-10-22T15:00:00-04:00", True, False),
        ("2025-10-23T15:00:00-04:00", False, True),
        ("2025-10-24T09:00:00-04:00", False, True),
        ("2025-10-25T15:00:00-04:00", False, False),
    ],
)
def test_the_weekday_flags_are_raised_when_they_apply(at: str, close: bool, refuse: bool) -> None:
    prompt = prompt_at(at)
    assert (CLOSE_DIRECTIONALS_NOW in prompt, REFUSE_DIRECTIONAL in prompt) == (close, refuse)


@given(PRICES, PRICES, GEX)
def test_a_fallback_analysis_shows_its_trade_and_no_gap(spot: float, flip: float, net_gex: float) -> None:
    market = fallback_market({"spot_price": spot, "flip_point": flip, "net_gex": net_gex}, "levels")
    trade = fallback_trade(market)
    text = fallback_analysis(market, record="", opportunity="none", alternatives=[])
    for figure in (trade.text, f"${trade.entry:.2f}", f"${trade.stop:.2f}", f"{trade.probability}%", trade.strategy):
        assert figure in text
    assert "{" not in text
    assert "None" not in text
    strikes = [int(strike) for strike in re.findall(r"\d+", trade.text)]
    assert strikes == sorted(strikes)


@pytest.mark.parametrize(
    ("net_gex", "strategy"),
    [
        (-1.000001e9, "NEGATIVE_GEX_SQUEEZE"),
        (-1e9, "PREMIUM_SELLING"),
        (0.999e9, "PREMIUM_SELLING"),
        (1e9, "IRON_CONDOR"),
        (2e9, "IRON_CONDOR"),
        (2.000001e9, "PREMIUM_SELLING"),
    ],
)
def test_the_fallback_trade_follows_net_gex(net_gex: float, strategy: str) -> None:
    assert fallback_trade(fallback_market({"net_gex": net_gex}, "")).strategy == strategy


@pytest.mark.parametrize(
    ("net_gex", "reason"),
    [
        (-1.5e9, "net GEX is below -1B"),
        (-0.5e9, "forces no large hedging"),
        (0.9e9, "forces no large hedging"),
        (1.5e9, "between the walls"),
        (2.5e9, "net GEX is above 2B"),
    ],
)
def test_the_reason_of_a_fallback_fits_the_net_gex_beside_it(net_gex: float, reason: str) -> None:
    trade = fallback_trade(fallback_market({"net_gex": net_gex}, ""))
    assert reason in trade.reason
    assert ("Entry is the credit" in trade.reason) == (trade.stop < 0)
    if trade.stop < 0:
        assert f"a loss of {-trade.stop / trade.entry:.0f} times the credit" in trade.reason


def test_a_fallback_ranks_two_alternatives_of_the_optimiser() -> None:
    entries = [{"name": name, "expected_value": value} for name, value in (("A", 1.239), ("B", -0.5), ("C", 0))]
    text = fallback_analysis(fallback_market({}, ""), record="", opportunity="", alternatives=entries)
    assert "1. A, expected value $1.24\n2. B, expected value $-0.50\n" in text
    assert "3. C" not in text


@pytest.mark.parametrize(
    ("market", "error"),
    [({"spot_price": 0}, ZeroDivisionError), ({"spot_price": None}, TypeError), ({"call_wall": None}, TypeError)],
)
def test_a_fallback_without_its_figures_is_an_error(market: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        fallback_analysis(fallback_market(market, ""), record="", opportunity="", alternatives=[])


@given(st.text(max_size=40), GEX)
def test_a_challenge_comes_in_blocks_of_three_lines(idea: str, net_gex: float) -> None:
    assert len(fallback_challenge(idea, {"net_gex": net_gex}).split("\n")) % 3 == 0


def test_calls_and_puts_against_trapped_dealers_are_both_challenged() -> None:
    text = fallback_challenge("Buy Calls and LONG PUTS", {"net_gex": -3e9})
    assert len(text.split("\n")) == 6
    assert "nothing in the gamma regime" in fallback_challenge("iron condor", {"net_gex": -3e9})


@given(PRICES, PRICES, GEX)
def test_a_lesson_shows_the_distance_to_the_flip(spot: float, flip: float, net_gex: float) -> None:
    text = fallback_teaching({"spot_price": spot, "flip_point": flip, "net_gex": net_gex}, "walls")
    distance = abs((spot - flip) / spot * 100)
    assert f"{abs(spot - flip):.2f} points, {distance:.1f}%" in text
    assert f"${net_gex / 1e9:.2f}B" in text
    assert "# Lesson: walls" in text


@pytest.mark.parametrize(
    ("billions", "words"),
    [(-2, "between -2B and 2B"), (2, "between -2B and 2B"), (-2.1, "deeply negative"), (2.1, "strongly")],
)
def test_a_lesson_speaks_of_the_present_regime(billions: float, words: str) -> None:
    assert words in fallback_teaching({"spot_price": 500, "flip_point": 505, "net_gex": billions * 1e9}, "t")
