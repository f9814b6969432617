"""The verdict's words say what the levels say, and nothing else."""

from dataclasses import replace

import pytest

from apps.gex import words
from apps.gex.ruler import price_ruler
from apps.market.exposure.result import Exposure, Wall
from tests.market.tracking.material import ny

REASON = "Net gamma is positive at every spot from 3,600.00 to 5,400.00."


def wall(at: float) -> Wall:
    return Wall(strike=at, gex=1e9, dominance=0.1, second_strike=None, second_gex=None)


@pytest.fixture
def base(exposure: Exposure) -> Exposure:
    """Long gamma above a flip 2 % away, walls 1 % to either side, no single strike that pins."""
    spot = exposure.spot
    flat = replace(
        exposure.by_strike,
        call_gex=exposure.by_strike.call_gex * 0 + 1.0,
        put_gex=exposure.by_strike.put_gex * 0 - 1.0,
    )
    return replace(
        exposure,
        net_gex=20e9,
        gross_gex=100e9,
        flip_point=spot * 0.98,
        flips=(spot * 0.98,),
        flip_quality="clear",
        call_wall=wall(spot + 50),
        put_wall=wall(spot - 50),
        implied_move=40.0,
        after_next=None,
        by_strike=flat,
    )


def texts(exposure: Exposure) -> list[str]:
    return [pill.text for pill in words.pills(exposure)]


def test_the_sign_of_net_gamma_names_the_regime(base: Exposure) -> None:
    assert texts(base) == ["Long gamma"]
    assert texts(replace(base, net_gex=-20e9)) == ["Short gamma"]


def test_a_small_difference_of_large_sums_is_called_thin(base: Exposure) -> None:
    assert texts(replace(base, net_gex=4e9)) == ["Long gamma", "Thin, 4\u202f% of gross"]
    assert texts(replace(base, net_gex=5e9)) == ["Long gamma"]


def test_a_flip_within_a_quarter_of_the_implied_move_is_near(base: Exposure) -> None:
    assert "Near flip" in texts(replace(base, flip_point=base.spot - 10))
    assert "Near flip" not in texts(replace(base, flip_point=base.spot - 10.1))
    assert "either regime" in words.headline(replace(base, flip_point=base.spot - 10))


def test_spot_between_the_walls_in_long_gamma_is_held(base: Exposure) -> None:
    assert words.headline(base).startswith("Held between")


def test_a_strike_that_holds_much_gamma_near_spot_pins(base: Exposure) -> None:
    calls = base.by_strike.call_gex.copy()
    index = int(abs(base.by_strike.strike - base.spot).argmin())
    calls[index] = 30e9
    pinned = replace(base, by_strike=replace(base.by_strike, call_gex=calls))
    assert words.pin_strike(pinned) == base.by_strike.strike[index]
    assert words.headline(pinned).startswith("Pinned near")


def test_short_gamma_names_the_side_of_the_flip_where_moves_grow(base: Exposure) -> None:
    below = replace(base, net_gex=-20e9, flip_point=base.spot * 1.02)
    assert words.headline(below).startswith("Moves grow below")
    assert "Above it dealers buy dips" in words.explanation(below)


def test_a_flip_far_away_is_said_to_be_far(base: Exposure) -> None:
    far = replace(base, net_gex=-20e9, flip_point=base.spot * 1.06, flip_quality="far: 6.0 % from spot")
    assert "6.0\u202f% away" in words.headline(far)
    assert "far: 6.0 % from spot" in words.explanation(far)


def test_without_a_flip_the_reason_stands_in_its_place(base: Exposure) -> None:
    none = replace(base, flip_point=None, flips=(), flip_reason=REASON, flip_quality=None)
    assert "net gamma is positive at every spot" in words.explanation(none)
    assert words.levels_to_act_on(none)[0].text == REASON
    assert all(mark.kind != "flip" for mark in price_ruler(none).marks)


def test_an_inverted_regime_is_described_the_right_way_round(base: Exposure) -> None:
    above = replace(base, flip_point=base.spot * 1.02)  # long gamma below the flip
    assert words.explanation(above).startswith("Below")
    assert words.levels_to_act_on(above)[0].title.startswith("Over")


def test_the_ruler_names_its_ends_by_the_gamma_there(exposure: Exposure) -> None:
    curves = {name: -curve for name, curve in exposure.profile.curves.items()}
    turned = replace(exposure, profile=replace(exposure.profile, curves=curves))
    swap = {"Moves grow": "Moves shrink", "Moves shrink": "Moves grow"}
    here = [text for _, text in price_ruler(exposure).sides]
    assert [text for _, text in price_ruler(turned).sides] == [swap[text] for text in here]


def test_walls_on_one_strike_are_one_mark(base: Exposure) -> None:
    both = replace(base, call_wall=wall(base.spot), put_wall=wall(base.spot))
    labels = [mark.label for mark in price_ruler(both).marks]
    assert sum("walls" in label for label in labels) == 1
    assert not any("Call wall" in label or "Put wall" in label for label in labels)


def test_dealers_long_gamma_at_a_wall_work_against_the_move(base: Exposure) -> None:
    titles = {level.key: level.title for level in words.levels_to_act_on(base)}
    assert titles["put"].startswith("Dealers buy dips to ")  # the flip lies below the put wall
    assert titles["call"].startswith("Dealers sell rallies into ")


def test_dealers_short_gamma_at_a_wall_feed_the_move(base: Exposure) -> None:
    between = base.spot - 20
    long_above = replace(base, flip_point=between, flips=(between,))
    assert words.levels_to_act_on(long_above)[2].title.startswith("Dealers sell a break of ")
    above = base.spot + 100
    short_below = replace(base, net_gex=-20e9, flip_point=above, flips=(above,))
    _, call, put = words.levels_to_act_on(short_below)
    assert call.title.startswith("Dealers buy rallies into ")
    assert put.title.startswith("Dealers sell a break of ")


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("2026-11-16T08:00", ", Mon 16 Nov"),
        ("2026-11-18T15:59", ", Wed 18 Nov"),
        ("2026-11-20T17:00", " from Mon 23 Nov on"),
        ("2026-11-21T12:00", " from Mon 23 Nov on"),
        ("2026-11-26T11:00", " from Fri 27 Nov on"),
        ("2026-11-27T13:00", " from Mon 30 Nov on"),
    ],
)
def test_the_verdict_names_a_day_on_which_dealers_can_act(base: Exposure, at: str, said: str) -> None:
    assert words.verdict_day(replace(base, as_of=ny(at))) == said
