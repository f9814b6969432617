"""The session so far and the last days: the engine's figures, and a word for what is not known."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import plotly.graph_objects as go
import pytest
import time_machine
from django.test import Client

from apps.gex.past import intraday, week
from apps.market.blocks import NotReadyError
from apps.market.chain import Chain
from apps.market.feed import store_observation
from apps.market.history import series
from apps.market.models import GammaDailySummary, Snapshot, SpyCorrelation
from apps.market.tracking import weekly_view
from legacy_engines.gamma.intraday import changes_between
from legacy_engines.gamma.intraday_view import intraday_insights
from tests.moments import OPEN_MARKET

LATER = OPEN_MARKET + timedelta(hours=2)


@pytest.fixture(autouse=True)
def _standing() -> Iterator[None]:
    with time_machine.travel(LATER, tick=False):
        yield


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).replace("&#x27;", "'")


@pytest.fixture
def two(db: None, spx_chain: Chain) -> list[Snapshot]:
    """Two snapshots of one session, an hour apart, with figures set by hand."""
    for minutes in (0, 60):
        moment = OPEN_MARKET + timedelta(minutes=minutes)
        store_observation(replace(spx_chain, as_of=moment), received_at=moment)
    first, last = Snapshot.objects.of("SPX").order_by("seq")
    common = {"put_call_ratio": 1.0}
    Snapshot.objects.filter(pk=first.pk).update(
        spot=6000, net_gex=2e9, flip_point=5900.0, implied_volatility=0.15, **common
    )
    Snapshot.objects.filter(pk=last.pk).update(
        spot=6030, net_gex=-0.5e9, flip_point=5840.0, implied_volatility=0.21, **common
    )
    return [first, last]


@pytest.mark.usefixtures("two")
def test_changes_and_insights_are_the_engines(trader_client: Client) -> None:
    page = text_of(trader_client.get("/gex/SPX/intraday/").content.decode())
    for shown in ("−2.50 bn", "−125.0 %", "−60.00", "−1.02 %", "+30.00", "+0.50 %", "+6.0 points"):
        assert shown in page, shown
    seen = [intraday.record_of(one) for one in series.day("SPX", OPEN_MARKET.date())]
    changes = changes_between(seen)
    assert changes is not None
    insights = intraday_insights(changes)
    assert {one["id"] for one in insights} >= {"GEX_REGIME_SHIFT", "FLIP_FALLING", "DIVERGENCE_PRICE_UP_FLIP_DOWN"}
    for one in insights:
        assert one["text"] in page
    assert "11:30 to 12:30, 2 snapshots" in page


@pytest.mark.usefixtures("two")
def test_a_flip_that_is_missing_at_one_end_is_no_move() -> None:
    Snapshot.objects.of("SPX").filter(flip_point=5840.0).update(flip_point=None)
    found = intraday.build("SPX", LATER)
    assert "flip" in found.unknown
    assert next(tile.value for tile in found.tiles if tile.label == "Flip") == "not known"
    assert not any("flip" in text.lower() for text in found.insights)


@pytest.mark.usefixtures("two")
def test_the_chart_has_price_flip_gex_and_volatility() -> None:
    figure = json.loads(intraday.build("SPX", LATER).figure)
    go.Figure(figure)
    values = {trace["name"]: trace["y"] for trace in figure["data"]}
    assert values == {"spot": [6000, 6030], "flip": [5900, 5840], "net": [2, -0.5], "IV": [15, 21]}


def test_one_minute_is_nothing_to_compare(db: None) -> None:
    with pytest.raises(NotReadyError, match="Two minutes of the session of Wednesday 18 November are needed, 0 seen"):
        intraday.build("SPX", LATER)


@pytest.fixture
def summaries(db: None) -> None:
    for back, (gex, price) in enumerate([(12.5, 0.4), (8.0, -0.2), (3.0, 1.1)]):
        day = OPEN_MARKET.date() - timedelta(days=back + 1)
        GammaDailySummary.objects.create(
            source="simulated",
            date=day,
            symbol="SPX",
            gex_change_pct=gex,
            flip_change_pct=1.5,
            price_change_pct=price,
            avg_iv=0.16,
            snapshots_count=26,
        )
        SpyCorrelation.objects.create(
            source="simulated",
            date=day,
            symbol="SPX",
            spy_price_change_pct=price,
            symbol_price_change_pct=price,
            spy_gex_change_pct=1.0,
            symbol_gex_change_pct=gex,
            correlation_score=0.9,
        )


@pytest.mark.usefixtures("summaries")
def test_the_week_shows_the_engines_table_tiles_and_insights(trader_client: Client) -> None:
    found: dict[str, Any] = weekly_view.week("SPX", at=LATER)
    page = text_of(trader_client.get("/gex/SPX/week/").content.decode())
    assert found["state"] == "TABLE"
    for label, text in found["metrics"]:
        assert text.replace("-", "−") in page, label
    for one in found["insights"]:
        assert one["text"] in page
    assert "+12.5 %" in page
    assert "16.0 %" in page


@pytest.mark.usefixtures("summaries")
def test_the_likeness_to_spy_has_its_strength_and_days() -> None:
    found = week.likeness("SPX", LATER)
    assert (found.score, found.strength, len(found.days)) == ("0.90", "Strong", 3)
    assert found.days[0].score == "+0.90"


def test_spy_is_not_compared_with_itself() -> None:
    with pytest.raises(NotReadyError, match="Choose another symbol"):
        week.likeness("SPY", LATER)


def test_before_the_first_close_the_week_says_when_it_begins(trader_client: Client, db: None) -> None:
    page = text_of(trader_client.get("/gex/SPX/week/").content.decode())
    assert page.count("The first line comes with the first close it sees.") == 2
    assert "This part failed" not in page
