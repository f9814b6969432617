"""When a position is closed: hard stop and expiry first, then the adviser, and rules where nobody advises."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

HARD_STOP_PERCENT: Final = -50
PROFIT_PERCENT: Final = 40
STOP_PERCENT: Final = -30
LAST_DAYS: Final = 1

Exit = tuple[bool, str]
"""(close now, why); a position to hold has an empty reason."""

STAY: Final[Exit] = (False, "")


def hard_stop(pnl_percent: float) -> Exit:
    """Return the exit at half of the entry value lost. A NaN holds."""
    if pnl_percent <= HARD_STOP_PERCENT:
        return True, f"Hard stop: the position stands at {pnl_percent:.1f}%"
    return STAY


def expired(dte: int) -> Exit:
    """Return the exit when no whole day is left before the expiry day."""
    return (True, f"Expiration: {dte} days to the expiry day") if dte <= 0 else STAY


def advised(reason: str) -> Exit:
    """Return the exit a model asked for, in its own words."""
    return True, f"AI exit: {reason}"


def fallback_exit(entry_net_gex: float, pnl_percent: float, dte: int, net_gex: float) -> Exit:
    """Return the exit by rules: profit, stop, last day, then a change of sign of net GEX (US dollars) since entry.

    Zero on either side is no change; None raises TypeError once the last rule is reached.
    """
    if pnl_percent >= PROFIT_PERCENT:
        return True, f"Profit taken at {pnl_percent:+.1f}%"
    if pnl_percent <= STOP_PERCENT:
        return True, f"Stop loss at {pnl_percent:.1f}%"
    if dte <= LAST_DAYS:
        return True, f"Expiring: {dte} days left"
    if (entry_net_gex > 0 and net_gex < 0) or (entry_net_gex < 0 and net_gex > 0):
        return True, "GEX flip: dealers have changed sides since the entry"
    return STAY


def fallback_exit_of(position: Mapping[str, Any], pnl_percent: float, dte: int, gex: Mapping[str, Any]) -> Exit:
    """Return the exit by rules for a stored position and a GEX answer (`net_gex`, default 0)."""
    return fallback_exit(position["entry_net_gex"], pnl_percent, dte, gex.get("net_gex", 0))
