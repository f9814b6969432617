"""What becomes of rules that fired: events for the history, and notifications for their owners."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.urls import reverse

from apps.alerts.figures import Origin
from apps.alerts.models import Alert, AlertEvent
from apps.alerts.notifying import Note, notify_all
from apps.alerts.wording import Words, origin_line, url_of

log = structlog.get_logger(__name__)
SINGLY = 5  # more rules of one user than this that fire at once are told together
_LISTED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Fired:
    """A rule that fired. value: of its figure."""

    alert: Alert
    value: float
    words: Words
    origin: Origin


def record(fired: Sequence[Fired], *, at: datetime) -> list[AlertEvent]:
    """Write the events of fired rules and tell their owners; return the events. In the transaction that fired them."""
    if not fired:
        return []
    events = AlertEvent.objects.bulk_create([_event(one, at=at) for one in fired])
    by_owner: dict[int, list[Fired]] = {}
    for one in fired:
        by_owner.setdefault(one.alert.owner_id, []).append(one)
    notify_all({owner: _notes(each) for owner, each in by_owner.items()}, at=at)
    log.info("alerts_fired", rules=len(fired), users=len(by_owner))
    return events


def _event(one: Fired, *, at: datetime) -> AlertEvent:
    alert = one.alert
    return AlertEvent(
        owner_id=alert.owner_id,
        alert=alert,
        number=alert.fired_count,
        symbol=alert.symbol or (alert.position.symbol if alert.position else ""),
        alert_type=alert.alert_type,
        level=one.words.level,
        title=one.words.title,
        text=one.words.text,
        url=url_of(alert),
        value=one.value,
        threshold=alert.threshold,
        fired_at=at,
        as_of=one.origin.as_of,
        source=one.origin.label[:80],
        truth=one.origin.truth,
    )


def _notes(fired: Sequence[Fired]) -> list[Note]:
    """Return what one user is told of rules that fired together: each, or of many one list."""
    if len(fired) <= SINGLY:
        return [
            Note(
                key=_key(one),
                title=one.words.title,
                text=one.words.text,
                url=url_of(one.alert),
                level=one.words.level,
                is_sent_out=one.alert.is_sent_out,
            )
            for one in fired
        ]
    outside = [one for one in fired if one.alert.is_sent_out]
    inside = [one for one in fired if not one.alert.is_sent_out]
    return [_together(each, is_sent_out=is_out) for is_out, each in ((True, outside), (False, inside)) if each]


def _together(fired: Sequence[Fired], *, is_sent_out: bool) -> Note:
    lines = [one.words.title for one in fired[:_LISTED]]
    if len(fired) > _LISTED:
        lines.append(f"and {len(fired) - _LISTED} more, see the history.")
    return Note(
        key=f"{_key(fired[0])}+{len(fired) - 1}",
        title=f"{len(fired)} alerts fired" if len(fired) > 1 else fired[0].words.title,
        text="\n".join([*lines, origin_line(fired[0].origin)]),
        url=reverse("alerts:page"),
        level="error" if any(one.words.level == "error" for one in fired) else "warning",
        is_sent_out=is_sent_out,
    )


def _key(one: Fired) -> str:
    return f"alert:{one.alert.pk}:{one.alert.fired_count}"
