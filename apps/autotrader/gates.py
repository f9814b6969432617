"""What is obeyed before anything else: the kill switch, stop, pause, and the hours of the exchange."""

from datetime import datetime
from typing import Any

import msgspec

from alphagex import clock
from apps.autotrader.models import SchedulerState
from apps.autotrader.window import why_no_entry


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """How the trader is switched, as it is kept with each decision."""

    is_running: bool
    paused_until: datetime | None = None
    stopped_hard_at: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        found: dict[str, Any] = msgspec.to_builtins(self)
        return found


def setting_of(owner_id: int) -> Setting:
    """Return how a trader is switched; one that was never started is stopped."""
    state = SchedulerState.objects.filter(owner_id=owner_id).first()
    if state is None:
        return Setting(is_running=False)
    return Setting(
        is_running=bool(state.is_running),
        paused_until=state.paused_until,
        stopped_hard_at=state.stopped_hard_at,
    )


def why_idle(setting: Setting, at: datetime) -> str:
    """Return why nothing at all may be done at a moment, empty if exits may."""
    if setting.stopped_hard_at is not None:
        return f"The kill switch was thrown at {clock.in_new_york(setting.stopped_hard_at):%Y-%m-%d %H:%M} ET."
    if not setting.is_running:
        return "The trader is stopped."
    status = clock.market_status(at)
    return "" if status.is_open else f"The market is closed: {status.reason}."


def why_no_search(setting: Setting, at: datetime) -> str:
    """Return why no entry may be looked for at a moment, empty if one may."""
    if idle := why_idle(setting, at):
        return idle
    if setting.paused_until is not None and at < setting.paused_until:
        return f"Paused until {clock.in_new_york(setting.paused_until):%Y-%m-%d %H:%M} ET."
    return why_no_entry(at)
