"""The page of a source that delivers gamma by strike only: what it gives is shown, what it does not is said."""

import json
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from apps.gex.charts import gamma_by_price
from apps.gex.figures import Figure, key_figures
from apps.gex.method import exposures
from apps.gex.ruler import price_ruler
from apps.gex.weightings import weightings
from apps.gex.window import price_window
from apps.gex.words import explanation, headline
from apps.market import configured, feed
from apps.market.exposure.result import Exposure
from apps.market.fake_upstream.server import TOKEN, FakeUpstream
from apps.market.models import Snapshot
from apps.market.sources.tradingvolatility import TradingVolatilitySource
from apps.market.storage import load_exposure
from tests.moments import OPEN_MARKET


@pytest.fixture(scope="module")
def upstream() -> Iterator[FakeUpstream]:
    with FakeUpstream(seed=42, at=lambda: OPEN_MARKET) as running:
        yield running


@pytest.fixture(scope="module")
def vendors(upstream: FakeUpstream) -> Exposure:
    source = TradingVolatilitySource(TOKEN, base_url=upstream.tradingvolatility_url)
    return source.fetch_exposure("SPX", at=OPEN_MARKET)


@pytest.fixture
def vendors_snapshot(db: None, vendors: Exposure) -> Snapshot:
    return feed.store_observation(vendors, received_at=OPEN_MARKET).snapshot


def test_it_is_stored_and_read_back_as_it_came(vendors_snapshot: Snapshot, vendors: Exposure) -> None:
    read = load_exposure(Snapshot.objects.get(pk=vendors_snapshot.pk))
    for name in (
        "net_gex",
        "gross_gex",
        "flip_point",
        "call_wall",
        "put_wall",
        "put_call_ratio",
        "warnings",
    ):
        assert getattr(read, name) == getattr(vendors, name), name
    assert read.is_by_strike_only
    assert read.by_expiration == ()
    np.testing.assert_array_equal(read.by_strike.call_gex, vendors.by_strike.call_gex)
    assert np.isnan(read.by_strike.dex).all()
    assert len(read.surface.call_gex) == len(read.profile.spot) == 0


@pytest.mark.usefixtures("seconds_later")
def test_the_page_shows_its_levels_and_says_what_is_not_delivered(
    trader_client: Client, vendors_snapshot: Snapshot
) -> None:
    html = trader_client.get("/gex/SPX/").content.decode()
    for text in (
        "Model: Simulated Trading Volatility&#x27;s own",
        "Not by expiration",
        "The source gives no gamma by expiration.",
        "The source gives no volume.",
        "Unknown: the source gives no expirations.",
        "Unknown: the source does not give it.",
        "Net as reported",
        "all expiries together",
        "Put/call open interest",
    ):
        assert text in html, text
    for text in ("re-priced at", "Black-Scholes", "Nothing remains open", "Nothing settles later", "nan"):
        assert text not in html, text


def test_the_chart_has_the_bars_without_a_curve(vendors: Exposure) -> None:
    everything, *others = weightings(vendors)
    assert [bool(weighted.missing) for weighted in others] == [True, True, True]
    figure = gamma_by_price(vendors, everything, price_window(vendors))
    go.Figure(figure)
    json.dumps(figure, allow_nan=False)
    assert {trace["type"] for trace in figure["data"]} == {"bar"}
    assert "yaxis2" in figure["layout"]
    assert "yaxis3" not in figure["layout"]


def test_the_ruler_changes_colour_at_the_reported_flip_and_shows_no_strength(vendors: Exposure) -> None:
    flip = vendors.spot * 0.99
    ruler = price_ruler(replace(vendors, net_gex=1e9, flip_point=flip, flips=(flip,)))
    assert [words for _, words in ruler.sides] == ["Moves grow", "Moves shrink"]
    assert len({stop.depth for stop in ruler.stops if stop.side == "call"} - {"0.12"}) == 1
    wild = price_ruler(replace(vendors, net_gex=-1e9, flip_point=None, flips=()))
    assert {words for _, words in wild.sides} == {"Moves grow"}


def test_without_a_reported_flip_nothing_is_claimed_of_other_prices(vendors: Exposure) -> None:
    bare = replace(vendors, flip_point=None, flips=(), flip_reason="Not reported by X.", net_gex=-1e9)
    assert headline(bare) == "Moves grow at this price."
    said = explanation(bare)
    assert "at this price" in said
    assert "No flip: not reported by X." in said
    assert "every" not in said


def test_greeks_it_does_not_deliver_are_not_given(vendors: Exposure) -> None:
    assert {fact.value for fact in exposures(vendors)} == {"not given"}


def test_the_volatility_stands_beside_the_implied_move_or_for_it(exposure: Exposure) -> None:
    def move(**changes: float | None) -> Figure:
        known = replace(exposure, **({"implied_volatility": 0.1588} | changes))  # type: ignore[arg-type]
        return next(figure for figure in key_figures(known) if figure.key == "move")

    assert move(implied_move=0.01 * exposure.spot).context == "±1.00\u202f%, IV 15.9\u202f%"
    alone = move(implied_move=None)
    assert (alone.label, alone.value) == ("Implied vol", "15.9\u202f%")
    assert alone.context == "±1.00\u202f% a day"  # 15.88 / √252
    assert move(implied_move=None, implied_volatility=None).missing.startswith("Unknown: ")


@pytest.mark.parametrize(
    ("source", "key", "title"),
    [("auto", "", "Simulated"), ("auto", "I-KEY", ""), ("yahoo", "", "Delayed."), ("cboe", "", "Delayed.")],
)
def test_before_the_first_levels_the_notice_is_that_of_the_chosen_source(
    trader_client: Client, settings: Settings, source: str, key: str, title: str
) -> None:
    settings.DATA_SOURCE, settings.TRADING_VOLATILITY_API_KEY = source, key
    configured.configured.cache_clear()
    html = trader_client.get("/gex/SPX/").content.decode()
    notice = html[html.index('id="source-notice"') :].partition("</div>")[0]
    assert (title in notice) if title else ("banner" not in notice)
