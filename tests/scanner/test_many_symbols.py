"""Fifty symbols of which ten fail, over real HTTP: what has come stands there while others are still on their way."""

import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from datetime import UTC

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django.fixtures import Settings
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from apps.market import budget, configured
from apps.market.chain import Chain
from apps.market.fake_upstream.cboe import as_cboe_json
from apps.market.sources.simulated import SimulatedSource
from apps.scanner.models import ScanResult, ScanRun
from tests.moments import OPEN_MARKET
from tests.scanner.desk import ScannerDesk, rows_of

pytestmark = pytest.mark.django_db
SYMBOLS = [f"{first}{second}" for first in "ABCDE" for second in "KLMNOPQRST"]
BAD = dict(zip(SYMBOLS[::5], ["slow", *["500", "403", "cut"] * 3], strict=True))


@dataclass
class Upstream:
    """A server that speaks Cboe's JSON; what is slow answers when it is let go."""

    body: bytes
    asked: Counter[str] = field(default_factory=Counter)
    let_go: threading.Event = field(default_factory=threading.Event)

    def answer(self, request: Request) -> Response:
        symbol = request.path.rsplit("/", 1)[1].removesuffix(".json")
        self.asked[symbol] += 1
        stamp = f"{OPEN_MARKET.astimezone(UTC):%Y-%m-%d %H:%M:%S}".encode()
        body = self.body.replace(b"INTC", symbol.encode())
        match BAD.get(symbol):
            case "500":
                return Response("broken", 500)
            case "403":
                return Response(b"<Error/>", 403)
            case "cut":
                return Response(body[: len(body) // 2], content_type="application/json")
            case "slow":
                self.let_go.wait(10)
        assert stamp in body
        return Response(body, content_type="application/json")


def few_contracts(chain: Chain) -> Chain:
    """Return the contracts of a chain's first expirations near its price: enough for walls and a flip."""
    near = (np.abs(chain.strike - chain.spot) < 5) & (chain.expiration <= np.unique(chain.expiration)[4])
    columns = {one.name: getattr(chain, one.name) for one in fields(chain)}
    return replace(chain, **{name: one[near] for name, one in columns.items() if isinstance(one, np.ndarray)})


@pytest.fixture
def upstream(settings: Settings) -> Iterator[Upstream]:
    chain = SimulatedSource(seed=42).fetch_chain("INTC", at=OPEN_MARKET)
    served = Upstream(as_cboe_json(few_contracts(chain)))
    settings.WATCHLIST = []
    settings.DATA_SOURCE, settings.SOURCE_TIMEOUT_SECONDS = "cboe", 0.5
    settings.SECONDS_PER_REQUEST = settings.SECONDS_PER_REQUEST | {"cboe": 0.01}
    with HTTPServer(host="127.0.0.1", port=0, threaded=True) as server:
        for symbol in SYMBOLS:
            server.expect_request(f"/options/{symbol}.json").respond_with_handler(served.answer)
        settings.CBOE_URL = server.url_for("/options")
        configured.configured.cache_clear()
        yield served
        served.let_go.set()


def test_fifty_symbols_with_failing_ones_scanned_by_two_people_at_once(
    scanner: ScannerDesk, upstream: Upstream, trader: User, owner: User, trader_client: Client
) -> None:
    mine = scanner.start(trader, SYMBOLS)
    theirs = scanner.start(owner, SYMBOLS[::-1])
    seen: list[tuple[int, int]] = []
    while mine.is_running or theirs.is_running:
        for run in (mine, theirs):
            if run.is_running:
                scanner.step(run)
        seen.append((mine.finished, mine.failed))
        if mine.finished == 20:
            page = trader_client.get("/scanner/").content.decode()
            assert page.count('class="scanner-row') == 50
            assert "20</b> of" in page
        scanner.fetch()
        scanner.pass_time(1)
        assert len(seen) < 120

    partial = [done for done, _ in seen if 0 < done < 50]
    assert len(set(partial)) >= 5, seen
    assert (mine.state, mine.finished, mine.failed) == ("done", 50, 10)
    rows = rows_of(mine)
    assert {symbol for symbol, row in rows.items() if row.state == ScanResult.State.FAILED} == set(BAD)
    for symbol, fault in BAD.items():
        words = {"500": "500", "403": "403", "cut": "broken", "slow": "did not answer"}[fault]
        assert words in rows[symbol].problem or "truncated" in rows[symbol].problem, rows[symbol].problem
        assert rows[symbol].setup_type == ("Timeout" if fault == "slow" else "Error")
        assert len(rows[symbol].attempts) == 3
    good = [symbol for symbol in SYMBOLS if symbol not in BAD]
    assert all(rows[symbol].confidence for symbol in good)
    # Two people, one fetch a symbol; what fails is asked three times, for both of them together.
    assert {upstream.asked[symbol] for symbol in good} == {1}
    assert {upstream.asked[symbol] for symbol in BAD} == {3}
    assert ScanRun.objects.get(pk=theirs.pk).failed == 10
    assert budget.state(configured.upstream_of("cboe")).made == upstream.asked.total() == 70
