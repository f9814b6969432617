"""What legs cost now, and at what price an order is filled by the account's fill model.

Fill models: "mid" takes the mid of bid and ask; "spread" goes from the mid towards the worse side by a share of the
spread that shrinks with the number of legs (1: 25 %, 2: 16 %, 3: 6 %, 4 and more: 3 %), because a spread order is
worked as a whole. A leg nobody bids for is sold at 0 and bought by the same rule from a bid of 0.
No quote, and a stale, locked or crossed one, fills nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, Protocol

from apps.ledger.models import Account
from apps.market.budget import Priority
from apps.market.models import Snapshot
from apps.market.quotes import OptionQuote, QuoteBook

SHARES_OF_SPREAD = {1: Decimal("0.25"), 2: Decimal("0.16"), 3: Decimal("0.06")}
SHARE_OF_MANY = Decimal("0.03")
_KEPT = Decimal("0.000001")
Side = Literal["buy", "sell"]


class NoFillError(Exception):
    """An order that is not filled now. The message says why, for people."""


class Contract(Protocol):
    """What is to be priced: a leg of a ticket or of a position."""

    @property
    def kind(self) -> str: ...
    @property
    def strike(self) -> Decimal | None: ...
    @property
    def expiration(self) -> date | None: ...
    @property
    def root(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LegQuote:
    """One leg's market. mark: USD per share, None when it cannot be said; problem: why it fills nothing, or empty."""

    bid: Decimal | None = None
    ask: Decimal | None = None
    mark: Decimal | None = None
    iv: float | None = None
    quoted_at: datetime | None = None
    source: str = ""
    truth: str = ""
    problem: str = ""


def quote_legs(
    symbol: str, legs: Iterable[Contract], *, at: datetime, priority: Priority = Priority.PERSON
) -> list[LegQuote]:
    """Return the newest known quote of each leg; what is missing or old is asked for and comes later."""
    book = QuoteBook(symbol, at=at, priority=priority)
    return [quote_leg(book, leg, at=at) for leg in legs]


def quote_leg(book: QuoteBook, leg: Contract, *, at: datetime) -> LegQuote:
    """Return the newest known quote of a leg from a book at hand."""
    if leg.kind == "stock" or leg.expiration is None or leg.strike is None:
        return _shares(book.symbol, at)
    side: Literal["call", "put"] = "call" if leg.kind == "call" else "put"
    return of_option(book.quote(leg.expiration, leg.strike, side, root=leg.root))


def fill_prices(quotes: Sequence[LegQuote], sides: Sequence[Side], *, fill_model: str) -> list[Decimal]:
    """Return the price of each leg by the fill model. Raises NoFillError where a leg has no usable market."""
    problems = [quote.problem for quote in quotes if quote.problem]
    if problems:
        raise NoFillError(" ".join(dict.fromkeys(problems)))
    share = Decimal(0)
    if fill_model == Account.FillModel.SPREAD:
        share = SHARES_OF_SPREAD.get(len(quotes), SHARE_OF_MANY)
    return [as_stored(_filled(quote, side, share)) for quote, side in zip(quotes, sides, strict=True)]


def as_stored(price: Decimal) -> Decimal:
    """Return a price as the ledger keeps it, so that what is computed from it is computed from what is kept."""
    return price.quantize(_KEPT)


def of_option(quote: OptionQuote) -> LegQuote:
    """Return an option's quote as a leg's: a mark wherever bid and ask, or the ask alone, name a mid."""
    bid, ask = quote.bid or Decimal(0), quote.ask
    has_mid = quote.status in ("ok", "locked", "no_bid") and ask is not None
    is_usable = quote.status in ("ok", "no_bid") and not quote.is_stale
    return LegQuote(
        bid=quote.bid,
        ask=ask,
        mark=as_stored((bid + ask) / 2) if has_mid and ask is not None else None,
        iv=quote.iv,
        quoted_at=quote.as_of,
        source=quote.source,
        truth=quote.truth,
        problem="" if is_usable else quote.reason,
    )


def _shares(symbol: str, at: datetime) -> LegQuote:
    """Return the spot of the newest snapshot: of shares the desk knows a price, no bid and ask."""
    newest = Snapshot.objects.of(symbol).first()
    if newest is None:
        return LegQuote(problem=f"No price of {symbol} yet. It comes with its first levels.")
    spot = as_stored(Decimal(str(newest.spot)))
    late = newest.stale_after is not None and at > newest.stale_after
    return LegQuote(
        bid=spot,
        ask=spot,
        mark=spot,
        quoted_at=newest.as_of,
        source=newest.source,
        truth=newest.kind,
        problem=f"The price of {symbol} is old." if late else "",
    )


def _filled(quote: LegQuote, side: Side, share: Decimal) -> Decimal:
    bid, ask = quote.bid or Decimal(0), quote.ask or Decimal(0)
    if side == "sell" and not bid:
        return Decimal(0)
    worse = (ask - bid) * share
    mid = (bid + ask) / 2
    return mid + worse if side == "buy" else mid - worse
