"""What to trade on today's gamma impact."""

from __future__ import annotations


def daily_strategies(level: str, *, impact_pct: float, day_name: str) -> list[dict[str, str]]:
    """Return the strategies of a risk level.

    impact_pct: percent of open gamma that expires on day_name, the day that stands for today (Monday at weekends).
    """
    share = f"{impact_pct:.0f}%"
    if level == "EXTREME":
        return [fade_the_close(share, day_name), straddle_into_expiration(share, day_name)]
    if level == "ELEVATED":
        return [selective_directional(share, day_name)]
    return [avoid_directional(share, day_name)]


def fade_the_close(share: str, day_name: str) -> dict[str, str]:
    """Return the overnight directional trade for a day that takes most of the support away."""
    return {
        "name": "Fade the Close",
        "priority": "HIGH",
        "description": "Buy directional options at 3:45pm, sell them next morning, when less gamma holds price back.",
        "strike": "First strike out of the money in the direction of the trend, about 0.4 delta",
        "expiration": "0DTE or 1DTE",
        "entry_time": f"{day_name}, 3:45pm",
        "exit_time": "Next morning, into the opening gap",
        "risk": "30% stop loss",
        "position_size": "2-3% account risk",
        "rationale": (
            f"The session after {day_name} opens without {share} of the gamma open now. With that much less dealer "
            "hedging, moves run further and revert less."
        ),
    }


def straddle_into_expiration(share: str, day_name: str) -> dict[str, str]:
    """Return the long-volatility trade over the expiration."""
    return {
        "name": "ATM Straddle into Expiration",
        "priority": "MEDIUM",
        "description": "Own volatility rather than a direction: hold both sides through the expiration.",
        "strike": "ATM call and ATM put, about 0.5 delta each",
        "expiration": "1DTE or 2DTE",
        "entry_time": f"{day_name}, 3:30pm",
        "exit_time": "Next morning, on a gap or the first fast move",
        "risk": "Defined (premium paid)",
        "position_size": "1-2% account risk",
        "rationale": (
            f"{share} of the gamma that damps price is gone after {day_name}'s close. The regime shifts between two "
            "sessions, and a straddle is paid whichever way price leaves the vacuum."
        ),
    }


def selective_directional(share: str, day_name: str) -> dict[str, str]:
    """Return the trade for a meaningful, not extreme, loss of gamma."""
    return {
        "name": "Selective Directional",
        "priority": "MEDIUM",
        "description": "Trade a direction only with a clear trend and a technical setup that confirms it.",
        "strike": "0.4-0.5 delta in the direction of the trend",
        "expiration": "1DTE",
        "entry_time": f"{day_name} afternoon, and only when a setup shows",
        "exit_time": "Next day, at 20-30% profit",
        "risk": "25% stop loss",
        "position_size": "1-2% account risk",
        "rationale": (
            f"{share} of the gamma still open expires on {day_name}: enough to loosen price, not enough to set it "
            "free. Wait for confirmation before paying for direction."
        ),
    }


def avoid_directional(share: str, day_name: str) -> dict[str, str]:
    """Return the advice for a day that leaves most gamma in place."""
    return {
        "name": "Avoid Directional Trades",
        "priority": "LOW",
        "description": "Gamma stays strong and price tends back to its mean: buying direction fights the hedgers.",
        "strike": "N/A",
        "expiration": "N/A",
        "entry_time": f"Do not enter on {day_name}",
        "exit_time": "N/A",
        "risk": "N/A",
        "position_size": "0% (no trade)",
        "rationale": (
            f"Only {share} of the gamma still open expires on {day_name}. Dealers keep hedging: expect a range, not a "
            "trend."
        ),
    }
