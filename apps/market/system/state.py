"""Gather how the desk is doing. Each part is asked on its own: what does not answer is said, and hides nothing else."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

import redis
from django.conf import settings
from django.db.models import Count, OuterRef, Q, Subquery

from alphagex import clock
from apps.market import budget, configured, health
from apps.market.budget import BudgetState
from apps.market.duties.running import DutyLine, overview
from apps.market.health import Part
from apps.market.models import Feed, MarketData, Snapshot, WebsocketSubscription
from apps.market.redis_client import short_questions
from apps.market.sources.protocol import Upstream

T = TypeVar("T")
_LATEST = 8  # rows of a list
_ERRORS_OF = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLine:
    """One symbol's feed. state: fresh, stale, failed, waiting or held."""

    feed: Feed
    newest: Snapshot | None
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetLine:
    """One service on the network; state is None while Redis is away."""

    upstream: Upstream
    state: BudgetState | None

    @property
    def pace(self) -> str:
        """How often it may be asked, in words."""
        seconds = self.upstream.seconds_per_request
        spacing = f"{60 / seconds:g} a minute" if seconds < 10 else f"one every {seconds:g} s"
        return spacing if self.upstream.burst == 1 else f"{spacing}, {self.upstream.burst} at once"

    @property
    def rest(self) -> str:
        """How long the service still rests, in words; empty when it does not."""
        seconds = self.state.paused_seconds if self.state else 0.0
        return f"{seconds:.0f} s left" if seconds else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """One configured source, what it is asked for, and its budget; None for a source on this machine."""

    name: str
    gives: str
    budget: BudgetLine | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorLine:
    """Something that went wrong: when, where and what."""

    at: datetime
    where: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskHealth:
    """Whether the desk works: what the dashboard's first box says. feeds is empty while the database is away."""

    at: datetime
    parts: list[Part]
    sources: list[SourceLine]
    feeds: list[FeedLine]

    @property
    def up(self) -> int:
        return sum(part.status == "up" for part in self.parts)

    @property
    def troubles(self) -> list[str]:
        """What is not as it should be, worst first, one short sentence each."""
        found = [f"{part.name} is {part.status}" for part in self.parts if part.status != "up"]
        found += [f"{line.name} rests, {line.budget.rest}" for line in self.sources if line.budget and line.budget.rest]
        late = [line.feed.symbol for line in self.feeds if line.state in ("failed", "stale")]
        if late:
            found.append(f"{', '.join(late[:4])} {'is' if len(late) == 1 else 'are'} not up to date")
        return found

    @property
    def tone(self) -> str:
        """loss: a part is down; warn: something is late; gain: all is well."""
        if self.up < len(self.parts):
            return "loss"
        return "warn" if self.troubles else "gain"


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemState(DeskHealth):
    """Everything the system page shows. Lists are empty, numbers None, where the part that knows is away."""

    duties: list[DutyLine]
    errors: list[ErrorLine]
    sockets: list[dict[str, object]]
    queued: int | None


def desk_health(at: datetime) -> DeskHealth:
    """Return how every part is doing at `at`."""
    parts = health.check_parts()
    return DeskHealth(at=at, parts=parts, sources=_sources(), feeds=_feeds(at) if _has_database(parts) else [])


def system_state(at: datetime) -> SystemState:
    """Return how every part is doing at `at`, and what was done and went wrong lately."""
    desk = desk_health(at)
    has_database = _has_database(desk.parts)
    duties = overview(at) if has_database else []
    return SystemState(
        at=at,
        parts=desk.parts,
        sources=desk.sources,
        feeds=desk.feeds,
        duties=duties,
        errors=_errors(desk.feeds, duties, at) if has_database else [],
        sockets=_sockets() if has_database else [],
        queued=_or_none(lambda: int(short_questions().llen("celery"))),
    )


def _has_database(parts: list[Part]) -> bool:
    return parts[0].status == "up"


def _sources() -> list[SourceLine]:
    told: set[str] = set()
    lines = []
    for place, source in enumerate(configured.configured().sources):
        kinds = [kind.value.replace("_", " ") for kind in sorted(getattr(source, "kinds", ()))]
        new = [kind for kind in kinds if kind not in told and kind != "quotes"]
        told.update(new)
        gives = (["gamma"] if place == 0 else []) + new
        lines.append(SourceLine(name=source.name, gives=", ".join(gives), budget=_budget(source.name)))
    return lines


def _feeds(at: datetime) -> list[FeedLine]:
    """Return the feeds of the watchlist and of what was fetched lately."""
    newest_id = Snapshot.objects.of(OuterRef("symbol")).values("pk")[:1]
    wanted = Q(symbol__in=settings.WATCHLIST) | Q(next_poll_at__gt=at - timedelta(minutes=30))
    rows = list(Feed.objects.filter(wanted).annotate(newest_id=Subquery(newest_id)))
    newest = Snapshot.objects.in_bulk([row.newest_id for row in rows if row.newest_id])
    return [_feed_line(row, newest.get(row.newest_id), at) for row in rows]


def _feed_line(feed: Feed, newest: Snapshot | None, at: datetime) -> FeedLine:
    return FeedLine(feed=feed, newest=newest, state=_feed_state(feed, newest, at))


def _feed_state(feed: Feed, newest: Snapshot | None, at: datetime) -> str:
    if feed.is_held:
        return "held"
    if feed.last_error:
        return "failed"
    if newest is None:
        return "waiting"
    return "stale" if newest.stale_after and at > newest.stale_after else "fresh"


def _budget(source_name: str) -> BudgetLine | None:
    upstream = configured.upstream_of(source_name)
    if not upstream.seconds_per_request:
        return None
    return BudgetLine(upstream=upstream, state=_or_none(lambda: budget.state(upstream)))


def _errors(feeds: list[FeedLine], duties: list[DutyLine], at: datetime) -> list[ErrorLine]:
    """Return the newest errors of feeds, questions and duties, those that healed among them left out."""
    since = at - _ERRORS_OF
    found = [
        ErrorLine(at=line.feed.last_error_at, where=f"{line.feed.symbol} gamma", text=line.feed.last_error)
        for line in feeds
        if line.feed.last_error and line.feed.last_error_at
    ]
    for row in MarketData.objects.filter(last_error_at__gt=since).exclude(last_error="")[:_LATEST]:
        where = " ".join(part for part in (row.symbol, row.kind.replace("_", " "), row.detail) if part)
        found.append(ErrorLine(at=row.last_error_at or at, where=where, text=row.last_error))
    runs = [line.newest for line in duties if line.newest and line.newest.error]
    found += [ErrorLine(at=run.finished_at or run.started_at, where=run.name, text=run.error) for run in runs]
    return sorted(found, key=lambda one: one.at, reverse=True)[:_LATEST]


def _sockets() -> list[dict[str, object]]:
    """Return open sockets and users by web process."""
    counted = WebsocketSubscription.objects.order_by().values("process")
    rows = counted.annotate(sockets=Count("id"), users=Count("user", distinct=True)).order_by("process")
    return [dict(row) for row in rows]


def _or_none(ask: Callable[[], T]) -> T | None:
    """Return the answer, None while Redis is away; the page says that Redis is down."""
    try:
        return ask()
    except redis.RedisError:
        return None


def system_box(at: datetime) -> dict[str, object]:
    """Return the dashboard's first status box (templates/components/status_box.html)."""
    return box_of(desk_health(at))


def box_of(state: DeskHealth) -> dict[str, object]:
    """Return the status box of a state that is known already."""
    words = {"gain": "Healthy", "warn": "Attention", "loss": "Degraded"}
    dots = {"gain": "gain", "warn": "warn", "loss": "loss"}
    return {
        "label": "System",
        "value": words[state.tone],
        "tone": state.tone,
        "dot": dots[state.tone],
        "note": state.troubles[0] if state.troubles else f"{state.up} of {len(state.parts)} services",
        "side": f"{clock.in_new_york(state.at):%H:%M:%S}",
    }
