"""Sessions the desk did not see, filled in from a source's history: a few requests, stored chunk by chunk.

Each chunk is one transaction, so that whoever is interrupted continues where it ended: nothing is doubled, nothing
is missing. What the desk saw itself stays; only its empty columns are filled.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import OperationalError, connection, transaction
from psycopg.errors import LockNotAvailable

from alphagex.clock import Session
from apps.market.history.sessions import finished_sessions
from apps.market.history.vendor_days import BAR_COLUMNS, GAMMA_COLUMNS, Columns, bars_by_day, gamma_by_day
from apps.market.models import DayFigures
from apps.market.sources.protocol import Answer, DataSource, Kind, MarketSource, Question, SourceUnavailable

CHUNK = 20  # sessions stored together
MOST_SESSIONS = 1_240
PATIENCE = "5s"  # for a backfill of the same symbol: one that was killed a moment ago may still be letting go
_LOCK = 0x67657862  # the first half of the advisory locks of backfills; the second stands for source and symbol
_PERIODS = ((25, "1mo"), (80, "3mo"), (170, "6mo"), (355, "1y"), (720, "2y"), (1820, "5y"))

Progress = Callable[[str, int, int], None]
"""Called with the symbol, the sessions looked after and all its sessions: at the start and after each chunk."""


class BackfillError(Exception):
    """A backfill that cannot be done. The message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What a backfill did for one symbol, in sessions, of the `sessions` asked for.

    added: there was no row. completed: empty columns were filled or the row became final. known: nothing was missing.
    absent: days some figures of which are not to be had. notes: what the source has no history of. problems: what
    was to be had but was not delivered.
    """

    symbol: str
    source: str
    sessions: int
    added: int = 0
    completed: int = 0
    known: int = 0
    absent: tuple[date, ...] = ()
    notes: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _History:
    """What the sources say: figures by day and column, and where they come from."""

    gamma: Mapping[date, Columns]
    bars: Mapping[date, Columns]
    gamma_answer: Answer | None
    bars_answer: Answer | None
    problems: tuple[str, ...]

    def of(self, day: date) -> Columns:
        """Return the figures of a day. A vendor's gamma row has a price too; the bar's close is the better one."""
        return self.gamma.get(day, {}) | self.bars.get(day, {})


def backfill(
    symbol: str, sources: Sequence[MarketSource], *, days: int, at: datetime, progress: Progress | None = None
) -> Filled:
    """Fill what is missing of the last `days` finished sessions of `symbol`.

    sources: the one whose days these are first, as configured.build_configured gives them; gamma history and price
    bars are asked of the first that has them, and of nobody if nothing is missing. Raises BackfillError and what the
    sources raise (SourceError, OutOfBudget): what is stored by then stays.
    """
    if not 1 <= days <= MOST_SESSIONS:
        raise BackfillError(f"The number of days must be from 1 to {MOST_SESSIONS:,} (five years), was {days}.")
    main = sources[0].name
    by_gamma, by_bars = _first_with(Kind.GAMMA_DAYS, sources), _first_with(Kind.BARS, sources)
    if by_gamma is None and by_bars is None:
        raise BackfillError(
            f"The source {main} has no history. Name one with --source: tradingvolatility, cboe, yahoo or simulated."
        )
    tell = progress or _nobody
    sessions = finished_sessions(days, at=at)
    filled = Filled(
        symbol=symbol,
        source=main,
        sessions=len(sessions),
        notes=_notes(main, by_gamma, by_bars),
    )
    wanted = (*(GAMMA_COLUMNS if by_gamma else ()), *(BAR_COLUMNS if by_bars else ()))
    with _alone(symbol, main):
        missing = _missing(symbol, main, sessions, wanted)
        done = len(sessions) - len(missing)
        filled = replace(filled, known=done)
        tell(symbol, done, len(sessions))
        if not missing:
            return filled
        history = _asked(symbol, by_gamma, by_bars, since=missing[0].day, at=at)
        filled = replace(filled, problems=history.problems)
        for start in range(0, len(missing), CHUNK):
            chunk = missing[start : start + CHUNK]
            filled = _store(filled, chunk, history, wanted=wanted, at=at)
            done += len(chunk)
            tell(symbol, done, len(sessions))
    return filled


def _missing(symbol: str, source: str, sessions: list[Session], wanted: Sequence[str]) -> list[Session]:
    rows = DayFigures.objects.filter(
        symbol=symbol, source=source, day__gte=sessions[0].day, day__lte=sessions[-1].day, is_final=True
    ).values("day", *wanted)
    # A flip or a rating may be unknown for good; a day is whole with a net GEX and a bar.
    needed = [name for name in ("net_gex", "open", "high", "low", "close") if name in wanted]
    whole = {row["day"] for row in rows if all(row[name] is not None for name in needed)}
    return [session for session in sessions if session.day not in whole]


def _asked(
    symbol: str, by_gamma: DataSource | None, by_bars: DataSource | None, *, since: date, at: datetime
) -> _History:
    back = (at.date() - since).days + 1
    period = next(period for most, period in _PERIODS if back <= most)
    problems: list[str] = []
    gamma = _answer(by_gamma, Question(kind=Kind.GAMMA_DAYS, symbol=symbol, detail=str(back)), problems, at=at)
    bars = _answer(by_bars, Question(kind=Kind.BARS, symbol=symbol, detail=f"1d:{period}"), problems, at=at)
    if gamma is None and bars is None:
        raise SourceUnavailable(" ".join(problems))
    return _History(
        gamma=gamma_by_day(gamma.value) if gamma else {},
        bars=bars_by_day(bars.value) if bars else {},
        gamma_answer=gamma,
        bars_answer=bars,
        problems=tuple(problems),
    )


def _answer(source: DataSource | None, question: Question, problems: list[str], *, at: datetime) -> Answer | None:
    """Return what a source says; when it is down, note why, for the other half of the history may still be had."""
    if source is None:
        return None
    try:
        return source.fetch(question, at=at)
    except SourceUnavailable as error:
        problems.append(str(error))
        return None


@transaction.atomic
def _store(filled: Filled, chunk: list[Session], history: _History, *, wanted: Sequence[str], at: datetime) -> Filled:
    days = [session.day for session in chunk]
    rows = {
        row.day: row
        for row in DayFigures.objects.select_for_update().filter(
            symbol=filled.symbol, source=filled.source, day__in=days
        )
    }
    added = [row for day in days if day not in rows and (row := _new_row(filled, day, history, at=at))]
    DayFigures.objects.bulk_create(added)
    completed = [row for row in rows.values() if _complete(row, history, at=at)]
    DayFigures.objects.bulk_update(
        completed, [*GAMMA_COLUMNS, *BAR_COLUMNS, "truth", "label", "is_final", "updated_at"]
    )
    needed = [name for name in ("net_gex", "close") if name in wanted]
    stored = rows | {row.day: row for row in added}
    absent = [day for day in days if day not in stored or any(getattr(stored[day], name) is None for name in needed)]
    return replace(
        filled,
        added=filled.added + len(added),
        completed=filled.completed + len(completed),
        absent=(*filled.absent, *absent),
    )


def _new_row(filled: Filled, day: date, history: _History, *, at: datetime) -> DayFigures | None:
    figures = history.of(day)
    answer = history.gamma_answer if day in history.gamma else history.bars_answer
    if not figures or answer is None:
        return None
    row = DayFigures(
        symbol=filled.symbol,
        source=filled.source,
        day=day,
        truth=answer.origin.kind,
        label=answer.origin.label,
        is_final=True,
        updated_at=at,
        **figures,
    )
    _name_the_bars(row, history)
    return row


def _complete(row: DayFigures, history: _History, *, at: datetime) -> bool:
    """Fill the empty columns of a row. Return whether anything changed."""
    empty = {name: value for name, value in history.of(row.day).items() if getattr(row, name) is None}
    if not empty and row.is_final:
        return False
    for name, value in empty.items():
        setattr(row, name, value)
    if "net_gex" in empty and history.gamma_answer:  # so far a day of prices alone
        row.truth, row.label = history.gamma_answer.origin.kind, history.gamma_answer.origin.label
    if "net_gex" in empty or empty.keys() & set(BAR_COLUMNS):
        _name_the_bars(row, history)
    row.is_final, row.updated_at = True, at
    return True


def _name_the_bars(row: DayFigures, history: _History) -> None:
    """Say in the label where the prices come from if gamma comes from somewhere else."""
    if history.bars_answer is None or row.day not in history.bars:
        return
    label = history.bars_answer.origin.label
    if label not in row.label:
        row.label = f"{row.label}, prices: {label}"[:80]


def _notes(main: str, by_gamma: DataSource | None, by_bars: DataSource | None) -> tuple[str, ...]:
    notes = []
    if by_gamma is None:
        notes.append(f"Past gamma is not to be had from {main}: only prices are filled, gamma is kept from now on.")
    if by_bars is None:
        notes.append(f"Past prices are not to be had from {main}: only the close that comes with gamma is filled.")
    return tuple(notes)


def _first_with(kind: Kind, sources: Sequence[Any]) -> DataSource | None:
    return next((source for source in sources if kind in getattr(source, "kinds", ())), None)


@contextmanager
def _alone(symbol: str, source: str) -> Iterator[None]:
    """Hold the lock of a symbol's backfill: PostgreSQL lets it go with the connection, however this process ends."""
    with connection.cursor() as cursor:
        name = f"{source} {symbol}"
        try:
            with transaction.atomic():
                cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
                cursor.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", [_LOCK, name])
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
            raise BackfillError(
                f"Another backfill of {symbol} is running. Wait until it has ended, then start again to fill the rest."
            ) from error
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", [_LOCK, name])


def _nobody(symbol: str, done: int, total: int) -> None:
    """Nobody watches the progress."""
