"""Starting, stopping, pausing, and the kill switch. Each change waits for a run that is under way."""

from collections.abc import Callable
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from alphagex import clock
from apps.autotrader.models import AutonomousPosition, SchedulerState
from apps.ledger.accounts import account_in_use, locked
from apps.ledger.changes import note_change
from apps.ledger.closing import close_position
from apps.ledger.models import Account, Order, Position


class SwitchError(Exception):
    """A switch that cannot be turned now. The message says what to do instead."""


def state_of(owner: User) -> SchedulerState:
    """Return the trader's switch; one that was never turned is off."""
    return SchedulerState.objects.filter(owner=owner).first() or SchedulerState(owner=owner)


def start(owner: User, *, at: datetime, by: User) -> SchedulerState:
    """Let the trader run from now on. Raises SwitchError while the kill switch is thrown."""

    def change(state: SchedulerState) -> None:
        if state.stopped_hard_at is not None:
            raise SwitchError("The kill switch is thrown. Release it first.")
        if not state.is_running:
            state.is_running, state.running_since, state.last_started = 1, at, str(clock.in_new_york(at))
        state.should_auto_restart, state.restart_reason = 1, None
        state.paused_until = None

    return _changed(owner, "trader started", change, at=at, by=by)


def stop(owner: User, *, at: datetime, by: User) -> SchedulerState:
    """Let the trader do nothing from now on, exits included."""

    def change(state: SchedulerState) -> None:
        if state.is_running:
            state.last_stopped = str(clock.in_new_york(at))
        state.is_running, state.running_since, state.paused_until = 0, None, None
        state.should_auto_restart = 0

    return _changed(owner, "trader stopped", change, at=at, by=by)


def pause(owner: User, *, until: datetime, at: datetime, by: User) -> SchedulerState:
    """Open nothing until a moment; exits go on. Raises SwitchError."""

    def change(state: SchedulerState) -> None:
        if not state.is_running:
            raise SwitchError("The trader is stopped. Start it before pausing it.")
        if until <= at:
            raise SwitchError("Choose a moment that is still to come.")
        state.paused_until = until

    return _changed(owner, "trader paused", change, at=at, by=by)


def resume(owner: User, *, at: datetime, by: User) -> SchedulerState:
    """End a pause."""

    def change(state: SchedulerState) -> None:
        state.paused_until = None

    return _changed(owner, "trader resumed", change, at=at, by=by)


def throw_kill_switch(owner: User, *, at: datetime, by: User) -> SchedulerState:
    """Stop the trader so that it cannot be started before the switch is released. Positions stay open."""

    def change(state: SchedulerState) -> None:
        if state.stopped_hard_at is None:
            state.stopped_hard_at, state.last_stopped = at, str(clock.in_new_york(at))
        state.is_running, state.running_since, state.paused_until = 0, None, None
        state.should_auto_restart = 0

    return _changed(owner, "kill switch thrown", change, at=at, by=by)


def release_kill_switch(owner: User, *, at: datetime, by: User) -> SchedulerState:
    """Allow the trader to be started again."""

    def change(state: SchedulerState) -> None:
        state.stopped_hard_at = None

    return _changed(owner, "kill switch released", change, at=at, by=by)


def close_everything(owner: User, *, at: datetime, by: User, key: str) -> list[Order]:
    """Close the account's open positions at the market and return the orders, filled or refused with the reason."""
    account = account_in_use(owner, Account.Kind.AUTONOMOUS, at=at)
    found = account.positions.filter(status=Position.Status.OPEN).order_by("pk")
    return [
        close_position(position, at=at, by=by, key=f"{key}:{position.pk}"[:80], reason="Closed by hand: kill switch")
        for position in found
    ]


def open_trades(owner: User) -> int:
    """Return how many trades are open."""
    return AutonomousPosition.objects.filter(owner=owner, status=AutonomousPosition.Status.OPEN).count()


def _changed(
    owner: User, action: str, change: Callable[[SchedulerState], None], *, at: datetime, by: User
) -> SchedulerState:
    account = account_in_use(owner, Account.Kind.AUTONOMOUS, at=at)
    with transaction.atomic():
        account = locked(account.pk)
        SchedulerState.objects.get_or_create(owner=owner)
        state = SchedulerState.objects.select_for_update().get(owner=owner)
        before = _shown(state)
        change(state)
        state.save()
        if before != _shown(state):
            note_change(account, action, at=at, by=by, before=before, after=_shown(state))
    return state


def _shown(state: SchedulerState) -> dict[str, object]:
    return {
        "is_running": bool(state.is_running),
        "paused_until": state.paused_until.isoformat() if state.paused_until else None,
        "kill_switch": state.stopped_hard_at is not None,
    }
