"""The GEX analyzer: a second implementation, invariants, and what it does with incomplete chains."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from legacy_engines.gex.analyzer import GEXAnalyzer

Contract = tuple[float, str, float, int]

CONTRACTS = st.lists(
    st.tuples(
        st.integers(80, 120).map(lambda strike: strike * 2.5),
        st.sampled_from(["call", "put"]),
        st.floats(0.001, 0.1),
        st.integers(0, 5000),
    ),
    min_size=1,
    max_size=40,
)


class Standing:
    """A clock that stands at noon UTC."""

    def now(self) -> datetime:
        return datetime(2025, 3, 12, 12, tzinfo=UTC)

    def sleep(self, seconds: float) -> None:
        raise AssertionError("nothing here waits")


def chain(contracts: list[Contract], **columns: Any) -> pd.DataFrame:
    frame = pd.DataFrame(contracts, columns=["strike", "optiontype", "gamma", "openinterest"])
    return frame.assign(**columns)


def analyzed(contracts: list[Contract], spot: float = 250.0) -> GEXAnalyzer:
    analyzer = GEXAnalyzer("spy")
    analyzer.calculate_gex(chain(contracts), spot)
    analyzer.identify_key_levels()
    return analyzer


def by_strike(contracts: list[Contract], spot: float = 250.0) -> dict[float, float]:
    """Return net exposure by ascending strike, summed contract by contract."""
    net: dict[float, float] = {}
    for strike, kind, gamma, oi in contracts:
        gex = spot * gamma * oi * 100
        net[strike] = net.get(strike, 0.0) + (-gex if kind == "put" else gex)
    return dict(sorted(net.items()))


@given(CONTRACTS)
def test_the_table_by_strike_equals_the_sum_over_contracts(contracts: list[Contract]) -> None:
    analyzer = analyzed(contracts)
    table = analyzer.aggregate_gex_by_strike()
    net = by_strike(contracts)
    scale = sum(abs(250.0 * gamma * oi * 100) for _, _, gamma, oi in contracts)
    assert table["strike"].tolist() == list(net)
    assert table["gex"].to_numpy() == pytest.approx(list(net.values()), abs=1e-12 * scale)
    assert table["cumulative_gex"].to_numpy() == pytest.approx(np.cumsum(list(net.values())), abs=1e-12 * scale)
    assert analyzer.net_gex == pytest.approx(sum(net.values()), abs=1e-12 * scale)
    total = table["gex"].abs().sum()
    assert table["gex_pct"].sum() == pytest.approx(100 if total > 0 else 0)


@given(CONTRACTS)
def test_walls_are_the_largest_strikes_of_their_sign(contracts: list[Contract]) -> None:
    analyzer = analyzed(contracts)
    table = analyzer.aggregate_gex_by_strike()
    for kind, sign in (("call_wall", 1), ("put_wall", -1)):
        walls = [level for name, level in analyzer.key_levels.items() if name.startswith(kind)]
        side = table[table["gex"] * sign > 0]
        assert len(walls) == min(3, len(side))
        assert [abs(wall.gex_value) for wall in walls] == sorted(side["gex"].abs(), reverse=True)[:3]
        for wall in walls:
            assert wall.level_type == kind
            assert wall.strength == pytest.approx(abs(wall.gex_value) / table["gex"].abs().sum() * 100)
            assert wall.distance_from_spot == pytest.approx((wall.strike - 250) / 250 * 100)


@given(CONTRACTS)
def test_doubling_open_interest_doubles_the_exposure_and_keeps_the_levels(contracts: list[Contract]) -> None:
    once = analyzed(contracts)
    twice = analyzed([(strike, kind, gamma, 2 * oi) for strike, kind, gamma, oi in contracts])
    assert twice.net_gex == 2 * once.net_gex
    assert twice.gamma_flip == once.gamma_flip
    assert list(twice.key_levels) == list(once.key_levels)
    assert [level.strike for level in twice.key_levels.values()] == [level.strike for level in once.key_levels.values()]


@given(CONTRACTS)
def test_swapping_calls_and_puts_mirrors_the_exposure(contracts: list[Contract]) -> None:
    other = {"call": "put", "put": "call"}
    swapped = analyzed([(strike, other[kind], gamma, oi) for strike, kind, gamma, oi in contracts])
    original = analyzed(contracts)
    assert swapped.net_gex == -original.net_gex
    walls = {name: level.strike for name, level in original.key_levels.items() if "wall" in name}
    mirrored = {
        name.replace("call", "*").replace("put", "call").replace("*", "put"): strike for name, strike in walls.items()
    }
    assert {name: level.strike for name, level in swapped.key_levels.items() if "wall" in name} == mirrored


@given(CONTRACTS)
def test_the_flip_lies_within_the_chain(contracts: list[Contract]) -> None:
    flip = analyzed(contracts).gamma_flip
    assert flip is not None
    strikes = [contract[0] for contract in contracts]
    assert min(strikes) - 1e-9 <= flip <= max(strikes) + 1e-9


def test_the_flip_weighs_the_strikes_by_the_opposite_exposure() -> None:
    # Cumulative: 98 -200, 100 -100, 102 +300.
    analyzer = analyzed([(98.0, "put", 0.01, 2), (100.0, "call", 0.01, 1), (102.0, "call", 0.01, 4)], spot=100.0)
    assert analyzer.gamma_flip == pytest.approx(100 * 0.75 + 102 * 0.25)


def test_with_several_crossings_the_highest_negative_meets_the_lowest_positive_strike() -> None:
    # Deliberate (core Q4). Cumulative: 98 +100, 100 -100, 102 +200, 104 -300, 106 +100.
    contracts: list[Contract] = [
        (98.0, "call", 0.01, 1), (100.0, "put", 0.01, 2), (102.0, "call", 0.01, 3), (104.0, "put", 0.01, 5),
        (106.0, "call", 0.01, 4),
    ]  # fmt: skip
    assert analyzed(contracts, spot=100.0).gamma_flip == pytest.approx(104 * 0.25 + 98 * 0.75)


def test_one_sided_exposure_flips_at_the_end_of_the_chain() -> None:
    assert analyzed([(95.0, "call", 0.01, 1), (105.0, "call", 0.01, 1)]).gamma_flip == 95
    assert analyzed([(95.0, "put", 0.01, 1), (105.0, "put", 0.01, 1)]).gamma_flip == 105
    assert analyzed([(95.0, "call", 0.01, 0), (105.0, "call", 0.01, 0)]).gamma_flip == 105


def test_a_crossing_at_a_strike_that_is_not_positive_flips_at_spot() -> None:
    assert analyzed([(0.0, "put", 0.01, 1), (100.0, "call", 0.01, 3)], spot=77.0).gamma_flip == 77


def test_missing_figures_count_as_nothing_and_a_missing_type_as_a_call() -> None:
    frame = pd.DataFrame(
        {
            "strike": [99.0, 100.0, 101.0],
            "optiontype": [None, "CALL", "put"],
            "gamma": [0.02, math.nan, 0.01],
            "openinterest": [100, 100, 100],
        }
    )
    profile = GEXAnalyzer().calculate_gex(frame, 100.0)
    assert profile["gex"].tolist() == [20000, 0, -10000]
    assert profile["type"].tolist() == ["call", "CALL", "put"]
    assert profile["expiration"].tolist() == ["N/A"] * 3
    bare = GEXAnalyzer().calculate_gex(frame[["strike"]], 100.0)
    assert bare["gamma"].tolist() == bare["oi"].tolist() == [0, 0, 0]
    assert pd.api.types.is_integer_dtype(bare["oi"])


def test_the_chain_that_was_passed_in_is_not_changed() -> None:
    frame = chain([(100.0, "put", 0.01, 10)])
    before = frame.copy()
    analyzer = GEXAnalyzer()
    analyzer.calculate_gex(frame, 100.0)
    pd.testing.assert_frame_equal(frame, before)
    assert analyzer.options_data is not frame


def test_a_chain_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(KeyError, match="strike"):
        GEXAnalyzer().calculate_gex(pd.DataFrame({"gamma": [0.1]}), 100.0)
    with pytest.raises(TypeError, match=r"gamma.*'0.02'"):
        GEXAnalyzer().calculate_gex(pd.DataFrame({"strike": [1.0], "gamma": ["0.02"], "openinterest": [1]}), 100.0)
    with pytest.raises(TypeError, match="spot_price"):
        GEXAnalyzer().calculate_gex(chain([(100.0, "put", 0.01, 10)]), None)  # type: ignore[arg-type]


def test_an_empty_chain_keeps_the_old_levels() -> None:
    analyzer = analyzed([(95.0, "call", 0.01, 1), (105.0, "put", 0.01, 1)])
    levels, net = analyzer.key_levels, analyzer.net_gex
    analyzer.calculate_gex(chain([]), 111.0)
    assert analyzer.identify_key_levels() == {}
    assert (analyzer.key_levels, analyzer.net_gex) == (levels, net)
    assert analyzer.find_gamma_flip() == 111.0
    assert list(analyzer.aggregate_gex_by_strike()) == ["strike", "gex", "gamma", "oi", "cumulative_gex", "gex_pct"]


def test_nothing_analyzed_gives_nothing() -> None:
    analyzer = GEXAnalyzer()
    assert analyzer.identify_key_levels() == {}
    assert analyzer.find_gamma_flip() is None
    assert analyzer.calculate_vanna() == 0
    assert analyzer.aggregate_gex_by_strike().empty
    assert analyzer.calculate_charm().empty


def test_a_zero_spot_puts_every_level_infinitely_far() -> None:
    level = analyzed([(95.0, "call", 0.01, 1)], spot=0.0).key_levels["gamma_flip"]
    assert level.distance_from_spot == math.inf


def test_charm_counts_whole_days_in_utc() -> None:
    analyzer = GEXAnalyzer(clock=Standing())
    expirations = ["2025-03-20", "2025-03-13", "2025-03-14", "2025-03-20"]
    contracts: list[Contract] = [(100.0, "call", 0.01, 10)] * 3 + [(101.0, "put", 0.01, 4)]
    analyzer.calculate_gex(chain(contracts, expiration=expirations), 100.0)
    charm = analyzer.calculate_charm()
    assert charm.to_dict("records") == [
        {"expiration": "2025-03-20", "dte": 7, "total_gex": 600.0, "daily_charm": 600 / 7, "weekend_charm": 1500 / 7},
        {"expiration": "2025-03-14", "dte": 1, "total_gex": 1000.0, "daily_charm": 1000.0, "weekend_charm": 2500.0},
    ]


def test_charm_needs_dates_and_a_clock() -> None:
    analyzer = GEXAnalyzer(clock=Standing())
    analyzer.calculate_gex(chain([(100.0, "call", 0.01, 10)]), 100.0)
    with pytest.raises(ValueError):
        analyzer.calculate_charm()
    clockless = analyzed([(100.0, "call", 0.01, 10)])
    with pytest.raises(ValueError, match="clock"):
        clockless.calculate_charm()


def test_vanna_adds_puts_like_calls() -> None:
    analyzer = GEXAnalyzer()
    frame = chain([(100.0, "call", 0.02, 10), (100.0, "put", 0.01, 30), (101.0, "put", 0.01, 30)])
    analyzer.calculate_gex(frame.assign(vega=[0.3, 0.2, math.nan]), 100.0)
    assert analyzer.calculate_vanna() == pytest.approx(0.3 * 0.02 * 10 * 100 + 0.2 * 0.01 * 30 * 100)


def test_a_chain_without_rows_gives_an_empty_profile_whatever_its_columns() -> None:
    analyzer = GEXAnalyzer()
    profile = analyzer.calculate_gex(pd.DataFrame(), 585.0)
    assert list(profile.columns) == ["strike", "gex", "type", "gamma", "oi", "expiration"]
    assert profile.empty
    assert analyzer.identify_key_levels() == {}
