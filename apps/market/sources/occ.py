"""Contract symbols (root + YYMMDD + C or P + strike x 1000 in 8 digits) as columns, and what roots belong to."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apps.market.chain import ChainError, FloatArray

TAIL = 15  # characters after the root
SIDE = 6  # place of C or P in the tail
LONGEST_ROOT = 6

# Roots that trade under another name than their underlying; every other root is its own underlying.
UNDERLYING_OF_ROOT = {
    "SPXW": "SPX",
    "SPXPM": "SPX",
    "NDXP": "NDX",
    "RUTW": "RUT",
    "MRUTW": "MRUT",
    "VIXW": "VIX",
    "DJXW": "DJX",
    "XSPAM": "XSP",
    "NQX": "NDX",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Contracts:
    """What contract symbols say, one entry per symbol. strike: points. malformed: rows that are no contract symbol."""

    roots: tuple[str, ...]
    root: NDArray[np.int16]
    expiration: NDArray[np.datetime64]
    is_call: NDArray[np.bool_]
    strike: FloatArray
    malformed: NDArray[np.bool_]


def parse_contracts(symbols: Sequence[str]) -> Contracts:
    """Return the columns of OCC symbols, padded with blanks (`SPX   230915C...`) or not.

    Raises ChainError when `symbols` is empty or one of them is no text in ASCII; other nonsense is only marked.
    """
    if not symbols:
        raise ChainError("no contracts listed")
    try:
        text = "".join(symbols).encode("ascii")
    except UnicodeEncodeError as error:
        raise ChainError(f"contract symbol near {error.object[error.start - 12 : error.end]!r} is not ASCII") from error
    lengths = np.fromiter(map(len, symbols), dtype=np.int32, count=len(symbols))
    head, tail = _aligned(text, lengths)

    side = tail[:, SIDE]
    digits = np.ascontiguousarray(tail.T) - np.uint8(ord("0"))  # characters below "0" wrap around to large numbers
    digits[SIDE] = 0
    expiration, date_exists = _dates(*(_whole(digits[place : place + 2]) for place in (0, 2, 4)))
    strike = _whole(digits[SIDE + 1 :])
    root, roots, root_is_fine = _roots(head)
    is_call = side == ord("C")
    numeric = digits.max(axis=0) <= 9
    fits = (lengths > TAIL) & (lengths <= TAIL + LONGEST_ROOT)
    well_formed = fits & numeric & date_exists & (is_call | (side == ord("P"))) & (strike > 0) & root_is_fine
    return Contracts(
        roots=roots,
        root=root,
        expiration=expiration,
        is_call=is_call,
        strike=strike / 1000.0,
        malformed=~well_formed,
    )


def underlying_of(roots: tuple[str, ...], root: NDArray[np.int16]) -> str:
    """Return the underlying most contracts belong to (SPXW counts for SPX, the adjusted AAPL1 for AAPL)."""
    votes: Counter[str] = Counter()
    for name, contracts in zip(roots, np.bincount(root, minlength=len(roots)).tolist(), strict=True):
        votes[underlying_of_root(name)] += contracts
    return votes.most_common(1)[0][0]


def underlying_of_root(root: str) -> str:
    """Return the underlying of one root; a digit at the end marks contracts adjusted after a corporate action."""
    return UNDERLYING_OF_ROOT.get(root) or root.rstrip("0123456789") or root


def _aligned(text: bytes, lengths: NDArray[np.int32]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return root (padded with zeros on the left) and tail of symbols written without a gap, one row each."""
    width = TAIL + LONGEST_ROOT
    # Counted from the end of each symbol, so that every field sits in a fixed column whatever the root's length.
    padded = np.frombuffer(bytes(width) + text, dtype=np.uint8)
    windows = np.lib.stride_tricks.sliding_window_view(padded, width)
    rows = windows[np.cumsum(lengths)]
    head = rows[:, :LONGEST_ROOT]
    # What reaches over into the symbol before is no part of this one; so is a blank that pads a root.
    outside = np.arange(width, TAIL, -1) > lengths[:, np.newaxis]
    return np.where(outside | (head == ord(" ")), np.uint8(0), head), rows[:, LONGEST_ROOT:]


def _whole(digits: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return the numbers whose decimal digits are the rows, the most significant first."""
    number: NDArray[np.int64] = digits[0].astype(np.int64)
    for digit in digits[1:]:
        number = number * 10 + digit
    return number


def _dates(
    year: NDArray[np.int64], month: NDArray[np.int64], day: NDArray[np.int64]
) -> tuple[NDArray[np.datetime64], NDArray[np.bool_]]:
    months = ((year + 30) * 12 + month - 1).view("datetime64[M]")  # counted from 1970
    dates: NDArray[np.datetime64] = months.astype("datetime64[D]") + (day - 1).astype("timedelta64[D]")
    # The 31st of a short month would silently become the 1st of the next one.
    exists = (month >= 1) & (month <= 12) & (day >= 1) & (dates.astype("datetime64[M]") == months)
    return dates, exists


def _roots(head: NDArray[np.uint8]) -> tuple[NDArray[np.int16], tuple[str, ...], NDArray[np.bool_]]:
    """Return the index per row, the distinct roots and which rows have a usable root (1 to 6 characters)."""
    packed = np.zeros((len(head), 8), dtype=np.uint8)
    packed[:, :LONGEST_ROOT] = head
    distinct, index = np.unique(packed.view(np.uint64).ravel(), return_inverse=True)
    names = [key.tobytes().replace(b"\0", b"").decode("ascii") for key in distinct]
    usable = np.array([name.isalnum() and name.isupper() for name in names])
    return index.astype(np.int16), tuple(names), usable[index]
