"""How many contracts to trade: risk budget, confidence, Kelly criterion, and the chart of what is at stake."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

CONTRACT_SIZE: Final = 100
DEFAULT_PREMIUM: Final = 2.50
DEFAULT_CONFIDENCE: Final = 50
DEFAULT_RISK_REWARD: Final = 2.0
DEFAULT_ACCOUNT: Final = 50000
DEFAULT_RISK_PERCENT: Final = 2.0
AGGRESSIVE_KELLY_PERCENT: Final = 10


def calculate_optimal_position_size(
    account_size: float,
    risk_percent: float,
    setup_confidence: float,
    option_premium: float,
    max_loss_per_contract: float | None = None,
) -> dict[str, float]:
    """Return contracts, dollars at risk and what they are of the account.

    account_size, max_loss_per_contract: dollars. risk_percent, setup_confidence: percent. option_premium: dollars per
    share. Deliberate (core Q17): one contract even when it exceeds the budget, confidence above 100 scales up, and a
    maximum loss of 0 means the premium. Zero premium without a maximum loss raises ZeroDivisionError.
    """
    base_risk_amount = account_size * (risk_percent / 100)
    confidence_multiplier = setup_confidence / 100
    adjusted_risk_amount = base_risk_amount * confidence_multiplier
    premium_dollars = option_premium * CONTRACT_SIZE
    per_contract = max_loss_per_contract or premium_dollars
    num_contracts = int(adjusted_risk_amount / per_contract)
    num_contracts = max(1, num_contracts) if adjusted_risk_amount > 0 else 0
    premium_outlay = num_contracts * option_premium * CONTRACT_SIZE
    total_risk = num_contracts * max_loss_per_contract if max_loss_per_contract else premium_outlay
    return {
        "num_contracts": num_contracts,
        "total_risk": total_risk,
        "premium_outlay": premium_outlay,
        "risk_pct_of_account": total_risk / account_size * 100 if account_size > 0 else 0,
        "confidence_multiplier": confidence_multiplier,
        "base_risk_amount": base_risk_amount,
        "adjusted_risk_amount": adjusted_risk_amount,
    }


def size_setup(
    setup: Mapping[str, Any], account_size: float, risk_percent: float, key_suffix: str = ""
) -> dict[str, Any]:
    """Return what the sizing panel of a setup shows: title, sizing, metrics, explanation and chart."""
    premium = setup.get("option_premium", DEFAULT_PREMIUM)
    confidence = setup.get("confidence", DEFAULT_CONFIDENCE)
    sizing = calculate_optimal_position_size(
        account_size, risk_percent, confidence, premium, _max_loss_per_contract(setup, premium)
    )
    return {
        "title": f"Position size: {setup.get('strategy', 'Unknown')}",
        "sizing": sizing,
        "metrics": [
            {"label": "📦 Contracts", "value": f"{sizing['num_contracts']}"},
            {"label": "💵 Capital Required", "value": f"${sizing['premium_outlay']:,.0f}"},
            {"label": "⚠️ Max Risk", "value": f"${sizing['total_risk']:,.0f}"},
            {"label": "📊 Account Risk %", "value": f"{sizing['risk_pct_of_account']:.2f}%"},
        ],
        "explanation": _explanation(sizing, account_size, risk_percent, confidence),
        "chart": create_risk_reward_chart(setup, sizing, key_suffix),
    }


def create_risk_reward_chart(
    setup: Mapping[str, Any], sizing: Mapping[str, Any], key_suffix: str = ""
) -> dict[str, Any]:
    """Return the bars of loss, break-even, first target and full profit, dollars, as a Plotly figure and its key."""
    risk = sizing["total_risk"]
    profit = risk * setup.get("risk_reward", DEFAULT_RISK_REWARD)
    values = [-risk, 0, profit * 0.5, profit]
    bars = {
        "type": "bar",
        "x": ["Max Loss", "Break Even", "Target 1", "Max Profit"],
        # A chart goes to the browser as JSON, which has no infinities.
        "y": [value if math.isfinite(value) else None for value in values],
        "marker": {"color": ["red", "gray", "lightgreen", "green"]},
        "text": [f"${value:,.0f}" for value in values],
        "textposition": "outside",
    }
    zero_line = {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": 0,
        "y1": 0,
        "line": {"dash": "dash", "color": "white", "width": 1},
    }
    layout = {
        "template": "plotly_dark",
        "title": {"text": f"Risk and reward of {sizing['num_contracts']} contract(s)"},
        "yaxis": {"title": {"text": "Profit or loss ($)"}},
        "height": 450,
        "margin": {"t": 80, "b": 60, "l": 60, "r": 60},
        "showlegend": False,
        "shapes": [zero_line],
    }
    key = f"risk_reward_chart_{key_suffix}" if key_suffix else "risk_reward_chart"
    return {"key": key, "figure": {"data": [bars], "layout": layout}}


def position_size_controls(
    stored: Mapping[str, float] | None = None, entered: Mapping[str, float] | None = None
) -> dict[str, Any]:
    """Return the two sizing inputs with their limits, the values in force and the dollars they put at risk.

    stored: the trader's `account_size` (dollars) and `risk_per_trade` (percent) from before. entered: new values.
    """
    stored, entered = stored or {}, entered or {}
    account = stored.get("account_size", DEFAULT_ACCOUNT)
    percent = float(stored.get("risk_per_trade", DEFAULT_RISK_PERCENT))
    values = {
        "account_size": entered.get("account_size", account),
        "risk_per_trade": entered.get("risk_per_trade", percent),
    }
    return {
        "inputs": {
            "account_size": {"min_value": 1000, "max_value": 10000000, "value": account, "step": 1000},
            "risk_per_trade": {"min_value": 0.5, "max_value": 5.0, "value": percent, "step": 0.5},
        },
        "values": values,
        "caption": f"At risk per trade: ${values['account_size'] * values['risk_per_trade'] / 100:,.2f}",
    }


def kelly_criterion(
    win_rate_percent: float = 65, average_win: float = 1000.0, average_loss: float = 400.0
) -> dict[str, Any]:
    """Return full and half Kelly in percent of the account, as shown, and whether full Kelly is aggressive.

    Deliberate (core Q18): a negative edge, no wins or no losses give 0, so `no_edge` is never true; the warning
    compares the binary value, so 40 % at 2:1 warns and 25 % at 5:1 does not.
    """
    win, lose = win_rate_percent / 100, (100 - win_rate_percent) / 100
    odds = average_win / average_loss if average_loss > 0 else 0
    kelly = (odds * win - lose) / odds if odds > 0 else 0
    percent = max(0, min(kelly * 100, 100))
    return {
        "full_kelly_percent": percent,
        "half_kelly_percent": percent / 2,
        "full_kelly_text": f"{percent:.1f}%",
        "half_kelly_text": f"{percent / 2:.1f}%",
        "warning": percent > AGGRESSIVE_KELLY_PERCENT,
        "no_edge": percent < 0,
    }


def _explanation(sizing: Mapping[str, float], account_size: float, risk_percent: float, confidence: float) -> list[str]:
    """Return how the risk budget comes about, and that the least size exceeds it where it does."""
    budget, risk = sizing["adjusted_risk_amount"], sizing["total_risk"]
    lines = [
        f"Base risk ${sizing['base_risk_amount']:,.0f}: {risk_percent}% of the ${account_size:,.0f} account.",
        f"Confidence {confidence}% scales it by {sizing['confidence_multiplier']:.2f}x.",
        f"Risk budget of this trade: ${budget:,.0f}. The surer the setup, the larger the size.",
    ]
    if sizing["num_contracts"] == 1 and risk > budget:
        lines.append(f"One contract, the least there is, risks ${risk:,.0f}: more than the budget.")
    return lines


def _max_loss_per_contract(setup: Mapping[str, Any], premium: float) -> float:
    """Return the number in the text of `max_risk`, dollars, or the premium of a contract where it has none."""
    if "max_risk" in setup:
        try:
            return float(str(setup["max_risk"]).replace("$", "").replace(",", ""))
        except ValueError:
            return premium * CONTRACT_SIZE
    return premium * CONTRACT_SIZE
