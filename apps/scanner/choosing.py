"""How the table of a scan is looked at: its order and filters, as they stand in the address."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any
from urllib.parse import urlencode

from apps.scanner.models import ScanResult

RANK = "rank"
COLUMNS = {
    RANK: "Rank",
    "symbol": "Symbol",
    "price": "Price",
    "net_gex": "Net GEX",
    "distance": "To flip",
    "setup": "Setup",
    "confidence": "Confidence",
    "dte": "DTE",
    "status": "Status",
}
_FIELDS = {
    "symbol": "symbol", "price": "spot", "net_gex": "net_gex", "distance": "distance_to_flip", "setup": "setup_type",
    "confidence": "confidence", "dte": "dte", "status": "cache_status",
}  # fmt: skip
STATUSES = {"fresh": "Fresh", "cached": "Cached", "failed": "Failed", "unranked": "Not ranked", "waiting": "Waiting"}
CONFIDENCES = (50, 60, 70, 80)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A view of the scanner. watchlist, run: their numbers, None for the usual ones. order: a column, "-" downwards.

    Words nobody offers fall back to what is shown without them.
    """

    watchlist: int | None = None
    run: int | None = None
    order: str = RANK
    setup: str = ""
    least: int | None = None
    status: str = ""

    @property
    def query(self) -> str:
        """Return the address's query, without what is usual."""
        names = {"watchlist": "list", "order": "sort"}
        usual = asdict(Chosen())
        return urlencode({names.get(key, key): one for key, one in asdict(self).items() if one != usual[key]})

    @property
    def is_narrowed(self) -> bool:
        return bool(self.setup or self.least or self.status)

    def but(self, **changes: object) -> "Chosen":
        """Return the same view with something changed."""
        return replace(self, **changes)  # type: ignore[arg-type]

    def sorted_by(self, column: str) -> "Chosen":
        """Return what a click on a column's head leads to: figures begin with the largest, texts with A."""
        first = column if column in (RANK, "symbol", "setup", "status") else f"-{column}"
        other = column if first != column else f"-{column}"
        return self.but(order=other if self.order == first else first)

    def direction_of(self, column: str) -> str:
        """Return the column's aria-sort."""
        return {column: "ascending", f"-{column}": "descending"}.get(self.order, "none")


def chosen_of(given: Mapping[str, str]) -> Chosen:
    """Return what an address asks for."""
    order, least, status = given.get("sort", ""), given.get("least", ""), given.get("status", "")
    return Chosen(
        watchlist=_number(given.get("list", "")),
        run=_number(given.get("run", "")),
        order=order if order.removeprefix("-") in COLUMNS else RANK,
        setup=given.get("setup", "").replace("\x00", "")[:60],
        least=int(least) if least in map(str, CONFIDENCES) else None,
        status=status if status in STATUSES else "",
    )


def narrowed(results: Iterable[ScanResult], chosen: Chosen) -> list[ScanResult]:
    """Return the results that fit."""
    return [one for one in results if _fits(one, chosen)]


def ordered(results: list[ScanResult], order: str) -> list[ScanResult]:
    """Return results by a column; what has no value there stays at the end, whichever way it goes."""
    column = order.removeprefix("-")
    if column == RANK:
        return results[::-1] if order.startswith("-") else results
    field = _FIELDS[column]
    known = [one for one in results if getattr(one, field) not in (None, "")]
    unknown = [one for one in results if getattr(one, field) in (None, "")]
    return sorted(known, key=lambda one: _key(getattr(one, field)), reverse=order.startswith("-")) + unknown


def status_of(result: ScanResult) -> str:
    """Return which of STATUSES a result has."""
    if result.state == ScanResult.State.RANKED:
        return "fresh" if result.cache_status == "Fresh" else "cached"
    if result.state in (ScanResult.State.FAILED, ScanResult.State.UNRANKED):
        return str(result.state)
    return "waiting"


def _fits(result: ScanResult, chosen: Chosen) -> bool:
    if chosen.setup and result.setup_type != chosen.setup:
        return False
    if chosen.least is not None and (result.confidence is None or result.confidence < chosen.least):
        return False
    return not chosen.status or status_of(result) == chosen.status


def _key(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None
