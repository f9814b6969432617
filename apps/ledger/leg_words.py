"""A position's legs in one line: the expiration once where all share it."""

from collections.abc import Sequence

from apps.ledger.models import Leg
from apps.market.templatetags.numbers import signed, strike


def in_one_line(legs: Sequence[Leg]) -> str:
    """Return `−1 655 call, +1 665 call · 27 Nov 2026`."""
    days = {leg.expiration for leg in legs}
    day = days.pop() if len(days) == 1 else None
    parts = [_leg(leg, with_day=day is None) for leg in legs]
    return ", ".join(parts) + (f" · {day:%-d %b %Y}" if day else "")


def _leg(leg: Leg, *, with_day: bool) -> str:
    if leg.strike is None or leg.expiration is None:
        return (
            "shares" if leg.ratio == 1 else "shares sold short" if leg.ratio == -1 else f"{signed(leg.ratio, 0)} shares"
        )
    words = f"{signed(leg.ratio, 0)} {strike(leg.strike)} {leg.kind}"
    return f"{words} {leg.expiration:%-d %b %Y}" if with_day else words
