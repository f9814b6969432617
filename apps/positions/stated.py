"""A net price spread over the legs it was paid for, where a trader states one price for a spread."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol

from apps.ledger.pricing import LegQuote, as_stored

ZERO = Decimal(0)


class Leg(Protocol):
    """ratio: contracts per unit, negative when sold at the opening. multiplier: shares of one contract."""

    @property
    def ratio(self) -> int: ...
    @property
    def multiplier(self) -> int: ...


def leg_prices(legs: Sequence[Leg], quotes: Sequence[LegQuote], price: Decimal, *, is_paid: bool) -> list[Decimal]:
    """Return one price per leg, USD per share, whose net is `price` per share of one unit.

    is_paid: whether the legs in their opening sense cost it (a debit) or bring it in. Legs take their marks where all
    have one and what is left goes to the leg it fits; without marks one leg carries the whole price.
    """
    unit = max(leg.multiplier for leg in legs)
    wanted = (price if is_paid else -price) * unit
    marks = [quote.mark for quote in quotes]
    prices = [mark if mark is not None and None not in marks else ZERO for mark in marks]
    gap = wanted - _net(legs, prices)
    for place in sorted(range(len(legs)), key=lambda one: abs(legs[one].ratio * legs[one].multiplier)):
        leg = legs[place]
        moved = prices[place] + gap / (leg.ratio * leg.multiplier)
        if moved >= 0:
            prices[place] = as_stored(moved)
            return [as_stored(one) for one in prices]
    return _carried_by_one(legs, wanted)


def _carried_by_one(legs: Sequence[Leg], wanted: Decimal) -> list[Decimal]:
    """Put the whole price on the first leg of its sign; what is bought cannot bring money in."""
    prices = [ZERO] * len(legs)
    place = next((n for n, leg in enumerate(legs) if (leg.ratio > 0) == (wanted >= 0)), None)
    if place is None:
        raise ValueError("Such legs cannot be traded at a price of this sign.")
    prices[place] = as_stored(wanted / (legs[place].ratio * legs[place].multiplier))
    return prices


def _net(legs: Sequence[Leg], prices: Sequence[Decimal]) -> Decimal:
    return sum((leg.ratio * leg.multiplier * price for leg, price in zip(legs, prices, strict=True)), ZERO)
