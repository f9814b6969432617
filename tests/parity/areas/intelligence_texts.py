"""The copilot's sentences turned back into the codes and figures by which they were recorded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

DTE_REASONS: tuple[tuple[str, str], ...] = (
    ("PREMIUM_STRATEGY", r"Selling premium: (?P<dte>-?\d+) DTE .*"),
    ("DIRECTIONAL_STRATEGY", r"Directional trade: (?P<dte>-?\d+) DTE .*"),
    ("GEX_EXTREME_NEGATIVE", r"Extreme negative GEX: .*"),
    ("GEX_NEGATIVE", r"Negative GEX: .*"),
    ("GEX_POSITIVE", r"Positive GEX: .*"),
    ("IV_HIGH", r"High IV: .*"),
    ("IV_LOW_PREMIUM", r"Low IV: .*"),
    ("EARLY_WEEK", r"(?P<day>Monday|Tuesday) entry: .*"),
    ("MID_WEEK", r"Mid-week entry: .*"),
    ("LATE_WEEK", r"(?P<day>Thursday|Friday) entry: .*"),
    ("NEAR_FLIP", r"Flip (?P<pct>\S+)% from spot: .*"),
    ("HISTORY", r"History: drawn from (?P<trades>\d+) comparable trades"),
)
WARNING_VALUES = {
    "OVERCONCENTRATION": r"(?P<a>\d+) positions in (?P<symbol>.*): they win or lose together\.",
    "SECTOR_RISK": r"(?P<a>\d+) positions in technology: .*",
    "MARKET_RISK": r"(?P<a>\d+) positions in index funds: .*",
    "DIRECTIONAL_BIAS": r"(?P<a>\d+) of (?P<b>\d+) positions are bullish: .*",
    "TOTAL_RISK": r"Total risk is \$(?P<risk>\S+): .*",
}
SECTIONS = {
    "Your most recent trades": "similar",
    "Your closed trades": "stats",
    "By weekday": "by_day",
    "Success rate": "pattern",
}


def named(pattern: str, text: str) -> dict[str, str]:
    """Return the named parts of the text, which must fit the pattern as a whole."""
    found = re.fullmatch(pattern, text, re.DOTALL)
    if not found:
        raise ValueError(f"{text!r} does not read like {pattern!r}")
    return found.groupdict()


def dte_codes(text: str) -> list[dict[str, Any]]:
    """Return code and figures of each reason for an expiration."""
    return [_dte_code(part) for part in text.split(" | ")] if text else []


def _dte_code(part: str) -> dict[str, Any]:
    for code, pattern in DTE_REASONS:
        found = re.fullmatch(pattern, part)
        if found:
            values = {key: int(v) if key in {"dte", "trades"} else v for key, v in found.groupdict().items()}
            return {"code": code, **values}
    raise ValueError(f"unknown reason {part!r}")


def lines_with_codes(lines: Iterable[str], names: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the code of each post-mortem line, with the days where it shows them."""
    return [_line_code(line, names) for line in lines]


def _line_code(line: str, names: Mapping[str, str]) -> dict[str, str]:
    for text, code in names.items():
        pattern = re.escape(text).replace(re.escape("{days}"), r"(?P<days>.+)")
        found = re.fullmatch(pattern, line)
        if found:
            return {"code": code, **found.groupdict()}
    raise ValueError(f"unknown line {line!r}")


def warning_values(warning: Mapping[str, str]) -> list[Any]:
    """Return the figures a portfolio warning shows; counts are numbers."""
    found = named(WARNING_VALUES[warning["type"]], warning["message"])
    return [int(value) if key in {"a", "b"} else value for key, value in found.items()]


def context_codes(text: str) -> dict[str, Any]:
    """Return sections and figures of the history text written for a prompt."""
    parts: dict[str, list[str]] = {}
    section = ""
    for line in text.split("\n") if text else []:
        if not line.startswith("- "):
            section = next(name for start, name in SECTIONS.items() if line.startswith(start))
            parts[section] = [line] if section == "pattern" else []
        else:
            parts[section].append(line)
    return {
        "sections": list(parts),
        "similar": [_similar(line) for line in parts.get("similar", [])],
        "stats": _stats(parts["stats"]) if "stats" in parts else None,
        "by_day": [_day(line) for line in parts.get("by_day", [])],
        "pattern_rate": _rate(parts["pattern"][0]) if "pattern" in parts else None,
    }


def _similar(line: str) -> list[str]:
    pattern = r"- (?P<at>.*?) \| (?P<how>.*?) \| net GEX \$(?P<gex>\S+)B \| (?P<result>WON|LOST) \$(?P<pnl>\S+)"
    return list(named(pattern, line).values())


def _stats(lines: list[str]) -> dict[str, str]:
    pattern = (
        r"- Win rate: (?P<win_rate_pct>\S+)%\n- Average win: \$(?P<avg_win>\S+)\n"
        r"- Average loss: \$(?P<avg_loss>\S+)\n- Total P&L: \$(?P<total_pnl>\S+)"
    )
    return named(pattern, "\n".join(lines))


def _day(line: str) -> list[str]:
    return list(named(r"- (?P<day>\w{3}): (?P<won>\S+)% won, average \$(?P<average>\S+)", line).values())


def _rate(line: str) -> str:
    return named(r"Success rate of this pattern: (?P<rate>\S+)%", line)["rate"]
