"""Greeks of what is held, against the old program's calculator and against differences of the value."""

from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest

from alphagex import clock
from apps.ledger.models import Leg
from apps.ledger.pricing import LegQuote
from apps.positions import greeks
from apps.positions.stated import leg_prices
from legacy_engines.options.greeks import GreeksCalculator
from tests.ledger.market import EXPIRATION, leg
from tests.moments import OPEN_MARKET


@pytest.mark.parametrize("is_call", [True, False])
@pytest.mark.parametrize(("strike", "iv", "years"), [(600.0, 0.2, 0.1), (570.0, 0.35, 0.02), (660.0, 0.12, 1.0)])
def test_a_share_has_the_calculators_greeks(is_call: bool, strike: float, iv: float, years: float) -> None:
    own = greeks.per_share(600.0, strike, iv, years, is_call=is_call)
    old = GreeksCalculator.calculate_greeks(600.0, strike, years, iv, 0.0, "call" if is_call else "put")
    assert own.shares == pytest.approx(old["delta"], abs=6e-4)
    assert own.gamma == pytest.approx(old["gamma"], abs=6e-5)
    assert own.theta == pytest.approx(old["theta"], abs=6e-4)
    assert own.vega == pytest.approx(old["vega"], abs=6e-4)


def test_theta_and_vega_are_what_the_value_loses_and_gains() -> None:
    def value(years: float, iv: float) -> float:
        return float(greeks.values(np.array([600.0]), 590.0, iv, years, is_call=True)[0])

    own = greeks.per_share(600.0, 590.0, 0.25, 0.2, is_call=True)
    day = 1e-3 / 365
    assert own.theta == pytest.approx((value(0.2 - day, 0.25) - value(0.2, 0.25)) * 1000, rel=1e-3)
    assert own.vega == pytest.approx((value(0.2, 0.2505) - value(0.2, 0.2495)) * 10, rel=1e-3)


def test_what_is_sold_counts_against_and_what_is_missing_is_counted() -> None:
    sold = Leg(kind="call", strike=Decimal(600), expiration=EXPIRATION, ratio=-1, open_quantity=3, iv=0.2)
    found = greeks.of_leg(sold, 600.0, at=OPEN_MARKET)
    assert -200 < found.shares < -100
    assert found.dollars == pytest.approx(found.shares * 600)
    assert (found.gamma < 0, found.theta > 0, found.vega < 0) == (True, True, True)
    shares = Leg(kind="stock", ratio=1, open_quantity=50)
    unquoted = Leg(kind="put", strike=Decimal(600), expiration=EXPIRATION, ratio=1, open_quantity=1)
    both = greeks.of_legs([sold, shares, unquoted], 600.0, at=OPEN_MARKET)
    assert both.shares == pytest.approx(found.shares + 50)
    assert both.missing == 1


def test_time_ends_at_the_close_and_never_at_zero() -> None:
    closes = clock.session_on_or_before(EXPIRATION).closes
    assert greeks.years_to(EXPIRATION, at=closes - timedelta(days=73)) == pytest.approx(0.2)
    assert greeks.years_to(EXPIRATION, at=closes + timedelta(hours=1)) > 0


@pytest.mark.parametrize(("price", "is_paid"), [("2.05", False), ("0.10", False), ("4.90", False), ("1.25", True)])
def test_a_net_price_spread_over_legs_is_that_net(price: str, is_paid: bool) -> None:
    legs = [leg("call", 620, -1), leg("call", 625), leg("put", 580, -1), leg("put", 575)]
    if is_paid:
        legs = [leg("call", 600), leg("call", 620, -1)]
    quotes = [LegQuote(mark=Decimal(mark)) for mark in ("3.05", "2.05", "3.55", "2.65")[: len(legs)]]
    for given in (quotes, [LegQuote()] * len(legs)):
        prices = leg_prices(legs, given, Decimal(price), is_paid=is_paid)
        assert min(prices) >= 0
        net = sum((one.ratio * cost for one, cost in zip(legs, prices, strict=True)), Decimal(0))
        assert net == (Decimal(price) if is_paid else -Decimal(price))
