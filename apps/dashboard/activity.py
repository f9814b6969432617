"""What happened lately, newest first: fills in all accounts, the auto trader's decisions, alerts that fired."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.urls import reverse

from apps.autotrader.models import AutonomousDecision
from apps.ledger.models import Order
from apps.market.templatetags.numbers import signed_usd, usd

SHOWN = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened. icon: of the feature; tone: gain, loss, warn, act or empty."""

    at: datetime
    icon: str
    tone: str
    title: str
    text: str
    url: str


def newest_events(user: User) -> list[Event]:
    """Return the newest events, in one query for each kind."""
    events = [*_fills(user), *_decisions(user)]
    return sorted(events, key=lambda event: event.at, reverse=True)[:SHOWN]


def _fills(user: User) -> list[Event]:
    filled = Order.objects.filter(account__owner=user, status=Order.Status.FILLED).exclude(done_at=None)
    return [_fill(order) for order in filled.select_related("account", "position").order_by("-done_at")[:SHOWN]]


def _fill(order: Order) -> Event:
    position = order.position
    name = f"{position.symbol} {position.strategy}" if position else ""
    account = order.account.get_kind_display()
    at = order.done_at or order.placed_at
    if order.purpose == Order.Purpose.OPEN:
        text = f"{account}, {order.quantity} at {usd(position.entry_price)}" if position else account
        return Event(at=at, icon="layers", tone="act", title=f"Opened {name}", text=text, url=_page_of(order))
    word = "Settled" if order.purpose == Order.Purpose.EXPIRE else "Closed"
    pnl = position.pnl if position else None
    tone = "" if pnl is None else "gain" if pnl > 0 else "loss"
    text = f"{account}, {signed_usd(pnl)}{': ' + order.reason if order.reason else ''}"
    return Event(at=at, icon="layers", tone=tone, title=f"{word} {name}", text=text, url=_page_of(order))


def _page_of(order: Order) -> str:
    return reverse("positions:position", args=[order.position_id])


def _decisions(user: User) -> list[Event]:
    told = AutonomousDecision.objects.filter(owner=user).exclude(outcome=AutonomousDecision.Outcome.HELD)
    return [
        Event(
            at=decision.at,
            icon="bot",
            tone="warn" if decision.outcome in ("refused", "error") else "",
            title=f"Auto trader: {decision.get_outcome_display().lower()}",
            text=decision.reason,
            url=reverse("autotrader:decision", args=[decision.pk]),
        )
        for decision in told.defer("inputs", "steps", "result")[:SHOWN]
    ]
