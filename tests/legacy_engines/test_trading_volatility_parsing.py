"""What the client makes of the vendor's objects: strike profile, levels, totals, day over day, configuration."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legacy_engines.gamma.trading_volatility.configuration import DEFAULT_ENDPOINT, account_name, base_url
from legacy_engines.gamma.trading_volatility.day_over_day import day_over_day
from legacy_engines.gamma.trading_volatility.parsing import expiration_gamma, gex_levels, level
from legacy_engines.gamma.trading_volatility.strike_profile import flip_point, near_spot, strike_profile
from legacy_engines.gamma.trading_volatility.strike_walls import walls_from_strikes


def strikes(*net: float) -> list[dict[str, str]]:
    return [{"strike": str(100 + 5 * i), "net_gamma_$_at_strike": str(value)} for i, value in enumerate(net)]


@given(st.floats(min_value=1, max_value=1e10), st.floats(min_value=1, max_value=1e10))
def test_the_flip_lies_between_its_strikes_and_scale_does_not_move_it(below: float, above: float) -> None:
    flip = flip_point(strikes(-below, above))
    assert flip is not None
    assert 100 <= flip <= 105
    assert flip_point(strikes(-4 * below, 4 * above)) == pytest.approx(flip)


@pytest.mark.parametrize(
    ("net", "flip"),
    [
        ((-1, 1), 102.5),
        ((-3, 1), 103.75),
        ((1, 2, 3), None),
        ((-1, 0, 1), None),
        ((-1, 1, -1), 102.5),
        ((1, -1), 102.5),
    ],
)
def test_the_flip_is_the_first_crossing_of_neighbours(net: tuple[float, ...], flip: float | None) -> None:
    assert flip_point(strikes(*net)) == flip


def test_no_crossing_puts_the_flip_at_spot() -> None:
    assert strike_profile("SPY", {"price": "641", "gamma_array": strikes(1, 2)}, None)["flip_point"] == 641


@given(st.floats(min_value=1, max_value=10_000), st.floats(min_value=0.01, max_value=2))
def test_the_window_holds_its_edges_and_nothing_beyond(spot: float, iv: float) -> None:
    move = spot * iv * math.sqrt(7 / 252)
    edges = [spot - move, spot + move]
    outside = [math.nextafter(edges[0], -math.inf), math.nextafter(edges[1], math.inf)]
    kept = near_spot([{"strike": strike} for strike in edges + outside], spot=spot, iv=iv)
    assert [entry["strike"] for entry in kept] == edges


def test_walls_use_all_strikes_and_the_first_of_equals() -> None:
    array = [
        {"strike": "100", "call_gamma": "0.2", "put_gamma": "-0.9"},
        {"strike": "640", "call_gamma": "-0.5", "put_gamma": "-0.1"},
        {"strike": "645", "call_gamma": "0.5", "put_gamma": "nan"},
        {},
    ]
    profile = strike_profile("SPY", {"price": "641", "gamma_array": array}, None)
    assert (profile["call_wall"], profile["put_wall"]) == (640, 100)
    assert [entry["strike"] for entry in profile["strikes"]] == [640, 645]
    assert "aggregate_from_gammaOI" not in profile


@pytest.mark.parametrize(
    ("entry", "last", "kept"),
    [
        ({"implied_volatility": "0.60"}, None, 1),
        ({}, None, 0),
        ({}, {"SPY": {"implied_volatility": "0.6"}}, 1),
        ({}, {"QQQ": {"implied_volatility": "0.6"}}, 0),
        ({"implied_volatility": "0"}, {"SPY": {"implied_volatility": "0.6"}}, 0),
    ],
)
def test_the_window_takes_the_best_volatility_it_knows(
    entry: dict[str, Any], last: dict[str, Any] | None, kept: int
) -> None:
    array = [{"strike": "109"}]
    assert len(strike_profile("SPY", {"price": 100, "gamma_array": array, **entry}, last)["strikes"]) == kept


def test_the_aggregate_needs_all_three_figures() -> None:
    entry = {"price": 100, "gamma_array": [{"strike": 100}], "implied_volatility": "0.2", "skew_adjusted_gex": "-5"}
    assert "aggregate_from_gammaOI" not in strike_profile("SPY", entry, None)
    aggregate = strike_profile("SPY", {**entry, "gex_flip_price": None}, None)["aggregate_from_gammaOI"]
    assert aggregate == {"net_gex": -5, "implied_volatility": 0.2, "put_call_ratio": 0, "collection_date": ""}


@given(st.lists(st.floats(min_value=-1e9, max_value=1e9)))
def test_total_gamma_ignores_signs_and_doubles_with_gamma(gammas: list[float]) -> None:
    def total(values: list[float]) -> float:
        entry = {"gamma_array": [{"gamma": str(value)} for value in values]}
        return float(expiration_gamma("SPY", "1", entry)["total_gamma"])

    assert total(gammas) == total([-value for value in gammas]) >= 0
    assert total([2 * value for value in gammas]) == pytest.approx(2 * total(gammas))


@pytest.mark.parametrize("value", [None, "", "null", "n/a", [1], {}, 10**400])
def test_a_level_that_is_no_number_is_zero(value: Any) -> None:
    assert level(value) == 0


def test_levels_read_the_old_names_only() -> None:
    lower = gex_levels("SPY", {"gex_flip": "644.9", "gex_1": "645", "price_plus_1_day_std": "647"})
    assert lower["gex_flip"] == 644.9
    assert {value for key, value in lower.items() if key not in ("gex_flip", "symbol")} == {0}
    assert gex_levels("SPY", {"gex_flip": 0, "Gex Flip": "7"})["gex_flip"] == 7
    assert gex_levels("SPY", {"gex_flip": "0", "Gex Flip": "7"})["gex_flip"] == 0


@pytest.mark.parametrize("data", [None, "abc", [], {}, [1, None], [{"strike": 5, "call_gamma": "x"}], {"calls": [1]}])
def test_walls_of_unreadable_data_are_none(data: Any) -> None:
    assert walls_from_strikes(data) == (0, 0)


def test_walls_are_found_in_lists_and_maps() -> None:
    rows = [{"strike": 5, "call_gex": 3, "puts": -1}, {"strike_price": "6", "calls": "1", "put_gamma": "-4"}]
    assert walls_from_strikes(rows) == (5, 6)
    assert walls_from_strikes({"5": {"call": 3, "puts": -1}, "6": {"calls": "1", "put": "-4"}, "7": 8}) == (5, 6)
    assert walls_from_strikes([{"strike": 5, "call_gamma": 3}]) == (0, 0)
    assert walls_from_strikes([{"strike": 5, "call_gamma": 0.3, "put_gamma": 0.2}]) == (5, 5)


@pytest.mark.parametrize(
    ("data", "walls"),
    [
        ({"5": {"call": 3, "put": 1}, "total": 8}, (5, 5)),
        ({"total": 8, "5": {"call": 3, "put": 1}}, (0, 0)),
        ({"5": {"call": 3, "put": 1}, "total": {"call": 9, "put": 9}}, (0, 0)),
        ({"5": 8}, (0, 0)),
    ],
)
def test_a_map_of_strikes_is_known_by_its_first_key_and_may_hold_other_values(
    data: dict[str, Any], walls: tuple[float, float]
) -> None:
    assert walls_from_strikes(data) == walls


@given(st.floats(min_value=-1e9, max_value=1e9), st.floats(min_value=-1e9, max_value=1e9))
def test_day_over_day_is_the_difference_in_percent_of_yesterday(now: float, before: float) -> None:
    changes = day_over_day({"net_gex": now}, {"skew_adjusted_gex": str(before)})
    assert list(changes) == (["net_gex"] if before else [])
    for entry in changes.values():
        assert entry["change"] == now - before
        assert entry["pct_change"] == entry["change"] / before * 100
        flat = abs(entry["pct_change"]) < 0.5
        assert entry["trend"] == ("→" if flat else "↑" if now > before else "↓")


def test_half_a_percent_is_no_longer_flat() -> None:
    assert day_over_day({"flip_point": 201}, {"gex_flip_price": 200})["flip_point"]["trend"] == "↑"
    assert day_over_day({"flip_point": 200.99}, {"gex_flip_price": 200})["flip_point"]["trend"] == "→"
    assert day_over_day({"flip_point": 199}, {"gex_flip_price": 200})["flip_point"]["trend"] == "↓"


@pytest.mark.parametrize("yesterday", [None, {}])
def test_without_yesterday_nothing_changed(yesterday: dict[str, Any] | None) -> None:
    assert day_over_day({"flip_point": 5}, yesterday) == {}


@pytest.mark.parametrize(("value", "error"), [(None, TypeError), ("x", ValueError)])
def test_a_metric_that_is_no_number_raises(value: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        day_over_day({"flip_point": value}, {"gex_flip_price": 5})


def test_the_environment_comes_before_secrets_and_blanks_fall_through() -> None:
    secrets = {"tv_username": "secret", "api_key": "https://k.test"}
    assert account_name({"TV_USERNAME": "", "tv_username": "lower"}, secrets) == "lower"
    assert account_name({"TV_USERNAME": ""}, secrets) == "secret"
    assert account_name({}, {}) == ""
    assert base_url({"ENDPOINT": "https://e.test/"}, secrets) == "https://e.test/"
    assert base_url({}, secrets) == "https://k.test"
    assert base_url({}, {"endpoint": "https://s.test", **secrets}) == "https://s.test"
    assert base_url({}, {}) == DEFAULT_ENDPOINT
