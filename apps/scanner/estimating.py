"""How long a scan takes at the pace of the service that is asked, beside everybody else who asks it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import redis
import structlog

from apps.market import budget, configured
from apps.market.feed import poll_interval
from apps.market.models import Feed
from apps.market.watching import KEPT_FOR
from apps.scanner.judging import is_known
from legacy_engines.setups.scan_view import request_estimate, scan_minutes

log = structlog.get_logger(__name__)
LOCAL_SECONDS = 0.5
"""A symbol where nothing is asked of a network: what working it out takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """seconds: between two symbols of scans, the feed's share taken off. ahead: requests that go first.

    paused: seconds the service rests for everybody. problem: why nothing is known of the budget.
    """

    service: str
    seconds: float
    per_request: float
    ahead: int = 0
    paused: float = 0.0
    reason: str = ""
    problem: str = ""

    def wait(self, place: int) -> float:
        """Return the seconds until the symbol at `place` (0: the next one) is asked."""
        return self.paused + (max(0, self.ahead + place) * self.seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """count: symbols; to_ask: those whose numbers are too old; minutes: until all are there, old_minutes: by the old
    program's rule of 15 s a symbol; requests: at most, with every attempt the engine may make."""

    count: int
    to_ask: int
    minutes: float
    old_minutes: float
    requests: int
    pace: Pace


def pace_at(at: datetime) -> Pace:
    """Return the pace of the source of gamma, from its budget as it stands."""
    upstream = configured.upstream_of(configured.chain_source().name)
    per_request = upstream.seconds_per_request
    if not per_request:
        return Pace(service=upstream.name, seconds=LOCAL_SECONDS, per_request=0.0)
    fed = Feed.objects.filter(next_poll_at__gt=at - KEPT_FOR).count()
    of_feed = min(0.5, per_request * fed / poll_interval(at).total_seconds())
    seconds = per_request / (1 - of_feed)
    try:
        state = budget.state(upstream)
    except redis.RedisError as error:
        log.warning("pace_unknown", service=upstream.name, error=type(error).__name__)
        return Pace(service=upstream.name, seconds=seconds, per_request=per_request, problem="Redis does not answer.")
    return Pace(
        service=upstream.name,
        seconds=seconds,
        per_request=per_request,
        ahead=state.waiting - state.left,
        paused=state.paused_seconds,
        reason=state.last_refusal if state.paused_seconds else "",
    )


def estimate(symbols: Iterable[str], *, cache_minutes: int, force: bool, at: datetime) -> Estimate:
    """Return what a scan of these symbols costs now."""
    names = list(symbols)
    feeds = Feed.objects.filter(symbol__in=names, last_success_at__isnull=False)
    known = sum(
        is_held or is_known(fetched_at, minutes=cache_minutes, at=at)
        for fetched_at, is_held in feeds.values_list("last_success_at", "is_held")
        if fetched_at is not None and not force
    )
    pace = pace_at(at)
    to_ask = len(names) - known
    return Estimate(
        count=len(names),
        to_ask=to_ask,
        minutes=pace.wait(to_ask) / 60 if to_ask else 0.0,
        old_minutes=scan_minutes(len(names)),
        requests=request_estimate(names, cache_minutes)["requests"],
        pace=pace,
    )
