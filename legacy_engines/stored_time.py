"""Weekdays of stored timestamp texts, read as SQLite's date functions read them."""

from __future__ import annotations

import re

DATE = r"(?P<sign>-?)(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)"
TIME = r"(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d(?:\.\d+)?))?"
OFFSET = r"\s*(?:(?P<zulu>[zZ])|(?P<east>[+-])(?P<off_hour>\d\d):(?P<off_minute>\d\d))?\s*"
MOMENT = re.compile(rf"(?:{DATE}[\sT]*)?(?:{TIME}{OFFSET})?", re.ASCII)
NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", re.ASCII)
LIMITS = {
    "month": (1, 12),
    "day": (1, 31),
    "hour": (0, 24),
    "minute": (0, 59),
    "off_hour": (0, 14),
    "off_minute": (0, 59),
}
DAY_MS = 86_400_000
LAST_MS = 464_269_060_799_999
"""End of the year 9999 in milliseconds of Julian time."""


def sqlite_weekday(stored: object) -> str | None:
    """Return `strftime('%w', stored)`: '0' for Sunday to '6', None where it is no date; offsets are converted to UTC.

    As there, days run to 31 in every month and overflow into the next, hours run to 24, a time alone is on 2000-01-01
    and a number counts Julian days. Only the word `now` is not understood: no table stores it.
    """
    moment = _moment(stored)
    return None if moment is None else str((moment + DAY_MS * 3 // 2) // DAY_MS % 7)


def _moment(stored: object) -> int | None:
    """Return milliseconds of Julian time, None where there is no date in the years -4713 to 9999."""
    if isinstance(stored, (int, float)) or (isinstance(stored, str) and NUMBER.fullmatch(stored)):
        days = float(stored)
        return int(days * DAY_MS + 0.5) if days >= 0 and days * DAY_MS + 0.5 < LAST_MS + 1 else None
    found = MOMENT.fullmatch(stored) if isinstance(stored, str) and stored else None
    if found is None:
        return None
    parts = found.groupdict()
    if any(parts[name] and not low <= int(parts[name]) <= high for name, (low, high) in LIMITS.items()):
        return None
    if float(parts["second"] or 0) >= 60:
        return None
    moment = _julian_ms(parts) + _time_ms(parts)
    return moment if 0 <= moment <= LAST_MS else None


def _julian_ms(parts: dict[str, str | None]) -> int:
    """Return the start of the day in milliseconds of Julian time (Meeus, Astronomical Algorithms, chapter 7)."""
    year, month, day = (int(parts[name] or default) for name, default in (("year", 2000), ("month", 1), ("day", 1)))
    if parts["sign"]:
        year = -year
    if month <= 2:
        year, month = year - 1, month + 12
    century = int(year / 100)
    leap = 2 - century + int(century / 4)
    days = int(36525 * (year + 4716) / 100) + int(306001 * (month + 1) / 10000) + day + leap
    return days * DAY_MS - 1524 * DAY_MS - DAY_MS // 2


def _time_ms(parts: dict[str, str | None]) -> int:
    hour, minute, off_hour, off_minute = (int(parts[n] or 0) for n in ("hour", "minute", "off_hour", "off_minute"))
    offset = (off_hour * 60 + off_minute) * (-1 if parts["east"] == "-" else 1)
    return (hour * 60 + minute - offset) * 60_000 + int(float(parts["second"] or 0) * 1000 + 0.5)
