"""The scanner over the API: lists of symbols, starting a scan, and what it has found so far."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import uuid4

from ninja import Router, Schema, Status
from pydantic import Field

from alphagex import clock
from apps.api.pages import Limit, Offset, Page, page_of
from apps.api.parameters import Key, Number, RowNumber
from apps.api.problems import INCOMPLETE, RESPONSES, Problem, not_found
from apps.api.requests import ApiRequest
from apps.api.schemas import Source, source_stored
from apps.api.tables import Format, csv_file
from apps.market.watching import parse_symbol
from apps.scanner import export, scanning, watchlists
from apps.scanner.estimating import pace_at
from apps.scanner.models import ScanResult, ScanRun, Watchlist
from apps.scanner.table import Row, rows_of
from apps.scanner.watchlists import LIMIT, SHARED, WatchlistError, lists_of

router = Router(tags=["Scanner"])
Symbol = Annotated[str, Field(max_length=12)]


class ListSaid(Schema):
    """A list of symbols, in the order they are scanned. room: how many more it takes."""

    number: int
    name: str
    symbols: list[str]
    room: int


class SharedSaid(Schema):
    """Symbols everybody may start from."""

    key: str
    name: str
    symbols: list[str]


class SymbolsSaid(Schema):
    """symbols: all of your lists together. shared: what lists may be made of."""

    symbols: list[str]
    shared: list[SharedSaid]


class ListChanged(ListSaid):
    """What came of it: which symbols are new, were there already, or found no room."""

    new: list[str]
    known: list[str]
    left_out: list[str]


class ScanSaid(Schema):
    """A scan. total: symbols; finished: of them done, failed ones too. url: where its results are."""

    number: int
    name: str
    watchlist: int | None
    state: Literal["running", "done", "cancelled", "broken"]
    force: bool
    total: int
    finished: int
    failed: int
    started_at: datetime
    ended_at: datetime | None
    url: str


class ResultSaid(Schema):
    """One symbol. rank: by confidence, 0 for what has none. net_gex: USD per 1 % move; distance_to_flip: per cent.

    confidence: per cent. detail: what stands instead of figures while they are awaited, and why there are none.
    """

    symbol: str
    rank: int
    state: Literal["waiting", "asked", "ranked", "unranked", "failed", "skipped"]
    status: str
    spot: Decimal | None
    net_gex: float | None
    flip_point: float | None
    distance_to_flip: float | None
    setup: str
    confidence: int | None
    dte: int | None
    action: str
    detail: str
    judged_at: datetime | None
    source: Source | None


class ScanInFull(ScanSaid):
    """With its rows, best first."""

    results: list[ResultSaid]


class ScanAsked(Schema):
    """watchlist: number of a list, your first one where it is left out. force: nothing that was known before counts."""

    watchlist: RowNumber | None = None
    force: bool = False


class SymbolsAsked(Schema):
    """Symbols for a list: one of yours by its number, a new one by its name, else your first one."""

    symbols: Annotated[list[Symbol], Field(max_length=LIMIT, default_factory=list)]
    watchlist: RowNumber | None = None
    name: Annotated[str, Field(max_length=40)] = ""


@router.post("/scan", response={202: ScanSaid, **RESPONSES})
def scan(request: ApiRequest, asked: ScanAsked, key: Key = "") -> Any:
    """Start a scan of a list: 202, and its results come at `url`. 409 while another one runs, and for an empty list.

    The same Idempotency-Key again returns the same scan and starts none.
    """
    at = clock.now()
    scanned = _list(request, asked.watchlist, at=at)
    try:
        run, _ = scanning.start(request.user, scanned, key=f"api:{key or uuid4().hex}", force=asked.force, at=at)
    except scanning.ScanError as error:
        raise Problem(409, "Not started", str(error)) from error
    return Status(202, _scan(run, at=at))


@router.get("/scans", response={200: Page[ScanSaid], **RESPONSES})
def scans(request: ApiRequest, limit: Limit = 100, offset: Offset = 0) -> dict[str, Any]:
    """Your scans, newest first."""
    at = clock.now()
    return page_of(
        ScanRun.objects.filter(owner=request.user), lambda run: _scan(run, at=at), limit=limit, offset=offset
    )


@router.get("/scans/{number}", response={200: ScanInFull, **RESPONSES})
def scan_results(request: ApiRequest, number: Number, format: Format = "json") -> Any:
    """A scan as it stands: how far it is, and every symbol of it."""
    at, run = clock.now(), _run(request, number)
    rows = rows_of(run, list(ScanResult.objects.filter(run=run).order_by("place")), pace_at(at), at=at)
    if format == "csv":
        return csv_file(f"scan-{run.pk}", export.results_csv(rows))
    return _scan(run, at=at) | {"results": [_result(row, at=at) for row in rows]}


@router.delete("/scans/{number}", response={200: ScanSaid, **RESPONSES})
def cancel(request: ApiRequest, number: Number) -> dict[str, Any]:
    """Cancel a scan; what has come stays. 409 where it is over."""
    run, at = _run(request, number), clock.now()
    if not scanning.cancel(run, at=at):
        raise Problem(409, "Over already", "There was nothing left to cancel.")
    run.refresh_from_db()
    return _scan(run, at=at)


@router.get("/symbols", response={200: SymbolsSaid, **RESPONSES})
def symbols(request: ApiRequest) -> dict[str, Any]:
    """The symbols of your lists, and those lists may be made of."""
    lists = lists_of(request.user, at=clock.now())
    return {
        "symbols": list(dict.fromkeys(symbol for one in lists for symbol in one.symbols)),
        "shared": [{"key": key, "name": name, "symbols": list(found)} for key, (name, found) in SHARED.items()],
    }


@router.get("/watchlist", response={200: list[ListSaid], **RESPONSES})
def lists(request: ApiRequest) -> list[dict[str, Any]]:
    """Your lists; there is always one."""
    return [_listed(one) for one in lists_of(request.user, at=clock.now())]


@router.post("/watchlist", response={200: ListChanged, 201: ListChanged, **RESPONSES})
def add(request: ApiRequest, asked: SymbolsAsked) -> Any:
    """Add symbols to a list, or make a new one (201). What is there already is not added twice."""
    at = clock.now()
    named = [parse_symbol(symbol) for symbol in asked.symbols]
    if asked.name and asked.watchlist:
        raise Problem(422, INCOMPLETE, "Name a new list, or give the number of one of yours, not both.")
    if not named and not asked.name:
        raise Problem(422, INCOMPLETE, "Name the symbols.", {"symbols": ["Name the symbols."]})
    try:
        changed = (
            watchlists.make(request.user, asked.name, symbols=(), at=at)
            if asked.name
            else _list(request, asked.watchlist, at=at)
        )
    except WatchlistError as error:
        raise Problem(409, "Not made", str(error)) from error
    added = watchlists.add_many(changed, named)
    said = _listed(changed) | {"new": added.new, "known": added.known, "left_out": added.left_out}
    return Status(201 if asked.name else 200, said)


def _scan(run: ScanRun, *, at: datetime) -> dict[str, Any]:
    names = ("name", "force", "total", "finished", "failed", "started_at", "ended_at")
    return {name: getattr(run, name) for name in names} | {
        "number": run.pk,
        "watchlist": run.watchlist_id,
        "state": ScanRun.State.BROKEN.value if run.is_silent(at) else run.state,
        "url": f"/api/scanner/scans/{run.pk}",
    }


def _result(row: Row, *, at: datetime) -> dict[str, Any]:
    one = row.result
    names = ("symbol", "state", "spot", "flip_point", "distance_to_flip", "dte", "action", "judged_at")
    return {name: getattr(one, name) for name in names} | {
        "rank": row.rank,
        "status": row.status,
        "net_gex": row.net_gex,
        "setup": one.setup_type,
        "confidence": row.confidence,
        "detail": row.said,
        "source": _source(one, at=at),
    }


def _source(one: ScanResult, *, at: datetime) -> Source | None:
    return source_stored(one.source_label, one.truth, one.as_of, stale_after=one.stale_after, at=at)


def _listed(one: Watchlist) -> dict[str, Any]:
    return {"number": one.pk, "name": one.name, "symbols": one.symbols, "room": max(LIMIT - len(one.symbols), 0)}


def _list(request: ApiRequest, number: int | None, *, at: datetime) -> Watchlist:
    mine = lists_of(request.user, at=at)
    found = mine[0] if number is None else next((one for one in mine if one.pk == number), None)
    if found is None:
        raise not_found("watchlist")
    return found


def _run(request: ApiRequest, number: int) -> ScanRun:
    if (found := ScanRun.objects.filter(pk=number, owner=request.user).first()) is None:
        raise not_found("scan")
    return found
