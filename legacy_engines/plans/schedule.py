"""The hours of a trading day, the rules for risk and exits, and what to do right now."""

from __future__ import annotations

from typing import Any

WEDNESDAY = "Wednesday"


def intraday_schedule(day: str, net_gex: float, spot: float, flip: float, regime: dict[str, Any]) -> dict[str, str]:
    """Return what each part of the session is for, in display order. Only the weekday's exact name matters."""
    wednesday = day == WEDNESDAY
    return {
        "9:00-9:30 AM": "PRE-MARKET - mark flip and walls, note the overnight gap, send no orders yet",
        "9:30-10:00 AM": "OPENING BELL - let the opening range form and see which side of the flip price takes",
        "10:00-11:30 AM": "MORNING SESSION - the best window: enter what has confirmed, with its stop in place",
        "11:30 AM-2:00 PM": "LUNCH DOLDRUMS - volume dries up; manage what is open and start nothing new",
        "2:00-3:00 PM": (
            "CRITICAL HOUR - start closing directionals, sell into strength"
            if wednesday
            else "AFTERNOON - second chance for entries if the morning levels held"
        ),
        "3:00-4:00 PM": (
            "MANDATORY EXIT - every directional is closed by 3PM, winners and losers alike"
            if wednesday
            else "POWER HOUR - moves toward the walls speed up; take profits, do not open size"
        ),
        "AFTER HOURS": "Review every trade, write down what worked and set alerts at tomorrow's levels",
    }


def risk_rules(day: str, regime: dict[str, Any]) -> dict[str, str]:
    """Return the limits of the day. Only the weekday's exact name matters."""
    return {
        "position_size": "2-5% of capital per trade, 3% on average",
        "max_portfolio_risk": "15% of capital at risk at any time",
        "stop_loss_rule": "ALWAYS USE STOPS - place the stop with the entry and never widen it",
        "directional_stops": "Exit on a break of the flip or at -50% of the premium, whichever comes first",
        "premium_stops": "Exit at -100% of the credit received",
        "wednesday_rule": "Directionals are closed by 3PM on Wednesday, whatever they show",
        "max_trades_per_day": "5" if day in ("Monday", "Tuesday") else "3",
        "profit_taking": "Sell 50% at target 1, another 25% at target 2 and let the last 25% run",
    }


def exit_rules(day: str) -> dict[str, str]:
    """Return when each kind of position is closed."""
    return {
        "directional_longs": "Sell 50% at the flip, 25% at the call wall and trail the last 25%",
        "iron_condors": "Close at 50% of the maximum profit, or as soon as a short strike is threatened",
        "credit_spreads": "Close at 50% of the credit; roll when the short strike is tested",
        "calendar_spreads": "Close at 25% profit, or when the front month has 2 days left",
        "emergency_exit": "When the reason for the trade is gone, exit at once and analyse afterwards",
        "wednesday_3pm": (
            "No directional position stays open past 3PM today"
            if day == WEDNESDAY
            else "Normal exits apply, there is no time stop today"
        ),
    }


def current_opportunity(hour: int, day: str, net_gex: float, spot: float, flip: float) -> str:
    """Return what to do at this hour of the Central clock.

    Deliberate (plans Q9): the hours are Central although the schedule reads as Eastern, the Wednesday exit lasts until
    midnight, and a weekend is a trading day.
    """
    if hour < 9:
        return "PREPARE - go through levels, news and open positions; no new entries yet"
    if hour == 9:
        return "READY - watch the first reaction at the flip and have orders prepared"
    if hour <= 11:
        return "EXECUTE - take the setups that have confirmed, each with its stop in place"
    if hour <= 13:
        return "PATIENCE - quiet trade makes false breaks; hold, adjust stops, wait"
    if day == WEDNESDAY:
        return "EXIT MODE - close directionals now, theta works against them from here"
    if hour == 15:
        return "POWER HOUR - late moves run to the walls; take profits and carry only what has a plan"
    if hour >= 16:
        return "REVIEW - journal the day and prepare tomorrow's levels"
    return "ACTIVE TRADING HOURS - follow the plan, look for a retest of flip or wall"
