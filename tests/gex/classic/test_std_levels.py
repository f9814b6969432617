"""The standard deviation levels of both days: the engine's changes, words and chart in the desk's own form."""

import json

import plotly.graph_objects as go
import pytest

from apps.gex.classic.std_levels import Row, build
from apps.market.blocks import NotReadyError
from apps.market.history import changes
from apps.market.models import Snapshot
from legacy_engines.gex.std_levels import create_std_movement_chart, std_level_changes
from tests.gex.classic.conftest import DayMaker, Reader
from tests.moments import OPEN_MARKET

pytestmark = pytest.mark.usefixtures("db", "seconds_later")
NAMES = {"Current +1σ": "std_1_pos", "Current -1σ": "std_1_neg", "Current +7σ": "std_7_pos", "Current -7σ": "std_7_neg"}
WORDS = {"WIDENED": "widened", "NARROWED": "narrowed", "UNCHANGED": "unchanged"}


def rows() -> dict[str, Row]:
    return {row.key: row for row in build("SPX", OPEN_MARKET).rows}


def plain(text: str) -> str:
    """A number as the engine prints it: no separators, sign or dollar."""
    return text.replace(",", "").lstrip("+−-$")


@pytest.mark.usefixtures("either_snapshot", "sigmas_of_both_days")
def test_each_change_is_the_engines() -> None:
    found = changes.std_levels("SPX", at=OPEN_MARKET)
    assert found.current is not None
    shown = rows()
    for metric in std_level_changes(found.current, found.previous)["metrics"]:
        word, _, amount = metric["delta"].rpartition(" ")
        if metric["label"] in NAMES:
            row = shown[NAMES[metric["label"]]]
            assert row.change.split()[0] == word
            assert plain(row.change.split()[1]) == plain(amount)
        else:
            row = shown[f"width_{metric['label'][0]}"]
            assert row.word == WORDS[word.split()[-1]]
            assert plain(row.change) == plain(amount)
        assert plain(row.now) == plain(metric["value"])


@pytest.mark.parametrize("volatility", [0.05, 0.4])
def test_its_words_are_the_engines(snapshot: Snapshot, session_before: DayMaker, volatility: float) -> None:
    session_before(snapshot, implied_volatility=volatility)
    found = changes.std_levels("SPX", at=OPEN_MARKET)
    view = build("SPX", OPEN_MARKET)
    assert view.interpretation == [line["text"] for line in found.changes["interpretation"]]
    widens = volatility < (snapshot.implied_volatility or 0)
    assert view.interpretation[0].startswith(f"The 1σ range {'widens' if widens else 'narrows'}")


def test_a_day_like_the_one_before_moves_nothing(
    snapshot: Snapshot, session_before: DayMaker, read_block: Reader
) -> None:
    session_before(snapshot, close=snapshot.spot, implied_volatility=snapshot.implied_volatility)
    shown = rows()
    assert {row.word for row in shown.values() if row.word} == {"unchanged"}
    assert shown["std_1_pos"].change == "→ 0.00"
    assert "Neither the ranges nor the levels moved." in read_block("std-levels")


def test_the_chart_has_the_levels_of_the_engines_chart(snapshot: Snapshot, session_before: DayMaker) -> None:
    session_before(snapshot)
    found = changes.std_levels("SPX", at=OPEN_MARKET)
    assert found.current is not None
    assert found.previous is not None
    old = create_std_movement_chart(found.current, found.previous)["figure"]["layout"]["shapes"]
    lines = [shape["y0"] for shape in old if shape["type"] == "line"]
    bands = [(shape["y0"], shape["y1"]) for shape in old if shape["type"] == "rect"]
    figure = json.loads(build("SPX", OPEN_MARKET).figure)
    go.Figure(figure)
    json.dumps(figure, allow_nan=False)
    assert sorted(y for trace in figure["data"] for y in trace["y"]) == pytest.approx(sorted(lines))
    filled = [place for place, trace in enumerate(figure["data"]) if trace.get("fill") == "tonexty"]
    shaded = [(figure["data"][place - 1]["y"][1], figure["data"][place]["y"][1]) for place in filled]
    for mine, old_band in zip(sorted(shaded), sorted(bands), strict=True):
        assert mine == pytest.approx(old_band)


def test_the_page_names_method_and_days(snapshot: Snapshot, session_before: DayMaker, read_block: Reader) -> None:
    session_before(snapshot)
    text = read_block("std-levels")
    for part in ("from implied volatility", "Tue 17 Nov", "7σ width", "one standard deviation of one and of seven"):
        assert part in text, part


@pytest.mark.usefixtures("vendors_snapshot", "sigmas_of_both_days")
def test_levels_the_source_sent_are_named_so(read_block: Reader) -> None:
    text = read_block("std-levels")
    assert "sent by the source" in text
    assert "+1σ 6,330.50 6,310.00 ↑ +20.50" in text
    assert "1σ width 151.00 130.00 +21.00 widened" in text


@pytest.mark.usefixtures("snapshot")
def test_without_the_session_before_the_levels_of_now_stand_alone(read_block: Reader) -> None:
    view = build("SPX", OPEN_MARKET)
    assert (view.figure, view.interpretation) == ("", [])
    assert all(row.now and not row.before for row in view.rows)
    assert "The session of 2026-11-17 is not stored" in read_block("std-levels")


@pytest.mark.usefixtures("snapshot")
def test_without_a_volatility_it_says_so(read_block: Reader) -> None:
    Snapshot.objects.update(implied_volatility=None)
    assert "no implied volatility of SPX" in read_block("std-levels")


def test_before_the_first_levels_it_waits() -> None:
    with pytest.raises(NotReadyError, match="by themselves"):
        build("SPX", OPEN_MARKET)
