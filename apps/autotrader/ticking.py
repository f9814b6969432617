"""Ticks: each check of a running trader is handed to a worker once, at its hour, or let go when it is too late."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from alphagex import clock
from apps.autotrader.gates import setting_of
from apps.autotrader.models import AutonomousCheck, AutonomousPosition, SchedulerState
from apps.autotrader.running import skip
from apps.autotrader.window import GRACE, LATE_BY, window_on
from apps.market.watching import note_watched
from legacy_engines.trading.autonomous.decision import SYMBOL

log = structlog.get_logger(__name__)
# A worker is killed long before; whoever has not begun or finished by then is gone.
TAKEN_FOR = timedelta(minutes=3)
SILENT_AFTER = timedelta(minutes=3)


@dataclass(frozen=True, slots=True)
class Due:
    """A check to be handed to a worker."""

    owner_id: int
    slot: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """The scheduler has not ticked. since: its last tick, or when the trader was started."""

    since: datetime
    lasted: timedelta

    def __str__(self) -> str:
        minutes = int(self.lasted.total_seconds() // 60)
        return (
            f"The scheduler has been silent for {minutes} minutes, since {clock.in_new_york(self.since):%H:%M:%S} ET."
        )


def tick(at: datetime) -> list[Due]:
    """Note the tick and return the checks to be sent now, each to exactly one caller."""
    switched_on = SchedulerState.objects.filter(is_running=1, stopped_hard_at=None, owner__is_active=True)
    running = list(switched_on.select_related("owner"))
    if not running:
        return []
    SchedulerState.objects.filter(Q(last_tick_at=None) | Q(last_tick_at__lt=at), is_running=1).update(last_tick_at=at)
    window = window_on(clock.in_new_york(at).date())
    if window is None or not window.session.opens - LATE_BY <= at < window.session.closes:
        return []
    note_watched([SYMBOL], at=at)  # whoever's watchlist it is on: the trader needs it fetched
    past = [slot for slot in window.slots if slot <= at]
    return [
        Due(state.owner_id, slot)
        for state in running
        for slot in past
        if state.running_since is None or state.running_since <= slot + LATE_BY
        if _claimed(state.owner, slot, at=at, closes=window.closes)
    ]


def begin(owner_id: int, slot: datetime, *, at: datetime) -> bool:
    """Take a check that was sent. False if it is done, let go, or another worker is at it."""
    waiting = AutonomousCheck.objects.filter(owner_id=owner_id, slot=slot, done_at=None, let_go="")
    free = waiting.filter(Q(begun_at=None) | Q(begun_at__lte=at - TAKEN_FOR))
    return bool(free.update(begun_at=at))


def finish(owner_id: int, slot: datetime, *, at: datetime) -> None:
    """Note that a check is done."""
    AutonomousCheck.objects.filter(owner_id=owner_id, slot=slot).update(done_at=at)


def silence(owner: User, at: datetime) -> Silence | None:
    """Return how long the scheduler has been silent, None if it is not, or nobody needs it: outside the window."""
    state = SchedulerState.objects.filter(owner=owner, is_running=1, stopped_hard_at=None).first()
    window = window_on(clock.in_new_york(at).date())
    if state is None or window is None or not window.holds(at):
        return None
    heard = [moment for moment in (state.last_tick_at, state.running_since, window.opens) if moment and moment <= at]
    lasted = at - max(heard)
    return Silence(since=max(heard), lasted=lasted) if lasted > SILENT_AFTER else None


def traders_with_open_trades() -> list[User]:
    """Return the owners of running traders that hold something."""
    rows = AutonomousPosition.objects.filter(status=AutonomousPosition.Status.OPEN)
    return list(
        User.objects.filter(
            is_active=True,
            autotrader_state__is_running=1,
            autotrader_state__stopped_hard_at=None,
            pk__in=rows.values("owner"),
        ).order_by("pk")
    )


def _claimed(owner: User, slot: datetime, *, at: datetime, closes: datetime) -> bool:
    """Return whether this caller is to send the check: it is new, or was sent and never finished."""
    if _is_too_late(slot, at=at, closes=closes):
        _let_go(owner, slot, at=at)
        return False
    known = AutonomousCheck.objects.filter(owner=owner, slot=slot)
    if known.exists():
        return bool(_lost(known, at).update(sent_at=at))
    return _created(owner, slot, sent_at=at)


def _lost(known: QuerySet[AutonomousCheck], at: datetime) -> QuerySet[AutonomousCheck]:
    """Return the unfinished ones nobody is at: sent and begun so long ago that their worker is gone."""
    unfinished = known.filter(done_at=None, let_go="", sent_at__lte=at - TAKEN_FOR)
    return unfinished.filter(Q(begun_at=None) | Q(begun_at__lte=at - TAKEN_FOR))


def _is_too_late(slot: datetime, *, at: datetime, closes: datetime) -> bool:
    """Return whether a check is let go: by its age, or because the window it belongs to is over."""
    return at - slot > LATE_BY or at >= closes + GRACE


def _let_go(owner: User, slot: datetime, *, at: datetime) -> None:
    minutes = int((at - slot).total_seconds() // 60)
    why = f"The check of {clock.in_new_york(slot):%H:%M} ET was missed by {minutes} minutes and let go."
    unfinished = AutonomousCheck.objects.filter(owner=owner, slot=slot)
    with transaction.atomic():
        if unfinished.exists():
            won = bool(_lost(unfinished, at).update(let_go=why))
        else:
            won = _created(owner, slot, let_go=why)
        if won:
            skip(owner, at, why=why, setting=setting_of(owner.pk), let_go=slot)
    if won:
        log.warning("autotrader_check_let_go", owner=owner.pk, slot=slot.isoformat(), minutes=minutes)


def _created(owner: User, slot: datetime, *, sent_at: datetime | None = None, let_go: str = "") -> bool:
    try:
        with transaction.atomic():
            AutonomousCheck.objects.create(owner=owner, slot=slot, sent_at=sent_at, let_go=let_go)
    except IntegrityError:
        return False  # another tick was first
    return True
