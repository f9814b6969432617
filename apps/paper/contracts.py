"""Which contracts a trade of the engines stands for."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from apps.ledger.idea_legs import leg, listed_day
from apps.ledger.tickets import LegKind, LegTicket
from legacy_engines.trading.daily_finder import SPREAD_WIDTH

WING_WIDTH = SPREAD_WIDTH
"""Points from a condor's shorts to its wings. The finder says "buy wings beyond them" and names none; its own
spreads are as wide."""

_STRIKE = re.compile(r"[CP](\d{8})$")


def legs_of_daily(trade: Mapping[str, Any]) -> tuple[LegTicket, ...]:
    """Return the legs of the daily finder's trade: one option, a vertical, or a condor with its wings."""
    day = date.fromisoformat(trade["expiration_str"])
    if "call_short_strike" in trade:
        call, put = trade["call_short_strike"], trade["put_short_strike"]
        sides: Sequence[tuple[LegKind, int, float]] = (
            ("call", -1, call),
            ("call", 1, call + WING_WIDTH),
            ("put", -1, put),
            ("put", 1, put - WING_WIDTH),
        )
        return tuple(leg(kind, ratio, strike, day) for kind, ratio, strike in sides)
    kind: LegKind = "call" if trade["option_type"] == "call" else "put"
    bought = leg(kind, 1, _listed_strike(trade), day)
    if trade.get("short_strike") is None:
        return (bought,)
    return bought, leg(kind, -1, trade["short_strike"], day)


def leg_of_model_priced(row: Mapping[str, Any]) -> LegTicket:
    """Return the one contract that stands for a position of the first engine.

    The engine prices a spread or condor as one package and names no strikes of its legs: such a one is kept as a call
    of the package's price and is never quoted.
    """
    kind: LegKind = "put" if row["option_type"] == "put" else "call"
    return leg(kind, 1, row["strike"], listed_day(date.fromisoformat(row["expiration_date"])))


def in_words(legs: Sequence[LegTicket]) -> list[str]:
    """Return each leg as `+1 18 Dec 2026 600 call`."""
    return [f"{each.ratio:+d} {each.name}" for each in legs]


def _listed_strike(trade: Mapping[str, Any]) -> float:
    """Return the strike whose quote the engine took: the listed one nearest to what it asked for."""
    found = _STRIKE.search(trade.get("contract_symbol") or "")
    return int(found[1]) / 1000 if found else float(trade["strike"])
