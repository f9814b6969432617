"""Which symbols have options that expire on which weekdays, as the old tracker's table had it (C-6)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from legacy_engines.screens.trading_day import CENTRAL

_EVERY_DAY: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
EXPIRATION_DAYS: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(("SPY", "QQQ", "IWM", "SPX", "XSP"), _EVERY_DAY),
    "DIA": ("Monday", "Wednesday", "Friday"),
    **dict.fromkeys(("EEM", "TLT", "GLD", "SLV"), ("Friday",)),
}


def expiration_days(symbol: str) -> tuple[str, ...]:
    """Return the weekdays on which options of `symbol` expire, empty for symbols the tracker did not know."""
    return EXPIRATION_DAYS.get(symbol, ())


def is_expiration_day(symbol: str, now: datetime) -> bool:
    """Return whether the Central weekday of `now` is one of them. Holidays are not looked at."""
    return f"{now.astimezone(CENTRAL):%A}" in expiration_days(symbol)
