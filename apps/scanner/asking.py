"""Which symbols of a scan are asked for now. They join the line of everybody: one fetch serves all who wait for it.

A scan keeps only a few symbols in the line at a time, so that it does not hold up others and leaves little behind when
it is cancelled; one that is slow to answer soon makes room for the next.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import redis
import structlog
from django.db.models import Min
from kombu.exceptions import OperationalError

from apps.market import configured, feed, waiting
from apps.market.budget import Priority
from apps.market.models import Feed
from apps.market.watching import KEPT_FOR, watched_symbols
from apps.scanner.models import ScanResult, ScanRun

log = structlog.get_logger(__name__)
MOST_IN_LINE = 6
ASKED_AGAIN_AFTER = timedelta(seconds=60)
"""A fetch that nobody took is dropped after a minute; asking twice for what still waits changes nothing."""


def feeds_of(symbols: Iterable[str], *, at: datetime) -> dict[str, Feed]:
    """Return the symbols' rows of the feed, made where there is none.

    A new row is due since long: it is fetched when asked for, and does not count among the symbols that are polled.
    """
    names = set(symbols)
    feeds = Feed.objects.in_bulk(names)
    if missing := names - feeds.keys():
        Feed.objects.bulk_create(
            [Feed(symbol=symbol, next_poll_at=_resting(at)) for symbol in sorted(missing)], ignore_conflicts=True
        )
        feeds |= Feed.objects.in_bulk(missing)
    return feeds


def choose(run: ScanRun, rows: Sequence[ScanResult], feeds: Mapping[str, Feed], *, at: datetime) -> list[str]:
    """Mark the rows that are asked for now as such (unsaved); return the symbols that must be put in the line.

    What somebody else's scan has asked for already is waited for, not asked again. Inside a transaction.
    """
    again = [row for row in rows if row.asked_at is not None and row.ask_at is not None and row.ask_at <= at]
    for row in again:
        row.ask_at = at + ASKED_AGAIN_AFTER
    ready = [row for row in rows if row.asked_at is None and (row.ask_at is None or row.ask_at <= at)]
    # Those that failed last time come last: they may keep a worker waiting.
    ready.sort(key=lambda row: (bool(row.attempts), feeds[row.symbol].consecutive_failures > 0, row.place))
    room = _room(rows, at=at)
    candidates = ready[:room]
    if not candidates:
        return [row.symbol for row in again]
    # Whoever else wants one of these waits here, then sees who has asked.
    names = [row.symbol for row in candidates]
    list(Feed.objects.select_for_update().filter(symbol__in=names).order_by("symbol").values_list("symbol", flat=True))
    elsewhere = _asked_elsewhere(run, names)
    asked = []
    for row in candidates:
        since = elsewhere.get(row.symbol)
        row.state, row.asked_at, row.ask_at = ScanResult.State.ASKED, at, at + ASKED_AGAIN_AFTER
        if since is not None and not _is_answered(feeds[row.symbol], since):
            row.asked_at = since
        else:
            asked.append(row.symbol)
    return [row.symbol for row in again] + asked


def put_in_line(symbols: Sequence[str], *, at: datetime) -> None:
    """Have the symbols fetched as the budget allows. What Redis cannot take now is asked for again in a minute."""
    if not symbols:
        return
    try:
        watched = set(watched_symbols(at=at))
        interval = feed.poll_interval(at)
        for symbol in symbols:
            if symbol in watched:
                feed.claim(symbol, at=at, interval=interval)  # else the next tick would ask as well
            waiting.ask_for_chain(symbol, priority=Priority.SCHEDULED)
        waiting.send_out()
    except (redis.RedisError, OperationalError) as error:
        log.warning("scan_not_asked", symbols=list(symbols), error=type(error).__name__)


def let_rest(symbols: Sequence[str], *, at: datetime) -> None:
    """Take failed symbols that nobody watches out of the feed's count again, so that the others keep their pace."""
    try:
        unwatched = set(symbols) - set(watched_symbols(at=at)) if symbols else set()
    except redis.RedisError as error:
        log.warning("scanned_symbols_not_rested", error=type(error).__name__)
        return
    Feed.objects.filter(symbol__in=unwatched).update(next_poll_at=_resting(at))


def _resting(at: datetime) -> datetime:
    return at - KEPT_FOR - timedelta(seconds=1)


def _room(rows: Sequence[ScanResult], *, at: datetime) -> int:
    """Return how many more may join the line."""
    upstream = configured.upstream_of(configured.chain_source().name)
    window = max(2, min(MOST_IN_LINE, upstream.burst + 1))
    patience = timedelta(seconds=max(5.0, upstream.seconds_per_request * window))
    lately = sum(row.asked_at is not None and at - row.asked_at < patience for row in rows)
    return max(0, window - lately)


def _asked_elsewhere(run: ScanRun, symbols: Sequence[str]) -> dict[str, datetime]:
    """Return since when other scans await an answer."""
    others = ScanResult.objects.filter(
        symbol__in=symbols, state=ScanResult.State.ASKED, run__state=ScanRun.State.RUNNING
    ).exclude(run=run)
    return dict(others.order_by().values_list("symbol").annotate(since=Min("asked_at")))


def _is_answered(row: Feed, since: datetime) -> bool:
    """Return whether the source said anything since then, a failure too."""
    return any(moment is not None and moment >= since for moment in (row.last_success_at, row.last_error_at))
