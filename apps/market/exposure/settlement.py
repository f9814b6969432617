"""When an option stops existing: the settlement instant by root symbol and listed date."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from alphagex import clock
from alphagex.clock import in_new_york
from apps.market.chain import ChainError

# Index options whose settlement value is made of opening prices. Their weeklies (SPXW, NDXP, RUTW), the minis
# XSP and MRUT, OEX, XEO, shares and funds settle at the close, so everything that is not listed here does.
MORNING_ROOTS = frozenset({"SPX", "NDX", "RUT", "DJX", "MNX", "RUI", "RLG", "RLV", "VIX", "VIXW"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """One settlement of a chain: the listed date, whether it is at the open or the close, and the roots it ends."""

    expiration: date
    kind: Literal["AM", "PM"]
    settles_at: datetime
    roots: tuple[str, ...]


@lru_cache(maxsize=8192)
def settlement_instant(root: str, listed: date) -> datetime:
    """Return the New York moment at which `root` options listed for `listed` settle.

    A listed date without a session (Saturdays before 2015, holidays) settles in the session before it. Raises
    ValueError where the exchange calendar ends.
    """
    session = clock.session_on_or_before(listed)
    return session.opens if root in MORNING_ROOTS else session.closes


def settlements_of(
    roots: tuple[str, ...], root: NDArray[np.int16], expiration: NDArray[np.datetime64]
) -> tuple[tuple[Settlement, ...], NDArray[np.intp]]:
    """Return the settlements of a chain, earliest first, and per contract the index of its own.

    root, expiration: one entry per contract, as in Chain. Raises ChainError for a date outside the exchange calendar.
    """
    days = expiration.astype("datetime64[D]").astype(np.int64)
    # Calendar and dictionary work happens once per (root, date), a few dozen times instead of 20,000.
    keys, first, pair = np.unique(days * len(roots) + root, return_index=True, return_inverse=True)
    ended_by: dict[tuple[datetime, date], set[str]] = {}
    pairs: list[tuple[datetime, date]] = []
    for contract in first[: len(keys)]:
        name, listed = roots[root[contract]], expiration[contract].astype("datetime64[D]").item()
        try:
            instant = settlement_instant(name, listed)
        except (ValueError, TypeError, OverflowError) as error:  # TypeError: NaT has no date
            raise ChainError(
                f"Expiration {listed} of {name} is outside the exchange calendar ({clock.FIRST_DAY} to "
                f"{clock.LAST_DAY}). Check the dates of the chain."
            ) from error
        pairs.append((instant, listed))
        ended_by.setdefault((instant, listed), set()).add(name)
    ordered = sorted(ended_by)
    position = {key: index for index, key in enumerate(ordered)}
    settlements = tuple(
        Settlement(
            expiration=listed,
            kind="AM" if ended_by[instant, listed] <= MORNING_ROOTS else "PM",
            settles_at=instant,
            roots=tuple(sorted(ended_by[instant, listed])),
        )
        for instant, listed in ordered
    )
    return settlements, np.array([position[key] for key in pairs], dtype=np.intp)[pair]


def seconds_until(settlements: tuple[Settlement, ...], as_of: datetime) -> NDArray[np.float64]:
    """Return calendar seconds from `as_of` to each settlement; zero or negative once it has passed.

    Read off the New York clock, so that every calendar day counts 24 hours, those of 23 and 25 hours too: they are
    Sundays, on which nothing trades. Elapsed seconds would differ by an hour for half of a chain in autumn.
    """
    now = in_new_york(as_of).replace(tzinfo=None)
    return np.array([(settlement.settles_at.replace(tzinfo=None) - now).total_seconds() for settlement in settlements])
