"""What the page of open positions shows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.urls import reverse

from apps.ledger.models import Order
from apps.positions.open_rows import EVERY, FILTERS, OWN, SHOWN, Row, open_rows
from apps.positions.summary import Summary, summary_of

_REFUSED_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One choice of accounts, with how many positions it shows."""

    key: str
    label: str
    count: int
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """All that renews itself. rows: the newest; more: how many open positions are not among them.

    waiting: orders without a fill yet; unknown: positions without conditions at entry.
    """

    account: str
    rows: list[Row]
    more: int
    choices: list[Choice]
    summary: Summary
    waiting: list[Order]
    refused: list[Order]
    unknown: int


def body_of(owner: User, account: str, *, at: datetime) -> Body:
    """Return the open positions of the chosen accounts."""
    every = open_rows(owner, at=at)
    rows = [row for row in every if account in (EVERY, row.kind)]
    orders = Order.objects.filter(account__owner=owner, account__kind=OWN, account__closed_at__isnull=True)
    return Body(
        account=account,
        rows=rows[:SHOWN],
        more=max(len(rows) - SHOWN, 0),
        choices=_choices(every, account),
        summary=summary_of(owner, rows, account=account, at=at),
        waiting=list(orders.filter(status=Order.Status.WORKING).select_related("position").order_by("pk")),
        refused=list(orders.filter(status=Order.Status.REJECTED).order_by("-pk")[:_REFUSED_SHOWN]),
        unknown=sum(row.since.severity == "unknown" for row in rows),
    )


def tabs(active: str, summary: Summary | None) -> list[dict[str, Any]]:
    """Return the pages of the section."""
    return [
        {
            "label": "Open",
            "url": reverse("positions:page"),
            "active": active == "open",
            "count": summary.positions if summary else 0,
        },
        {"label": "Closed", "url": reverse("positions:closed"), "active": active == "closed"},
    ]


def _choices(rows: list[Row], account: str) -> list[Choice]:
    """Return the accounts that hold something, the trader's own and the chosen one whatever they hold."""
    counts = {key: sum(key in (EVERY, row.kind) for row in rows) for key in FILTERS}
    return [
        Choice(key=key, label=label, count=counts[key], url=f"?{urlencode({'account': key})}")
        for key, label in FILTERS.items()
        if counts[key] or key in (OWN, account)
    ]
