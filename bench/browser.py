"""The GEX page in a real browser: what the trader waits for, whether anything moves, and what the first view weighs."""

import os
import statistics
import subprocess
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bench.environment import BENCH_DIR, session_cookie
from bench.report import BenchRow

if TYPE_CHECKING:
    from playwright.sync_api import Browser

LOADS = 7
PAGE = "/gex/SPX/"
LIBRARY = "plotly"
ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
# Entries so far, after two frames: what a load or push changed has been laid out and painted by then.
LARGEST_PAINT = """() => new Promise(resolve => new PerformanceObserver(list => {
  resolve(list.getEntries().at(-1).startTime);
}).observe({type: 'largest-contentful-paint', buffered: true}))"""
LAYOUT_SHIFT = """() => new Promise(resolve => {
  let sum = 0;
  new PerformanceObserver(list => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
  }).observe({type: 'layout-shift', buffered: true});
  requestAnimationFrame(() => requestAnimationFrame(() => resolve(sum)));
})"""


@dataclass  # without slots: Playwright hangs its own attribute on the object whose methods listen
class Transfer:
    """Bytes of one page load as they came over the wire, by address. Filled by events of the DevTools protocol."""

    urls: dict[str, str] = field(default_factory=dict)
    bytes_of: dict[str, float] = field(default_factory=dict)

    def requested(self, event: dict[str, Any]) -> None:
        self.urls[event["requestId"]] = event["request"]["url"]

    def finished(self, event: dict[str, Any]) -> None:
        url = self.urls.get(event["requestId"], "")
        self.bytes_of[url] = self.bytes_of.get(url, 0) + event["encodedDataLength"]

    def kilobytes(self) -> float:
        """Return the weight of everything but the charts' library, in kB (1,000 bytes)."""
        return sum(size for url, size in self.bytes_of.items() if LIBRARY not in url) / 1000


def rows() -> list[BenchRow]:
    """Return largest contentful paint, layout shift and weight of /gex/SPX/ on a desktop, cache empty each time."""
    from playwright.sync_api import sync_playwright

    from bench.sockets import SERVERS, wait_for_port
    from tests.chromium import NO_CHROMIUM, chromium_or_none
    from tests.desk import BIN, free_port

    chromium = chromium_or_none(BENCH_DIR)
    if chromium is None:
        raise SystemExit(NO_CHROMIUM)
    _let_a_snapshot_arrive(move=0, seconds=0)
    port, cookie = free_port(), session_cookie()
    command = [part.format(port=port) for part in SERVERS["daphne"]]
    process = subprocess.Popen([str(BIN / command[0]), *command[1:]], env=os.environ)
    # Playwright's synchronous interface runs inside a loop of its own, which Django takes for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    try:
        wait_for_port(port)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=str(chromium), args=ARGUMENTS)
            _load(browser, port, cookie)  # the server's first page imports and compiles
            loads = [_load(browser, port, cookie) for _ in range(LOADS)]
            shift = _shift_with_a_push(browser, port, cookie)
            browser.close()
    finally:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
    paint = statistics.median(milliseconds for milliseconds, _ in loads)
    weight = statistics.median(kilobytes for _, kilobytes in loads)
    return [
        BenchRow(f"{PAGE}: largest contentful paint", paint, "ms", "goal", paint / 800, "<= 800 ms", paint <= 800),
        BenchRow(f"{PAGE}: layout shift with a push", shift, "", "goal", shift / 0.02, "<= 0.02", shift <= 0.02),
        BenchRow(f"{PAGE}: first view", weight, "kB", "goal", weight / 150, "<= 150 kB", weight <= 150),
    ]


def _load(browser: "Browser", port: int, cookie: str) -> tuple[float, float]:
    """Open the page with an empty cache; return its largest contentful paint in ms and its weight in kB."""
    context = _fresh_profile(browser, port, cookie)
    page = context.new_page()
    transfer = Transfer()
    tools = context.new_cdp_session(page)
    tools.send("Network.enable")
    tools.on("Network.requestWillBeSent", transfer.requested)
    tools.on("Network.loadingFinished", transfer.finished)
    page.goto(f"http://127.0.0.1:{port}{PAGE}")
    page.wait_for_selector(".chart[data-drawn]")
    paint = float(page.evaluate(LARGEST_PAINT))
    context.close()
    return paint, transfer.kilobytes()


def _shift_with_a_push(browser: "Browser", port: int, cookie: str) -> float:
    """Return the cumulative layout shift of a load, its charts, and one snapshot that is pushed."""
    context = _fresh_profile(browser, port, cookie)
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{port}{PAGE}")
    page.wait_for_selector(".chart[data-drawn]")
    page.wait_for_selector("#connection[data-state=live]")
    seq = page.get_attribute("#market-quote", "data-seq")
    before = page.inner_text("#gex-verdict")
    _let_a_snapshot_arrive(move=25, seconds=30)
    page.wait_for_selector(f'#market-quote:not([data-seq="{seq}"])')
    page.wait_for_function("before => document.querySelector('#gex-verdict').innerText !== before", arg=before)
    shift = float(page.evaluate(LAYOUT_SHIFT))
    context.close()
    return shift


def _fresh_profile(browser: "Browser", port: int, cookie: str) -> Any:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    name, _, value = cookie.partition("=")
    context.add_cookies([{"name": name, "value": value, "url": f"http://127.0.0.1:{port}"}])
    return context


def _let_a_snapshot_arrive(*, move: float, seconds: int) -> None:
    """Store and publish a simulated SPX chain as the worker would, `move` points above the market's own spot."""
    from alphagex import clock
    from apps.gex.services import publish_panels
    from apps.market.feed import store_observation
    from apps.market.sources.simulated import SimulatedSource

    at = clock.now() + timedelta(seconds=seconds)
    chain = SimulatedSource().fetch_chain("SPX", at=at)
    stored = store_observation(replace(chain, spot=chain.spot + move), received_at=at)
    publish_panels(stored.snapshot.pk)
