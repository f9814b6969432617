"""What open pages of a user are told: new marks as ready rows, and that positions came or went."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.template.loader import render_to_string

from alphagex import clock
from apps.ledger.models import Position
from apps.market.models import WebsocketSubscription
from apps.market.personal import tell
from apps.positions.open_rows import EVERY, FILTERS, SHOWN, Row, open_rows
from apps.positions.summary import summary_of

TOPIC = "positions"
PATH = "/ws/positions"
_PART = 100  # rows; a message holds at most 1 MiB, and a row is 4 kB


def publish_marks(symbol: str, *, at: datetime) -> int:
    """Send the new marks of a symbol to the owners of positions in it who have a page open; return how many owners."""
    watching = WebsocketSubscription.objects.filter(path=PATH).values("user_id")
    held = Position.objects.filter(symbol=symbol, status=Position.Status.OPEN, account__owner__in=watching)
    owners = User.objects.filter(pk__in=held.values("account__owner")).select_related("preferences")
    for owner in owners:
        rows = open_rows(owner, at=at)
        changed = [row for row in rows if row.position.symbol == symbol]
        shown = shown_of(rows)
        for part in parts_of(changed):
            tell(owner.pk, TOPIC, "marks", figures(part), html=fragments(part, shown))
        tell(owner.pk, TOPIC, "totals", {}, html=totals(owner, rows, at=at))
    return len(owners)


def tell_changed(owner_id: int) -> None:
    """Tell a user's pages that positions or orders came, went or were changed: they ask for the list again."""
    tell(owner_id, TOPIC, "changed", {})


def figures(rows: Sequence[Row]) -> dict[str, Any]:
    """Return the marks for programs. Money in USD as text, so that nothing is rounded; moments in UTC."""
    return {"positions": [_figures(row) for row in rows]}


def parts_of(rows: Sequence[Row]) -> list[Sequence[Row]]:
    """Return rows in parts of which each fits into one message, one empty part where there are none."""
    return [rows[start : start + _PART] for start in range(0, max(len(rows), 1), _PART)]


def shown_of(rows: Sequence[Row]) -> set[int]:
    """Return which of a user's positions some page of theirs lists."""
    chosen = (rows if account == EVERY else [row for row in rows if row.kind == account] for account in FILTERS)
    return {row.position.pk for each in chosen for row in each[:SHOWN]}


def fragments(rows: Sequence[Row], shown: Collection[int]) -> str:
    """Return the rows that a page lists."""
    return "".join(render_to_string("positions/_row.html", {"row": row}) for row in rows if row.position.pk in shown)


def totals(owner: User, rows: Sequence[Row], *, at: datetime) -> str:
    """Return the figures above the rows, for each choice of accounts a page may show."""
    kinds = {row.kind for row in rows}
    summaries = (
        summary_of(owner, [row for row in rows if account in (EVERY, row.kind)], account=account, at=at)
        for account in FILTERS
        if account == EVERY or account in kinds
    )
    return "".join(render_to_string("positions/_summary.html", {"summary": summary}) for summary in summaries)


def _figures(row: Row) -> dict[str, Any]:
    position = row.position
    return {
        "id": position.pk,
        "account": row.kind,
        "symbol": position.symbol,
        "strategy": position.strategy,
        "open_quantity": position.open_quantity,
        "entry_price": str(position.entry_price),
        "mark": None if position.current_price is None else str(position.current_price),
        "marked_at": clock.utc_iso(position.marked_at) if position.marked_at else None,
        "mark_problem": position.mark_problem,
        "truth": row.legs[0].truth if row.legs else "",
        "pnl": str(row.pnl),
        "pnl_percent": None if row.share is None else round(row.share * 100, 4),
        "since_entry": row.since.severity,
    }
