"""What a form sends, and positions to look at."""

from decimal import Decimal
from itertools import count
from typing import Any

import msgspec

from apps.ledger.models import Account, Position
from apps.ledger.opening import Terms, open_position
from tests.ledger.market import EXPIRATION, leg, ticket
from tests.moments import OPEN_MARKET

_numbers = count()
CALL = ticket(leg("call", 600), quantity=2)


def form(**changes: str) -> dict[str, str]:
    """Return what the form sends for two calls at the quotes."""
    usual = {
        "key": f"key{next(_numbers)}", "symbol": "SPY", "structure": "call", "side": "buy",
        "expiration": EXPIRATION.isoformat(), "strike": "600", "quantity": "2", "basis": "quotes",
    }  # fmt: skip
    return usual | changes


def held(account: Account, wanted: Any = CALL, *, price: str = "10.1", **changes: Any) -> Position:
    """Open a position at a stated price, each leg at the same."""
    found = msgspec.structs.replace(wanted, **changes)
    prices = [Decimal(price)] * len(found.legs)
    order = open_position(
        account, found, at=OPEN_MARKET, by=account.owner, key=f"held{next(_numbers)}", terms=Terms(prices=prices)
    )
    assert order.position is not None
    return order.position


def text_of(answer: Any) -> str:
    """Return a page's text with single spaces."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return " ".join(content.decode().split())
