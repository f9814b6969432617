"""Lists and scans as CSV."""

from collections.abc import Iterable, Iterator

from alphagex import clock
from apps.market.csv_lines import csv_lines, number
from apps.scanner.models import Watchlist
from apps.scanner.table import Row

RESULTS = (
    "rank", "symbol", "price_usd", "net_gex_usd_bn", "flip_point", "distance_to_flip_percent", "setup",
    "confidence_percent", "dte", "action", "status", "problem", "source", "kind", "as_of", "judged_at",
)  # fmt: skip


def list_csv(watchlist: Watchlist) -> Iterator[str]:
    """Yield a list, one symbol a line; it can be imported again."""
    return csv_lines(["symbol"], ([symbol] for symbol in watchlist.symbols))


def results_csv(rows: Iterable[Row]) -> Iterator[str]:
    """Yield a scan's rows in the order shown; what is not known is empty."""
    return csv_lines(RESULTS, (_cells(row) for row in rows))


def _cells(row: Row) -> list[str]:
    one = row.result
    return [
        str(row.rank or ""),
        one.symbol,
        number(one.spot),
        _figure(one.net_gex),
        _figure(one.flip_point),
        _figure(one.distance_to_flip),
        one.setup_type,
        "" if row.confidence is None else str(row.confidence),
        "" if one.dte is None else str(one.dte),
        one.action,
        row.status,
        one.problem,
        one.source_label,
        one.truth,
        clock.utc_iso(one.as_of) if one.as_of else "",
        clock.utc_iso(one.judged_at) if one.judged_at else "",
    ]


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"
