"""Scores against worked examples, against a walk through the prices, and shares against scipy's interval."""

from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from apps.market.scorecard.scoring import LevelScore, MoveOutcome, SessionPrices, score_level, score_move, share


def day(opened: float, high: float, low: float, close: float) -> SessionPrices:
    return SessionPrices(open=opened, high=high, low=low, close=close)


@pytest.mark.parametrize(
    ("prices", "touched", "held", "broken", "beyond"),
    [
        ((990, 995, 985, 992), False, False, False, False),
        ((990, 999.4, 985, 992), False, False, False, False),  # 0.06 % short of it
        ((990, 999.5, 985, 992), True, True, False, False),  # 0.05 % short of it
        ((990, 1000.9, 985, 992), True, True, False, False),  # over, by less than 0.1 %
        ((990, 1001.0, 985, 992), True, True, False, False),  # by 0.1 %, not by more
        ((990, 1001.1, 985, 992), True, True, True, False),  # broken, and back at the close
        ((990, 1001.1, 985, 1001), True, False, True, True),
        ((990, 1000.5, 985, 1000.2), True, False, False, True),  # closed beyond without a break
        ((990, 1000.0, 985, 1000.0), True, True, False, False),  # a close on it is not beyond
        ((1010, 1015, 1000.6, 1012), False, False, False, False),  # the same from above
        ((1010, 1015, 1000.5, 1012), True, True, False, False),
        ((1010, 1015, 998.9, 1012), True, True, True, False),
        ((1010, 1015, 998.9, 999), True, False, True, True),
        ((1000, 1000.2, 985, 990), True, True, False, False),  # opened on it, spot was below
    ],
)
def test_worked_examples_on_a_level_of_1000(
    prices: tuple[float, float, float, float], touched: bool, held: bool, broken: bool, beyond: bool
) -> None:
    expected = LevelScore(touched=touched, held=held, broken=broken, closed_beyond=beyond)
    assert score_level(1000.0, day(*prices), spot=995.0) == expected


def test_opened_and_frozen_on_the_level_there_is_no_other_side() -> None:
    assert score_level(1000.0, day(1000, 1010, 990, 1005), spot=1000.0) is None
    opened_on_it = score_level(1000.0, day(1000, 1010, 999.5, 1005), spot=1001.0)
    assert opened_on_it == LevelScore(touched=True, held=True, broken=False, closed_beyond=False)


@pytest.mark.parametrize(
    ("prices", "outcome"),
    [
        ((100, 102, 98, 101), MoveOutcome.INSIDE),  # the edges belong to it
        ((100, 102.01, 98, 102), MoveOutcome.EXCEEDED),
        ((100, 101, 97.99, 98), MoveOutcome.EXCEEDED),
        ((100, 103, 98, 102.01), MoveOutcome.CLOSED_OUTSIDE),
        ((97, 101, 96, 97.5), MoveOutcome.CLOSED_OUTSIDE),
        ((97, 101, 97, 100), MoveOutcome.EXCEEDED),
    ],
)
def test_a_move_of_two_points_around_100(prices: tuple[float, float, float, float], outcome: MoveOutcome) -> None:
    assert score_move(98.0, 102.0, day(*prices)) is outcome


# Whole hundredths around a level of whole points, so that the walk below needs no rounding.
PATHS = st.lists(st.integers(9_700, 10_300), min_size=1, max_size=40)


@settings(deadline=None)
@given(cents=PATHS, level=st.integers(98, 102), spot_cents=st.integers(9_700, 10_300))
def test_a_walk_through_the_prices_finds_the_same(cents: list[int], level: int, spot_cents: int) -> None:
    """The other way: look at each price on the way, in units of a thousandth of a per cent of the level."""
    assume(cents[0] != level * 100 or spot_cents != level * 100)
    units = [(cent - level * 100) * 1_000 for cent in cents]  # (price - level) / level in 1e-5, times level
    start = units[0] or (spot_cents - level * 100) * 1_000
    near, far = 50 * level, 100 * level
    crossed = any(one * other <= 0 for one, other in pairwise(units))
    touched = crossed or any(abs(unit) <= near for unit in units)
    beyond = [abs(unit) if (unit > 0) != (start > 0) else 0 for unit in units]
    prices = day(cents[0] / 100, max(cents) / 100, min(cents) / 100, cents[-1] / 100)
    found = score_level(float(level), prices, spot=spot_cents / 100)
    assert found is not None
    closed_beyond = bool(beyond[-1]) and units[-1] != 0
    assert found.touched == touched
    assert found.closed_beyond == closed_beyond
    assert found.held == (touched and not closed_beyond)
    assert found.broken == (max(beyond) > far)


@settings(deadline=None)
@given(cents=PATHS, half=st.integers(1, 300), middle=st.integers(9_900, 10_100))
def test_a_walk_through_the_prices_finds_the_same_of_a_move(cents: list[int], half: int, middle: int) -> None:
    outside = [not middle - half <= cent <= middle + half for cent in cents]
    expected = (
        MoveOutcome.CLOSED_OUTSIDE if outside[-1] else MoveOutcome.EXCEEDED if any(outside) else MoveOutcome.INSIDE
    )
    prices = day(cents[0] / 100, max(cents) / 100, min(cents) / 100, cents[-1] / 100)
    assert score_move((middle - half) / 100, (middle + half) / 100, prices) is expected


@settings(deadline=None)
@given(trials=st.integers(5, 60), part=st.floats(0, 1))
def test_the_interval_is_wilsons(trials: int, part: float) -> None:
    hits = round(part * trials)
    expected = binomtest(hits, trials).proportion_ci(confidence_level=0.95, method="wilson")
    found = share(hits, trials)
    assert found.low == pytest.approx(expected.low, abs=1e-12)
    assert found.high == pytest.approx(expected.high, abs=1e-12)
    assert found.fraction == hits / trials


@pytest.mark.parametrize("trials", [0, 1, 4])
def test_few_trials_have_no_interval(trials: int) -> None:
    few = share(trials, trials)
    assert (few.low, few.high, few.fraction, few.hits) == (None, None, None, trials)


def test_twelve_of_seventeen() -> None:
    found = share(12, 17)
    assert (round(found.low or 0, 4), round(found.high or 0, 4)) == (0.4687, 0.8672)
