"""Settling what has expired: in cash, at the underlying's newest price known by the close of the expiration's day.

Every account is settled here, in one pass of the worker, but for those at model prices: their model closes them, on
the same days and prices (`due`, `closing_spot`).
"""

from collections.abc import Collection, Iterator
from datetime import date, datetime
from decimal import Decimal
from functools import cache

import structlog

from alphagex import clock
from apps.ledger.closing import settle_expired
from apps.ledger.models import Account, Leg, Position
from apps.market.models import Snapshot

log = structlog.get_logger(__name__)
AT_QUOTED_PRICES = (Account.Kind.OWN, Account.Kind.PAPER, Account.Kind.AUTONOMOUS)


def settle_due(kinds: Collection[Account.Kind] = AT_QUOTED_PRICES, *, at: datetime) -> list[Position]:
    """Settle positions of these kinds of accounts whose expiration has closed; return those settled. Safe to repeat.

    Without a price of that day a position waits: it says so itself, and its owner can settle it at a stated price.
    """
    settled = []
    spot_of = cache(closing_spot)  # many positions hang on one symbol and day
    for position, expiration in due(kinds, at=at):
        spot = spot_of(position.symbol, expiration)
        if spot is None:
            say_why_it_waits(position, expiration)
        elif settle_expired(position, expiration, spot, at=at) is not None:
            settled.append(position)
    return settled


def due(kinds: Collection[Account.Kind], *, at: datetime) -> Iterator[tuple[Position, date]]:
    """Yield open positions with legs whose expiration has closed, each with the latest such expiration."""
    today = clock.in_new_york(at).date()
    legs = Leg.objects.filter(position__account__kind__in=kinds, open_quantity__gt=0, expiration__lte=today)
    seen: set[int] = set()
    for leg in legs.select_related("position__account__owner").order_by("-expiration", "position_id", "number"):
        if leg.position_id in seen or leg.expiration is None:
            continue
        if has_closed(leg.expiration, at):
            seen.add(leg.position_id)
            yield leg.position, leg.expiration


def has_closed(expiration: date, at: datetime) -> bool:
    """Return whether options of a day have stopped trading."""
    return at >= clock.session_on_or_before(expiration).closes


def closing_spot(symbol: str, expiration: date) -> Decimal | None:
    """Return the newest price known by the close of the expiration's session, None where none of it was seen."""
    session = clock.session_on_or_before(expiration)
    known = Snapshot.objects.filter(symbol=symbol, as_of__gte=session.opens, as_of__lte=session.closes)
    newest = known.order_by("-as_of", "-seq").first()
    return newest.spot if newest else None


def say_why_it_waits(position: Position, day: date) -> None:
    """Let a position say that it cannot be settled yet; the log says it once."""
    why = f"Expired on {day:%-d %b %Y}, but no price of {position.symbol} of that day is known. Settle it by hand."
    if position.mark_problem != why:
        log.warning("not_settled", position=position.pk, expiration=str(day))
        Position.objects.filter(pk=position.pk, status=Position.Status.OPEN).update(mark_problem=why)
