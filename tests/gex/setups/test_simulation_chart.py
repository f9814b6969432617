"""The chart of the simulation: the engine's bands, small enough for a page, and what Plotly takes."""

import json

import numpy as np
import plotly.graph_objects as go
import pytest

from apps.gex.setups.picture import picture_of
from apps.gex.setups.simulation import build, chart, simulate
from apps.market.models import Snapshot
from legacy_engines.gex.charts.monte_carlo import monte_carlo_chart
from tests.moments import OPEN_MARKET

pytestmark = pytest.mark.usefixtures("seconds_later", "snapshot")


def test_bands_and_median_are_those_of_the_old_chart() -> None:
    picture = picture_of("SPX")
    result = simulate(picture, 0.2)
    ours, theirs = chart(result, picture)["data"], monte_carlo_chart(result, picture.data["spot_price"])["data"]
    old_bands = [trace for trace in theirs if trace.get("fill") == "toself"]
    bands = [trace for trace in ours if trace.get("fill") == "toself"]
    for band, old in zip(bands, old_bands, strict=True):
        np.testing.assert_allclose(band["y"], old["y"], atol=0.005)
    median, old_median = ours[-1], theirs[-1]
    np.testing.assert_allclose(median["y"], old_median["y"], atol=0.005)


def test_plotly_takes_it_and_it_stays_small() -> None:
    figure = json.loads(build("SPX", OPEN_MARKET).figure)
    go.Figure(figure)
    assert len(json.dumps(figure)) < 40_000


def test_a_level_far_away_does_not_stretch_the_axis() -> None:
    Snapshot.objects.update(flip_point=100.0)
    low, _ = json.loads(build("SPX", OPEN_MARKET).figure)["layout"]["yaxis"]["range"]
    assert low > 5000
