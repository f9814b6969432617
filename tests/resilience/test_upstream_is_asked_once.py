"""The source is asked once per symbol and interval, whoever watches; what it does wrong is shown, and heals."""

import json
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC
from itertools import pairwise

import pytest
import requests
from celery import Celery
from playwright.sync_api import Browser, expect
from pytest_httpserver import HTTPServer
from websockets.sync.client import ClientConnection
from werkzeug import Request, Response

from alphagex import clock
from apps.market.fake_upstream.cboe import as_cboe_json
from apps.market.sources.simulated import SimulatedSource
from tests.resilience.running import Run, running, wait_until

pytestmark = [pytest.mark.processes, pytest.mark.browser]

INTERVAL = 5.0  # seconds; the scheduler ticks no faster
SYMBOLS = ("SPX", "SPY", "QQQ")
LAG = 3.0  # seconds a busy machine may hold up a fetch; less than an interval
SOCKETS, PAGES, STRAY_TICKS = 20, 5, 10
SEEN_MS = 20_000


@dataclass
class Upstream:
    """A server that speaks Cboe's JSON. asked: moments of the requests by symbol; faults: who is served badly, how."""

    bodies: dict[str, bytes]
    asked: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    faults: dict[str, str] = field(default_factory=dict)

    def answer(self, request: Request) -> Response:
        symbol = request.path.rsplit("/", 1)[1].removesuffix(".json").lstrip("_")
        self.asked[symbol].append(time.monotonic())
        body = self._stamped(symbol)
        match self.faults.get(symbol):
            case "refused":
                return Response(b"<Error/>", 403)
            case "web page":
                return Response(b"<!doctype html><h1>Maintenance</h1>", content_type="text/html")
            case "truncated":
                return Response(body[: len(body) // 2], content_type="application/json")
            case _:
                return Response(body, content_type="application/json")

    def _stamped(self, symbol: str) -> bytes:
        """Return the chain as of now: each answer is newer than the last."""
        _, _, after = self.bodies[symbol].partition(b'","data"')
        return f'{{"timestamp":"{clock.now().astimezone(UTC):%Y-%m-%d %H:%M:%S}'.encode() + b'","data"' + after


@pytest.fixture(scope="module")
def upstream() -> Upstream:
    simulated = SimulatedSource(seed=7)
    return Upstream({symbol: as_cboe_json(simulated.fetch_chain(symbol, at=clock.now())) for symbol in SYMBOLS})


@pytest.fixture(scope="module")
def run(upstream: Upstream) -> Iterator[Run]:
    """A desk with two workers. QQQ is not on its watchlist: only those who look at it make it being fetched."""
    with HTTPServer(host="127.0.0.1", port=0, threaded=True) as server:
        for symbol in SYMBOLS:
            address = f"/options/{'_' if symbol == 'SPX' else ''}{symbol}.json"
            server.expect_request(address).respond_with_handler(upstream.answer)
        with running(
            ALPHAGEX_DATA_SOURCE="cboe",
            ALPHAGEX_CBOE_URL=server.url_for("/options"),
            ALPHAGEX_POLL_SECONDS=f"{INTERVAL:.0f}",
            ALPHAGEX_POLL_SECONDS_CLOSED=f"{INTERVAL:.0f}",
            ALPHAGEX_WATCHLIST="SPX,SPY",
        ) as started:
            yield started


@pytest.fixture(scope="module")
def owner(run: Run) -> requests.Session:
    return run.log_in()


@pytest.fixture(autouse=True)
def _served_well(upstream: Upstream) -> Iterator[None]:
    yield
    upstream.faults = {}


@pytest.fixture(scope="module")
def second_worker(run: Run) -> Iterator[None]:
    """Another worker on the same queue, as a second machine would run."""
    with run.beside("celery", "-A", "alphagex.celery", "worker", "--concurrency", "2", "--loglevel", "ERROR"):
        wait_until(lambda: len(Celery(broker=run.redis_url, set_as_current=False).control.ping(timeout=0.5) or ()) == 2)
        yield


@pytest.mark.usefixtures("second_worker")
def test_each_symbol_is_fetched_once_per_interval_whoever_watches(
    run: Run, upstream: Upstream, owner: requests.Session
) -> None:
    stray = Celery(broker=run.redis_url, set_as_current=False)
    with watched(run, owner) as viewers:
        began = {symbol: len(upstream.asked[symbol]) for symbol in SYMBOLS}
        for _ in range(PAGES):
            for symbol in SYMBOLS:
                assert owner.get(f"{run.url}/gex/{symbol}/", timeout=20).status_code == 200
        for _ in range(STRAY_TICKS):  # a beat that ran twice, or ticks that piled up behind a busy worker
            stray.send_task("market.tick", expires=5)
        wait_until(lambda: all(len(upstream.asked[symbol]) >= began[symbol] + 3 for symbol in SYMBOLS))
    for symbol in SYMBOLS:
        moments = upstream.asked[symbol][began[symbol] :]
        # A queue that lags moves fetches about; two of one interval would still be nearer, and one too many.
        assert all(later - earlier > INTERVAL / 4 for earlier, later in pairwise(moments)), (symbol, moments)
        assert len(moments) - 1 <= (moments[-1] - moments[0] + LAG) / INTERVAL, (symbol, moments)
        rows = run.rows("SELECT seq, as_of FROM market_snapshot WHERE symbol = %s ORDER BY id", symbol)
        assert [seq for seq, _ in rows] == list(range(1, len(rows) + 1))
        assert len({as_of for _, as_of in rows}) == len(rows) <= len(upstream.asked[symbol])
        for viewer in viewers:
            seqs = [seq for name, seq in viewer if name == symbol]
            assert len(seqs) >= 2
            assert seqs == list(range(seqs[0], seqs[-1] + 1))


@contextmanager
def watched(run: Run, owner: requests.Session) -> Iterator[list[list[tuple[str, int]]]]:
    """Watch all symbols with many sockets; the list has what each of them got, as symbols and numbers."""
    got: list[list[tuple[str, int]]] = [[] for _ in range(SOCKETS)]

    def read(socket: ClientConnection, into: list[tuple[str, int]]) -> None:
        messages = map(json.loads, socket)
        into.extend((one["symbol"], one["seq"]) for one in messages if one["type"] == "snapshot")

    # The sockets close before the pool waits for their readers to end.
    with ThreadPoolExecutor(SOCKETS) as pool, ExitStack() as stack:
        sockets = [stack.enter_context(run.socket(owner, f"symbols={','.join(SYMBOLS)}")) for _ in got]
        reading = [pool.submit(read, socket, into) for socket, into in zip(sockets, got, strict=True)]
        yield got
    for one in reading:
        one.result()


def test_what_the_source_does_wrong_is_told_on_the_page_and_heals(
    run: Run, upstream: Upstream, owner: requests.Session, browser: Browser
) -> None:
    said = {
        "SPX": ("refused", "Cboe refused the chain of 'SPX' (403)."),
        "SPY": ("web page", "Cboe sent a web page instead of the chain of SPY."),
        "QQQ": ("truncated", "Cboe's answer for QQQ is no usable chain"),
    }
    context = run.open_context(browser, owner)
    pages = {symbol: context.new_page() for symbol in SYMBOLS}
    for symbol, page in pages.items():
        page.goto(f"{run.url}/gex/{symbol}/")
        expect(page.locator("#connection")).to_contain_text("Live")
        expect(page.locator("#market-quote[data-seq]")).to_be_visible(timeout=SEEN_MS)
    before = {symbol: run.newest_seq(symbol) for symbol in SYMBOLS}

    upstream.faults = {symbol: fault for symbol, (fault, _) in said.items()}
    for symbol, page in pages.items():
        expect(page.locator("#feed-failure")).to_contain_text(f"{symbol} was not updated.", timeout=SEEN_MS)
        expect(page.locator("#feed-failure")).to_contain_text(said[symbol][1])
        expect(page.locator("#gex-verdict")).to_be_visible()
        answer = owner.get(f"{run.url}/gex/{symbol}/", timeout=20)
        assert (answer.status_code, "was not updated" in answer.text) == (200, True)
    assert run.is_whole()

    upstream.faults = {}
    for symbol, page in pages.items():
        expect(page.locator("#feed-failure")).not_to_contain_text("was not updated", timeout=SEEN_MS)
        expect(page.locator("#market-quote")).not_to_have_attribute("data-seq", str(before[symbol]), timeout=SEEN_MS)
        assert run.newest_seq(symbol) > before[symbol]
    context.close()
