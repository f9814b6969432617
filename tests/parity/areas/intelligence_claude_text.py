"""Reductions of the copilot's texts to the codes and figures that were recorded."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from legacy_engines.copilot import fallbacks, guidance, socratic, system_prompt, teaching
from legacy_engines.copilot.trade_risk import FACTORS
from legacy_engines.gex import zones
from tests.parity.areas.intelligence_texts import context_codes

NUMBER = r"(-?(?:\d+(?:\.\d+)?|nan|inf))"
CODE_OF_FACTOR = {text: code for code, text in FACTORS.items()}
COACH_FLAGS = {
    "Overtrading": "OVERTRADING",
    "Revenge trading": "REVENGE_TRADING",
    "Ignoring advice": "IGNORING_ADVICE",
    "After hours": "AFTER_HOURS",
    "Timing": "TIMING_VIOLATION",
}
GUIDANCE_CODES = {
    "no weekly gamma data": "UNAVAILABLE",
    "extreme decay": "EXTREME_DECAY",
    "high decay, early in the week": "HIGH_DECAY_EARLY_WEEK",
    "high decay, late in the week": "HIGH_DECAY_LATE_WEEK",
    "balanced": "BALANCED",
}
CHALLENGE_BLOCKS: dict[tuple[str, ...], str] = {
    fallbacks.CALLS_VS_DEFENDING: "CALLS_VS_DEFENDING",
    fallbacks.CALLS_WITH_TRAPPED: "CALLS_WITH_TRAPPED",
    fallbacks.PUTS_VS_TRAPPED: "PUTS_VS_TRAPPED",
}
ZONE_CODES = {
    getattr(zones, name): name
    for name in (
        "PRIME_45_MIN",
        "GOOD_30_MIN",
        "AVOID_UNTIL_AFTERNOON",
        "LATE_CAUTION",
        "LONG_CALLS_ACTIVE",
        "NO_HIGH_CONFIDENCE_SETUP",
    )
}


def found(pattern: str, text: str) -> Any:
    """Return the group of the first match, or the groups as a list when there are several."""
    match = re.search(pattern, text, re.MULTILINE)
    if match is None:
        raise ValueError(f"{pattern!r} is not in the text: {text!r:.500}")
    return match.group(1) if match.re.groups == 1 else list(match.groups())


def json_after(heading: str, text: str) -> Any:
    """Return the JSON that follows the line that starts with `heading`."""
    start = re.search(rf"^{re.escape(heading)}.*\n", text, re.MULTILINE)
    if start is None:
        raise ValueError(f"{heading!r} is not in the text")
    return json.JSONDecoder().raw_decode(text, start.end())[0]


def between(start: str, end: str, text: str) -> str:
    return text.split(start, 1)[1].split(end, 1)[0]


def system_values(text: str) -> dict[str, Any]:
    vix, vol_regime = found(rf"^VIX: {NUMBER} \((\w+)\)$", text)
    utc_time, et_day, et_hour = found(r"^Time: (\d\d:\d\d) UTC, (\w+) (\d\d):00 ET$", text)
    status_day, status_hour = found(r"^Day: (\w+), hour: (\d+) ET$", text)
    return {
        "vix": vix,
        "vol_regime": vol_regime,
        "ten_year": found(rf"^10-year yield: {NUMBER}%$", text),
        "fed_funds": found(rf"^Fed funds rate: {NUMBER}%$", text),
        "regime_signal": found(r"^Regime: ([A-Z]+)", text),
        "size_multiplier": found(r"^Size multiplier: (\S+)x$", text),
        "utc_time": utc_time,
        "et_day": et_day,
        "et_hour_2digit": et_hour,
        "market": found(r"^Market: (\w+)$", text),
        "status_day": status_day,
        "status_hour": status_hour,
        "wednesday_close_flag": system_prompt.CLOSE_DIRECTIONALS_NOW in text,
        "refuse_directional_flag": system_prompt.REFUSE_DIRECTIONAL in text,
    }


def coach_flags(texts: Iterable[str]) -> list[str]:
    """Return the types of the flags in coaching texts, in order."""
    names = re.findall(rf"^- ({'|'.join(COACH_FLAGS)}): ", "\n".join(texts), re.MULTILINE)
    return [COACH_FLAGS[name] for name in names]


def coach_values(flag: dict[str, Any]) -> dict[str, Any]:
    text = flag["message"]
    values: list[Any] = []
    if flag["type"] == "OVERTRADING":
        values = [int(found(r"(\d+) trade requests", text))]
    elif flag["type"] == "AFTER_HOURS":
        values = found(r"(\d\d:\d\d UTC) \((\d\d:\d\d [AP]M ET)\)", text)
    return {"type": flag["type"], "severity": flag["severity"], "values": values}


def strategies_values(strategies: dict[str, Any]) -> dict[str, Any]:
    options = [_strategy(option) for option in strategies["all_options"]]
    text = strategies["recommendation"]
    return {
        "best": _strategy(strategies["best"]) if strategies["best"] else None,
        "all_options": options,
        "recommendation": f"BEST_EV:{text.removeprefix('Best EV: ')}" if text.startswith("Best EV: ") else "NONE",
    }


def _strategy(option: dict[str, Any]) -> dict[str, Any]:
    side, strike, premium = found(rf"^(\w+) (\S+) calls at \${NUMBER}$", option["action"])
    rest = {key: value for key, value in option.items() if key not in {"action", "your_historical"}}
    return {
        **rest,
        "action": {"side": side, "strike": strike, "premium": premium},
        "your_historical_pct": found(rf"^{NUMBER}% win rate$", option["your_historical"]),
    }


def zones_values(levels: dict[str, Any]) -> dict[str, Any]:
    call = levels["long_call_zone"]
    if call:
        rest = {key: value for key, value in call.items() if key != "action"}
        call = {
            **rest,
            "entry_range": found(rf"^\${NUMBER} - \${NUMBER}$", call["entry_range"]),
            "time_window": ZONE_CODES[call["time_window"]],
            "action_values": found(rf"^BUY when (\w+) trades between \${NUMBER} and \${NUMBER}$", call["action"]),
        }
    return {
        **levels,
        "long_call_zone": call,
        "current_opportunity": ZONE_CODES[levels["current_opportunity"]],
    }


def sizing_values(sizing: dict[str, Any]) -> dict[str, Any]:
    """Return the sizing with its error, if any, as a code: the stop, or the account and the risk."""
    if "error" not in sizing:
        return sizing
    about_stop = "stop" in sizing["error"].lower()
    return {"error": "STOP_EQUALS_ENTRY" if about_stop else "INVALID_ACCOUNT_OR_RISK"}


def guidance_values(text: str) -> dict[str, Any]:
    section = text.split("Gamma guidance: ", 1)[1].split("\n\n", 1)[0]
    code = next(code for start, code in GUIDANCE_CODES.items() if section.startswith(start))
    return {"code": code, "values": re.findall(rf"{NUMBER}%", section)}


def gamma_values(text: str) -> dict[str, Any] | None:
    if "\n\nWEEKLY GAMMA\n" not in text:
        return None
    block = between("\n\nWEEKLY GAMMA\n", "\n\nGamma guidance: ", text)
    notes = found(r"^Risk notes: (.*)$", block)
    return {
        "today": found(rf"^Gamma today: \${NUMBER}B$", block),
        "after_close": found(rf"^After today's close: \${NUMBER}B$", block),
        "expiring": found(rf"^Expiring today: \${NUMBER}B, an impact of {NUMBER}%$", block),
        "risk_level": found(r"^Daily risk level: (.*)$", block),
        "notes": "DEFAULT" if notes == guidance.STANDARD_NOTES else notes,
        "monday": found(rf"^Monday baseline: \${NUMBER}B$", block),
        "current_pct": found(r"^Left of the week's gamma now: (.*?)%?$", block),
        "friday": found(rf"^Friday end: \${NUMBER}B, {NUMBER}% of the week$", block),
        "weekly_decay": found(rf"^Weekly decay: {NUMBER}%", block),
        "pattern": found(r"^Weekly decay: .*, pattern (.*)$", block),
        "by_day": [list(day) for day in re.findall(rf"^- (.*): {NUMBER}% \((.*)\)$", block, re.MULTILINE)],
        "highest": found(rf"^Highest risk day: (.*) at {NUMBER}%$", block),
    }


def analysis_values(text: str) -> dict[str, Any]:
    """Return what the final message of a market analysis carries."""
    return {
        "symbol": found(r"\ASYMBOL: (.*)$", text),
        "symbol_required_at_start": found(r"^1\. Start the answer with the ticker: (.*)$", text),
        "context": json_after("MARKET CONTEXT", text),
        "options_data": json_after("OPTIONS DATA", text),
        "sizing_account_risk": found(r"^POSITION SIZING \(account \$(.*), risk (.*)% per trade\)$", text),
        "note_account_risk": found(r"^Size for account \$(.*), risk (.*)% per trade\.$", text),
        "position_sizing": sizing_values(json_after("POSITION SIZING", text)),
        "best_strategies": strategies_values(json_after("BEST STRATEGIES", text)),
        "zones": zones_values(json_after("PROFITABLE ZONES", text)),
        "question": between("\n\nQUESTION: ", "\n\nREQUIREMENTS\n", text),
        "rag": context_codes(between("\n\nTRADING RECORD\n", "\n\nBEST STRATEGIES\n", text)),
        "guidance": guidance_values(text),
        "gamma": gamma_values(text),
    }


def risk_values(risk: dict[str, Any]) -> dict[str, Any]:
    return {**risk, "risk_factors": [CODE_OF_FACTOR[text] for text in risk["risk_factors"]]}


def challenge_values(text: str) -> dict[str, Any]:
    return {
        "idea": between("\n\nIDEA: ", "\n\nMARKET CONTEXT\n", text),
        "context": json_after("MARKET CONTEXT", text),
        "risk": risk_values(json_after("RISK ANALYSIS", text)),
        "rag": context_codes(between("\n\nTRADING RECORD\n", "\n\nBEST STRATEGIES\n", text)),
        "best_strategies": strategies_values(json_after("BEST STRATEGIES", text)),
    }


def teaching_values(text: str) -> dict[str, Any]:
    return {
        "topic": between("\n\nTOPIC: ", "\n\nMARKET CONTEXT\n", text),
        "context": json_after("MARKET CONTEXT", text),
        "personal_stats": json_after("MY STATISTICS", text),
    }


def fallback_analysis_values(text: str) -> dict[str, Any]:
    entry = found(rf"^Entry: \${NUMBER}$", text)
    target, gain = found(rf"^Target: \${NUMBER} \(gain {NUMBER}%\)$", text)
    record = between("## Your record\n", "\n\n## Levels\n", text) if "## Your record\n" in text else ""
    return {
        "symbol": found(r"\A# (.*): analysis without Claude$", text),
        "mm_state": found(r"^Dealers: (\w+)$", text),
        "net_gex_billions": found(rf"^Net GEX: \${NUMBER}B$", text),
        "price": found(rf"^Price: \${NUMBER}$", text),
        "flip": found(rf"^Flip: \${NUMBER}$", text),
        "trade": found(r"^## Trade\n(.*)$", text),
        "entry": entry,
        "target": target,
        "target_gain_pct": gain,
        "stop": found(rf"^Stop: \${NUMBER}$", text),
        "strategy": found(r"^Strategy: (\w+)$", text),
        "probability": int(found(r"^Probability: (\d+)%$", text)),
        "probability_repeated": int(found(r"A probability of (\d+)%", text)),
        "call_wall": found(rf"^Call wall: \${NUMBER}$", text),
        "put_wall": found(rf"^Put wall: \${NUMBER}$", text),
        "opportunity": ZONE_CODES[found(r"^Opportunity: (.*)$", text)],
        "rag": context_codes(record),
        "alternatives": _alternatives(between("\n\n## Alternatives\n", "\n\n## Before", text)),
    }


def _alternatives(text: str) -> Any:
    ranked = re.findall(rf"^(\d+)\. (.*), expected value \${NUMBER}$", text, re.MULTILINE)
    if ranked:
        return [list(row) for row in ranked]
    shown = tuple(line.removeprefix("- ") for line in text.splitlines())
    return next(f"GENERIC_{state}" for state, names in fallbacks.GENERIC_ALTERNATIVES.items() if names == shown)


def fallback_challenge_values(text: str) -> dict[str, Any]:
    lines = text.split("\n")
    groups = [tuple(lines[start : start + 3]) for start in range(0, len(lines), 3)]
    codes = [CHALLENGE_BLOCKS.get(group, "NO_SPECIFIC_CHALLENGE") for group in groups]
    generic = codes == ["NO_SPECIFIC_CHALLENGE"]
    return {
        "blocks": codes,
        "line_count": len(lines),
        "mm_state_shown": found(r"^Dealers are (\w+): nothing", text) if generic else None,
    }


def fallback_teaching_values(text: str) -> dict[str, Any]:
    flip, price, points, percent = found(
        rf"^Flip at \${NUMBER}, price at \${NUMBER}: {NUMBER} points, {NUMBER}% apart\.$", text
    )
    return {
        "branch": next(branch for branch, meaning in teaching.REGIMES.items() if meaning in text),
        "net_gex_billions": found(rf"^Net GEX: \${NUMBER}B$", text),
        "price": found(rf"^Price: \${NUMBER}$", text),
        "flip": found(rf"^Flip: \${NUMBER}$", text),
        "mm_state": found(r"^Dealers: (\w+)$", text),
        "flip_again": flip,
        "price_again": price,
        "distance_points": points,
        "distance_pct": percent,
    }


def question_values(questions: list[str]) -> dict[str, Any]:
    closing = tuple(question.split(". ", 1)[1] for question in questions[-3:])
    return {
        "question_count": len(questions),
        "numbering": [question.split(".", 1)[0] for question in questions],
        "branch": next(branch for branch, texts in socratic.BRANCHES.items() if texts == closing),
    }
