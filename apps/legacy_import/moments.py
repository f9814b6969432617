"""Times of the old program: eleven ways of writing them, three clocks. The rules are in docs/migration.md."""

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from alphagex import clock
from apps.legacy_import.values import MISSING, SqliteText, UnreadableError, Value, shown, text

UTC = ZoneInfo("UTC")
FIRST, LAST = date(1990, 1, 1), date(2100, 1, 1)
CLOSE = time(16)
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DIGITS = re.compile(r"\d{8,19}(\.\d+)?", re.ASCII)
_AMERICAN = (
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %I:%M %p",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d",
)
_TIMES = ("%H:%M:%S", "%H:%M:%S.%f", "%H:%M", "%I:%M %p", "%I:%M:%S %p")


def moment(value: Value, zone: ZoneInfo) -> datetime | None:
    """Return the aware moment, None where it is missing. zone: of a time that names none. Raises UnreadableError.

    A day alone is its beginning in New York, because days are the trader's.
    """
    found, has_time = _parsed(value)
    if found is None:
        return None
    if found.tzinfo is None:
        found = found.replace(tzinfo=zone if has_time else clock.NEW_YORK)
    return found


def day(value: Value) -> date | None:
    """Return the calendar day written, or that of a moment in New York. Raises UnreadableError."""
    found, _ = _parsed(value)
    if found is None:
        return None
    return found.date() if found.tzinfo is None else clock.in_new_york(found).date()


def at_day_and_time(on: Value, at: Value, zone: ZoneInfo, *, without_time: time) -> datetime | None:
    """Return the moment of a day and a time in two columns. without_time: New York, where no time is given."""
    its_day = day(on)
    if its_day is None:
        return None
    its_time = time_of_day(at)
    if its_time is None:
        return datetime.combine(its_day, without_time, clock.NEW_YORK)
    return datetime.combine(its_day, its_time, zone)


def time_of_day(value: Value) -> time | None:
    """Return a time alone. Raises UnreadableError."""
    found = (text(value) or "").strip()
    if found.lower() in MISSING:
        return None
    for form in _TIMES:
        try:
            return datetime.strptime(found, form).time()  # noqa: DTZ007 - a time of day has no zone
        except ValueError:
            continue
    raise UnreadableError(f"{shown(value)} is no time of day")


def stamp(found: datetime) -> str:
    """Return a moment as the old tables write it, wall clock of New York."""
    return f"{clock.in_new_york(found):%Y-%m-%d %H:%M:%S}"


def _parsed(value: Value) -> tuple[datetime | None, bool]:
    """Return what is written, and whether it names a time of day."""
    found, has_time = _written(value)
    if found is not None and not FIRST <= found.date() < LAST:
        raise UnreadableError(f"{shown(value)} is not a time between {FIRST.year} and {LAST.year}")
    return found, has_time


def _written(value: Value) -> tuple[datetime | None, bool]:
    if isinstance(value, bytes) and not isinstance(value, SqliteText):
        raise UnreadableError(f"{shown(value)} is no time")
    found = (text(value) or "").strip()
    if found.lower() in MISSING:
        return None, False
    if _DIGITS.fullmatch(found):
        return _from_number(value, found)
    if _ISO_DAY.match(found):
        try:
            return datetime.fromisoformat(found), len(found) > len("2025-01-01")
        except ValueError:
            raise UnreadableError(f"{shown(value)} is no time") from None
    for form in _AMERICAN:
        try:
            return datetime.strptime(found, form), "%H" in form or "%I" in form  # noqa: DTZ007 - the caller knows the zone
        except ValueError:
            continue
    raise UnreadableError(f"{shown(value)} is no time")


def _from_number(value: Value, digits: str) -> tuple[datetime, bool]:
    """Return Unix time in seconds, or in thousandths, millionths, billionths of one; eight digits are YYYYMMDD."""
    if len(digits) == 8 and "." not in digits:
        try:
            return datetime.strptime(digits, "%Y%m%d"), False  # noqa: DTZ007 - a day has no zone
        except ValueError:
            raise UnreadableError(f"{shown(value)} is no time") from None
    seconds = float(digits)
    for _ in range(3):
        if seconds < 1e11:
            break
        seconds /= 1000
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds), True
    except OverflowError:
        raise UnreadableError(f"{shown(value)} is no time") from None
