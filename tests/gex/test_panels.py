"""What the panels show: prices near spot, readable units, honest colours, valid figures."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from apps.gex.charts import gamma_by_price, nice_ticks, smooth
from apps.gex.expirations import expirations
from apps.gex.figures import key_figures
from apps.gex.heat import heat_map
from apps.gex.ladder import price_ladder
from apps.gex.method import exposures
from apps.gex.scale import scale_for
from apps.gex.weightings import weightings
from apps.gex.window import price_window
from apps.market.exposure.analysis import analyse
from apps.market.exposure.result import Exposure, Wall
from apps.market.sources.recorded import read_chain_file


def test_the_window_holds_two_implied_moves_and_the_near_levels(exposure: Exposure) -> None:
    low, high = price_window(replace(exposure, implied_move=0.02 * exposure.spot))
    assert low <= exposure.spot * 0.955
    assert high >= exposure.spot * 1.045
    near = replace(exposure, flip_point=exposure.spot * 0.93)
    assert price_window(near)[0] < exposure.spot * 0.93


def test_a_level_far_away_does_not_squeeze_the_window(exposure: Exposure) -> None:
    wall = Wall(strike=exposure.spot * 1.3, gex=1.0, dominance=1.0, second_strike=None, second_gex=None)
    assert price_window(replace(exposure, call_wall=wall))[1] < exposure.spot * 1.1


def test_the_window_shows_enough_strikes(exposure: Exposure) -> None:
    low, high = price_window(replace(exposure, implied_move=None, flip_point=None, call_wall=None, put_wall=None))
    strikes = exposure.by_strike.strike
    assert ((strikes >= low) & (strikes <= high)).sum() >= 25


@pytest.mark.parametrize(
    ("largest", "unit", "text"),
    [
        (40.36e9, "bn", "+40.4"),
        (2.73e9, "bn", "+2.73"),
        (208.1e6, "mn", "+208.1"),
        (5e3, "k", "+5.00"),
        (3, "USD", "+3"),
    ],
)
def test_units_leave_a_number_that_reads_well(largest: float, unit: str, text: str) -> None:
    scale = scale_for([largest, -largest / 7])
    assert scale.unit == unit
    assert scale.signed(largest) == text


def test_each_weighting_gives_a_figure_that_plotly_accepts(exposure: Exposure) -> None:
    window = price_window(exposure)
    for weighted in weightings(exposure):
        figure = gamma_by_price(exposure, weighted, window)
        go.Figure(figure)
        json.dumps(figure, allow_nan=False)


def test_every_level_is_marked_in_all_rows(exposure: Exposure) -> None:
    figure = gamma_by_price(exposure, weightings(exposure)[0], price_window(exposure))
    assert {shape["yref"] for shape in figure["layout"]["shapes"]} == {"paper"}
    tags = " ".join(note["text"] for note in figure["layout"]["annotations"])
    assert all(word in tags for word in ("Spot", "Flip", "Call wall", "Put wall"))


def test_settlements_today_and_the_others_make_up_everything(exposure: Exposure) -> None:
    everything, today, without_next, _ = weightings(exposure)
    first = min(row.settles_at for row in exposure.by_expiration)
    leaving = sum(row.net_gex for row in exposure.by_expiration if row.settles_at == first)
    assert without_next.net_gex.sum() == pytest.approx(everything.net_gex.sum() - leaving, rel=1e-4)
    assert today.missing or np.abs(today.net_gex).sum() > 0


def test_a_weighting_without_contracts_says_so(exposure: Exposure) -> None:
    tomorrow = tuple(row for row in exposure.by_expiration if row.settles_at.date() > exposure.as_of.date())
    none = replace(exposure, by_expiration=tomorrow, surface=replace(exposure.surface, **_no_cells(exposure)))
    assert "Nothing settles later" in weightings(none)[1].missing


def _no_cells(exposure: Exposure) -> dict[str, Any]:
    names = ("strike_index", "expiration_index", "call_gex", "put_gex")
    return {name: getattr(exposure.surface, name)[:0] for name in names}


def test_the_curve_is_smoothed_through_its_points(exposure: Exposure) -> None:
    spots, curve = exposure.profile.spot, exposure.profile.curves["all"]
    np.testing.assert_allclose(smooth(spots, curve, spots), curve, rtol=1e-9)


def test_ticks_are_few_and_round() -> None:
    assert nice_ticks(-35.3, 40.4) == [-20.0, 0.0, 20.0, 40.0]
    assert nice_ticks(0, 0) == [0.0]
    assert all(len(nice_ticks(low, high)) <= 5 for low, high in ((-1, 1), (-0.3, 7), (0, 9.9), (-123, 4)))


def test_a_missing_figure_is_a_sentence_never_a_zero(exposure: Exposure) -> None:
    bare = replace(
        exposure,
        flip_point=None,
        flip_reason="Net gamma is positive at every spot.",
        call_wall=None,
        put_wall=None,
        implied_move=None,
        implied_volatility=None,
        zero_dte_share=None,
    )
    missing = {figure.key: figure.missing for figure in key_figures(bare) if figure.missing}
    assert missing.keys() == {"flip", "call", "put", "move", "zero_dte"}
    assert all(sentence.endswith(".") for sentence in missing.values())
    assert not any(figure.value for figure in key_figures(bare) if figure.missing)


def test_all_crossings_are_told(exposure: Exposure) -> None:
    assert exposure.flip_point
    flips = (exposure.flip_point - 200, exposure.flip_point)
    flip = next(figure for figure in key_figures(replace(exposure, flips=flips)) if figure.key == "flip")
    assert f"{exposure.flip_point - 200:,.2f}" in flip.more


def test_heat_has_strikes_downwards_and_one_line_for_spot_and_flip(exposure: Exposure) -> None:
    heat = heat_map(exposure)
    assert len(heat.rows) == 16
    assert all(len(row.cells) == len(heat.columns) == 12 for row in heat.rows)
    prices = [float(row.strike.replace(",", "")) for row in heat.rows]
    assert prices == sorted(prices, reverse=True)
    line = next(index for index, row in enumerate(heat.rows) if "spot-below" in row.line)
    assert prices[line] >= exposure.spot > prices[line + 1]


def test_heat_colours_by_the_logarithm_and_dots_what_is_negligible(exposure: Exposure) -> None:
    cells = [cell for row in heat_map(exposure).rows for cell in row.cells]
    assert any(style.endswith("d10") for style, _ in cells)
    assert all(text == "·" for style, text in cells if style == "nil")
    assert all(style.startswith("put") for style, text in cells if text.startswith("−"))


def test_the_ladder_draws_bars_inside_their_cell(exposure: Exposure) -> None:
    for row in price_ladder(exposure).rows:
        assert float(row.put_x) >= 0
        assert float(row.call_width) <= 100


def test_expirations_not_listed_are_summed_up(exposure: Exposure) -> None:
    table = expirations(exposure)
    assert len(table.rows) == 11
    assert table.rows[-1].label == f"{len(exposure.by_expiration) - 10} more"
    assert table.rows[0].is_next


def test_the_recorded_spx_reads_as_traders_read_it(recorded: Path) -> None:
    exposure = analyse(read_chain_file(recorded / "spx_cboe_quotedata_2023-09-14.csv.gz"))
    figures = {figure.key: figure for figure in key_figures(exposure)}
    assert (figures["net"].value, figures["net"].unit) == ("+16.10", "bn")
    assert figures["gross"].value == "376.78"
    assert figures["flip"].value == "4,494.30"
    assert (figures["call"].value, figures["put"].value) == ("4,525", "4,500")
    assert heat_map(exposure).dot == "0.05"


def test_before_the_first_trade_no_volume_is_weighed(exposure: Exposure) -> None:
    quiet = replace(exposure, volume_gex=0.0)
    by_volume = next(fact for fact in exposures(quiet) if fact.label == "Net by volume")
    assert by_volume.value == "not traded"
    assert next(one.missing for one in weightings(quiet) if one.key == "volume") == "Nothing has been traded yet."
