"""What the scanner page shows: a list and how long its scan takes, the scan as it stands, and the scans before."""

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from django.contrib.auth.models import User

from alphagex import clock
from apps.scanner import scanning
from apps.scanner.choosing import Chosen
from apps.scanner.estimating import Estimate, estimate
from apps.scanner.models import ScannerSettings, ScanResult, ScanRun, Watchlist
from apps.scanner.results import results_html
from apps.scanner.watchlists import LIMIT, OLD_LIMIT, SHARED, light_of, lists_of, quick_symbols

RUNS_SHOWN = 10
_LIGHTS = {"green": ("gain", "room"), "yellow": ("warn", "nearly full"), "red": ("loss", "full")}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPanel:
    """The list being edited. light: tone and word of the room left."""

    lists: list[Watchlist]
    watchlist: Watchlist
    limit: int
    old_limit: int
    light: tuple[str, str]
    quick: list[str]
    shared: dict[str, tuple[str, tuple[str, ...]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """How far a scan is. left: about how many minutes, 0 when it is over. is_broken: its worker is gone.

    has_changed: the list is another one by now. html: the best three and the table.
    """

    run: ScanRun
    left: float
    is_running: bool
    is_broken: bool
    state: str
    has_changed: bool
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """All that renews itself. key: of the button that scans. running: what the trader has to wait for or cancel."""

    chosen: Chosen
    watchlist: Watchlist
    settings: ScannerSettings
    estimate: Estimate
    scan: Scan | None
    runs: list[ScanRun]
    running: ScanRun | None
    key: str
    closed: str

    @property
    def query(self) -> str:
        return self.chosen.query


def body_of(owner: User, chosen: Chosen, *, at: datetime, lists: list[Watchlist] | None = None) -> Body:
    """Return what is looked at. Of a list or scan that is not the user's, or gone, the usual one is shown."""
    lists = lists_of(owner, at=at) if lists is None else lists
    runs = list(ScanRun.objects.filter(owner=owner)[:RUNS_SHOWN])
    watchlist = _chosen_list(lists, runs, chosen)
    run = _chosen_run(owner, watchlist, runs, chosen)
    kept = scanning.settings_of(owner)
    cost = estimate(watchlist.symbols, cache_minutes=kept.cache_minutes, force=False, at=at)
    shown = chosen.but(watchlist=watchlist.pk if chosen.watchlist else None, run=run.pk if run and chosen.run else None)
    return Body(
        chosen=shown,
        watchlist=watchlist,
        settings=kept,
        estimate=cost,
        scan=_scan(run, watchlist, shown, cost, at=at) if run else None,
        runs=runs,
        running=next((one for one in runs if one.is_running and not one.is_silent(at)), None),
        key=uuid4().hex,
        closed=_closed(at),
    )


def list_panel(watchlist: Watchlist, lists: list[Watchlist]) -> ListPanel:
    """Return a list with what may be done to it."""
    return ListPanel(
        lists=lists,
        watchlist=watchlist,
        limit=LIMIT,
        old_limit=OLD_LIMIT,
        light=_LIGHTS[light_of(watchlist)],
        quick=quick_symbols(watchlist),
        shared=SHARED,
    )


def _chosen_list(lists: list[Watchlist], runs: list[ScanRun], chosen: Chosen) -> Watchlist:
    """Return the list of the address, of the scan that is looked at, of the newest scan, or the first."""
    by_key = {one.pk: one for one in lists}
    looked_at = next((run.watchlist_id for run in runs if run.pk == chosen.run), None)
    newest = runs[0].watchlist_id if runs else None
    for key in (chosen.watchlist, looked_at, newest):
        if key is not None and key in by_key:
            return by_key[key]
    return lists[0]


def _chosen_run(owner: User, watchlist: Watchlist, runs: list[ScanRun], chosen: Chosen) -> ScanRun | None:
    own = ScanRun.objects.filter(owner=owner)
    if chosen.run is not None and (found := own.filter(pk=chosen.run).first()):
        return found
    among = next((run for run in runs if run.watchlist_id == watchlist.pk), None)
    return among or (own.filter(watchlist=watchlist).first() if len(runs) == RUNS_SHOWN else None)


def _scan(run: ScanRun, watchlist: Watchlist, chosen: Chosen, cost: Estimate, *, at: datetime) -> Scan:
    states = dict(run.results.order_by("place").values_list("symbol", "state"))
    is_broken = run.is_silent(at) or run.state == ScanRun.State.BROKEN
    is_running = run.is_running and not is_broken
    open_rows = sum(state in ScanResult.OPEN for state in states.values())
    return Scan(
        run=run,
        left=cost.pace.wait(open_rows) / 60 if is_running else 0.0,
        is_running=is_running,
        is_broken=is_broken,
        state="broken off" if is_broken else str(ScanRun.State(run.state).label),
        has_changed=run.watchlist_id == watchlist.pk and list(states) != watchlist.symbols,
        html=results_html(run, chosen, cost.pace, at=at),
    )


def _closed(at: datetime) -> str:
    """Return when the exchange opens, where it is closed: setups cannot be traded, and schedules rest."""
    status = clock.market_status(at)
    return "" if status.is_open else f"The exchange opens {status.changes_at:%a %-d %b %H:%M} ET."


__all__ = ["Body", "ListPanel", "Scan", "body_of", "list_panel"]
