"""The log a user reads: what touched the account, and what moved money in the ledger, as one list."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib.auth.models import User
from django.db.models import CharField, QuerySet, Value

from apps.ledger.models import Change
from apps.market.templatetags.numbers import signed_usd, usd
from apps.security.devices import device_of
from apps.security.models import AuditEvent

Keys = QuerySet[Any, tuple[datetime, str, int]]
PAGE = 50
KINDS = {"": "All", "account": "Account", "money": "Money"}
_BAD = {
    AuditEvent.Action.LOGIN_FAILED,
    AuditEvent.Action.LOCKED_OUT,
    AuditEvent.Action.FACTOR_FAILED,
    AuditEvent.Action.PASSWORD_REFUSED,
}
_ORDERS_NUMBER = "order"
_LONGEST = 160


@dataclass(frozen=True, slots=True)
class LogRow:
    """One row. where: address and device, or "the desk itself"; "" where only the trader is known."""

    at: datetime
    kind: str
    title: str
    text: str
    where: str
    is_warning: bool = False


@dataclass(frozen=True, slots=True)
class LogPage:
    """One page of the log, newest first. newer, older: numbers of the neighbouring pages, None at the ends."""

    rows: list[LogRow]
    kind: str
    newer: int | None
    older: int | None


def log_of(user: User, *, kind: str = "", number: int = 1, size: int = PAGE) -> LogPage:
    """Return a page of the user's own rows. kind: one of KINDS."""
    start = (max(number, 1) - 1) * size
    keys = list(_keys(user, kind)[start : start + size + 1])
    shown = keys[:size]
    events = AuditEvent.objects.in_bulk([pk for _, of, pk in shown if of == "account"])
    changes = Change.objects.select_related("account", "position").in_bulk([pk for _, of, pk in shown if of == "money"])
    rows = [_of_event(events[pk]) if of == "account" else _of_change(changes[pk]) for _, of, pk in shown]
    return LogPage(rows, kind, number - 1 if number > 1 else None, number + 1 if len(keys) > size else None)


def _keys(user: User, kind: str) -> Keys:
    events = _named(AuditEvent.objects.filter(user_id=user.pk), "account")
    changes = _named(Change.objects.filter(account__owner=user), "money")
    # By "is None": a queryset is asked of the database when it is taken for true or false.
    chosen = {"account": events, "money": changes}.get(kind)
    found: Keys = events.union(changes, all=True) if chosen is None else chosen
    return found.order_by("-at", "-pk")


def _named(rows: QuerySet[Any], kind: str) -> Keys:
    found: Keys = rows.order_by().annotate(of=Value(kind, CharField())).values_list("at", "of", "pk")
    return found


def _of_event(event: AuditEvent) -> LogRow:
    where = ", ".join(part for part in (event.address or "", device_of(event.agent) if event.agent else "") if part)
    return LogRow(
        event.at,
        "account",
        event.get_action_display(),
        f"by {event.detail}" if event.action == AuditEvent.Action.LOGGED_IN else event.detail,
        where,
        event.action in _BAD,
    )


def _of_change(change: Change) -> LogRow:
    held = change.position
    about = f"{held.symbol} {held.strategy}" if held else change.account.get_kind_display()
    text = f"{change.account.get_kind_display()}: {_difference(change.before, change.after)}" if held else ""
    return LogRow(
        change.at,
        "money",
        f"{change.action.capitalize()}: {about}",
        (text or _difference(change.before, change.after)).removesuffix(": "),
        "" if change.by_id else "the desk itself",
    )


def _difference(before: dict[str, Any], after: dict[str, Any]) -> str:
    """Return what is other than before, such as "target 590 → 620, P&L +$400.00"."""
    parts = []
    for key, value in after.items():
        if key == _ORDERS_NUMBER or isinstance(value, dict | list) or before.get(key) == value:
            continue
        earlier = f"{_shown(key, before[key])} → " if before.get(key) not in (None, "") else ""
        parts.append(f"{_label(key)} {earlier}{_shown(key, value)}")
    return ", ".join(parts)[:_LONGEST]


def _label(key: str) -> str:
    return {"pnl": "P&L", "open_quantity": "open", "net": "each"}.get(key, key.replace("_", " "))


def _shown(key: str, value: Any) -> str:
    if value in (None, ""):
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if key not in _DOLLARS:
        return str(value)
    try:
        return _DOLLARS[key](Decimal(str(value)))
    except InvalidOperation:  # an imported record says what the old program wrote
        return str(value)


def _paid(net: Decimal) -> str:
    return f"{usd(abs(net))} {'received' if net < 0 else 'paid'}"


_DOLLARS: dict[str, Callable[[Decimal], str]] = {"cash": usd, "net": _paid, "pnl": signed_usd, "commission": usd}
