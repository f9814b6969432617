"""Option expirations: Fridays, monthlies, the date for a number of days, and how long is left.

All datetimes are naive; "now" is the clock's local time. Times of day are kept, so that day counts, which are rounded
down, can be one lower than the difference of the calendar days.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from legacy_engines.ports import Clock, local_now

FRIDAY: Final = 4
CLOSING_HOUR: Final = 16
OPEN, CLOSE = time(9, 30), time(16, 0)
DEFAULT_DTE: Final = 7
FEWEST_DAYS_TO_MONTHLY: Final = 15
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DTE_TEXT: Final = re.compile(r"(\d+)-?(\d*)\s*DTE")


def get_next_friday(from_date: datetime | None = None, *, clock: Clock | None = None) -> datetime:
    """Return the next Friday at the same time of day; a Friday before 16:00 is its own."""
    start = _start(from_date, clock)
    days = (FRIDAY - start.weekday()) % 7
    if days == 0 and start.hour >= CLOSING_HOUR:
        days = 7
    return start + timedelta(days=days)


def get_third_friday_of_month(year: int, month: int) -> datetime:
    """Return the third Friday, midnight: the monthly expiration."""
    return get_all_fridays_in_month(year, month)[2]


def get_all_fridays_in_month(year: int, month: int) -> list[datetime]:
    """Return the four or five Fridays of a month, midnight. Raises ValueError for a month outside 1..12."""
    first = datetime(year, month, 1)  # noqa: DTZ001 - expirations are naive
    first += timedelta(days=(FRIDAY - first.weekday()) % 7)
    fridays = [first + timedelta(weeks=week) for week in range(4)]
    fifth = fridays[-1] + timedelta(weeks=1)
    return [*fridays, fifth] if fifth.month == month else fridays


def get_next_monthly_expiration(from_date: datetime | None = None, *, clock: Clock | None = None) -> datetime:
    """Return this month's third Friday if it is still ahead, else next month's; on the day itself next month's."""
    start = _start(from_date, clock)
    monthly = get_third_friday_of_month(start.year, start.month)
    return monthly if start < monthly else _third_friday_ahead(start, 1)


def is_weekly_expiration(date: date) -> bool:  # the old name of the argument
    """Return whether the day is a Friday but not the monthly one.

    Only midnight datetimes are recognised as monthly: with a time of day, or as a date object, a third Friday counts as
    weekly, as it always did.
    """
    return date.weekday() == FRIDAY and date != get_third_friday_of_month(date.year, date.month)


def get_expiration_for_dte(
    dte_target: float, from_date: datetime | None = None, *, clock: Clock | None = None
) -> tuple[datetime, str, int]:
    """Return expiration, its kind and the days to it, rounded down, for a wanted number of days.

    Deliberate (core Q13): 0 gives the same day even when it is no trading day, and the "1DTE" of a Friday evening is
    three days ahead. Deliberate (core Q16): 15 to 35 gives a monthly of next month, above 35 the one after it.
    """
    start = _start(from_date, clock)
    if dte_target == 0:
        if start.weekday() == FRIDAY and start.hour >= CLOSING_HOUR:
            return start + timedelta(days=3), "1DTE (Monday)", 1
        return start, "0DTE", 0
    if dte_target <= 7:
        return _labelled("Weekly", get_next_friday(start), start)
    if dte_target <= 14:
        return _labelled("Weekly+", get_next_friday(start) + timedelta(days=7), start)
    if dte_target <= 35:
        monthly = _third_friday_ahead(start, 1)
        if (monthly - start).days < FEWEST_DAYS_TO_MONTHLY:
            monthly = _third_friday_ahead(start, 2)
        return _labelled("Monthly", monthly, start)
    return _labelled("Monthly+", _third_friday_ahead(start, 2), start)


def format_expiration_display(date: date, dte: float) -> str:  # the old name of the argument
    """Return `Mar 14 (3 DTE)`."""
    return f"{MONTHS[date.month - 1]} {date.day:02d} ({dte} DTE)"


def get_expiration_color(dte: float) -> str:
    """Return the light for the days left: red up to 2, yellow up to 7, green up to 14, else blue."""
    if dte <= 2:
        return "🔴"
    if dte <= 7:
        return "🟡"
    return "🟢" if dte <= 14 else "🔵"


def is_market_hours(*, clock: Clock) -> bool:
    """Return whether the clock's local time lies in 9:30..16:00, both ends included, on a weekday; no holidays."""
    now = local_now(clock)
    return now.weekday() <= FRIDAY and OPEN <= now.time() <= CLOSE


def get_time_until_expiration(exp: datetime, *, clock: Clock) -> str:
    """Return the time left as `2d 14h`, `3d`, `3h 25m` or `5m`, or `Expired`."""
    left = exp - local_now(clock)
    if left < timedelta(0):
        return "Expired"
    hours, minutes = left.seconds // 3600, left.seconds // 60 % 60
    if left.days > 0:
        return f"{left.days}d {hours}h" if hours else f"{left.days}d"
    return f"{hours}h {minutes}m" if hours else f"{minutes}m"


def add_expiration_to_setup(setup: dict[str, Any], *, clock: Clock) -> dict[str, Any]:
    """Add date, texts, kind, days, time left and light of the expiration that `best_time` asks for; return the setup.

    Deliberate (core Q14): the clock is read twice, so with a running one the time left is a little shorter.
    """
    expiration, kind, dte = get_expiration_for_dte(_target_dte(setup), clock=clock)
    setup["expiration_date"] = expiration
    setup["expiration_str"] = expiration.date().isoformat()
    setup["expiration_display"] = format_expiration_display(expiration, dte)
    setup["expiration_type"] = kind
    setup["dte"] = dte
    setup["time_until_exp"] = get_time_until_expiration(expiration, clock=clock)
    setup["exp_color"] = get_expiration_color(dte)
    return setup


def expiration_panel(setup: dict[str, Any], *, clock: Clock) -> dict[str, Any]:
    """Return what a setup shows about its expiration; the setup gets the fields if it has none."""
    if "expiration_display" not in setup:
        add_expiration_to_setup(setup, clock=clock)
    return {
        "metrics": [
            {
                "label": "Expiration",
                "value": setup["expiration_display"],
                "help": f"Time left: {setup['time_until_exp']}",
            },
            {"label": "Type", "value": setup["expiration_type"]},
        ],
        "markdown": [f"{setup['exp_color']} **{setup['dte']} DTE**"],
    }


def _target_dte(setup: dict[str, Any]) -> int:
    """Return the days the setup asks for: the first "5 DTE" or "2-5 DTE" (its middle) in `best_time`, else 7.

    Deliberate (core Q15): a strategy called 0DTE counts only where `best_time` says nothing about DTE.
    """
    best_time = setup.get("best_time", "")
    if not isinstance(best_time, str):
        raise TypeError(f"best_time must be text such as '2-5 DTE', was {best_time!r}")
    if "DTE" in best_time:
        found = DTE_TEXT.search(best_time)
        if found is None:
            return DEFAULT_DTE
        low = int(found[1])
        return (low + int(found[2] or low)) // 2
    return 0 if "0DTE" in str(setup.get("strategy", "")) else DEFAULT_DTE


def _start(from_date: datetime | None, clock: Clock | None) -> datetime:
    if from_date is not None:
        return from_date
    if clock is None:
        raise ValueError("no starting date: pass from_date or a clock")
    return local_now(clock)


def _third_friday_ahead(start: date, months: int) -> datetime:
    """Return the third Friday of the month that lies `months` ahead."""
    month = start.month - 1 + months
    return get_third_friday_of_month(start.year + month // 12, month % 12 + 1)


def _labelled(kind: str, expiration: datetime, start: datetime) -> tuple[datetime, str, int]:
    days = (expiration - start).days
    return expiration, f"{kind} ({days}DTE)", days
