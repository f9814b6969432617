"""A daily plan as Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MISSING = "N/A"
Plan = Mapping[str, Any]

# (words of the lower-cased reasoning, why the setup wins), first match
EDGES = (
    (
        ("negative gex", "short gamma"),
        "dealers are short gamma: they have to buy as price rises, and the move feeds itself",
    ),
    (
        ("positive gex", "range"),
        "dealers sell rallies and buy dips, which keeps volatility low and price inside its range",
    ),
    (("wall",), "dealers defend the wall, and a defended level is a good place to sell premium against"),
    (("theta", "premium"), "price stays calm, because then every day pays its time decay"),
)
OTHER_EDGE = "levels, timing and size agree"

# (key, label) in the order shown; None: shown without a label
RISK_LINES = (
    ("position_size", "Position Size"),
    ("max_portfolio_risk", "Max Portfolio Risk"),
    ("stop_loss_rule", "Stop Loss Rule"),
    ("directional_stops", "Directional Stops"),
    ("max_trades_per_day", "Max Trades/Day"),
    ("profit_taking", "Profit Taking"),
    ("wednesday_rule", None),
)
EXIT_LINES = (
    ("directional_longs", "Directional Longs"),
    ("iron_condors", "Iron Condors"),
    ("credit_spreads", "Credit Spreads"),
    ("emergency_exit", "Emergency Exit"),
)


def daily_markdown(plan: Plan) -> str:
    """Return the plan as Markdown. A missing value prints N/A; later sections appear only when the plan has them."""
    title = f"{_at(plan, 'symbol')} PROFESSIONAL TRADING PLAN - {_at(plan, 'day')} {_at(plan, 'generated_at')}"
    sections = [f"# {title}", _snapshot(plan), _intelligence(plan), "## 💰 TRADING SETUPS - PROFIT OPPORTUNITIES"]
    sections += [_setup(number, trade) for number, trade in enumerate(plan.get("exact_trades") or [], start=1)]
    if "current_opportunity" in plan:
        sections.append(f"## ⚡ RIGHT NOW: {plan['current_opportunity']}")
    if "intraday_schedule" in plan:
        lines = [f"- **{hours}** {text}" for hours, text in plan["intraday_schedule"].items()]
        sections.append("\n".join(["## ⏰ INTRADAY SCHEDULE", "", *lines]))
    if "risk_management" in plan:
        sections.append(_rules("## 🛡️ RISK MANAGEMENT", plan["risk_management"], RISK_LINES))
    if "exit_rules" in plan:
        sections.append(_rules("## 🚪 EXIT RULES", plan["exit_rules"], EXIT_LINES))
    return "\n\n".join(sections) + "\n"


def edge_of(reasoning: str) -> str:
    """Return why a setup wins, chosen by the words of its reasoning."""
    lowered = reasoning.lower()
    return next((edge for words, edge in EDGES if any(word in lowered for word in words)), OTHER_EDGE)


def _at(data: Plan, key: str) -> Any:
    return data.get(key, MISSING)


def _snapshot(plan: Plan) -> str:
    context, regime = plan.get("market_context", {}), plan.get("regime", {})
    levels = f"flip {_at(context, 'gamma_flip')}, call wall {_at(context, 'call_wall')}"
    walls = f"put wall {_at(context, 'put_wall')}, expected range {_at(context, 'expected_range')}"
    return "\n".join(
        [
            "## 📊 MARKET SNAPSHOT",
            "",
            f"- **Current Price:** {_at(context, 'current_price')}",
            f"- **Net GEX:** {_at(context, 'net_gex')}, dealers are {_at(regime, 'mm_behavior')}",
            f"- **Critical Levels:** {levels}, {walls}",
        ]
    )


def _intelligence(plan: Plan) -> str:
    regime = plan.get("regime", {})
    return "\n".join(
        [
            "## 🧠 MARKET INTELLIGENCE",
            "",
            f"- **Regime:** {_at(regime, 'type')}",
            f"- **Trend Bias:** {_at(regime, 'trend')}",
            f"- **Position:** {_at(regime, 'position')}",
            "",
            f"> {_at(plan.get('market_context', {}), 'key_insight')}",
        ]
    )


def _setup(number: int, trade: Plan) -> str:
    confidence = trade.get("confidence", 0)
    stars = "⭐" * int(confidence // 20)
    title = f"Setup #{number}: {_at(trade, 'strategy')} ({confidence}% Confidence)"
    play = f"{_at(trade, 'action')}. Strikes: {_at(trade, 'strikes')}. Expiration: {_at(trade, 'expiration')}."
    if trade.get("win_rate"):
        play += f" The plan assumes it wins {trade['win_rate']} of the time."
    paragraphs = [
        " ".join(filter(None, ["###", stars, title])),
        str(_at(trade, "reasoning")),
        f"**The Play:** {play}",
        f"**Entry Strategy:** {trade.get('entry', trade.get('entry_zone', MISSING))}",
        *_profit(trade),
        f"**Risk Management:** {_risk(trade)}",
    ]
    if trade.get("win_rate"):
        edge = edge_of(str(trade.get("reasoning", "")))
        paragraphs.append(f"**Why This Works:** The {trade['win_rate']} holds as long as {edge}.")
    return "\n\n".join(paragraphs)


def _profit(trade: Plan) -> list[str]:
    """Return the paragraph on targets, or on the profit zone of a credit trade, or none."""
    if trade.get("target_1"):
        second = f", then {trade['target_2']}" if trade.get("target_2") else ""
        return [f"**Profit Targets:** First {trade['target_1']}{second}."]
    if trade.get("max_profit"):
        return [f"**Profit Zone:** Credit {_at(trade, 'credit')}. Maximum profit {trade['max_profit']}."]
    return []


def _risk(trade: Plan) -> str:
    stop = f"Stop {trade['stop']}" if trade.get("stop") else "No price stop, the exit rules decide"
    at_most = f"; maximum loss {trade['max_risk']}" if trade.get("max_risk") else ""
    return f"{stop}{at_most}; size {trade.get('size', '2-3% of capital')}."


def _rules(heading: str, rules: Plan, lines: tuple[tuple[str, str | None], ...]) -> str:
    shown = [f"- **{label}:** {_at(rules, key)}" if label else f"- {_at(rules, key)}" for key, label in lines]
    return "\n".join([heading, "", *shown])
