"""Each part is killed while a page is open: /healthz names it, the page says stale, all heals, no number is lost."""

import json
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
import redis
import requests
from playwright.sync_api import Browser, Page, expect

from tests.market.sources.material import cboe_bytes, option
from tests.resilience.running import Run, running, wait_until

pytestmark = [pytest.mark.processes, pytest.mark.browser]

SYMBOLS = ("SPX", "SPY")
ANSWER_SECONDS = 5.0
STALE_MS, HEALED_MS = 15_000, 30_000
# Notes every snapshot that the socket brings to the page.
LISTEN = """() => {
  window.arrived = {market: [], gex: []};
  document.addEventListener("live:snapshot", ({detail}) => {
    if (detail.type === "snapshot") window.arrived[detail.topic].push(detail.seq);
  });
}"""


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """One run for the file; each test leaves it whole."""
    # A process stays away longer than its sign of life lasts, or its death could not be seen.
    with running(
        ALPHAGEX_POLL_SECONDS="5", ALPHAGEX_WATCHLIST=",".join(SYMBOLS), ALPHAGEX_RESTART_SECONDS="13"
    ) as started:
        wait_until(lambda: all(started.newest_seq(symbol) for symbol in SYMBOLS))
        yield started


@pytest.fixture(scope="module")
def owner(run: Run) -> requests.Session:
    return run.log_in()


@pytest.fixture
def page(run: Run, owner: requests.Session, browser: Browser) -> Iterator[Page]:
    """The page of SPX in a whole desk, live and fresh."""
    wait_until(run.is_whole)
    context = run.open_context(browser, owner)
    opened = context.new_page()
    opened.goto(f"{run.url}/gex/SPX/")
    expect(opened.locator("#connection")).to_contain_text("Live")
    opened.evaluate(LISTEN)
    expect(opened.locator("#market-badge .badge")).not_to_contain_text("stale")
    yield opened
    context.close()


def small_chain(folder: Path, *, price: float) -> Path:
    """Return a recorded chain of XSP, which nobody watches."""
    options = [option("XSP230915C00450000"), option("XSP230915P00450000")]
    file = folder / "chain.json"
    file.write_bytes(cboe_bytes(options=options, symbol="^XSP", current_price=price))
    return file


def arrived(page: Page) -> dict[str, list[int]]:
    """Return the numbers of the snapshots that came over the socket, by topic, in the order they came."""
    seqs: dict[str, list[int]] = page.evaluate("window.arrived")
    return seqs


def shown_seq(page: Page, element: str) -> int:
    return int(page.locator(element).get_attribute("data-seq") or 0)


def expect_stale(page: Page) -> None:
    expect(page.locator("#market-badge .badge.is-stale")).to_contain_text("stale", timeout=STALE_MS)
    expect(page.locator("#gex-verdict .badge.is-stale").first).to_be_attached(timeout=STALE_MS)


def expect_healed(run: Run, page: Page, *, beyond: int) -> None:
    """Wait until numbers move again on the page that was never reloaded, and nothing was lost or doubled."""
    wait_until(run.is_whole)
    wait_until(lambda: all(max(seqs, default=0) > beyond for seqs in arrived(page).values()))
    expect(page.locator("#market-badge .badge")).not_to_contain_text("stale")
    expect(page.locator("#connection")).to_contain_text("Live")
    for symbol in SYMBOLS:
        rows = run.rows("SELECT seq, as_of FROM market_snapshot WHERE symbol = %s ORDER BY id", symbol)
        assert [seq for seq, _ in rows] == list(range(1, len(rows) + 1))
        moments = [as_of for _, as_of in rows]
        assert all(earlier < later for earlier, later in pairwise(moments))
    for seqs in arrived(page).values():
        assert seqs == sorted(set(seqs))
    wait_until(lambda: shown_seq(page, "#market-quote") == run.newest_seq("SPX"))


def expect_named(run: Run, *names: str) -> None:
    """Wait until /healthz says that these parts, and no others, are not up; it never keeps the asker waiting."""

    def is_named() -> bool:
        health = run.health()
        assert health.seconds < ANSWER_SECONDS
        return health.status == 503 and health.down == list(names)

    wait_until(is_named)


@pytest.mark.parametrize("name", ["worker", "beat"])
def test_a_killed_process_is_named_its_numbers_turn_stale_and_all_heals(run: Run, page: Page, name: str) -> None:
    before = run.newest_seq("SPX")
    with run.without(name):
        expect_named(run, name)
        expect_stale(page)
    expect_healed(run, page, beyond=before)


def test_a_killed_redis_is_named_pages_are_still_served_and_all_heals(
    run: Run, page: Page, owner: requests.Session, tmp_path: Path
) -> None:
    before = run.newest_seq("SPX")
    imported = page.context.new_page()
    imported.goto(f"{run.url}/gex/XSP/")
    expect(imported.locator("#connection")).to_contain_text("Live")
    with run.without("redis"):
        expect_named(run, "redis", "worker", "beat")
        assert run.health().body["parts"]["worker"]["status"] == "unknown"
        answer = owner.get(f"{run.url}/gex/SPX/", timeout=ANSWER_SECONDS, allow_redirects=False)
        assert answer.status_code == 200
        assert "gex-verdict" in answer.text
        run.manage("import_chain", str(small_chain(tmp_path, price=450.5)))
        expect(imported.locator("#market-quote")).not_to_contain_text("450.50")
        expect_stale(page)
    # An imported chain gets no successor: only the late announcement of what was stored meanwhile can bring it.
    expect(imported.locator("#market-quote")).to_contain_text("450.50", timeout=HEALED_MS)
    expect(imported.locator("#gex-verdict")).to_be_visible(timeout=HEALED_MS)
    expect_healed(run, page, beyond=before)


def test_a_killed_database_is_named_pages_fail_quickly_and_all_heals(
    run: Run, page: Page, owner: requests.Session
) -> None:
    before = run.newest_seq("SPX")
    with run.without("postgres"):
        expect_named(run, "database")
        for path in ("/gex/SPX/", "/gex/QQQ/", "/login/"):
            answer = owner.get(f"{run.url}{path}", timeout=ANSWER_SECONDS, allow_redirects=False)
            assert answer.status_code == 500
            assert "Something broke on our side" in answer.text
        expect_stale(page)
    expect_healed(run, page, beyond=before)


def test_what_a_lost_redis_held_is_there_again_for_those_who_connect_later(run: Run, owner: requests.Session) -> None:
    wait_until(run.is_whole)
    with redis.Redis.from_url(run.redis_url) as client:
        client.flushall()
        wait_until(lambda: client.hlen("alphagex:latest") >= 2 * len(SYMBOLS))
    awaited = {(symbol, topic) for symbol in SYMBOLS for topic in ("market", "gex")}
    deadline = time.monotonic() + ANSWER_SECONDS
    with run.socket(owner, "symbols=SPX,SPY&topics=market,gex") as socket:
        while awaited:
            message = json.loads(socket.recv(timeout=deadline - time.monotonic()))
            awaited.discard((message.get("symbol"), message.get("topic")))
    wait_until(run.is_whole)
