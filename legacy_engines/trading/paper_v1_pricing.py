"""What a setup's words mean for the first paper engine: time to expiry, option side, strike, size."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from legacy_engines.options.pricing import BlackScholesPricer
from legacy_engines.ports import Clock, local_now

RISK_FREE_RATE: Final = 0.045
VOLATILITY: Final = 0.25
"""Annual; the engine prices every option with it, whatever the market implies."""

CONTRACT_SIZE: Final = 100
DAYS_A_YEAR: Final = 365
FRIDAY: Final = 4
FRIDAY_CLOSE_HOUR: Final = 16
MOST_CONTRACTS: Final = 10
CREDIT_ESTIMATE: Final = 200.0
PLAIN_ESTIMATE: Final = 300.0
PREMIUM_FLOOR: Final = 100
"""US dollars per contract: estimates for credit trades and for actions without a side; the least to divide by."""


def get_next_expiration(dte_target: float, *, clock: Clock) -> datetime:
    """Return the Friday nearest to what the days to expiry ask for, as local time that keeps the time of day.

    Up to 7 days: this Friday, on a Friday from 16:00 the next one. Up to 14: the Friday after this week's.
    Beyond: the third Friday of the next calendar month.
    """
    now = local_now(clock)
    to_friday = (FRIDAY - now.weekday()) % 7
    if dte_target <= 7:
        too_late = to_friday == 0 and now.hour >= FRIDAY_CLOSE_HOUR
        return now + timedelta(days=7 if too_late else to_friday)
    if dte_target <= 14:
        return now + timedelta(days=to_friday + 7)
    first = now.replace(year=now.year + now.month // 12, month=now.month % 12 + 1, day=1)
    return first + timedelta(days=(FRIDAY - first.weekday()) % 7 + 14)


def parse_dte_from_strategy(strategy_name: str, best_time: str | None = None) -> int:
    """Return the days to expiry that `best_time` names ("7-14 DTE" is 10), or those usual for the strategy's name."""
    named = _named_days(best_time) if best_time and "DTE" in best_time else None
    if named is not None:
        return named
    name = strategy_name.upper()
    if "SQUEEZE" in name:
        return 5
    return 10 if "IRON CONDOR" in name or "SPREAD" in name else 7


def _named_days(text: str) -> int | None:
    for word in text.split():
        if "-" in word:
            middle = _middle_of_range(word)
            if middle is not None:
                return middle
        elif word.isdigit():
            return int(word)
    return None


def _middle_of_range(word: str) -> int | None:
    try:
        low, high = (int(part) for part in word.split("-"))
        return int((low + high) / 2)
    except (ValueError, OverflowError):
        return None


def option_side(action: str) -> str | None:
    """Return call or put by the first of them found in the action, None when it names neither."""
    upper = action.upper()
    return "call" if "CALL" in upper else "put" if "PUT" in upper else None


def strike_in(action: str, fallback: float) -> float:
    """Return the first number among the words of an action, else (also for one like `5.8.0`) the fallback."""
    for word in action.split():
        if word.replace(".", "").isdigit():
            try:
                return float(word)
            except ValueError:
                return fallback
    return fallback


def model_price(
    spot: float, strike: float, dte: int, option_type: str, *, default: float, pricer: BlackScholesPricer
) -> float:
    """Return the Black-Scholes price per share, `default` where the pricer gives none (a zero strike)."""
    quote = pricer.calculate_option_price(spot, strike, dte / DAYS_A_YEAR, VOLATILITY, option_type)
    price: float = quote.get("price", default)
    return price


def estimated_premium(setup: Mapping[str, Any], spot: float, pricer: BlackScholesPricer) -> float:
    """Return what one contract of the setup is taken to cost or bring, in US dollars."""
    strategy, action = setup.get("strategy", ""), setup.get("action", "")
    name = strategy.upper()
    if "IRON CONDOR" in name or "SPREAD" in name:
        return CREDIT_ESTIMATE
    side = option_side(action)
    if side is None:
        return PLAIN_ESTIMATE
    dte = parse_dte_from_strategy(strategy, setup.get("best_time"))
    return model_price(spot, strike_in(action, spot), dte, side, default=3.0, pricer=pricer) * CONTRACT_SIZE


def contracts_for(budget: float, premium: float, confidence: float) -> int:
    """Return how many contracts a budget buys: 1 to 10, then cut to 75 % below confidence 80, to half below 70.

    budget, premium: US dollars, premium per contract. A NaN premium is a ValueError.
    """
    # Deliberate (trading Q-9): at least one contract, also with no capital left. NaN must stay first in max().
    affordable = int(budget / max(premium, PREMIUM_FLOOR))
    quantity = max(1, min(affordable, MOST_CONTRACTS))
    if confidence >= 80:
        return quantity
    return max(1, int(quantity * (0.75 if confidence >= 70 else 0.5)))


def marked_premium(position: Mapping[str, Any], spot: float, dte: int, pricer: BlackScholesPricer) -> float:
    """Return what one share of an open position is worth now. dte: whole days left, never negative."""
    side, premium = position["option_type"], position["entry_premium"]
    if side in ("call", "put") and dte > 0:
        return model_price(spot, position["strike"], dte, side, default=premium, pricer=pricer)
    if side == "spread":
        # Deliberate (trading 6.2): a spread is worth a share of its entry premium, by how far spot has moved.
        move = (spot - position["entry_spot_price"]) / position["entry_spot_price"]
        return float(premium * (0.7 if abs(move) < 0.02 else 0.5))
    if side == "call":
        return max(0.0, float(spot - position["strike"]))
    return max(0.0, float(position["strike"] - spot)) if side == "put" else 0.0


def exit_decision(percent: float, dte: int, entry_gex: float, gex: float) -> str:
    """Return why an open position that neither hit target nor stop is closed, or an empty text to hold it.

    percent: profit in % of the entry value. dte: whole days to the midnight that begins the expiry day (trading Q-6).
    """
    if dte <= 1:
        return f"Expiration is near or past: {dte} DTE, counted to the start of the expiry day"
    if (entry_gex > 0 and gex < 0) or (entry_gex < 0 and gex > 0):
        return "GEX flip: dealer gamma has changed sign since entry"
    if dte >= 7 and percent >= 20:
        return f"Early profit of {percent:+.1f}% taken with {dte} DTE left"
    return ""
