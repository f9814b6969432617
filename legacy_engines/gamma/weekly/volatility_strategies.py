"""What to trade around the day that takes the most gamma away."""

from __future__ import annotations


def volatility_strategies(*, day_name: str, vol_pct: float) -> list[dict[str, str]]:
    """Return the three strategies. vol_pct: percent of the gamma still open that expires on the day."""
    share = f"{vol_pct:.0f}%"
    return [expiration_scalp(share, day_name), post_expiration(day_name), avoidance(share, day_name)]


def expiration_scalp(share: str, day_name: str) -> dict[str, str]:
    """Return the intraday straddle on the day itself."""
    return {
        "name": "Pre-Expiration Volatility Scalp",
        "priority": "HIGH",
        "description": "Own both sides while the day's gamma unwinds, and leave before the pin.",
        "strategy_type": "ATM Straddle",
        "strike": "ATM call and put, about 0.5 delta on both sides",
        "expiration": f"0DTE (expiring {day_name})",
        "entry_time": f"{day_name}, 10:00-11:00am",
        "exit_time": f"{day_name}, 2:00-3:00pm, in any case before 4pm",
        "risk": "Defined (premium paid)",
        "position_size": "2-3% account risk",
        "rationale": (
            f"{day_name} takes {share} of the gamma still open. Hedges are unwound through the day; leave before 4pm, "
            "when price can pin to a strike and the straddle decays to nothing."
        ),
    }


def post_expiration(day_name: str) -> dict[str, str]:
    """Return the directional trade opened on the eve of the day, for the moves its expiring gamma sets free."""
    return {
        "name": "Post-Expiration Directional Positioning",
        "priority": "MEDIUM",
        "description": "Take a direction before the gamma that pins price goes away.",
        "strategy_type": "Long Calls or Puts",
        "strike": "0.4-0.5 delta in the expected direction",
        "expiration": "1DTE or 2DTE",
        "entry_time": f"3:45pm on the session before {day_name}",
        "exit_time": "Next morning, at target",
        "risk": "30% stop loss",
        "position_size": "2% account risk",
        "rationale": f"As {day_name}'s gamma expires, its hedging stops holding price, and trends can explode.",
    }


def avoidance(share: str, day_name: str) -> dict[str, str]:
    """Return the choice to sit the day out."""
    return {
        "name": "The Avoidance Strategy",
        "priority": "LOW",
        "description": "Stay in cash through the day of highest risk.",
        "strategy_type": "Cash / Sidelines",
        "strike": "N/A",
        "expiration": "N/A",
        "entry_time": f"Close everything on the session before {day_name}",
        "exit_time": "Re-enter next Monday, when a new week's gamma is on the board",
        "risk": "0% (no positions)",
        "position_size": "0% (cash)",
        "rationale": (
            f"{share} of the open gamma goes on {day_name}. If moves of that kind do not suit the account, sitting "
            "out costs nothing."
        ),
    }
