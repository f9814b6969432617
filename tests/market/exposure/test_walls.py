"""Walls: the strike with the most gamma of its side, on its side of spot."""

from datetime import date

import numpy as np
import pytest

from apps.market.exposure.analysis import analyse
from apps.market.exposure.levels import call_wall, put_wall
from tests.market.exposure.chains import Contract, make_chain

STRIKES = np.array([90.0, 95.0, 100.0, 105.0, 110.0])


def test_a_wall_says_its_share_of_the_whole_side_and_the_runner_up() -> None:
    wall = call_wall(100.0, STRIKES, np.array([50.0, 10.0, 5.0, 20.0, 15.0]))
    assert wall is not None
    assert (wall.strike, wall.gex, wall.second_strike, wall.second_gex) == (105.0, 20.0, 110.0, 15.0)
    assert wall.dominance == pytest.approx(0.2)


def test_a_put_wall_is_negative_with_a_positive_share() -> None:
    wall = put_wall(100.0, STRIKES, np.array([-30.0, -10.0, -5.0, -55.0, 0.0]))
    assert wall is not None
    assert (wall.strike, wall.gex) == (90.0, -30.0)
    assert wall.dominance == pytest.approx(0.3)


def test_of_equal_walls_the_one_nearest_spot_counts() -> None:
    equal = np.array([7.0, 7.0, 0.0, 7.0, 7.0])
    calls, puts = call_wall(100.0, STRIKES, equal), put_wall(100.0, STRIKES, -equal)
    assert calls is not None
    assert puts is not None
    assert (calls.strike, calls.second_strike) == (105.0, 110.0)
    assert (puts.strike, puts.second_strike) == (95.0, 90.0)


def test_a_strike_at_spot_belongs_to_both_sides() -> None:
    at_spot = np.array([1.0, 1.0, 9.0, 1.0, 1.0])
    calls, puts = call_wall(100.0, STRIKES, at_spot), put_wall(100.0, STRIKES, -at_spot)
    assert calls is not None
    assert puts is not None
    assert calls.strike == puts.strike == 100.0


def test_a_side_without_gamma_has_no_wall() -> None:
    result = analyse(make_chain([Contract(strike=95), Contract(strike=105)]))
    assert result.put_wall is None
    assert result.call_wall is not None
    assert result.call_wall.second_strike is None


def test_a_wall_adds_all_expirations() -> None:
    near, far = date(2023, 10, 20), date(2023, 12, 15)
    contracts = [Contract(strike=105, expiration=near), Contract(strike=105, expiration=far)]
    contracts.append(Contract(strike=106, expiration=near, open_interest=14))
    result = analyse(make_chain(contracts))
    assert result.call_wall is not None
    assert result.call_wall.strike == 105.0
