"""How often a symbol is fetched and when its numbers count as late."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from alphagex import clock
from apps.market.chain import Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Seconds between fetches while the market is open and while it is closed."""

    open_seconds: int
    closed_seconds: int

    def interval(self, at: datetime, *, always_open: bool) -> timedelta:
        """Return the time between fetches at `at`. A simulated or replayed market never closes."""
        is_open = always_open or clock.market_status(at).is_open
        return timedelta(seconds=self.open_seconds if is_open else self.closed_seconds)


def stale_after(origin: Origin, *, as_of: datetime, received_at: datetime, interval: timedelta) -> datetime:
    """Return when a snapshot becomes late: two intervals, and for delayed sources the delay they promise as well.

    A live number ages from when we got it; quotes that were already old when they came are late at once. Outside
    market hours the last quotes of the session are as new as can be, so there only the fetching counts.
    """
    late = received_at + 2 * interval
    if origin.kind == "recorded" or not clock.market_status(received_at).is_open:
        return late
    return min(late, as_of + timedelta(seconds=origin.delay_seconds) + 2 * interval + timedelta(minutes=2))


def backed_off(interval: timedelta, *, failures: int) -> timedelta:
    """Return the pause after `failures` failures in a row: doubling, at most ten minutes."""
    doubled: timedelta = interval * 2 ** min(failures, 8)
    return min(doubled, max(interval, timedelta(minutes=10)))
