"""Snapshots of a chain and of a source that computes its gamma itself, and the session before them."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from apps.market import configured, facts, feed
from apps.market.chain import Origin
from apps.market.exposure.result import Exposure
from apps.market.fake_upstream.server import TOKEN, FakeUpstream
from apps.market.models import DayFigures, Snapshot
from apps.market.sources.protocol import Answer, Kind, Question
from apps.market.sources.tradingvolatility import TradingVolatilitySource
from tests.moments import OPEN_MARKET

YESTERDAY = date(2026, 11, 17)
SENT_LEVELS = {
    "+1STD (1-day)": "6330.5", "-1STD (1-day)": "6179.5", "+1STD (7-day)": "6450.0", "-1STD (7-day)": "6060.0",
}  # fmt: skip
LEVELS_BEFORE = {"std_1_pos": 6310.0, "std_1_neg": 6180.0, "std_7_pos": 6425.0, "std_7_neg": 6065.0}
DayMaker = Callable[..., DayFigures]
Reader = Callable[[str], str]


@pytest.fixture(scope="package")
def vendors_exposure() -> Iterator[Exposure]:
    with FakeUpstream(seed=42, at=lambda: OPEN_MARKET) as running:
        source = TradingVolatilitySource(TOKEN, base_url=running.tradingvolatility_url)
        yield source.fetch_exposure("SPX", at=OPEN_MARKET)


@pytest.fixture
def vendors_snapshot(db: None, vendors_exposure: Exposure) -> Snapshot:
    return feed.store_observation(vendors_exposure, received_at=OPEN_MARKET).snapshot


@pytest.fixture(params=["chain", "vendor"])
def either_snapshot(request: pytest.FixtureRequest) -> Snapshot:
    """SPX of a chain, then of the vendor."""
    name = "snapshot" if request.param == "chain" else "vendors_snapshot"
    found: Snapshot = request.getfixturevalue(name)
    return found


@pytest.fixture
def session_before(db: None) -> DayMaker:
    """Store SPX's session before OPEN_MARKET, of the source of the given snapshot."""

    def make(snapshot: Snapshot, **columns: Any) -> DayFigures:
        usual: dict[str, Any] = {
            "close": Decimal("5780.25"), "net_gex": 2e9, "flip_point": 5750.0, "implied_volatility": 0.15,
            "put_call_ratio": 1.6, "truth": snapshot.kind, "label": snapshot.source_label,
            "updated_at": OPEN_MARKET, "source": snapshot.source,
        }  # fmt: skip
        return DayFigures.objects.create(symbol="SPX", day=YESTERDAY, **(usual | columns))

    return make


@pytest.fixture
def sigmas_of_both_days(settings: Settings, session_before: DayMaker) -> None:
    """Standard deviation levels of OPEN_MARKET and of the session before: sent by the vendor, or by a chain's IV."""
    snapshot = Snapshot.objects.get(symbol="SPX")
    if snapshot.contracts:
        session_before(snapshot)
        return
    settings.DATA_SOURCE, settings.TRADING_VOLATILITY_API_KEY = "tradingvolatility", TOKEN
    configured.configured.cache_clear()
    origin = Origin(source=snapshot.source, kind="simulated", label=snapshot.source_label)
    answer = Answer(
        question=Question(kind=Kind.LEVELS, symbol="SPX"), value=SENT_LEVELS, as_of=OPEN_MARKET, origin=origin
    )
    facts.put(answer, source_name=snapshot.source, at=OPEN_MARKET)
    session_before(snapshot, std_levels=LEVELS_BEFORE)


@pytest.fixture
def read_block(trader_client: Client) -> Reader:
    """Return a block of the Levels tab as a trader reads it: no tags, single spaces."""

    def read(key: str) -> str:
        response = trader_client.get(f"/gex/SPX/levels/{key}/")
        assert response.status_code == 200
        html = re.sub(r"<div[^>]* hidden>.*?</div>", " ", response.content.decode(), flags=re.DOTALL)
        text = re.sub(r"<[^>]+>", " ", html).replace("&#x27;", "'").replace("&quot;", '"')
        return re.sub(r"[ \n]+", " ", text)

    return read
