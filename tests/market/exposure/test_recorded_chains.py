"""The recorded chains: equal to two independent calculations, and each trap in the files handled."""

import json
from pathlib import Path

import numpy as np
import pytest
from vollib.black_scholes_merton.greeks.analytical import gamma as vollib_gamma

from apps.market.chain import Chain, ChainError
from apps.market.exposure.analysis import analyse
from apps.market.exposure.result import Assumptions
from apps.market.sources.recorded import read_chain_file
from tests.market.exposure.chains import plain_contracts, reordered

FILES = {
    "spx_2023-09-14": "spx_cboe_quotedata_2023-09-14.csv.gz",
    "spy_2023-09-14": "spy_cboe_quotedata_2023-09-14.csv.gz",
    "rut_2023-09-20": "rut_cboe_delayed_2023-09-20.json.gz",
}


@pytest.fixture(scope="module")
def spx(recorded: Path) -> Chain:
    return read_chain_file(recorded / FILES["spx_2023-09-14"])


@pytest.fixture(scope="module")
def rut(recorded: Path) -> Chain:
    return read_chain_file(recorded / FILES["rut_2023-09-20"])


@pytest.mark.parametrize("name", FILES)
def test_results_equal_the_reference_values(recorded: Path, name: str) -> None:
    expected = json.loads((recorded / "reference_values.json").read_text())[name]
    result = analyse(read_chain_file(recorded / FILES[name]))
    assert result.contracts == expected["contracts"]
    assert result.net_gex == pytest.approx(expected["net_gex_repriced_at_spot"], rel=1e-6)
    assert result.net_gex_feed_gamma == pytest.approx(expected["net_gex_feed_gamma"], rel=1e-6)
    assert result.flip_point == pytest.approx(expected["flip_root"], abs=0.02)
    assert len(result.flips) == len(expected["all_grid_crossings"])
    assert result.call_wall is not None
    assert result.put_wall is not None
    assert (result.call_wall.strike, result.put_wall.strike) == (expected["call_wall"], expected["put_wall"])


def vollib_net_gex(chain: Chain, spot: float, rate: float, dividend_yield: float) -> float:
    total = 0.0
    for strike, is_call, iv, years, open_interest in plain_contracts(chain):
        each = vollib_gamma("c" if is_call else "p", spot, strike, years, rate, iv, dividend_yield)
        total += (1 if is_call else -1) * each * open_interest
    return total * 100 * spot**2 * 0.01


@pytest.mark.parametrize(("rate", "dividend_yield"), [(0.053, 0.015), (0.0, 0.02), (-0.005, 0.0)])
def test_changed_rate_and_yield_agree_with_an_independent_pricer(
    rut: Chain, rate: float, dividend_yield: float
) -> None:
    result = analyse(rut, Assumptions(rate=rate, dividend_yield=dividend_yield))
    assert result.net_gex == pytest.approx(vollib_net_gex(rut, rut.spot, rate, dividend_yield), rel=1e-9)
    assert result.flip_point is not None
    below = vollib_net_gex(rut, result.flip_point - 0.02, rate, dividend_yield)
    above = vollib_net_gex(rut, result.flip_point + 0.02, rate, dividend_yield)
    assert below < 0 < above


def test_the_whole_spx_chain_agrees_with_an_independent_pricer(spx: Chain) -> None:
    result = analyse(spx, Assumptions(rate=0.053, dividend_yield=0.015))
    assert result.net_gex == pytest.approx(vollib_net_gex(spx, spx.spot, 0.053, 0.015), rel=1e-9)


def test_options_that_expired_the_same_afternoon_are_left_out(spx: Chain) -> None:
    today = np.count_nonzero(spx.expiration == np.datetime64("2023-09-14"))
    result = analyse(spx)
    assert result.excluded["expired"] == today > 0
    assert result.zero_dte_share == 0.0
    assert not result.profile.curves["zero_dte"].any()
    assert result.by_expiration[0].expiration.isoformat() == "2023-09-15"


def test_spx_and_spxw_of_one_date_settle_apart(spx: Chain) -> None:
    rows = [row for row in analyse(spx).by_expiration if row.expiration.isoformat() == "2023-09-15"]
    assert [(row.settlement, row.roots, f"{row.settles_at:%H:%M}") for row in rows] == [
        ("AM", ("SPX",), "09:30"),
        ("PM", ("SPXW",), "16:00"),
    ]


def test_one_expiration_carries_more_than_half_of_spx_gamma(spx: Chain) -> None:
    result = analyse(spx)
    friday = sum(row.gross_gex for row in result.by_expiration if row.expiration.isoformat() == "2023-09-15")
    assert friday / result.gross_gex == pytest.approx(0.54, abs=0.01)


def test_the_figures_after_the_next_settlement_are_those_of_a_chain_without_it(spx: Chain) -> None:
    after = analyse(spx).after_next
    gone = (spx.expiration == np.datetime64("2023-09-15")) & (spx.root == spx.roots.index("SPX"))
    alone = analyse(reordered(spx, np.flatnonzero(~gone)))
    assert after is not None
    assert after.net_gex == pytest.approx(alone.net_gex, rel=1e-9)
    assert after.flip_point == pytest.approx(alone.flip_point, abs=1e-4)
    assert after.call_wall is not None
    assert alone.call_wall is not None
    assert after.call_wall.strike == alone.call_wall.strike
    assert after.call_wall.dominance == pytest.approx(alone.call_wall.dominance)


def test_feed_gamma_is_too_coarse_for_net_but_not_for_gross(spx: Chain) -> None:
    result = analyse(spx)
    assert len(np.unique(spx.feed_gamma)) <= 113
    assert result.net_gex_feed_gamma is not None
    assert abs(result.net_gex_feed_gamma / result.net_gex - 1) > 0.4


def test_a_flip_far_from_spot_is_shown_and_distrusted(rut: Chain) -> None:
    result = analyse(rut)
    assert result.flip_point == pytest.approx(1919.52, abs=0.02)
    assert result.flip_quality == "far: 6.3 % from spot"


def test_a_quote_after_midnight_utc_belongs_to_the_new_york_day_before(rut: Chain) -> None:
    result = analyse(rut)
    today = np.count_nonzero(rut.expiration == np.datetime64("2023-09-20"))
    assert result.excluded["expired"] == today > 0
    assert result.as_of.date().isoformat() == "2023-09-20"


def test_missing_open_interest_is_refused_as_missing_not_as_zero(recorded: Path) -> None:
    chain = read_chain_file(recorded / "aapl_chain_missing_oi_2014-06-06.csv.gz")
    with pytest.raises(ChainError, match=r"not recorded.*missing is not zero"):
        analyse(chain)


def test_strikes_of_before_a_split_carry_no_gamma(recorded: Path) -> None:
    chain = read_chain_file(recorded / "aapl_chain_after_split_2014-06-09.csv.gz")
    result = analyse(chain)
    assert result.excluded["implausible strike and implied volatility"] > 200
    old = result.by_strike.strike >= 395
    gross = result.by_strike.call_gex - result.by_strike.put_gex
    assert gross[old].sum() < 0.003 * result.gross_gex  # 2.4 % without the rule
    assert any("before a split" in warning for warning in result.warnings)
    assert any("no implied volatility" in warning for warning in result.warnings)


def test_an_independent_engines_gamma_is_met_with_its_rate(recorded: Path) -> None:
    chain = read_chain_file(recorded / "spxw_greeks_sample_2023-06-23.csv")
    at = chain.strike == 4440
    calls_and_puts = chain.open_interest[at] * np.where(chain.is_call[at], 1, -1)
    theirs = (chain.feed_gamma[at] * calls_and_puts).sum() * chain.spot**2
    result = analyse(chain, Assumptions(rate=0.05))
    row = int(np.flatnonzero(result.by_strike.strike == 4440)[0])
    ours = result.by_strike.call_gex[row] + result.by_strike.put_gex[row]
    assert ours == pytest.approx(theirs, rel=0.01)  # without a rate it is 11 % off
