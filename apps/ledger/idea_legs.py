"""The contracts an idea stands for."""

from datetime import date
from decimal import Decimal

from alphagex import clock
from apps.ideas.idea import Idea
from apps.ledger.pricing import as_stored
from apps.ledger.tickets import LegKind, LegTicket


def legs_of_idea(idea: Idea) -> tuple[LegTicket, ...]:
    """Return the legs an idea names, () where it names none or not all of their expirations."""
    legs = []
    for each in idea.legs:
        day = each.expiration or idea.expiration
        if day is None:
            return ()
        legs.append(leg(each.option_type, each.quantity, each.strike, listed_day(day)))
    return tuple(legs)


def leg(kind: LegKind, ratio: int, strike: float, day: date) -> LegTicket:
    """Return an option leg. strike: points, as engines have it."""
    return LegTicket(kind=kind, ratio=ratio, strike=as_stored(Decimal(repr(float(strike)))), expiration=day)


def listed_day(day: date) -> date:
    """Return the day on which the options of a Friday expire: that Friday, or the session before a holiday."""
    return clock.session_on_or_before(day).day
