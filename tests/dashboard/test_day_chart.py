"""Spot through the session: the line runs from open to close, levels lie where their prices are."""

from dataclasses import replace
from datetime import timedelta

import pytest

from apps.dashboard.day_chart import day_chart
from apps.market.chain import Chain
from apps.market.feed import store_observation
from apps.market.models import Snapshot
from tests.moments import OPEN_MARKET, WEEKEND

OPENS, MINUTES = OPEN_MARKET.replace(hour=9, minute=30), 390


def store(chain: Chain, *, minutes: int, spot: float) -> Snapshot:
    moment = OPENS + timedelta(minutes=minutes)
    return store_observation(replace(chain, as_of=moment, spot=spot), received_at=moment).snapshot


@pytest.fixture
def three_minutes(db: None, spx_chain: Chain) -> list[float]:
    spots = [6440.0, 6452.0, 6446.0]
    for minutes, spot in zip((10, 60, 120), spots, strict=True):
        store(spx_chain, minutes=minutes, spot=spot)
    Snapshot.objects.update(flip_point=6444.0, call_wall=6500.0, put_wall=None)
    return spots


def test_time_runs_from_left_to_right_and_price_upwards(three_minutes: list[float]) -> None:
    chart = day_chart("SPX", at=OPEN_MARKET)
    path = [tuple(map(float, point.split(","))) for point in chart.path.split()]
    assert [left for left, _ in path] == pytest.approx([100 * one / MINUTES for one in (10, 60, 120)], abs=0.01)
    by_height = sorted(range(3), key=lambda one: path[one][1])
    assert by_height == sorted(range(3), key=lambda one: -three_minutes[one])
    # Equal steps of price are equal steps of height: (6452 - 6446) / (6452 - 6440).
    assert (path[2][1] - path[1][1]) / (path[0][1] - path[1][1]) == pytest.approx(0.5, abs=0.01)
    assert (chart.title, chart.spot) == ("SPX today", "6,446.00")
    assert (float(chart.end_x), float(chart.end_y)) == path[-1]


def test_a_level_lies_between_the_prices_around_it_and_a_far_one_is_told_in_words(three_minutes: list[float]) -> None:
    chart = day_chart("SPX", at=OPEN_MARKET)
    heights = {level.label: float(level.at) for level in chart.levels}
    path = [float(point.split(",")[1]) for point in chart.path.split()]
    assert path[2] < heights["Flip 6,444.00"] < path[0]
    assert "Call wall 6,500" not in heights
    assert chart.outside == "Call wall 6,500 lies outside"
    assert "Flip 6,444.00" in chart.summary


def test_the_ticks_are_the_sessions_hours(three_minutes: list[float]) -> None:
    labels = [tick.label for tick in day_chart("SPX", at=OPEN_MARKET).ticks]
    assert labels == ["09:30", "11:00", "12:30", "14:00", "16:00"]


def test_on_the_weekend_the_last_session_is_shown_under_its_date(db: None, spx_chain: Chain) -> None:
    store(spx_chain, minutes=1, spot=6440.0)
    store(spx_chain, minutes=2, spot=6441.0)
    assert day_chart("SPX", at=WEEKEND).title == "SPX on Wed 18 Nov 2026"


def test_one_minute_makes_no_line_and_nothing_none(db: None, spx_chain: Chain) -> None:
    assert "begins with the second minute" in day_chart("SPX", at=OPEN_MARKET).missing
    store(spx_chain, minutes=1, spot=6440.0)
    assert "begins with the second minute" in day_chart("SPX", at=OPEN_MARKET).missing
    assert day_chart("SPX", at=WEEKEND).missing == "Only one minute was seen of this session."


def test_walls_on_one_strike_are_one_line(three_minutes: list[float]) -> None:
    Snapshot.objects.update(call_wall=6450.0, put_wall=6450.0)
    labels = [level.label for level in day_chart("SPX", at=OPEN_MARKET).levels]
    assert labels == ["Flip 6,444.00", "Both walls 6,450"]


def test_the_badge_is_the_newest_snapshots_while_the_line_ends_there(three_minutes: list[float]) -> None:
    badge = day_chart("SPX", at=OPEN_MARKET).badge
    assert badge is not None
    assert (badge["label"], badge["as_of"]) == ("Simulated", OPENS + timedelta(minutes=120))


def test_a_line_of_the_last_session_is_not_called_as_fresh_as_a_number_after_it(
    three_minutes: list[float], spx_chain: Chain
) -> None:
    store(spx_chain, minutes=24 * 60 - 90, spot=6500.0)  # the next morning at 08:00
    chart = day_chart("SPX", at=OPENS + timedelta(hours=23))
    assert (chart.title, chart.spot) == ("SPX on Wed 18 Nov 2026", "6,446.00")
    badge = chart.badge
    assert badge is not None
    assert (badge["kind"], badge["text"]) == ("simulated", "Simulated Wed 11:30")
    assert (badge["label"], badge["stale_after"]) == ("", None)  # the page's script leaves it as it is
    assert "as of Wed 18 Nov 2026 11:30 ET" in badge["origin"]


@pytest.mark.parametrize(
    ("spots", "flip", "call", "put"),
    [
        ([6440.0, 6452.0, 6446.0], 6444.0, 6465.0, 6431.0),
        ([6446.0, 6446.0, 6446.0], 6450.0, None, 6440.0),  # a day without a move
        ([4.02, 4.31, 4.1], 4.2, 4.5, 4.0),
        ([6440.0, 6452.0, 6446.0], None, None, None),
        ([6440.0, 6452.0, 6446.0], 9000.0, 7000.0, 10.0),  # all levels far away
    ],
)
def test_whatever_the_prices_every_level_lies_on_the_scale_of_the_line_and_inside(
    db: None, spx_chain: Chain, spots: list[float], flip: float | None, call: float | None, put: float | None
) -> None:
    for minutes, spot in enumerate(spots):
        store(spx_chain, minutes=minutes, spot=6440.0)
        Snapshot.objects.filter(as_of=OPENS + timedelta(minutes=minutes)).update(spot=spot)
    Snapshot.objects.update(flip_point=flip, call_wall=call, put_wall=put)
    chart = day_chart("SPX", at=OPEN_MARKET)
    prices = {"flip": flip, "call": call, "put": put}
    tops = [float(point.split(",")[1]) for point in chart.path.split()]
    drawn = [(price, float(level.at)) for level in chart.levels if (price := prices[level.kind]) is not None]
    places = [*zip(spots, tops, strict=True), *drawn]
    assert all(0 <= top <= 100 for _, top in places)
    (high, top), (low, bottom) = max(places), min(places)
    if high > low:
        for price, place in places:
            assert place == pytest.approx(top + (high - price) / (high - low) * (bottom - top), abs=0.02)
    known = [price for price in prices.values() if price is not None]
    assert len(chart.levels) + chart.outside.count("lies outside") == len(known)
