"""What is left out, why, and when there is nothing to compute."""

from dataclasses import replace
from datetime import date
from math import inf, nan

import numpy as np
import pytest

from apps.market.chain import ChainError
from apps.market.exposure.analysis import analyse
from apps.market.exposure.coverage import at_the_money_iv
from tests.market.exposure.chains import Contract, make_chain

GONE = date(2023, 9, 13)


def test_every_contract_left_out_has_exactly_one_reason() -> None:
    result = analyse(
        make_chain(
            [
                Contract(),
                Contract(expiration=GONE, open_interest=nan),
                Contract(open_interest=nan),
                Contract(open_interest=-999),
                Contract(open_interest=0, iv=nan),
                Contract(iv=nan),
                Contract(iv=0),
                Contract(iv=inf),
                Contract(iv=-999),
                Contract(strike=700, iv=3.0),
            ]
        )
    )
    assert result.excluded == {
        "expired": 1,
        "open interest not recorded": 2,
        "open interest 0": 1,
        "no implied volatility": 4,
        "implausible strike and implied volatility": 1,
    }
    assert result.contracts == result.contracts_used + sum(result.excluded.values())


def test_far_strikes_and_high_volatility_are_each_real() -> None:
    result = analyse(make_chain([Contract(strike=700, iv=0.4), Contract(iv=6.0), Contract(strike=40, iv=3.0)]))
    assert result.contracts_used == 3
    assert any("IV above 200 %" in warning for warning in result.warnings)


def test_open_interest_without_volatility_is_warned_about_and_still_charted() -> None:
    result = analyse(make_chain([Contract(), Contract(strike=110, iv=nan, open_interest=90)]))
    assert "90 % of open interest has no implied volatility and is left out." in result.warnings
    assert result.by_strike.strike.tolist() == [100.0, 110.0]
    assert result.by_strike.call_open_interest.tolist() == [10.0, 90.0]
    assert result.by_strike.call_gex[1] == 0.0


def test_warnings_of_the_source_are_kept() -> None:
    chain = replace(make_chain([Contract()]), warnings=("From the source.",))
    assert analyse(chain).warnings[0] == "From the source."


@pytest.mark.parametrize(
    ("contracts", "spot", "message"),
    [
        ([], 100.0, "holds no contracts"),
        ([Contract()], 0.0, r"no usable spot \(0.0\)"),
        ([Contract()], nan, r"no usable spot \(nan\)"),
        ([Contract()], inf, r"no usable spot \(inf\)"),
        ([Contract(strike=0)], 100.0, "a strike of 0.0"),
        ([Contract(strike=nan)], 100.0, "a strike of nan"),
        ([Contract(expiration=GONE)], 100.0, "have expired: the last one settled 2023-09-13 16:00"),
        ([Contract(open_interest=nan)], 100.0, "not recorded for any of 1 live SPY contracts; missing is not zero"),
        ([Contract(open_interest=0)], 100.0, "Open interest is 0 for any of 1 live"),
        ([Contract(iv=nan)], 100.0, "No usable implied volatility for any of 1 live"),
    ],
)
def test_a_chain_without_an_answer_is_refused_in_one_line(contracts: list[Contract], spot: float, message: str) -> None:
    with pytest.raises(ChainError, match=message) as refusal:
        analyse(make_chain(contracts, spot=spot))
    assert "\n" not in str(refusal.value)


def test_feed_gamma_counts_every_live_contract_even_without_volatility() -> None:
    contracts = [
        Contract(feed_gamma=0.05),
        Contract(iv=nan, feed_gamma=0.02, is_call=False),
        Contract(expiration=GONE, feed_gamma=9.0),
        Contract(open_interest=nan, feed_gamma=9.0),
    ]
    result = analyse(make_chain(contracts))
    assert result.net_gex_feed_gamma == pytest.approx((0.05 - 0.02) * 10 * 100 * 100.0**2 * 0.01)


def test_a_feed_without_gamma_gives_none_not_zero() -> None:
    assert analyse(make_chain([Contract()])).net_gex_feed_gamma is None


def test_the_volatility_at_the_money_is_interpolated_between_the_strikes_around_spot() -> None:
    strike, iv = np.array([90.0, 99.0, 99.0, 103.0]), np.array([0.5, 0.21, 0.19, 0.24])
    assert at_the_money_iv(strike, iv, 100.0) == pytest.approx(0.21)
    assert at_the_money_iv(strike, iv, 99.0) == pytest.approx(0.20)
    assert at_the_money_iv(strike, iv, 104.0) is None


def test_the_implied_move_looks_at_the_first_settlement_six_hours_away() -> None:
    today, friday = date(2023, 9, 14), date(2023, 9, 15)
    contracts = [
        Contract(expiration=day, strike=k, iv=iv) for day, iv in ((today, 0.9), (friday, 0.2)) for k in (99, 101)
    ]
    result = analyse(make_chain(contracts, as_of=make_chain([]).as_of.replace(hour=11)))
    assert result.implied_move_expiration == friday
    assert result.implied_move == pytest.approx(100 * 0.2 * np.sqrt(29 / 24 / 365))
