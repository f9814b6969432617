"""The old profile chart: the engine's bars and lines in the desk's colours, yesterday's range faint."""

import json
import math
from datetime import timedelta
from html import unescape

import plotly.graph_objects as go
import pytest
from django.test import Client

from apps.gex.classic.profile import build, chart_input
from apps.gex.classic.profile_chart import figure_of, lines_of
from apps.gex.classic.refresh import refresh_of
from apps.market.blocks import NotReadyError
from apps.market.history import changes
from apps.market.models import Snapshot
from legacy_engines.gex.charts import profile_chart
from tests.gex.classic.conftest import DayMaker, Reader
from tests.market.tracking.material import store
from tests.moments import OPEN_MARKET

pytestmark = pytest.mark.usefixtures("db", "seconds_later")
DATA = {
    "symbol": "SPY", "spot_price": 585.5, "flip_point": 586.0, "call_wall": 600.5, "put_wall": 570.0,
    "strikes": [{"strike": 570.0 + step, "call_gamma": 4e6 * step, "put_gamma": 9e7} for step in range(31)],
    "std_1_pos": 595.0, "std_1_neg": 575.0,
}  # fmt: skip
WALLS = ("call_wall", "put_wall")
BEFORE = {"std_1_pos": 594.0, "std_1_neg": 576.0}


@pytest.mark.usefixtures("either_snapshot", "sigmas_of_both_days")
def test_bars_and_lines_are_those_of_the_engine() -> None:
    data, before = chart_input(refresh_of("SPX"), changes.std_levels("SPX", at=OPEN_MARKET))
    ours, theirs = figure_of(data, before), profile_chart(data, before)
    for mine, old in zip(ours["data"], theirs["data"], strict=True):
        assert mine["x"] == old["x"]
        assert mine["y"] == pytest.approx(old["y"], abs=0.0006)
        assert mine["yaxis"] == old["yaxis"]
    upper = [shape["x0"] for shape in theirs["layout"]["shapes"] if shape["xref"] == "x"]
    assert [price for _, price, _ in lines_of(data, before)] == upper
    assert len(upper) == 8, "spot, flip, two walls, one sigma of two days"
    assert (data["call_wall"], data["put_wall"]) == tuple(refresh_of("SPX").profile[name] for name in WALLS)


def test_spot_and_flip_are_those_of_the_record(snapshot: Snapshot) -> None:
    refresh = refresh_of("SPX")
    data, _ = chart_input(refresh, changes.std_levels("SPX", at=OPEN_MARKET))
    assert (data["spot_price"], data["flip_point"]) == (refresh.old["spot_price"], refresh.old["flip_point"])
    tags = {note["text"] for note in figure_of(data, None)["layout"]["annotations"]}
    assert f"Spot {refresh.old['spot_price']:,.2f}" in tags


def test_strikes_end_where_the_weeks_move_ends(snapshot: Snapshot) -> None:
    figure = json.loads(build("SPX", OPEN_MARKET).figure)
    assert snapshot.implied_volatility
    spot = float(snapshot.spot)
    move = spot * snapshot.implied_volatility * math.sqrt(7 / 252)
    strikes = figure["data"][0]["x"]
    assert spot - move <= min(strikes) < max(strikes) <= spot + move
    assert len(strikes) > 10


def test_plotly_takes_it(either_snapshot: Snapshot) -> None:
    figure = json.loads(build("SPX", OPEN_MARKET).figure)
    go.Figure(figure)
    json.dumps(figure, allow_nan=False)


def test_a_missing_flip_falls_back_to_the_first_crossing_and_a_missing_wall_is_not_drawn() -> None:
    rows = [
        {"strike": 580, "call_gamma": 1e6, "put_gamma": 4e6},
        {"strike": 590, "call_gamma": 2e6, "put_gamma": 1e6},
    ]
    kinds = {kind: price for kind, price, _ in lines_of(DATA | {"strikes": rows, "flip_point": 0, "put_wall": 0}, None)}
    assert kinds["flip"] == pytest.approx(587.5)
    assert "put" not in kinds


def test_yesterdays_range_is_faint_and_dashed() -> None:
    shapes = figure_of(DATA, BEFORE)["layout"]["shapes"]
    faint = [shape for shape in shapes if "opacity" in shape]
    assert sorted(shape["x0"] for shape in faint) == [576.0, 594.0]
    assert {(shape["line"]["dash"], shape["line"]["width"]) for shape in faint} == {("dash", 1)}


def test_a_wall_keeps_its_half_and_each_tag_has_a_row_of_its_own() -> None:
    notes = figure_of(DATA, None)["layout"]["annotations"]
    tags = {note["text"]: note["yshift"] for note in notes if "yshift" in note}
    assert set(tags) == {"Spot 585.50", "Flip 586.00", "Put wall 570", "Call wall 600.5"}
    assert len(set(tags.values())) == len(tags)
    farther = figure_of(DATA | {"call_wall": 611.0}, None)["layout"]
    assert not any("Call wall" in note["text"] for note in farther["annotations"]), "it lies beyond the strikes"


def test_moves_of_the_range_are_told_when_they_are_worth_it(snapshot: Snapshot, session_before: DayMaker) -> None:
    session_before(snapshot)
    std = changes.std_levels("SPX", at=OPEN_MARKET)
    assert std.current is not None
    assert std.previous is not None
    view = build("SPX", OPEN_MARKET)
    up = std.current["std_1_pos"] - std.previous["std_1_pos"]
    assert view.sigmas[0].value == f"{std.current['std_1_pos']:,.2f}"
    assert view.sigmas[0].move == f"{'↑' if up > 0 else '↓'} {up:+,.2f}".replace("-", "−")
    widths = [levels["std_1_pos"] - levels["std_1_neg"] for levels in (std.current, std.previous)]
    word = "expanding" if widths[0] > widths[1] else "contracting"
    assert view.range_change == f"1σ range {word} ({widths[0] - widths[1]:+,.2f})".replace("-", "−")
    assert "faint: those of Tue 17 Nov" in view.yesterday


def test_small_moves_are_not_told(snapshot: Snapshot, session_before: DayMaker) -> None:
    session_before(snapshot, close=snapshot.spot, implied_volatility=snapshot.implied_volatility)
    view = build("SPX", OPEN_MARKET)
    assert [sigma.move for sigma in view.sigmas] == ["", ""]
    assert view.range_change == ""


def test_without_a_session_before_the_chart_stands_and_says_why(read_block: Reader, snapshot: Snapshot) -> None:
    text = read_block("classic-profile")
    assert "No lines of the session before: The session of 2026-11-17 is not stored" in text
    assert "strikes," in text


def test_levels_beyond_the_strikes_are_named() -> None:
    cells = {(OPEN_MARKET.date(), "PM"): {80.0: (1.0, -90.0), 99.0: (4.0, -5.0), 101.0: (9.0, -1.0)}}
    store("SPY", OPEN_MARKET, cells)
    assert build("SPY", OPEN_MARKET).outside.startswith("Beyond these strikes: put wall 80 (−20.0")


def test_without_strikes_the_chart_says_that_it_cannot_be_shown() -> None:
    store("SPY", OPEN_MARKET, {})
    with pytest.raises(NotReadyError, match=r"cannot be shown for SPY\. Simulated has no gamma by strike"):
        build("SPY", OPEN_MARKET)
    later = OPEN_MARKET + timedelta(minutes=1)
    store("SPY", later, {(OPEN_MARKET.date(), "PM"): {50.0: (1.0, -2.0)}})
    with pytest.raises(NotReadyError, match="no gamma at any of them"):
        build("SPY", later)


def test_the_empty_state_is_on_the_page(read_block: Reader) -> None:
    store("SPX", OPEN_MARKET, {})
    assert "The chart cannot be shown for SPX." in read_block("classic-profile")


@pytest.mark.parametrize("key", ["classic-profile", "std-levels"])
def test_figures_come_with_a_fetched_block(
    trader_client: Client, snapshot: Snapshot, session_before: DayMaker, key: str
) -> None:
    session_before(snapshot)
    html = trader_client.get(f"/gex/SPX/levels/{key}/").content.decode()
    assert "<script" not in html, "htmx takes script elements out of what it fetches"
    figure = html.partition(f'<div id="{key}-figure" hidden>')[2].partition("</div>")[0]
    go.Figure(json.loads(unescape(figure)))
    assert f'data-chart="{key}-figure"' in html
