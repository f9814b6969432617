"""The chosen trades to take along, as CSV."""

import csv
from collections.abc import Iterator, Sequence
from decimal import Decimal

from django.db.models import QuerySet

from alphagex import clock
from apps.journal import gamma_map
from apps.journal.models import JournalEntry

COLUMNS = (
    "account", "symbol", "strategy", "direction", "opened_et", "closed_et", "hours_held", "quantity", "entry_price",
    "exit_price", "commissions_usd", "pnl_usd", "max_loss_usd", "r_multiple", "entry_spot", "entry_net_gex",
    "entry_flip", "exit_spot", "exit_net_gex", "exit_flip", "market", "rating", "tags", "exit_reason", "notes",
    "lesson",
)  # fmt: skip


class _Echo:
    """A file that hands back what is written to it, for answers that are streamed."""

    def write(self, line: str) -> str:
        return line


def as_csv(entries: QuerySet[JournalEntry]) -> Iterator[str]:
    """Yield the lines, in the order of the entries."""
    writer = csv.writer(_Echo())
    yield writer.writerow(COLUMNS)
    for entry in entries.iterator(chunk_size=1_000):
        yield writer.writerow(_line(entry))


def _line(entry: JournalEntry) -> Sequence[str]:
    before, after = gamma_map.read(entry.entry_map), gamma_map.read(entry.exit_map)
    return (
        entry.get_account_kind_display(),
        entry.symbol,
        _safe(entry.strategy),
        entry.direction,
        f"{clock.in_new_york(entry.opened_at):%Y-%m-%d %H:%M:%S}",
        f"{clock.in_new_york(entry.closed_at):%Y-%m-%d %H:%M:%S}",
        f"{entry.hours_held:.2f}",
        str(entry.quantity),
        _number(entry.entry_price),
        _number(entry.exit_price),
        _number(entry.commissions),
        _number(entry.pnl),
        _number(entry.max_loss),
        "" if entry.r_multiple is None else f"{entry.r_multiple:.4f}",
        *_of_map(before),
        *_of_map(after),
        " ".join(dict.fromkeys(one.kind for one in (before, after) if one and one.kind)),
        "" if entry.rating is None else str(entry.rating),
        _safe(", ".join(entry.tags)),
        _safe(entry.exit_reason),
        _safe(entry.notes),
        _safe(entry.lesson),
    )


def _of_map(found: gamma_map.GammaMap | None) -> tuple[str, str, str]:
    if found is None:
        return "", "", ""
    net, flip = found.net_gex, found.flip
    return f"{found.spot:.2f}", "" if net is None else f"{net:.0f}", "" if flip is None else f"{flip:.2f}"


def _number(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():f}"


def _safe(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" and text else text
