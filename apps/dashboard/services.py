"""What the dashboard shows: the status boxes, the verdict of the user's symbol, and the watchlist's overview."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

import redis
import structlog
from django.conf import settings
from django.template.loader import render_to_string

from apps.dashboard import boxes
from apps.dashboard.day_chart import DayChart, day_chart
from apps.dashboard.overview import overview_row
from apps.gex.services import Levels
from apps.gex.states import FeedState, feed_state
from apps.gex.strip import key_of, verdict_strip
from apps.market import live
from apps.market.announcing import publish_rendering
from apps.market.models import Feed, Snapshot
from apps.market.protocol import MAX_SYMBOLS
from apps.market.storage import load_exposure
from apps.market.system.state import DeskHealth, FeedLine, box_of, desk_health
from apps.market.templatetags.numbers import et
from apps.market.watching import note_watched

log = structlog.get_logger(__name__)
TOPIC = "dashboard"
# A broadcast holds the overview's row and, after this mark, the verdict: a page takes what it has a place for.
_VERDICT = "<!-- verdict -->"
_UNREADABLE = FeedState(
    kind="unreadable",
    title="The stored levels cannot be read",
    text="The next update replaces them; the log names the reason.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A symbol the dashboard shows, and whether its numbers can be leant on."""

    symbol: str
    feed: Feed | None
    snapshot: Snapshot | None
    state: FeedState

    @property
    def key(self) -> str:
        return key_of(self.symbol)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Symbols that were not updated, and why. kind: failed or stale."""

    kind: str
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What is renewed every few seconds. seconds: until it is asked for again."""

    system: dict[str, object]
    market_time: boxes.MarketTime
    trading_day: boxes.TradingDay
    vix: boxes.Volatility
    watched: list[Watched]
    faults: list[Fault]
    seconds: int

    @property
    def listed(self) -> list[Watched]:
        """Return the symbols that have a row."""
        return [one for one in self.watched if one.symbol in settings.WATCHLIST]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """The page. rows, verdict: HTML. live_symbols: what its socket watches, the user's symbol first."""

    symbol: str
    status: Status
    verdict: str
    rows: list[str]
    chart: DayChart
    live_symbols: list[str]


def dashboard(symbol: str, *, at: datetime) -> Dashboard:
    """Return the dashboard of somebody whose symbol is `symbol`."""
    note_watched([symbol], at=at)
    state = desk_health(at)
    shown = _watched(symbol, state.feeds, at=at)
    pieces = _pieces(shown.values())
    return Dashboard(
        symbol=symbol,
        status=_status(state, list(shown.values()), at=at),
        verdict=pieces[symbol][1],
        rows=[pieces[one][0] for one in settings.WATCHLIST],
        chart=day_chart(symbol, at=at, newest=shown[symbol].snapshot),
        live_symbols=list(shown)[:MAX_SYMBOLS],
    )


def status(symbol: str, *, at: datetime) -> Status:
    """Return what of the dashboard changes without a new snapshot."""
    state = desk_health(at)
    return _status(state, list(_watched(symbol, state.feeds, at=at).values()), at=at)


def publish_row(snapshot_id: int) -> bool:
    """Render row and verdict of a snapshot and send them to every open dashboard. False if a newer one is there."""
    snapshot = Snapshot.objects.select_related("detail").get(pk=snapshot_id)
    if Feed.objects.get(symbol=snapshot.symbol).seq != snapshot.seq:
        return False
    return publish_rendering(snapshot, topic=TOPIC, html=_VERDICT.join(_rendered(snapshot)))


def _status(state: DeskHealth, watched: list[Watched], *, at: datetime) -> Status:
    vix = boxes.volatility(at)
    return Status(
        system=box_of(state),
        market_time=boxes.market_time(at),
        trading_day=boxes.trading_day(at),
        vix=vix,
        watched=watched,
        faults=_faults(watched),
        seconds=3 if vix.is_coming else 15,
    )


def _watched(symbol: str, lines: list[FeedLine], *, at: datetime) -> dict[str, Watched]:
    """Return the user's symbol and the watchlist, from the feeds the system's state has found already."""
    found = {line.feed.symbol: (line.feed, line.newest) for line in lines}
    if symbol not in found and (feed := Feed.objects.filter(symbol=symbol).first()):
        found[symbol] = (feed, Snapshot.objects.of(symbol).first())
    shown = {}
    for one in dict.fromkeys([symbol, *settings.WATCHLIST]):
        feed, snapshot = found.get(one, (None, None))
        state = feed_state(Levels(feed=feed, snapshot=snapshot, html=""), at=at)
        shown[one] = Watched(symbol=one, feed=feed, snapshot=snapshot, state=state)
    return shown


def _faults(watched: list[Watched]) -> list[Fault]:
    """Return at most one fault of each kind: a source that is down fails for all symbols at once."""
    faults = []
    failed = [one for one in watched if one.state.kind == "failed"]
    if failed:
        was = "was" if len(failed) == 1 else "were"
        whose = "" if len(failed) == 1 else f"{failed[0].symbol}: "
        text = f"{whose}{failed[0].state.text}"
        faults.append(Fault(kind="failed", title=f"{_names(failed)} {was} not updated.", text=text))
    late = [one for one in watched if one.state.kind == "stale"]
    if late:
        first = min(one.snapshot.stale_after for one in late if one.snapshot and one.snapshot.stale_after)
        since = "late since" if len(late) == 1 else "late, the first since"
        title = f"{_names(late)}: {since} {et(first, 'seconds')} ET."
        faults.append(Fault(kind="stale", title=title, text=late[0].state.text))
    return faults


def _names(watched: list[Watched]) -> str:
    names = [one.symbol for one in watched[:3]]
    rest = len(watched) - len(names)
    return ", ".join(names) + (f" and {rest} more" if rest else "")


def _pieces(watched: Iterable[Watched]) -> dict[str, tuple[str, str]]:
    """Return row and verdict by symbol: ready-made where a broadcast kept them, else rendered here."""
    shown = list(watched)
    ready = _kept([one.snapshot for one in shown if one.snapshot and one.state.kind != "failed"])
    missing = [one.snapshot.pk for one in shown if one.snapshot and one.symbol not in ready]
    detailed = (
        {one.symbol: one for one in Snapshot.objects.select_related("detail").filter(pk__in=missing)} if missing else {}
    )
    for one in shown:
        if one.symbol not in ready:
            ready[one.symbol] = _shown(one, detailed.get(one.symbol, one.snapshot))
    return ready


def _shown(watched: Watched, snapshot: Snapshot | None) -> tuple[str, str]:
    """Return the symbol's row and verdict, in words where there are no levels or none that can be read."""
    if snapshot is None:
        return _waiting(watched)
    try:
        return _rendered(snapshot, watched)
    except Exception:
        # One symbol's broken row must not take the others down; the reader sees that it is broken, the log why.
        log.exception("row_failed", symbol=watched.symbol, seq=snapshot.seq)
        return _waiting(replace(watched, state=_UNREADABLE))


def _kept(snapshots: list[Snapshot]) -> dict[str, tuple[str, str]]:
    """Return what broadcasts kept of these very snapshots. Losing Redis costs time, not the page."""
    seqs = {snapshot.symbol: snapshot.seq for snapshot in snapshots}
    try:
        newest = live.latest_htmls(TOPIC, list(seqs))
    except redis.RedisError as error:
        log.warning("rows_not_kept", error=type(error).__name__)
        return {}
    found = {}
    for symbol, (seq, html) in newest.items():
        if seq == seqs[symbol]:
            row, _, line = html.partition(_VERDICT)
            found[symbol] = (row, line)
    return found


def _rendered(snapshot: Snapshot, watched: Watched | None = None) -> tuple[str, str]:
    """Return row and verdict. watched: of a feed that failed since, which the row then says."""
    exposure = load_exposure(snapshot)
    row = {"row": overview_row(snapshot, exposure), "watched": watched}
    line = {"verdict": verdict_strip(snapshot, exposure)}
    return render_to_string("dashboard/_row.html", row), render_to_string("dashboard/_verdict.html", line)


def _waiting(watched: Watched) -> tuple[str, str]:
    context = {"watched": watched}
    return render_to_string("dashboard/_row.html", context), render_to_string("dashboard/_verdict.html", context)
