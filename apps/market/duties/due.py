"""Which slots of a duty are due at a moment."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from alphagex import clock
from apps.market.duties.table import Routine

_LONGEST_PAUSE = 11  # days between two sessions of the exchange, at the most


def due_slots(routine: Routine, at: datetime) -> list[datetime]:
    """Return the slots to be begun at `at`, oldest first: those not too late, or the latest one alone."""
    past = _past_slots(routine, at)
    if routine.late_by is None:
        latest = next(past, None)
        return [latest] if latest else []
    # Reckoned in UTC: on the New York clock alone an hour is missing or doubled when the clocks change.
    oldest = at.astimezone(UTC) - routine.late_by
    recent = []
    for slot in past:
        if slot <= oldest:
            break
        recent.append(slot)
    return recent[::-1]


def next_slot(routine: Routine, at: datetime) -> datetime:
    """Return the first slot after `at`. Raises LookupError outside the exchange's calendar."""
    moment = at.astimezone(UTC)
    today = clock.in_new_york(at).date()
    for ahead in range(_LONGEST_PAUSE + 1):
        for slot in routine.slots(today + timedelta(days=ahead)):
            if slot > moment:
                return slot
    raise LookupError(f"{routine.name} is not due within {_LONGEST_PAUSE} days of {today}: no session is known.")


def _past_slots(routine: Routine, at: datetime) -> Iterator[datetime]:
    """Yield the slots up to `at`, newest first."""
    moment = at.astimezone(UTC)
    today = clock.in_new_york(at).date()
    for back in range(_LONGEST_PAUSE + 1):
        yield from (slot for slot in reversed(routine.slots(today - timedelta(days=back))) if slot <= moment)
