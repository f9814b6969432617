"""A row of an old table read into the columns of a model: by name, whatever order and types it has."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models

from apps.legacy_import.moments import day, moment, stamp
from apps.legacy_import.sources import Row
from apps.legacy_import.values import UnreadableError, Value, number, text, whole, yes_or_no
from apps.market.watching import SymbolError, parse_symbol

Read = Callable[[Value], Any]
_PERCENT = ("win_rate", "confidence", "confidence_score")
# What the old program or its copies also called a column.
ALIASES: Mapping[str, tuple[str, ...]] = {
    "opened_at": ("open_time", "entry_timestamp"),
    "closed_at": ("close_time", "exit_timestamp"),
    "pnl": ("realized_pnl", "profit_loss"),
    "quantity": ("contracts", "qty"),
    "contracts": ("quantity", "qty"),
    "target": ("target_price",),
    "stop": ("stop_price", "stop_loss"),
    "current_price": ("last_price",),
    "expiration_date": ("expiration", "expiry"),
    "confidence": ("confidence_score",),
    "confidence_score": ("confidence",),
    "implied_volatility": ("iv",),
    "entry_premium": ("premium",),
    "timestamp": ("created_at",),
    "spot_price": ("spot",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column. usual: what stands for a missing value; None and is_needed: a row without it is not taken."""

    name: str
    read: Read
    is_needed: bool
    usual: Any = None

    def of(self, row: Row) -> Any:
        """Return the value of a row. Raises UnreadableError with the column's name."""
        found = told(row, self.name, self.read)
        if found is not None:
            return found
        if self.is_needed and self.usual is None:
            raise UnreadableError(f"{self.name} is missing")
        return self.usual


def told(row: Row, name: str, read: Callable[[Value], Any], *others: str) -> Any:
    """Return a column of a row as `read` understands it. Raises UnreadableError with the column's name."""
    try:
        return read(row.get(name, *others, *ALIASES.get(name, ())))
    except UnreadableError as error:
        raise UnreadableError(f"{name}: {error}") from error


def needed(row: Row, name: str, read: Callable[[Value], Any], *others: str) -> Any:
    """Return a column that has to be there. Raises UnreadableError."""
    found = told(row, name, read, *others)
    if found is None:
        raise UnreadableError(f"{name} is missing")
    return found


def columns_of(
    model: type[models.Model], *, zone: ZoneInfo, ours: Collection[str], special: Mapping[str, Read] | None = None
) -> list[Column]:
    """Return how the columns of a model are read. zone: of times that name none. ours: columns the old table had not.

    special: columns that are read in a way of their own.
    """
    found = []
    for field in model._meta.concrete_fields:
        if field.primary_key or field.name in ours:
            continue
        read = (special or {}).get(field.name) or _read(field, zone)
        usual = field.get_default() if field.has_default() and not field.null else None
        found.append(Column(name=field.name, read=read, is_needed=not field.null, usual=usual))
    return found


def read_into(row: Row, columns: Collection[Column]) -> dict[str, Any]:
    """Return a row's values by column. Raises UnreadableError."""
    return {column.name: column.of(row) for column in columns}


def symbol(value: Value) -> str | None:
    """Return a ticker, upper-case. Raises UnreadableError."""
    found = (text(value) or "").strip()
    if not found:
        return None
    try:
        return parse_symbol(found)
    except SymbolError as error:
        raise UnreadableError(str(error)) from error


def iso_day(value: Value) -> str | None:
    """Return a day as YYYY-MM-DD. Raises UnreadableError."""
    found: date | None = day(value)
    return None if found is None else found.isoformat()


def status(value: Value) -> str | None:
    """Return OPEN or CLOSED; ACTIVE was another word for open. Raises UnreadableError."""
    found = (text(value) or "").strip().upper()
    if found in {"OPEN", "ACTIVE"}:
        return "OPEN"
    if found == "CLOSED":
        return "CLOSED"
    if not found:
        return None
    raise UnreadableError(f"{found[:40]!r} is neither open nor closed")


def stamped(zone: ZoneInfo) -> Read:
    """Return how a time is read that stays a text: wall clock of New York."""

    def read(value: Value) -> str | None:
        found = moment(value, zone)
        return None if found is None else stamp(found)

    return read


def _read(field: models.Field[Any, Any], zone: ZoneInfo) -> Read:
    is_percent = field.name.endswith("_pct") or field.name in _PERCENT
    match field:
        case models.BooleanField():
            return yes_or_no
        case models.DateTimeField():
            return lambda value: moment(value, zone)
        case models.DateField():
            return day
        case models.FloatField():
            return lambda value: number(value, is_percent=is_percent)
        case models.IntegerField():
            return whole
    if field.name == "symbol":
        return symbol
    return lambda value: text(value, longest=field.max_length)
