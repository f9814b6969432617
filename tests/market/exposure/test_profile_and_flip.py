"""Re-pricing at other spots: exact at every grid point, every change of sign found, no guess where there is none."""

from collections.abc import Callable
from datetime import date, datetime

import numpy as np
import pytest

from alphagex.clock import NEW_YORK
from apps.market.chain import Chain, FloatArray
from apps.market.exposure.analysis import analyse
from apps.market.exposure.greeks import greeks
from apps.market.exposure.levels import Crossing, crossings, find_flips, refined_root
from apps.market.exposure.result import Assumptions
from tests.market.exposure.chains import Contract, make_chain, plain_contracts, two_sided_chain


def slow_curve(chain: Chain, spots: FloatArray, assumptions: Assumptions) -> FloatArray:
    """Return net GEX at each spot from the closed-form gamma, contract by contract."""
    strike, call, iv, years, open_interest = (np.array(column) for column in zip(*plain_contracts(chain), strict=True))
    rates = {"rate": assumptions.rate, "dividend_yield": assumptions.dividend_yield}
    signed = np.where(call, 1.0, -1.0) * open_interest * assumptions.multiplier * 0.01
    return np.array([signed @ greeks(s, strike, iv, years, call, **rates).gamma * s**2 for s in spots])


@pytest.mark.parametrize(
    "assumptions", [Assumptions(), Assumptions(rate=0.05, dividend_yield=0.02), Assumptions(grid_points=2)]
)
def test_the_curve_is_exact_at_every_grid_point(assumptions: Assumptions) -> None:
    chain = two_sided_chain()
    profile = analyse(chain, assumptions).profile
    expected = slow_curve(chain, profile.spot, assumptions)
    np.testing.assert_allclose(profile.curves["all"], expected, rtol=0, atol=1e-11 * np.abs(expected).max())
    assert profile.spot[[0, -1]] == pytest.approx([80.0, 120.0])
    assert len(profile.spot) == assumptions.grid_points


def test_needles_of_the_last_half_hour_and_nonsense_volatilities_stay_exact() -> None:
    contracts = [
        Contract(strike=float(k), iv=iv, is_call=k % 2 == 0, expiration=date(2023, 9, 14))
        for k in range(82, 119)
        for iv in (0.0004, 0.01, 0.05, 0.3, 8.0)
    ]
    chain = make_chain(contracts, as_of=datetime(2023, 9, 14, 15, 45, tzinfo=NEW_YORK))
    profile = analyse(chain).profile
    expected = slow_curve(chain, profile.spot, Assumptions())
    np.testing.assert_allclose(profile.curves["all"], expected, rtol=0, atol=1e-10 * np.abs(expected).max())


def test_curves_of_parts_add_up_and_meet_their_own_chains() -> None:
    result = analyse(two_sided_chain())
    curves = result.profile.curves
    assert set(curves) == {"all", "zero_dte", "ex_next", "volume"}
    # Here the next settlement is today's only one, so both halves are complementary.
    np.testing.assert_allclose(curves["zero_dte"] + curves["ex_next"], curves["all"], atol=1e-6)
    assert result.zero_dte_share == pytest.approx(result.by_expiration[0].gross_gex / result.gross_gex)
    at_spot = float(np.interp(100.0, result.profile.spot, curves["volume"]))
    assert result.volume_gex == pytest.approx(at_spot, rel=0.05)


def test_two_settlements_of_one_day_are_both_zero_dte_but_only_the_first_is_next() -> None:
    today = date(2023, 9, 15)
    contracts = [
        Contract(root="SPX", expiration=today, open_interest=5),
        Contract(root="SPXW", expiration=today, open_interest=7),
        Contract(root="SPXW", expiration=date(2023, 10, 6), open_interest=9),
    ]
    result = analyse(make_chain(contracts, as_of=datetime(2023, 9, 15, 8, 0, tzinfo=NEW_YORK)))
    gross = [row.gross_gex for row in result.by_expiration]
    assert result.zero_dte_share == pytest.approx((gross[0] + gross[1]) / sum(gross))
    assert result.after_next is not None
    assert result.after_next.gross_gex == pytest.approx(gross[1] + gross[2])


def test_without_a_known_volume_there_is_no_volume_view() -> None:
    result = analyse(make_chain([Contract(), Contract(strike=101, is_call=False)]))
    assert result.volume_gex is None
    assert "volume" not in result.profile.curves


def test_volume_counts_where_open_interest_is_still_zero() -> None:
    fresh = Contract(strike=103, open_interest=0, volume=50)
    result = analyse(make_chain([Contract(), fresh]))
    assert result.contracts_used == 1
    assert result.volume_gex is not None
    assert result.volume_gex > 0
    assert result.by_strike.call_gex[list(result.by_strike.strike).index(103.0)] == 0.0


def test_the_last_settlement_has_nothing_after_it() -> None:
    result = analyse(make_chain([Contract(), Contract(strike=101)]))
    assert result.after_next is None
    assert not result.profile.curves["ex_next"].any()


def test_without_a_change_of_sign_the_flip_is_null_with_a_reason() -> None:
    result = analyse(make_chain([Contract(strike=float(k)) for k in range(90, 111)]))
    assert result.flip_point is None
    assert result.flips == ()
    assert result.flip_quality is None
    assert result.flip_reason == "Net gamma is positive at every spot from 80.00 to 120.00."


def test_the_flip_is_where_the_repriced_gamma_is_zero() -> None:
    chain = two_sided_chain()
    result = analyse(chain)
    assert result.flip_point is not None
    below, above = slow_curve(chain, np.array([result.flip_point - 1e-5, result.flip_point + 1e-5]), Assumptions())
    assert below < 0 < above
    assert result.flip_quality == "clear"
    assert result.flip_point in result.flips


def wave(*roots: float) -> Callable[[float], float]:
    return lambda x: float(np.prod([x - root for root in roots]))


def test_all_crossings_are_reported_and_the_nearest_to_spot_is_chosen_not_the_first() -> None:
    spots = np.linspace(80.0, 120.0, 161)
    value = wave(84.1, 97.3, 113.9)
    flips = find_flips(100.0, spots, np.array([value(s) for s in spots]), value)
    assert flips.every == pytest.approx((84.1, 97.3, 113.9), abs=0.01)
    assert flips.point == pytest.approx(97.3, abs=1e-7)


def test_near_equal_distances_are_decided_by_the_roots_not_by_interpolation() -> None:
    spots = np.linspace(80.0, 120.0, 11)
    value = wave(94.9, 105.0)
    flips = find_flips(100.0, spots, np.array([value(s) ** 3 for s in spots]), lambda s: value(s) ** 3)
    assert flips.point == pytest.approx(105.0, abs=1e-3)


def test_a_grid_point_of_exactly_zero_is_a_crossing_a_plateau_is_not() -> None:
    spots = np.arange(6.0)
    assert [c.at for c in crossings(spots, np.array([-1.0, -1, 0, 1, 1, 1]))] == [2.0]
    assert crossings(spots, np.array([-1.0, 0, 0, 0, 1, 1])) == []
    assert crossings(spots, np.array([1.0, 1, 0, 1, 1, 1])) == []
    assert crossings(spots, np.zeros(6)) == []


def test_a_root_is_found_where_the_secant_alone_would_crawl() -> None:
    steep = Crossing(low=1.0, high=2.0, at=1.01)
    assert refined_root(lambda x: x**40 - 1000.0, steep) == pytest.approx(1000 ** (1 / 40), abs=1e-8)


def test_a_flip_without_gamma_beside_it_is_called_shallow() -> None:
    spots = np.linspace(80.0, 120.0, 161)
    curve = np.where(spots < 101.0, -0.001, np.linspace(0.0, 10.0, 161))
    flips = find_flips(100.0, spots, curve, lambda s: float(np.interp(s, spots, curve)))
    assert flips.quality is not None
    assert flips.quality.startswith("shallow")


def test_several_flips_beside_spot_are_called_so() -> None:
    spots = np.linspace(80.0, 120.0, 161)
    value = wave(99.1, 100.2, 101.3)
    flips = find_flips(100.0, spots, np.array([value(s) for s in spots]), value)
    assert flips.quality is not None
    assert "several: 3 flips within 2 % of spot" in flips.quality


@pytest.mark.parametrize(
    "wrong", [{"grid_low": 1.3}, {"grid_low": 0.0}, {"grid_points": 1}, {"floor_minutes": 0.0}, {"day_count": -1.0}]
)
def test_impossible_assumptions_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="was"):
        analyse(two_sided_chain(), Assumptions(**wrong))  # type: ignore[arg-type]
