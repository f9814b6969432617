"""Tell everyone who watches, once the row is really there: one live message, and one task per interested feature."""

from collections.abc import Callable
from typing import Any, TypeVar

import redis
import structlog
from celery import current_app
from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from kombu.exceptions import OperationalError

from alphagex import clock
from apps.market import live
from apps.market.blocks import note_fact
from apps.market.data_cache import Fact
from apps.market.models import Feed, Snapshot

log = structlog.get_logger(__name__)
TOPIC = "market"
Subject = TypeVar("Subject", Snapshot, Feed, Fact)


def try_to(announce: Callable[[Subject], None], subject: Subject) -> None:
    """Announce what was committed. With Redis away it is still stored and true; the next tick makes up for it."""
    try:
        announce(subject)
    except (redis.RedisError, OperationalError) as error:
        symbol = subject.question.symbol if isinstance(subject, Fact) else subject.symbol
        log.warning("announcement_delayed", symbol=symbol, error=type(error).__name__)


def announce_snapshot(snapshot: Snapshot) -> None:
    """Broadcast a new snapshot and hand it to the features of SNAPSHOT_TASKS. Raises redis.RedisError.

    Safe to repeat: receivers drop a number they have seen. What fails here is announced again by the next tick.
    """
    live.publish(_envelope(snapshot, message_type="snapshot"))
    for task in settings.SNAPSHOT_TASKS:
        current_app.send_task(task, args=[snapshot.pk], expires=120)
    Feed.objects.filter(symbol=snapshot.symbol, announced_seq__lt=snapshot.seq).update(announced_seq=snapshot.seq)


def announce_status(snapshot: Snapshot) -> None:
    """Tell the pages that the source was asked and had nothing newer, so that its numbers do not look late."""
    live.publish(_envelope(snapshot, message_type="status"))


def announce_failure(feed: Feed) -> None:
    """Tell the pages that the newest fetch failed and when the next one is due."""
    snapshot = Snapshot.objects.of(feed.symbol).first()
    html = render_to_string("market/_feed_failure.html", {"feed": feed, "symbol": feed.symbol})
    live.publish(
        live.Envelope(
            topic=TOPIC,
            symbol=feed.symbol,
            seq=snapshot.seq if snapshot else 0,
            type="status",
            data={"error": feed.last_error, "next_attempt_at": clock.utc_iso(feed.next_poll_at)},
            source=source_note(snapshot),
            html=html,
            at=clock.now(),
        )
    )


def announce_fact(fact: Fact) -> None:
    """Tell the pages, and the features of FACT_TASKS, that a question has a new answer, or a new reason for none."""
    question = fact.question
    note_fact(question.symbol)
    what = {"kind": question.kind.value, "symbol": question.symbol, "detail": question.detail}
    live.publish(
        live.Envelope(
            topic=TOPIC,
            symbol=question.symbol,
            seq=0,
            type="fact",
            data={**what, "problem": fact.problem, "is_known": fact.is_known},
            source={
                "name": fact.source,
                "kind": fact.truth,
                "label": fact.label,
                "as_of": clock.utc_iso(fact.as_of) if fact.as_of else "",
                "stale_after": clock.utc_iso(fact.stale_after) if fact.stale_after else None,
            },
            html="",
            at=clock.now(),
            slot=f"{question.kind}:{question.detail}",
        )
    )
    for task in settings.FACT_TASKS:
        current_app.send_task(task, kwargs=what, expires=120)


def publish_rendering(snapshot: Snapshot, *, topic: str, html: str) -> bool:
    """Send what a feature rendered of a snapshot to its open pages. False when a newer snapshot is there already.

    With the feed's row locked no newer one can be stored, so an older rendering never overtakes it here.
    """
    with transaction.atomic():
        if Feed.objects.select_for_update().get(symbol=snapshot.symbol).seq != snapshot.seq:
            return False
        live.publish(
            live.Envelope(
                topic=topic,
                symbol=snapshot.symbol,
                seq=snapshot.seq,
                type="snapshot",
                data=key_figures(snapshot),
                source=source_note(snapshot),
                html=html,
                at=clock.now(),
            )
        )
    return True


def source_note(snapshot: Snapshot | None) -> live.SourceNote:
    """Return where the newest numbers come from."""
    if snapshot is None:
        return {"name": "", "kind": "", "label": "", "as_of": "", "stale_after": None}
    return {
        "name": snapshot.source,
        "kind": snapshot.kind,
        "label": snapshot.source_label,
        "as_of": clock.utc_iso(snapshot.as_of),
        "stale_after": clock.utc_iso(snapshot.stale_after) if snapshot.stale_after else None,
    }


def key_figures(snapshot: Snapshot) -> dict[str, Any]:
    """Return the numbers of the JSON message. Dollar figures: USD per 1 % move."""
    names = (
        "net_gex", "gross_gex", "call_gex", "put_gex", "flip_point", "flips", "flip_quality", "call_wall", "put_wall",
        "zero_dte_share", "net_dex", "net_vex", "net_chex", "contracts", "contracts_used",
    )  # fmt: skip
    figures = {name: getattr(snapshot, name) for name in names}
    return {
        "snapshot": snapshot.pk,
        "spot": float(snapshot.spot),
        "change": None if snapshot.change is None else float(snapshot.change),
        "flip_reason": snapshot.flip_reason or None,
        **figures,
    }


def _envelope(snapshot: Snapshot, *, message_type: live.MessageType) -> live.Envelope:
    return live.Envelope(
        topic=TOPIC,
        symbol=snapshot.symbol,
        seq=snapshot.seq,
        type=message_type,
        data=key_figures(snapshot),
        source=source_note(snapshot),
        html=render_to_string("market/_quote.html", {"snapshot": snapshot, "symbol": snapshot.symbol}),
        at=clock.now(),
    )
