"""Trades with the result a test asks for, made through the ledger."""

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import msgspec

from apps.journal.models import JournalEntry
from apps.ledger.closing import close_position
from apps.ledger.models import Account, Position
from apps.ledger.opening import Terms, open_position
from apps.ledger.tickets import LegTicket, Ticket
from tests.ledger.market import EXPIRATION
from tests.moments import OPEN_MARKET

_numbers = count()
ENTRY = Decimal(10)  # USD per share paid


def opened(account: Account, *, at: datetime = OPEN_MARKET, notes: str = "", **changes: Any) -> Position:
    """Open a long call for $1,000 at a stated price."""
    leg = LegTicket(kind="call", ratio=1, strike=Decimal(600), expiration=EXPIRATION)
    plain = Ticket(symbol="SPY", strategy="Long Call", legs=(leg,), quantity=1, notes=notes)
    wanted = msgspec.structs.replace(plain, **changes)
    order = open_position(
        account, wanted, at=at, by=account.owner, key=f"open-{next(_numbers)}", terms=Terms(prices=[ENTRY])
    )
    assert order.position is not None, order.refusal
    return order.position


def closed(position: Position, pnl: float = 100, *, at: datetime, reason: str = "") -> JournalEntry:
    """Close a position of one leg with so many dollars of profit, and return its entry."""
    price = ENTRY + Decimal(str(pnl)) / (100 * position.quantity)
    close_position(
        position,
        at=at,
        by=position.account.owner,
        key=f"close-{next(_numbers)}",
        terms=Terms(prices=[price]),
        reason=reason,
    )
    return JournalEntry.objects.get(position=position)


def traded(
    account: Account, pnl: float = 100, *, at: datetime = OPEN_MARKET, hours: float = 2, **changes: Any
) -> JournalEntry:
    """Return the entry of a trade closed at `at` after so many hours."""
    return closed(opened(account, at=at - timedelta(hours=hours), **changes), pnl, at=at)
