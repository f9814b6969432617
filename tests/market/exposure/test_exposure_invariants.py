"""What must hold for any chain."""

from dataclasses import replace
from datetime import date
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.market.chain import Chain
from apps.market.exposure.analysis import analyse
from apps.market.exposure.result import Exposure
from tests.market.exposure.chains import Contract, make_chain, reordered, two_sided_chain

DAYS = [date(2023, 9, 14), date(2023, 9, 15), date(2023, 10, 20), date(2024, 6, 21)]
contract = st.builds(
    Contract,
    strike=st.integers(80, 120).map(float),
    is_call=st.booleans(),
    expiration=st.sampled_from(DAYS),
    root=st.sampled_from(["SPX", "SPXW"]),
    iv=st.floats(0.05, 1.5),
    open_interest=st.integers(1, 5000).map(float),
    volume=st.integers(0, 5000).map(float),
)
steady = settings(derandomize=True, deadline=None)  # the first example loads the exchange calendar
# One option far out that always counts keeps every chain analysable.
chains = st.lists(contract, max_size=25).map(lambda listed: make_chain([Contract(root="SPXW", volume=1), *listed]))


@steady
@given(chains)
def test_doubling_open_interest_doubles_exposure_and_moves_no_level(chain: Chain) -> None:
    one, two = analyse(chain), analyse(replace(chain, open_interest=chain.open_interest * 2))
    for name in ("net_gex", "gross_gex", "net_dex", "net_vex", "net_chex"):
        assert getattr(two, name) == pytest.approx(2 * getattr(one, name), rel=1e-9)
    assert two.volume_gex == one.volume_gex
    assert two.flip_point == one.flip_point  # doubling is exact in binary
    assert (two.call_wall and two.call_wall.strike) == (one.call_wall and one.call_wall.strike)


@steady
@given(chains, st.randoms(use_true_random=False))
def test_the_order_of_contracts_does_not_matter(chain: Chain, random: Random) -> None:
    rows = list(range(len(chain)))
    random.shuffle(rows)
    assert_same(analyse(chain), analyse(reordered(chain, np.array(rows))))


@steady
@given(chains, st.sampled_from([0.01, 7.0, 100.0]))
def test_a_split_of_prices_scales_dollars_and_levels_alike(chain: Chain, factor: float) -> None:
    # Gamma falls with price, its dollars per 1 % grow with it: everything is proportional.
    one = analyse(chain)
    scaled = analyse(replace(chain, spot=chain.spot * factor, strike=chain.strike * factor))
    assert scaled.gross_gex == pytest.approx(one.gross_gex * factor, rel=1e-9)
    assert scaled.net_gex == pytest.approx(one.net_gex * factor, rel=1e-7, abs=1e-9 * scaled.gross_gex)
    if one.flip_point is not None and one.flip_quality == "clear":
        assert scaled.flip_point == pytest.approx(one.flip_point * factor, rel=1e-6)


@steady
@given(chains)
def test_sums_agree_whichever_way_they_are_taken(chain: Chain) -> None:
    result = analyse(chain)
    strikes, rows, cells = result.by_strike, result.by_expiration, result.surface
    assert strikes.call_gex.sum() == pytest.approx(result.call_gex)
    assert strikes.put_gex.sum() == pytest.approx(result.put_gex)
    assert sum(row.gross_gex for row in rows) == pytest.approx(result.gross_gex)
    assert sum(row.contracts_used for row in rows) == result.contracts_used
    assert sum(row.dex for row in rows) == pytest.approx(result.net_dex)
    assert strikes.vex.sum() == pytest.approx(result.net_vex)
    assert strikes.chex.sum() == pytest.approx(result.net_chex)
    assert cells.call_gex.sum(dtype=np.float64) == pytest.approx(result.call_gex, rel=1e-5)
    assert cells.put_gex.sum(dtype=np.float64) == pytest.approx(result.put_gex, rel=1e-5)
    by_row = np.bincount(cells.expiration_index, weights=cells.call_gex - cells.put_gex, minlength=len(rows))
    assert by_row == pytest.approx([row.gross_gex for row in rows], rel=1e-5)
    by_strike = np.bincount(cells.strike_index, weights=cells.call_gex, minlength=len(strikes.strike))
    assert by_strike == pytest.approx(strikes.call_gex, rel=1e-5)
    assert result.call_gex >= 0 >= result.put_gex
    assert abs(result.net_gex) <= result.gross_gex * (1 + 1e-12)


@steady
@given(chains)
def test_swapping_calls_and_puts_turns_gamma_around_and_keeps_the_flip(chain: Chain) -> None:
    one, other = analyse(chain), analyse(replace(chain, is_call=~chain.is_call))
    assert other.net_gex == pytest.approx(-one.net_gex, rel=1e-9, abs=1e-9 * one.gross_gex)
    assert len(other.flips) == len(one.flips)


def test_the_dealer_is_long_delta_from_calls_and_from_short_puts() -> None:
    result = analyse(two_sided_chain())
    assert (result.by_strike.dex > 0).all()


def assert_same(one: Exposure, other: Exposure) -> None:
    for name in ("net_gex", "net_dex", "net_vex", "net_chex", "volume_gex"):
        assert getattr(one, name) == pytest.approx(getattr(other, name), rel=1e-9, abs=1e-9 * one.gross_gex)
    assert one.gross_gex == pytest.approx(other.gross_gex, rel=1e-12)
    assert one.excluded == other.excluded
    assert [row.roots for row in one.by_expiration] == [row.roots for row in other.by_expiration]
    assert one.by_strike.strike.tolist() == other.by_strike.strike.tolist()
    tolerance = 1e-9 * np.abs(one.profile.curves["all"]).max()
    np.testing.assert_allclose(one.profile.curves["all"], other.profile.curves["all"], atol=tolerance)
