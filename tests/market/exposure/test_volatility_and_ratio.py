"""Implied volatility 30 days ahead and the put/call ratio, against figures computed by hand."""

from datetime import date
from math import nan, sqrt

import pytest

from apps.market.exposure.analysis import analyse
from tests.market.exposure.chains import THURSDAY, Contract, make_chain

NEAR, FAR = date(2023, 9, 28), date(2023, 11, 9)  # 14 and 56 days after THURSDAY, settled at 16:00


def straddle(expiration: date, iv: float, *, strike: float = 100.0) -> list[Contract]:
    return [Contract(strike=strike, is_call=is_call, expiration=expiration, iv=iv) for is_call in (True, False)]


def test_total_variance_is_interpolated_to_thirty_days() -> None:
    near, far = 14.25, 56.25  # days from 10:00 to 16:00, each of 24 hours (the end of summer time adds none)
    variance = 0.3**2 * near + (30 - near) / (far - near) * (0.2**2 * far - 0.3**2 * near)
    found = analyse(make_chain([*straddle(NEAR, 0.3), *straddle(FAR, 0.2)])).implied_volatility
    assert found == pytest.approx(sqrt(variance / 30), rel=1e-9)


def test_between_two_strikes_volatility_is_read_at_spot() -> None:
    contracts = [*straddle(NEAR, 0.30, strike=99.0), *straddle(NEAR, 0.26, strike=103.0)]
    assert analyse(make_chain(contracts, spot=100.0)).implied_volatility == pytest.approx(0.29)


@pytest.mark.parametrize("expiration", [NEAR, FAR])
def test_one_side_alone_stands_for_the_month(expiration: date) -> None:
    assert analyse(make_chain(straddle(expiration, 0.25))).implied_volatility == pytest.approx(0.25)


def test_spot_outside_the_quoted_strikes_has_no_volatility() -> None:
    assert analyse(make_chain(straddle(NEAR, 0.25, strike=90.0), spot=100.0)).implied_volatility is None


def test_the_ratio_counts_open_interest_of_live_contracts() -> None:
    live = [
        Contract(open_interest=40),
        Contract(strike=105, open_interest=10),
        Contract(is_call=False, open_interest=75),
        Contract(is_call=False, strike=95, open_interest=nan),
        Contract(is_call=False, expiration=THURSDAY.date().replace(day=13), open_interest=1000),
    ]
    assert analyse(make_chain(live)).put_call_ratio == pytest.approx(1.5)
    assert analyse(make_chain([Contract(is_call=False)])).put_call_ratio is None
