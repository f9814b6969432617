"""Weekly and monthly plans as Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MISSING = "N/A"
DEFAULT_SYMBOL = "SPY"
Plan = Mapping[str, Any]
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")

# (key, name, emphasised) in the order shown
TRADE_FIELDS = (
    ("strike", "Strike", False),
    ("expiration", "Expiration", False),
    ("entry_price", "Entry price", False),
    ("entry_zone", "Entry zone", False),
    ("quantity", "Quantity", False),
    ("entry_time", "Entry time", False),
    ("call_spread", "Call spread", False),
    ("put_spread", "Put spread", False),
    ("credit_received", "Credit received", False),
    ("profit_zone", "Profit zone", False),
    ("breakevens", "Breakevens", False),
    ("target_1", "Target 1", True),
    ("target_2", "Target 2", True),
    ("trailing_stop", "Trailing Stop", True),
    ("hard_stop", "Hard Stop", True),
    ("max_risk", "Max risk", False),
    ("max_profit", "Max profit", False),
    ("max_loss", "Max loss", False),
    ("expected_profit", "Expected profit", False),
    ("win_probability", "Win Probability", True),
)
TRADE_LISTS = (("management", "Management"), ("reasoning", "Reasoning"))

MONTHLY_RULES = """\
1. Trade 2X size in the expiration week and nowhere else.
2. Hold no directionals into CPI and PPI at 8:30 AM CT; trade the reaction.
3. Sit out until the FOMC statement has been read and traded.
4. **Wednesday 3PM Rule:** Directionals are closed by 3PM, in the expiration week by 12PM.
5. Never have more than 15% of capital at risk.
6. **Track Everything:** Write down entry, exit and reason of every trade."""


def weekly_markdown(plan: Plan) -> str:
    """Return the plan as Markdown, Monday to Friday as far as the plan has them."""
    levels = f"flip {_at(plan, 'flip_point')}, call wall {_at(plan, 'call_wall')}, put wall {_at(plan, 'put_wall')}"
    snapshot = f"{_at(plan, 'current_price')}, net GEX {_at(plan, 'net_gex')}, {_at(plan, 'regime')}, {levels}"
    sections = [
        f"# 📅 Weekly Trading Plan - {plan.get('symbol', DEFAULT_SYMBOL)}",
        f"**Week Of:** {_at(plan, 'week_of')}",
        f"**Market Snapshot:** {snapshot}",
    ]
    days = plan.get("days", {})
    sections += [_day(name, days[name]) for name in WEEKDAYS if name in days]
    return "\n\n".join(sections) + "\n"


def monthly_markdown(plan: Plan) -> str:
    """Return the plan as Markdown: the weeks, then targets and dates as far as the plan has them, then the rules."""
    snapshot = f"{_at(plan, 'current_price')}, net GEX {_at(plan, 'net_gex')}, OPEX {_at(plan, 'opex_date')}"
    sections = [
        f"# 🗓️ Monthly Trading Plan - {plan.get('symbol', DEFAULT_SYMBOL)}",
        f"**Month:** {_at(plan, 'month')}",
        f"**Market Snapshot:** {snapshot}",
        "## 📅 Weekly Trading Schedule",
        *(_week(name, week) for name, week in plan.get("weeks", {}).items()),
    ]
    for key, heading in (("monthly_targets", "## 🎯 Monthly Targets"), ("key_dates", "## 📌 Critical Dates")):
        if key in plan:
            sections.append(_labelled(heading, plan[key]))
    sections.append(f"## 📏 Monthly Trading Rules\n\n{MONTHLY_RULES}")
    return "\n\n".join(sections) + "\n"


def _at(data: Plan, key: str) -> Any:
    return data.get(key, MISSING)


def _day(name: str, day: Plan) -> str:
    parts = [f"## {day.get('date', name)}", f"**Market Setup:** {_at(day, 'market_setup')}"]
    parts += [_trade(trade) for trade in day.get("trades", [])]
    if day.get("notes"):
        parts.append(f"> {day['notes']}")
    return "\n\n".join(parts)


def _trade(trade: Plan) -> str:
    parts = [f"### Trade #{trade['trade_num']}"] if trade.get("trade_num") else []
    parts.append(f"**{_at(trade, 'action')}**")
    lines = [
        f"- **{name}:** {trade[key]}" if emphasised else f"- {name}: {trade[key]}"
        for key, name, emphasised in TRADE_FIELDS
        if trade.get(key)
    ]
    if lines:
        parts.append("\n".join(lines))
    for key, name in TRADE_LISTS:
        if trade.get(key):
            parts.append("\n".join([f"**{name}:**", "", *(f"- {item}" for item in trade[key])]))
    if trade.get("condition"):
        parts.append(f"*{trade['condition']}*")
    return "\n\n".join(parts)


def _week(name: str, week: Plan) -> str:
    lines = [f"- **Dates:** {_at(week, 'dates')}", f"- **Focus:** {_at(week, 'focus')}"]
    trade = week.get("key_trade")
    if trade:
        lines.append(f"- **Strategy:** {_at(trade, 'strategy')}")
        lines += [f"- **{_title(key)}:** {value}" for key, value in trade.items() if key != "strategy"]
    return "\n".join([f"### {name}", "", *lines])


def _title(key: str) -> str:
    return key.replace("_", " ").title()


def _labelled(heading: str, entries: Plan) -> str:
    return "\n".join([heading, "", *(f"- **{name}:** {text}" for name, text in entries.items())])
