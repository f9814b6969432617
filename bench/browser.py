"""The pages in a real browser: what the trader waits for, whether anything moves, and what the first view weighs."""

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
WITH_CHARTS = ("/gex/SPX/", "/gex/SPX/setups/", "/gamma/SPX/")
LIVE = (PAGE, *(f"{PAGE}{tab}/" for tab in ("setups", "plans", "intraday", "week", "history")), "/gamma/SPX/", "/")
SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
LIBRARY = "plotly"
ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
LARGEST_PAINT = """() => new Promise(resolve => new PerformanceObserver(list => {
  resolve(list.getEntries().at(-1).startTime);
}).observe({type: 'largest-contentful-paint', buffered: true}))"""


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
    """Return paint and weight of /gex/SPX/, time until pages can be used, and the layout shift of every live page."""
    from playwright.sync_api import sync_playwright

    from bench.sockets import SERVERS, wait_for_port
    from tests.chromium import NO_CHROMIUM, chromium_or_none
    from tests.desk import BIN, free_port

    chromium = chromium_or_none(BENCH_DIR)
    if chromium is None:
        raise SystemExit(NO_CHROMIUM)
    _let_a_snapshot_arrive(move=0)
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
            ready = {path: _median_until_interactive(browser, port, cookie, path) for path in WITH_CHARTS}
            shifts = _shifts_with_a_push(browser, port, cookie)
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
        BenchRow(f"{PAGE}: first view", weight, "kB", "goal", weight / 150, "<= 150 kB", weight <= 150),
        *(
            BenchRow(f"{path}: interactive, charts drawn", taken, "ms", "goal", taken / 1500, "<= 1.5 s", taken <= 1500)
            for path, taken in ready.items()
        ),
        *(
            BenchRow(f"{where}: layout shift with a push", shift, "", "goal", shift / 0.02, "<= 0.02", shift <= 0.02)
            for where, shift in shifts.items()
        ),
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


def _median_until_interactive(browser: "Browser", port: int, cookie: str, path: str) -> float:
    """Return the median time until what is in view can be used, in ms, the cache empty each time."""
    from tests.e2e.layout import INTERACTIVE

    taken = []
    for _ in range(LOADS):
        context = _fresh_profile(browser, port, cookie)
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{port}{path}", wait_until="commit")
        taken.append(float(page.evaluate(INTERACTIVE)))
        context.close()
    return statistics.median(taken)


def _shifts_with_a_push(browser: "Browser", port: int, cookie: str) -> dict[str, float]:
    """Return, for each size of screen, the page that moved most and by how much: load, charts and one push."""
    found = {}
    for size in SIZES:
        moved = {}
        for turn, path in enumerate(LIVE):
            # Each page is opened where the one before was left: the price goes up for one and back for the next.
            move = 0 if turn % 2 else 25
            moved[path] = _shift_with_a_push(browser, port, cookie, path, size=size, move=move)
        worst = max(moved, key=lambda path: moved[path])
        found[f"{worst} (worst of {len(LIVE)} pages, {size})"] = moved[worst]
    return found


def _shift_with_a_push(browser: "Browser", port: int, cookie: str, path: str, *, size: str, move: float) -> float:
    from tests.desk import wait_until
    from tests.e2e.layout import INTERACTIVE, LAYOUT_SHIFT, PUSH_IS_SHOWN, WATCH_PUSHES

    context = _fresh_profile(browser, port, cookie, size)
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{port}{path}")
    page.wait_for_selector("#connection[data-state=live]")
    page.evaluate(INTERACTIVE)
    page.evaluate(WATCH_PUSHES)
    pushed = ["SPX", _let_a_snapshot_arrive(move=move)]
    wait_until(lambda: bool(page.evaluate(PUSH_IS_SHOWN, pushed)))
    page.evaluate(INTERACTIVE)
    shift = float(page.evaluate(LAYOUT_SHIFT))
    context.close()
    return shift


def _fresh_profile(browser: "Browser", port: int, cookie: str, size: str = "desktop") -> Any:
    width, height = SIZES[size]
    is_phone = size == "phone"
    context = browser.new_context(viewport={"width": width, "height": height}, is_mobile=is_phone, has_touch=is_phone)
    name, _, value = cookie.partition("=")
    context.add_cookies([{"name": name, "value": value, "url": f"http://127.0.0.1:{port}"}])
    return context


def _let_a_snapshot_arrive(*, move: float) -> int:
    """Store and publish a simulated SPX chain as the worker would, `move` points above its own spot; return its seq."""
    from alphagex import clock
    from apps.dashboard.services import publish_row
    from apps.gex.services import publish_panels
    from apps.market.feed import store_observation
    from apps.market.models import Snapshot
    from apps.market.sources.simulated import SimulatedSource

    newest = Snapshot.objects.of("SPX").first()
    # Each is half a minute after the one before, as at the market: the same moment twice would be one snapshot.
    at = max(clock.now(), newest.as_of + timedelta(seconds=30)) if newest else clock.now()
    chain = SimulatedSource().fetch_chain("SPX", at=at)
    stored = store_observation(replace(chain, spot=chain.spot + move), received_at=at)
    publish_panels(stored.snapshot.pk)
    publish_row(stored.snapshot.pk)
    return stored.snapshot.seq
