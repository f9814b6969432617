"""Through the session: the engine's changes, summary, insights and chart, and a word for what is not known."""

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

from apps.gex.past import intraday
from apps.market.blocks import NotReadyError
from apps.market.chain import Chain
from apps.market.feed import store_observation
from apps.market.history import series
from apps.market.models import Snapshot
from apps.market.tickers import EngineClock
from legacy_engines.gamma.intraday import STORE_KEY, IntradayTracker
from legacy_engines.gamma.intraday_view import get_intraday_summary, intraday_dashboard, intraday_insights
from tests.gex.past.reading import text_of
from tests.market.tracking.material import ny
from tests.moments import OPEN_MARKET

LATER = OPEN_MARKET + timedelta(hours=2)


@pytest.fixture(autouse=True)
def _standing() -> Iterator[None]:
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.fixture
def two(db: None, spx_chain: Chain) -> list[Snapshot]:
    """Two snapshots of one session, an hour apart, with figures set by hand."""
    for minutes in (0, 60):
        moment = OPEN_MARKET + timedelta(minutes=minutes)
        store_observation(replace(spx_chain, as_of=moment), received_at=moment)
    first, last = Snapshot.objects.of("SPX").order_by("seq")
    figures: dict[str, Any] = {"spot": 6000, "net_gex": 2e9, "flip_point": 5900.0, "implied_volatility": 0.15}
    Snapshot.objects.filter(pk=first.pk).update(**figures, put_call_ratio=1.0)
    figures = {"spot": 6030, "net_gex": -0.5e9, "flip_point": 5840.0, "implied_volatility": 0.21}
    Snapshot.objects.filter(pk=last.pk).update(**figures, put_call_ratio=1.25)
    return [first, last]


def tracker() -> IntradayTracker:
    """The engine over the stored session, fed by hand."""
    seen = [
        {
            "timestamp": one.as_of, "time_str": f"{one.as_of:%H:%M}", "spot_price": one.spot, "net_gex": one.net_gex,
            "flip_point": one.flip_point, "iv": one.implied_volatility * 100, "pcr": one.put_call_ratio,
        }
        for one in series.day("SPX", OPEN_MARKET.date())
        if one.implied_volatility is not None
    ]  # fmt: skip
    return IntradayTracker(session={STORE_KEY: {"SPX": seen}}, clock=EngineClock(LATER))


@pytest.mark.usefixtures("two")
def test_changes_and_insights_are_the_engines(trader_client: Client) -> None:
    page = text_of(trader_client.get("/gex/SPX/intraday/").content.decode())
    changes = tracker().calculate_changes("SPX")
    assert changes is not None
    assert (changes["net_gex_change"], changes["net_gex_change_pct"], changes["flip_change"]) == (-2.5e9, -125, -60)
    for shown in ("−2.50 bn", "−125.0 %", "−60.00", "−1.02 %", "+30.00", "+0.50 %", "+6.0 points", "+0.25"):
        assert shown in page, shown
    insights = intraday_insights(changes)
    assert {one["id"] for one in insights} == {
        "GEX_REGIME_SHIFT", "DEALERS_SHORT_GAMMA", "FLIP_FALLING", "DIVERGENCE_PRICE_UP_FLIP_DOWN", "IV_SPIKING",
        "PUT_BUYING",
    }  # fmt: skip
    for one in insights:
        assert one["text"] in page
    assert "Wed 18 Nov 2026, 11:30 to 12:30, 2 snapshots" in page


@pytest.mark.usefixtures("two")
def test_the_session_in_one_line_is_the_engines(trader_client: Client) -> None:
    page = text_of(trader_client.get("/gex/SPX/intraday/").content.decode())
    line = get_intraday_summary("SPX", tracker=tracker())
    assert line == "SPX: GEX down $2.50B, Flip down 1.0%, IV spiking +6.0"
    assert line in page


@pytest.mark.usefixtures("two")
def test_the_chart_has_the_points_of_the_old_one() -> None:
    figure = json.loads(intraday.build("SPX", LATER).figure)
    go.Figure(figure)
    ours = {trace["name"]: (trace["x"], trace["y"]) for trace in figure["data"]}
    theirs = intraday_dashboard("SPX", tracker=tracker())["chart"]["data"]
    assert list(ours.values()) == [(trace["x"], trace["y"]) for trace in theirs]
    assert ours["net"] == (["11:30", "12:30"], [2, -0.5])


@pytest.mark.usefixtures("two")
def test_a_flip_that_is_missing_at_one_end_is_no_move() -> None:
    Snapshot.objects.of("SPX").filter(flip_point=5840.0).update(flip_point=None)
    found = intraday.build("SPX", LATER)
    assert found.unknown == "The first or the last snapshot has no flip: no move of it is computed."
    assert next(tile.value for tile in found.tiles if tile.label == "Flip") == "not compared"
    assert not any("flip" in text.lower() for text in (*found.insights, found.summary))
    assert {trace["name"]: trace["y"] for trace in json.loads(found.figure)["data"]}["flip"] == [5900, None]


@pytest.mark.usefixtures("two")
def test_volatility_that_is_not_known_is_neither_stable_nor_crushed(trader_client: Client) -> None:
    Snapshot.objects.of("SPX").update(implied_volatility=None, put_call_ratio=None, net_gex=2e9, flip_point=5900.0)
    found = intraday.build("SPX", LATER)
    assert found.summary == "SPX: IV not known"
    assert found.insights == ["No significant change since the first snapshot."]
    assert "no implied volatility and put/call ratio" in found.unknown
    assert "IV" not in {trace["name"] for trace in json.loads(found.figure)["data"]}
    assert found.unknown in text_of(trader_client.get("/gex/SPX/intraday/").content.decode())


@pytest.mark.usefixtures("two")
def test_before_the_open_the_last_session_stands_with_its_own_moment(spx_chain: Chain) -> None:
    before_open = OPEN_MARKET.replace(day=19, hour=8)
    store_observation(replace(spx_chain, as_of=before_open), received_at=before_open)
    found = intraday.build("SPX", before_open)
    assert found.day == "Wed 18 Nov 2026"
    assert (found.badge["kind"], found.badge["text"]) == ("simulated", "Simulated 12:30:00")
    assert (found.badge["label"], found.badge["stale_after"]) == ("", None)


def test_one_minute_is_nothing_to_compare(trader_client: Client, db: None) -> None:
    with pytest.raises(NotReadyError, match="Two minutes of the session of Wednesday 18 November are needed, 0 seen"):
        intraday.build("SPX", LATER)
    page = text_of(trader_client.get("/gex/SPX/intraday/").content.decode())
    assert "The desk captures by itself while the market is open." in page


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("2026-11-16T08:00", "of the session of Friday 13 November; the next opens Mon 16 Nov 09:30 ET."),
        ("2026-11-21T12:00", "of the session of Friday 20 November; the next opens Mon 23 Nov 09:30 ET."),
        ("2026-11-26T11:00", "of the session of Wednesday 25 November; the next opens Fri 27 Nov 09:30 ET."),
    ],
)
def test_of_a_session_that_is_over_nothing_more_is_awaited(db: None, at: str, said: str) -> None:
    with pytest.raises(NotReadyError, match=f"Nothing was seen {re.escape(said)}"):
        intraday.build("SPX", ny(at))


@pytest.mark.usefixtures("two")
def test_a_decline_above_the_flip_is_not_left_in_negative_gamma() -> None:
    first, last = Snapshot.objects.of("SPX").order_by("as_of")
    Snapshot.objects.filter(pk=first.pk).update(spot=6010, flip_point=5800.0)
    Snapshot.objects.filter(pk=last.pk).update(spot=6000, flip_point=5850.0)
    insights = intraday.build("SPX", LATER).insights
    assert any("negative gamma" in text for text in insights)
    assert insights[-1] == "Price is still 150.00 above the flip: gamma there is not negative yet."
