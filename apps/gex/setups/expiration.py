"""The expiration that fits a setup's wanted days, as the old program chose and coloured it (legacy pages, W-30)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from alphagex import clock
from apps.market.tickers import EngineClock
from legacy_engines.options.expirations import add_expiration_to_setup, get_time_until_expiration

_TONES = {"🔴": "loss", "🟡": "warn", "🟢": "gain", "🔵": "act"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Expiration:
    """day: the session it expires on. text: `Nov 27 (9 DTE)`. tone: of a pill, by the days left."""

    day: date
    text: str
    more: str
    tone: str


def expiration_of(setup: Mapping[str, Any], *, at: datetime) -> Expiration:
    """Return the expiration for the days named in `best_time` or, in a plan's setup, in `expiration`; else a week."""
    wanted = setup.get("best_time") or setup.get("expiration", "")
    found = add_expiration_to_setup({"strategy": setup["strategy"], "best_time": wanted}, clock=EngineClock(at))
    friday = found["expiration_date"].date()
    day = clock.session_on_or_before(friday).day
    more = [found["expiration_type"].partition(" (")[0], _left(day, at)]
    if day != friday:
        # The engine knows no holidays: on Good Friday the week's options expire on Thursday.
        more.append(f"no session that day, expires {day:%b %d}")
    return Expiration(day=day, text=found["expiration_display"], more=", ".join(more), tone=_TONES[found["exp_color"]])


def _left(day: date, at: datetime) -> str:
    """Return the time until the options stop trading: the engine's words, counted to the close and not to midnight."""
    closes = clock.session_on_or_before(day).closes.replace(tzinfo=None)
    left = get_time_until_expiration(closes, clock=EngineClock(at))
    return left.lower() if left == "Expired" else f"{left} left"
