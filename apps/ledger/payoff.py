"""What a position is worth at expiration: payoff by price of the underlying, break-evens, best and worst case.

Pure arithmetic in USD for all units. Legs of a later expiration than the first are taken at their intrinsic value,
which understates them: `is_exact` says whether that happens.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

ZERO = Decimal(0)


class PayoffLeg(Protocol):
    """kind: call, put or stock. ratio: signed, per unit."""

    @property
    def kind(self) -> str: ...
    @property
    def strike(self) -> Decimal | None: ...
    @property
    def ratio(self) -> int: ...
    @property
    def multiplier(self) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Extremes:
    """Best and worst case in USD; None: without limit. breakevens: prices of the underlying, rising."""

    max_profit: Decimal | None
    max_loss: Decimal | None
    breakevens: tuple[Decimal, ...]


def intrinsic(leg: PayoffLeg, spot: Decimal) -> Decimal:
    """Return the value per share at expiration."""
    if leg.kind == "stock" or leg.strike is None:
        return spot
    return max(spot - leg.strike, ZERO) if leg.kind == "call" else max(leg.strike - spot, ZERO)


def result_at(legs: Sequence[PayoffLeg], prices: Sequence[Decimal], spot: Decimal, *, units: int) -> Decimal:
    """Return profit (positive) or loss at expiration. prices: what each leg was bought or sold for, per share."""
    return units * sum(
        (leg.ratio * leg.multiplier * (intrinsic(leg, spot) - price) for leg, price in zip(legs, prices, strict=True)),
        ZERO,
    )


def extremes(legs: Sequence[PayoffLeg], prices: Sequence[Decimal], *, units: int) -> Extremes:
    """Return best and worst case and break-evens. max_loss is a positive amount, 0 where nothing can be lost."""
    knots = sorted({ZERO, *(leg.strike for leg in legs if leg.strike is not None)})
    values = [result_at(legs, prices, knot, units=units) for knot in knots]
    # Beyond the highest strike only calls and shares still move.
    slope = units * sum((leg.ratio * leg.multiplier for leg in legs if leg.kind != "put"), 0)
    return Extremes(
        max_profit=None if slope > 0 else max(values),
        max_loss=None if slope < 0 else max(-min(values), ZERO),
        breakevens=tuple(_crossings(knots, values, Decimal(slope))),
    )


def _crossings(knots: list[Decimal], values: list[Decimal], slope: Decimal) -> list[Decimal]:
    found = []
    for left, right, at_left, at_right in zip(knots, knots[1:], values, values[1:], strict=False):
        if at_left == 0:
            found.append(left)
        elif at_left * at_right < 0:
            found.append(left + (right - left) * at_left / (at_left - at_right))
    if values[-1] == 0:
        found.append(knots[-1])
    elif slope and values[-1] * slope < 0:
        found.append(knots[-1] - values[-1] / slope)
    return found
