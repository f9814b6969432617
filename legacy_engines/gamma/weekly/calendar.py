"""Which five days a moment belongs to. Wall-clock dates of New York; no holidays and no early closes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
FRIDAY = 4
CLOSING_HOUR = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekDay:
    """One trading day of the week. date: YYYY-MM-DD; is_today: it is the date of the moment asked about."""

    date: str
    name: str
    is_today: bool

    @property
    def abbreviation(self) -> str:
        """Return the first three letters, e.g. `Mon`."""
        return self.name[:3]


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """Monday to Friday as seen from one moment. current_date: the real date, at weekends too."""

    days: tuple[WeekDay, ...]
    current_date: str
    is_weekend: bool
    is_friday_after_close: bool

    @property
    def start(self) -> str:
        """Return Monday's date."""
        return self.days[0].date

    @property
    def end(self) -> str:
        """Return Friday's date."""
        return self.days[-1].date

    @property
    def today(self) -> int:
        """Return the index of today.

        Deliberate (gamma Q12): at weekends next Monday stands in for today, though no day is marked as today.
        """
        return next((i for i, day in enumerate(self.days) if day.is_today), 0)

    @property
    def edge_case(self) -> str | None:
        """Return `WEEKEND`, `FRIDAY_AFTER_CLOSE` or None."""
        if self.is_weekend:
            return "WEEKEND"
        return "FRIDAY_AFTER_CLOSE" if self.is_friday_after_close else None


def week_of(now: datetime) -> Week:
    """Return the week of a moment in New York; at weekends the one that follows."""
    weekday = now.weekday()
    is_weekend = weekday > FRIDAY
    monday = now.date() + timedelta(days=7 - weekday if is_weekend else -weekday)
    dates = [monday + timedelta(days=i) for i in range(len(DAY_NAMES))]
    return Week(
        days=tuple(
            WeekDay(date=date.isoformat(), name=name, is_today=date == now.date())
            for date, name in zip(dates, DAY_NAMES, strict=True)
        ),
        current_date=now.date().isoformat(),
        is_weekend=is_weekend,
        is_friday_after_close=weekday == FRIDAY and now.hour >= CLOSING_HOUR,
    )
