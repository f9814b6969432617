"""Values of SQLite: kept with their storage class, and read as what a column should hold.

A column of the old program holds any storage class whatever it was declared as. What is missing in the old program's
words (empty, "-", "N/A", "NaN" ...) is read as missing; what cannot be read raises UnreadableError, nothing is guessed.
"""

import hashlib
import re
from collections.abc import Mapping
from decimal import Decimal
from math import isfinite
from typing import Final

MISSING: Final = frozenset({"", "-", "--", "n/a", "na", "nan", "none", "null", "nat", "#n/a"})
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?", re.ASCII)
_YES, _NO = frozenset({"1", "true", "yes", "t", "y"}), frozenset({"0", "false", "no", "f", "n"})
SMALLEST, LARGEST = -(2**31), 2**31 - 1


class UnreadableError(ValueError):
    """A value that cannot be taken. The message says what it is and what it should be."""


class SqliteText(bytes):
    """A text as SQLite stores it: any bytes. A blob comes as plain bytes."""


Value = None | int | float | SqliteText | bytes


def encoded(value: Value) -> str:
    """Return a value with its storage class: see models.KeptRow."""
    match value:
        case None:
            return "N"
        case SqliteText():
            text = _decoded(value)
            return f"X:{value.hex()}" if text is None or "\x00" in text else f"T:{text}"
        case bytes():
            return f"B:{value.hex()}"
        case int():
            return f"I:{value}"
    return f"F:{value!r}"


def digest_of(table: str, raw: Mapping[str, str]) -> str:
    """Return the SHA-256 of a row's content. Nulls do not count: a later shape may have more such columns."""
    found = hashlib.sha256(table.lower().encode())
    for name in sorted(raw):
        if raw[name] != "N":
            found.update(f"\x1d{name}\x1e{raw[name]}".encode())
    return found.hexdigest()


def text(value: Value, *, longest: int | None = None) -> str | None:
    """Return a text as it is, numbers by their digits. Raises UnreadableError."""
    if value is None:
        return None
    if isinstance(value, bytes):
        found = _decoded(value) if isinstance(value, SqliteText) else None
        if found is None:
            raise UnreadableError(f"{shown(value)} is no text")
        if "\x00" in found:
            raise UnreadableError(f"{shown(value)} has a NUL character in it")
    else:
        found = str(value)
    if longest is not None and len(found) > longest:
        raise UnreadableError(f"{shown(value)} is longer than {longest} characters")
    return found


def number(value: Value, *, is_percent: bool = False) -> float | None:
    """Return a finite number; "1,234.56" is one, "12.5%" only where per cents are kept. Raises UnreadableError."""
    found = _read_number(value, is_percent=is_percent)
    if found is None:
        return None
    try:
        result = float(found)
    except OverflowError:
        raise UnreadableError(f"{shown(value)} is too large") from None
    if not isfinite(result):
        raise UnreadableError(f"{shown(value)} is not finite")
    return result


def amount(value: Value, *, digits: int = 10) -> Decimal | None:
    """Return an amount of money or a price by its shortest digits, below 10**digits. Raises UnreadableError."""
    found = number(value)
    if found is None:
        return None
    if abs(found) >= 10**digits:
        raise UnreadableError(f"{shown(value)} is too large")
    return Decimal(repr(found))


def whole(value: Value) -> int | None:
    """Return a whole number of 32 bits. Raises UnreadableError."""
    found = _read_number(value)
    if found is None:
        return None
    if isinstance(found, float):
        if not isfinite(found):
            raise UnreadableError(f"{shown(value)} is not finite")
        if not found.is_integer():
            raise UnreadableError(f"{shown(value)} is no whole number")
    result = int(found)
    if not SMALLEST <= result <= LARGEST:
        raise UnreadableError(f"{shown(value)} is too large")
    return result


def yes_or_no(value: Value) -> bool | None:
    """Return a flag: 1, true, yes; 0, false, no. Raises UnreadableError."""
    found = (text(value) or "").strip().lower()
    if found in MISSING:
        return None
    found = found.removesuffix(".0")
    if found in _YES or found in _NO:
        return found in _YES
    raise UnreadableError(f"{shown(value)} is neither yes nor no")


def shown(value: Value) -> str:
    """Return a value for a message: short, and whatever it is printable."""
    if isinstance(value, bytes):
        found = _decoded(value) if isinstance(value, SqliteText) else None
        return repr(found[:40]) if found is not None else f"the bytes {value[:12].hex(' ')}"
    return repr(value)[:40]


def _read_number(value: Value, *, is_percent: bool = False) -> int | float | None:
    if value is None or isinstance(value, int | float):
        return value
    found = (text(value) or "").strip()
    if found.lower() in MISSING:
        return None
    bare = found.replace("−", "-").removeprefix("$").strip()
    if is_percent:
        bare = bare.removesuffix("%").strip()
    if _GROUPED.fullmatch(bare):
        bare = bare.replace(",", "")
    if not _NUMBER.fullmatch(bare):
        raise UnreadableError(f"{shown(value)} is no number")
    # Digits alone stay exact; more of them than any column holds are not worth an exact integer.
    return int(bare) if bare.lstrip("+-").isdigit() and len(bare) < 30 else float(bare)


def _decoded(value: bytes) -> str | None:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return None
