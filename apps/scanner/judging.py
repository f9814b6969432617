"""The scanner engine over what a source said: it alone decides how often to try, what fails, and how a row reads."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from alphagex import clock
from apps.market.tickers import EngineClock
from legacy_engines.ports import NoticeLevel, local_now
from legacy_engines.setups.scan_view import scan_figures
from legacy_engines.setups.scanner import CacheEntries, SmartCache, scan_symbols

CACHED_FOR_EVER = 60.0 * 24 * 365 * 20
"""Minutes: for imported numbers, which nobody fetches anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What came of asking once. answer: the keys of `get_net_gamma`, or `error`; raised: the text of a failure."""

    answer: Mapping[str, Any] | None = None
    raised: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The engine's row (`SCAN_COLUMNS`), and what it tells the trader when the symbol failed."""

    row: dict[str, Any]
    warning: str = ""

    @property
    def is_failed(self) -> bool:
        return bool(self.row["cache_status"] == "Error")


@dataclass(frozen=True, slots=True)
class Again:
    """The engine wants another attempt, so many seconds from now."""

    seconds: float


class _AttemptWanted(BaseException):
    """Leaves the engine where it would sleep. No Exception: those it takes for a failure of the symbol."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class _Attempts:
    """The attempts so far, in the engine's two roles of a source and of the clock that lets it wait."""

    def __init__(self, attempts: Sequence[Attempt], at: datetime) -> None:
        self._attempts = attempts
        self._taken = 0
        self._at = at

    def get_net_gamma(self, symbol: str) -> Any:
        attempt = self._attempts[self._taken]
        self._taken += 1
        if attempt.raised:
            raise RuntimeError(attempt.raised)
        return attempt.answer

    def get_skew_data(self, symbol: str) -> dict[str, Any]:
        raise NotImplementedError("the scanner never asks for skew")

    def now(self) -> datetime:
        return self._at

    def sleep(self, seconds: float) -> None:
        """Let the engine go on where the pause is over and its next answer is known."""
        if self._taken >= len(self._attempts):
            raise _AttemptWanted(seconds)


def judged(symbol: str, attempts: Sequence[Attempt], *, at: datetime) -> Judged | Again:
    """Return the engine's row of a symbol after these attempts (at least one), or that it wants another one."""
    said: list[tuple[NoticeLevel, str]] = []
    world = _Attempts(attempts, clock.in_new_york(at))
    try:
        table = scan_symbols([symbol], world, True, clock=world, notify=lambda level, text: said.append((level, text)))
    except _AttemptWanted as wanted:
        return Again(wanted.seconds)
    warnings = [text for level, text in said if level == "warning"]
    row = {str(name): value for name, value in table.to_dict("records")[0].items()}
    return Judged(row=row, warning=warnings[-1] if warnings else "")


def is_known(fetched_at: datetime, *, minutes: float, at: datetime) -> bool:
    """Return whether numbers fetched then are young enough to be used again."""
    stored_at = local_now(EngineClock(clock.in_new_york(fetched_at)))
    entries = CacheEntries(data={"": True}, stored_at={"": stored_at})
    return SmartCache(minutes, clock=EngineClock(clock.in_new_york(at)), entries=entries).get("") is not None


def cached(
    symbol: str, data: Mapping[str, Any] | None, *, fetched_at: datetime, minutes: float, at: datetime
) -> Judged | None:
    """Return the row of numbers known since `fetched_at`, marked with their age; None where they are too old.

    The row is as it was judged when they came, as a cached one of the old program. Failures are never cached.
    """
    entries = CacheEntries()
    world = _Attempts([Attempt(answer=data)], clock.in_new_york(fetched_at))
    try:
        scan_symbols([symbol], world, True, clock=world, entries=entries)
    except _AttemptWanted:
        return None
    cache = SmartCache(minutes, clock=EngineClock(clock.in_new_york(at)), entries=entries)
    row = cache.get(symbol)
    return Judged(row={**row, "cache_status": f"Cached ({cache.get_cache_age(symbol)})"}) if row else None


def ranks(rows: Iterable[Mapping[str, Any]]) -> list[int]:
    """Return the places of the rows in the order in which the engine's table shows them."""
    table = pd.DataFrame([dict(row) for row in rows])
    if table.empty:
        return []
    # Its first column comes back in its order; names say where a row stood.
    table["symbol"] = [str(place) for place in range(len(table))]
    return [int(cells[0]) for cells in scan_figures(table)["rows"]]
