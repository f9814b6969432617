"""How to trade the week, by how much of its gamma is gone on Friday."""

from __future__ import annotations

from legacy_engines.gamma.weekly.thresholds import WEEKLY_EVOLUTION

Strategy = dict[str, str]


def weekly_strategies(decay_pct: float, *, monday_pct: float, thursday_pct: float) -> dict[str, Strategy]:
    """Return the strategies by part of the week.

    decay_pct: percent of Monday's gamma gone on Friday; monday_pct, thursday_pct: percent still open on those mornings.
    """
    decay = f"{decay_pct:.0f}%"
    if decay_pct >= WEEKLY_EVOLUTION["high"]:
        return {
            "early_week": theta_farming(f"{monday_pct:.0f}%"),
            "late_week": delta_buying(f"{thursday_pct:.0f}%"),
            "size_management": dynamic_sizing(decay),
        }
    if decay_pct >= WEEKLY_EVOLUTION["moderate"]:
        return {"early_week": moderate_premium(decay), "late_week": cautious_end()}
    return {"all_week": standard_trading(decay)}


def theta_farming(monday: str) -> Strategy:
    """Return premium selling while gamma is at its strongest."""
    return {
        "name": "Aggressive Theta Farming (Mon-Wed)",
        "description": "Sell premium while the week's gamma is strong and price is held in its range.",
        "strategy_type": "Iron Condor or Credit Spreads",
        "strikes": "Short strikes at GEX levels, wings far out of the money at 0.15-0.20 delta",
        "expiration": "Friday (this week)",
        "entry_time": "Monday or Tuesday morning",
        "exit_time": "By the Wednesday close; take 50-60% of the credit when it is offered earlier",
        "position_size": "3-5% account risk per spread",
        "rationale": f"The week starts with {monday} of its gamma: hedging damps moves and time pays the seller.",
    }


def delta_buying(thursday: str) -> Strategy:
    """Return directional buying for the end of a week that keeps a fifth of its gamma or less for Friday."""
    return {
        "name": "Delta Buying (Thu-Fri)",
        "description": "Turn from selling premium to buying direction: as the gamma runs out, momentum carries.",
        "strategy_type": "Long Calls or Puts",
        "strikes": "ATM or first strike out of the money, 0.5-0.6 delta, in the direction of the Wednesday close",
        "expiration": "Next week (1 week DTE)",
        "entry_time": "Thursday morning",
        "exit_time": "Friday close, or hold a strong trend over the weekend",
        "position_size": "2-3% account risk",
        "rationale": (
            f"{thursday} of the week's gamma is still open on Thursday morning, at most a fifth is kept for Friday: "
            "then little is left that pulls price back."
        ),
    }


def dynamic_sizing(decay: str) -> Strategy:
    """Return position sizes that follow the gamma regime."""
    return {
        "name": "Dynamic Position Sizing",
        "description": "Let size follow the gamma regime: full while gamma is strong, smaller as it runs off.",
        "monday_tuesday": "100% of normal size",
        "wednesday": "75% of normal size",
        "thursday_friday": "50% of normal size",
        "rationale": f"{decay} of Monday's gamma is gone by Friday, so the same position carries more risk each day.",
    }


def moderate_premium(decay: str) -> Strategy:
    """Return premium selling in smaller size."""
    return {
        "name": "Moderate Premium Selling (Mon-Tue)",
        "description": "Sell premium early in the week, in smaller size and with tighter strikes.",
        "strategy_type": "Credit Spreads",
        "strikes": "Wings at 0.20-0.25 delta",
        "expiration": "Friday",
        "entry_time": "Monday morning",
        "exit_time": "Wednesday close",
        "position_size": "2-3% account risk",
        "rationale": f"{decay} of the week's gamma runs off: support early in the week, less of it after Wednesday.",
    }


def cautious_end() -> Strategy:
    """Return the quiet second half of a week of moderate decay."""
    return {
        "name": "Cautious Approach (Thu-Fri)",
        "description": "Reduce what is open or sit out the end of the week.",
        "strategy_type": "Close existing, minimal new trades",
        "strikes": "If at all, 0.5 delta",
        "expiration": "Next week",
        "entry_time": "Only on A+ setups",
        "exit_time": "Quick scalps, no holding for targets",
        "position_size": "1% account risk max",
        "rationale": "Gamma support is thinner but not gone: neither selling premium nor chasing moves has an edge.",
    }


def standard_trading(decay: str) -> Strategy:
    """Return the week whose decay stays below the moderate limit."""
    return {
        "name": "Standard Trading (All Week)",
        "description": "Trade as usual; the week's gamma does not favour one half over the other.",
        "strategy_type": "Any strategy",
        "strikes": "By normal technical analysis",
        "expiration": "Any",
        "entry_time": "When the setup shows",
        "exit_time": "At the setup's target",
        "position_size": "Normal sizing",
        "rationale": (
            f"{decay} of the gamma runs off by Friday, below the {WEEKLY_EVOLUTION['moderate']}% from which early and "
            "late week call for different trades."
        ),
    }
