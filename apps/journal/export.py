"""The chosen trades to take along, as CSV."""

from collections.abc import Iterator, Sequence

from django.db.models import QuerySet

from alphagex import clock
from apps.journal import gamma_map
from apps.journal.models import JournalEntry
from apps.market.csv_lines import csv_lines, number

COLUMNS = (
    "account", "symbol", "strategy", "direction", "opened_et", "closed_et", "hours_held", "quantity", "entry_price",
    "exit_price", "commissions_usd", "pnl_usd", "max_loss_usd", "r_multiple", "entry_spot", "entry_net_gex",
    "entry_flip", "exit_spot", "exit_net_gex", "exit_flip", "market", "rating", "tags", "exit_reason", "notes",
    "lesson",
)  # fmt: skip


def as_csv(entries: QuerySet[JournalEntry]) -> Iterator[str]:
    """Return the lines, in the order of the entries."""
    return csv_lines(COLUMNS, (_line(entry) for entry in entries.iterator(chunk_size=1_000)))


def _line(entry: JournalEntry) -> Sequence[str]:
    before, after = gamma_map.read(entry.entry_map), gamma_map.read(entry.exit_map)
    return (
        entry.get_account_kind_display(),
        entry.symbol,
        entry.strategy,
        entry.direction,
        f"{clock.in_new_york(entry.opened_at):%Y-%m-%d %H:%M:%S}",
        f"{clock.in_new_york(entry.closed_at):%Y-%m-%d %H:%M:%S}",
        f"{entry.hours_held:.2f}",
        str(entry.quantity),
        number(entry.entry_price),
        number(entry.exit_price),
        number(entry.commissions),
        number(entry.pnl),
        number(entry.max_loss),
        "" if entry.r_multiple is None else f"{entry.r_multiple:.4f}",
        *_of_map(before),
        *_of_map(after),
        " ".join(dict.fromkeys(one.kind for one in (before, after) if one and one.kind)),
        "" if entry.rating is None else str(entry.rating),
        ", ".join(entry.tags),
        entry.exit_reason,
        entry.notes,
        entry.lesson,
    )


def _of_map(found: gamma_map.GammaMap | None) -> tuple[str, str, str]:
    if found is None:
        return "", "", ""
    net, flip = found.net_gex, found.flip
    return f"{found.spot:.2f}", "" if net is None else f"{net:.0f}", "" if flip is None else f"{flip:.2f}"
