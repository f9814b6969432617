"""From a source to a stored, announced snapshot: each watched symbol once per interval, however many watch."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache, partial
from pathlib import Path

import structlog
from django.conf import settings
from django.db import transaction

from alphagex import clock
from apps.market import announcing, live, replay_clock, storage
from apps.market.chain import Chain, ChainError
from apps.market.exposure.analysis import analyse
from apps.market.exposure.result import Assumptions
from apps.market.freshness import Pace, backed_off, stale_after
from apps.market.models import Feed, Snapshot
from apps.market.sources.protocol import ChainSource, SourceError
from apps.market.sources.registry import SourceOptions, build_source
from apps.market.watching import watched_symbols

log = structlog.get_logger(__name__)
# A tick comes every few seconds; one that is a moment early must not cost a whole tick.
_EARLY = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Stored:
    """What storing a chain led to. is_new is False when the source had nothing newer."""

    snapshot: Snapshot
    is_new: bool


@lru_cache(maxsize=1)
def configured_source() -> ChainSource:
    """Return the source of ALPHAGEX_DATA_SOURCE, one per process."""
    options = SourceOptions(
        seed=settings.SIMULATED_SEED,
        replay_path=Path(settings.REPLAY_PATH) if settings.REPLAY_PATH else None,
        replay_speed=settings.REPLAY_SPEED,
        replay_started_at=replay_clock.started_at(clock.now()) if settings.DATA_SOURCE == "replay" else None,
        cboe_base_url=settings.CBOE_URL,
        timeout_seconds=settings.SOURCE_TIMEOUT_SECONDS,
    )
    return build_source(settings.DATA_SOURCE, options=options)


def configured_assumptions() -> Assumptions:
    """Return the rates of the settings with every other assumption at its default."""
    return Assumptions(rate=settings.RATE, dividend_yield=settings.DIVIDEND_YIELD)


def poll_interval(at: datetime) -> timedelta:
    """Return the time between two fetches of a symbol at `at`."""
    pace = Pace(open_seconds=settings.POLL_SECONDS, closed_seconds=settings.POLL_SECONDS_CLOSED)
    return pace.interval(at, always_open=configured_source().always_open)


def claim_due_symbols(*, at: datetime) -> list[str]:
    """Return the watched symbols whose turn it is, each to exactly one caller per interval."""
    symbols = watched_symbols(at=at)
    known = set(Feed.objects.filter(symbol__in=symbols).values_list("symbol", flat=True))
    Feed.objects.bulk_create(
        [Feed(symbol=symbol, next_poll_at=at) for symbol in symbols if symbol not in known], ignore_conflicts=True
    )
    return [symbol for symbol in symbols if claim(symbol, at=at)]


def claim(symbol: str, *, at: datetime) -> bool:
    """Take the right to fetch `symbol` now. False if it is not due, held, or another worker was first."""
    due = Feed.objects.filter(symbol=symbol, is_held=False, next_poll_at__lte=at + _EARLY)
    return bool(due.update(next_poll_at=at + poll_interval(at)))


def poll_symbol(symbol: str, *, at: datetime) -> Stored | None:
    """Fetch, analyse, store and announce one symbol. A failure makes the numbers stale, never lost: None."""
    source = configured_source()
    try:
        chain = source.fetch_chain(symbol, at=at)
        return store_chain(chain, received_at=at)
    except (SourceError, ChainError) as error:
        note_failure(symbol, message=str(error), at=at)
        return None


def store_chain(chain: Chain, *, received_at: datetime, hold: bool = False) -> Stored:
    """Analyse `chain` and store it as the symbol's next snapshot, in one transaction; announce it after commit.

    hold: an imported chain; it stays on the page, and polling of the symbol rests, until it is left.
    """
    exposure = analyse(chain, configured_assumptions())
    interval = poll_interval(received_at)
    with transaction.atomic():
        Feed.objects.get_or_create(symbol=chain.symbol, defaults={"next_poll_at": received_at + interval})
        feed = Feed.objects.select_for_update().get(symbol=chain.symbol)
        newest = Snapshot.objects.of(chain.symbol).first()
        if newest is not None and feed.is_held and not hold:
            return Stored(newest, is_new=False)  # imported while this fetch was on its way
        is_new = newest is None or not _holds_already(newest, chain)
        as_of = chain.as_of if newest is None or is_new else newest.as_of
        late = None if hold else stale_after(chain.origin, as_of=as_of, received_at=received_at, interval=interval)
        feed.last_success_at, feed.last_error, feed.consecutive_failures = received_at, "", 0
        feed.is_held = hold
        if newest is None or is_new:
            feed.seq += 1
            newest = storage.snapshot_row(
                exposure, seq=feed.seq, received_at=received_at, stale_after=late, change=chain.change
            )
            newest.save(force_insert=True)
            storage.detail_row(exposure, newest).save(force_insert=True)
        else:
            newest.stale_after = late
            newest.save(update_fields=["stale_after"])
        feed.save()
        announce = announcing.announce_snapshot if is_new else announcing.announce_status
        transaction.on_commit(partial(announcing.try_to, announce, newest))
    log.info(
        "snapshot_stored" if is_new else "snapshot_unchanged",
        symbol=chain.symbol,
        seq=newest.seq,
        source=newest.source,
        as_of=chain.as_of.isoformat(),
    )
    return Stored(newest, is_new)


def _holds_already(newest: Snapshot, chain: Chain) -> bool:
    """Return whether `newest` is as new as `chain`.

    Servers behind one address, and fetches that overtake each other, deliver an older chain after a newer one.
    Recordings go back on purpose: a replay starts over.
    """
    origin = chain.origin
    if (newest.source, newest.source_detail) != (origin.source, origin.detail):
        return False
    return newest.as_of == chain.as_of or (origin.kind != "recorded" and newest.as_of > chain.as_of)


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
