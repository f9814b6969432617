"""From a source to a stored, announced snapshot: each watched symbol once per interval, however many watch."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

import structlog
from django.conf import settings
from django.db import transaction

from alphagex import clock
from apps.market import announcing, live, quotes, recording, storage, waiting
from apps.market.budget import Priority
from apps.market.chain import Chain, ChainError
from apps.market.configured import assumptions, chain_source, observe, upstream_of
from apps.market.exposure.analysis import analyse
from apps.market.exposure.result import Exposure
from apps.market.freshness import Pace, backed_off, stale_after
from apps.market.history import days
from apps.market.models import Feed, Snapshot
from apps.market.sources.protocol import OutOfBudget, SourceError
from apps.market.watching import KEPT_FOR, looked_at_symbols, watched_symbols

log = structlog.get_logger(__name__)
# A tick comes every few seconds; one that is a moment early must not cost a whole tick.
_EARLY = timedelta(seconds=1)
_HIGHEST_PRICE = 1e9  # what the columns hold
_AHEAD = timedelta(minutes=1)  # clocks of honest servers differ by seconds


@dataclass(frozen=True, slots=True)
class Stored:
    """What storing a chain led to. is_new is False when the source had nothing newer."""

    snapshot: Snapshot
    is_new: bool


def poll_interval(at: datetime) -> timedelta:
    """Return the time between two fetches of a symbol at `at`.

    The feed leaves half of a service's budget to people's questions: with many symbols fed each comes less often.
    """
    pace = Pace(open_seconds=settings.POLL_SECONDS, closed_seconds=settings.POLL_SECONDS_CLOSED)
    source = chain_source()
    interval = pace.interval(at, always_open=source.always_open)
    if seconds := upstream_of(source.name).seconds_per_request:
        fed = Feed.objects.filter(next_poll_at__gt=at - KEPT_FOR).count()
        interval = max(interval, timedelta(seconds=2 * seconds * max(fed, len(settings.WATCHLIST))))
    return interval


def ask_for_due_symbols(*, at: datetime) -> list[str]:
    """Put the chains of all symbols whose turn it is in the line, those somebody looks at first; return them."""
    due = claim_due_symbols(at=at)
    looked_at = set(looked_at_symbols(at=at)) if due else set()
    for symbol in due:
        waiting.ask_for_chain(symbol, priority=Priority.PERSON if symbol in looked_at else Priority.WATCHED)
    return due


def claim_due_symbols(*, at: datetime) -> list[str]:
    """Return the watched symbols whose turn it is, each to exactly one caller per interval."""
    symbols = watched_symbols(at=at)
    known = set(Feed.objects.filter(symbol__in=symbols).values_list("symbol", flat=True))
    Feed.objects.bulk_create(
        [Feed(symbol=symbol, next_poll_at=at) for symbol in symbols if symbol not in known], ignore_conflicts=True
    )
    interval = poll_interval(at)
    return [symbol for symbol in symbols if claim(symbol, at=at, interval=interval)]


def claim(symbol: str, *, at: datetime, interval: timedelta) -> bool:
    """Take the right to fetch `symbol` now. False if it is not due, held, or another worker was first."""
    due = Feed.objects.filter(symbol=symbol, is_held=False, next_poll_at__lte=at + _EARLY)
    return bool(due.update(next_poll_at=at + interval))


def poll_symbol(symbol: str, *, at: datetime) -> Stored | None:
    """Fetch, analyse, store and announce one symbol. A failure makes the numbers stale, never lost: None.

    With the request budget spent nothing failed: the symbol goes back into the line.
    """
    try:
        observed = observe(symbol, at=at)
        stored = store_observation(observed, received_at=at)
    except OutOfBudget as error:
        log.info("fetch_put_off", symbol=symbol, reason=str(error))
        waiting.ask_for_chain(symbol, priority=Priority.WATCHED)
        return None
    except (SourceError, ChainError) as error:
        note_failure(symbol, message=str(error), at=at)
        return None
    recording.note_observed(observed, received_at=at)
    if isinstance(observed, Chain):
        quotes.keep_quotes(observed, at=at)
    return stored


def store_observation(observed: Chain | Exposure, *, received_at: datetime, hold: bool = False) -> Stored:
    """Analyse a chain, or take gamma as its source computed it, and store it as the symbol's next snapshot.

    One transaction; announced after commit. Raises ChainError. hold: an imported or replayed market; it stays on the
    page, and polling of the symbol rests, until it is left.
    """
    if not 0 < observed.spot < _HIGHEST_PRICE:
        raise ChainError(f"{observed.symbol} is said to trade at {observed.spot:g}, which is no price.")
    observed = _not_of_the_future(observed, received_at)
    exposure = analyse(observed, assumptions()) if isinstance(observed, Chain) else observed
    change = observed.change if isinstance(observed, Chain) else None
    interval = poll_interval(received_at)
    with transaction.atomic():
        Feed.objects.get_or_create(symbol=exposure.symbol, defaults={"next_poll_at": received_at + interval})
        feed = Feed.objects.select_for_update().get(symbol=exposure.symbol)
        newest = Snapshot.objects.of(exposure.symbol).first()
        if newest is not None and feed.is_held and not hold:
            return Stored(newest, is_new=False)  # imported while this fetch was on its way
        is_new = newest is None or not _holds_already(newest, exposure)
        as_of = exposure.as_of if newest is None or is_new else newest.as_of
        late = None if hold else stale_after(exposure.origin, as_of=as_of, received_at=received_at, interval=interval)
        feed.last_success_at, feed.last_error, feed.consecutive_failures = received_at, "", 0
        feed.is_held = hold
        if newest is None or is_new:
            feed.seq += 1
            newest = storage.snapshot_row(
                exposure, seq=feed.seq, received_at=received_at, stale_after=late, change=change
            )
            newest.save(force_insert=True)
            storage.detail_row(exposure, newest).save(force_insert=True)
            if not hold:
                days.record_snapshot(newest)
        else:
            newest.stale_after = late
            newest.save(update_fields=["stale_after"])
        feed.save()
        announce = announcing.announce_snapshot if is_new else announcing.announce_status
        transaction.on_commit(partial(announcing.try_to, announce, newest))
    log.info(
        "snapshot_stored" if is_new else "snapshot_unchanged",
        symbol=exposure.symbol,
        seq=newest.seq,
        source=newest.source,
        as_of=exposure.as_of.isoformat(),
    )
    return Stored(newest, is_new)


def _not_of_the_future(observed: Chain | Exposure, received_at: datetime) -> Chain | Exposure:
    """Return `observed` as of now if its source's clock is ahead: later, true moments would else count as older."""
    if observed.as_of <= received_at + _AHEAD:
        return observed
    ahead = f"The source's clock is ahead: it says {clock.in_new_york(observed.as_of):%Y-%m-%d %H:%M:%S} ET."
    return replace(observed, as_of=received_at, warnings=(*observed.warnings, ahead))


def _holds_already(newest: Snapshot, exposure: Exposure) -> bool:
    """Return whether `newest` is as new as `exposure`.

    Servers behind one address, and fetches that overtake each other, deliver an older chain after a newer one.
    Recordings go back on purpose: a replay starts over.
    """
    origin = exposure.origin
    if (newest.source, newest.source_detail) != (origin.source, origin.detail):
        return False
    return newest.as_of == exposure.as_of or (origin.kind != "recorded" and newest.as_of > exposure.as_of)


def note_failure(symbol: str, *, message: str, at: datetime) -> None:
    """Remember why a fetch failed, tell the pages, and give the source time to recover."""
    with transaction.atomic():
        feed = Feed.objects.select_for_update().get(symbol=symbol)
        feed.consecutive_failures += 1
        feed.last_error, feed.last_error_at = message[:500], at
        feed.next_poll_at = at + backed_off(poll_interval(at), failures=feed.consecutive_failures - 1)
        feed.save()
        transaction.on_commit(partial(announcing.try_to, announcing.announce_failure, feed))
    log.warning("fetch_failed", symbol=symbol, failures=feed.consecutive_failures, error=message)


def leave_held(symbol: str, *, at: datetime) -> bool:
    """Go back from an imported chain to the configured source. False if none was held."""
    return bool(Feed.objects.filter(symbol=symbol, is_held=True).update(is_held=False, next_poll_at=at))


def announce_missed() -> list[str]:
    """Announce what Redis does not know: it was away after a commit, or lost what it held. Return the symbols."""
    feeds = list(Feed.objects.filter(seq__gt=0))
    kept = live.kept_seqs(announcing.TOPIC)
    announced = []
    for row in feeds:
        if row.announced_seq >= row.seq and kept.get(row.symbol, 0) >= row.seq:
            continue
        if newest := Snapshot.objects.of(row.symbol).first():
            announcing.announce_snapshot(newest)
            announced.append(row.symbol)
    return announced
