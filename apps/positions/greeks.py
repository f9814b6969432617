"""What positions gain and lose when the market moves: Black-Scholes greeks of their legs at the newest marks.

Formulas: Hull, Options, Futures and Other Derivatives, chapter on the Greek letters. Delta and gamma are those of the
exposure's own pricing, so that position and market are measured by the same rule.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from django.conf import settings
from scipy.special import ndtr

from alphagex import clock
from apps.ledger.models import Leg
from apps.market.chain import FloatArray
from apps.market.exposure.greeks import d1, delta

_SECONDS_A_YEAR = 365 * 86_400
_SHORTEST_YEARS = 60 / _SECONDS_A_YEAR  # a minute: at the close itself no formula has a value
_MOVE = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeks:
    """Of contracts as held. shares: delta in shares; dollars: delta in USD; gamma: USD of delta per 1 % move.

    theta: USD per calendar day; vega: USD per volatility point. missing: legs without implied volatility or spot.
    """

    shares: float = 0.0
    dollars: float = 0.0
    gamma: float = 0.0
    theta: float = 0.0
    vega: float = 0.0
    missing: int = 0

    def __add__(self, other: "Greeks") -> "Greeks":
        return Greeks(
            shares=self.shares + other.shares,
            dollars=self.dollars + other.dollars,
            gamma=self.gamma + other.gamma,
            theta=self.theta + other.theta,
            vega=self.vega + other.vega,
            missing=self.missing + other.missing,
        )


MISSING = Greeks(missing=1)


def of_legs(legs: Iterable[Leg], spot: float | None, *, at: datetime) -> Greeks:
    """Return the greeks of the contracts still open, all legs together. spot: points."""
    return total(of_leg(leg, spot, at=at) for leg in legs if leg.open_quantity)


def of_leg(leg: Leg, spot: float | None, *, at: datetime) -> Greeks:
    """Return the greeks of a leg's open contracts."""
    if spot is None:
        return MISSING
    held = leg.open_quantity * (1 if leg.ratio > 0 else -1) * leg.multiplier
    if leg.kind == Leg.Kind.STOCK:
        return Greeks(shares=held, dollars=held * spot)
    if leg.iv is None or leg.iv <= 0 or leg.strike is None or leg.expiration is None:
        return MISSING
    years = years_to(leg.expiration, at=at)
    one = per_share(spot, float(leg.strike), leg.iv, years, is_call=leg.kind == Leg.Kind.CALL)
    return Greeks(
        shares=one.shares * held,
        dollars=one.shares * held * spot,
        gamma=one.gamma * held * spot * spot * _MOVE,
        theta=one.theta * held,
        vega=one.vega * held,
    )


def per_share(spot: float, strike: float, iv: float, years: float, *, is_call: bool) -> Greeks:
    """Return delta (as shares), gamma per point, theta per day and vega per volatility point of one share's option."""
    rate, dividend = settings.RATE, settings.DIVIDEND_YIELD
    given = (spot, np.array([strike]), np.array([iv]), np.array([years]))
    first = float(d1(*given, rate=rate, dividend_yield=dividend)[0])
    second = first - iv * math.sqrt(years)
    paid, discount = math.exp(-dividend * years), math.exp(-rate * years)
    density = paid * math.exp(-first * first / 2) / math.sqrt(2 * math.pi)
    sign = 1 if is_call else -1
    carry = dividend * spot * paid * float(ndtr(sign * first)) - rate * strike * discount * float(ndtr(sign * second))
    return Greeks(
        shares=float(delta(*given, np.array([is_call]), rate=rate, dividend_yield=dividend)[0]),
        gamma=density / (spot * iv * math.sqrt(years)),
        theta=(-spot * density * iv / (2 * math.sqrt(years)) + sign * carry) / 365,
        vega=spot * density * math.sqrt(years) / 100,
    )


def values(spots: FloatArray, strike: float, iv: float, years: float, *, is_call: bool) -> FloatArray:
    """Return an option's value per share at each price of the underlying, USD."""
    rate, dividend = settings.RATE, settings.DIVIDEND_YIELD
    first = (np.log(spots / strike) + (rate - dividend + iv * iv / 2) * years) / (iv * math.sqrt(years))
    second = first - iv * math.sqrt(years)
    sign = 1 if is_call else -1
    paid, owed = spots * math.exp(-dividend * years), strike * math.exp(-rate * years)
    return np.asarray(sign * (paid * ndtr(sign * first) - owed * ndtr(sign * second)))


def years_to(expiration: date, *, at: datetime) -> float:
    """Return the time to the close of the expiration's session, years of 365 days, a minute at least."""
    closes = clock.session_on_or_before(expiration).closes
    return max((closes - at).total_seconds() / _SECONDS_A_YEAR, _SHORTEST_YEARS)


def total(found: Iterable[Greeks]) -> Greeks:
    """Return the sum."""
    return sum(found, Greeks())
