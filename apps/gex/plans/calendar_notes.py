"""The true calendar beside the plans' assumed one: sessions, holidays, half days, expiration."""

from datetime import date, datetime, timedelta

from alphagex import clock


def daily_notes(day: date) -> tuple[str, ...]:
    """Return what the exchange's calendar says against a daily plan; empty on a full session."""
    session = clock.session_on(day)
    if session is None:
        opens = clock.session_after(day).opens
        why = "the weekend" if day.weekday() >= 5 else "a holiday"
        return (
            f"{day:%A %-d %B} is {why}: there is no session. The rules write it as a trading day; "
            f"the next session opens {opens:%a %-d %b %H:%M} ET.",
        )
    if session.is_half_day:
        return (f"Half day: the session closes at {session.closes:%H:%M} ET, the schedule is that of a full one.",)
    return ()


def why_closed(at: datetime) -> str:
    """Return why nothing can be done at `at` though the rules' hours say otherwise; empty on any usual session day."""
    session = clock.session_on(at.date())
    if session is not None and not (session.is_half_day and at >= session.closes):
        return ""
    return f"The exchange is closed until {clock.session_after(at.date()).opens:%a %-d %b %H:%M} ET."


def what_tomorrow_means(at: datetime) -> str:
    """Return when the next session opens, where the rules' review after the close says tomorrow and it is not."""
    session = clock.session_on(at.date())
    if session is None or at < session.closes:
        return ""
    coming = clock.session_after(at.date())
    if coming.day == at.date() + timedelta(days=1):
        return ""
    return f"Tomorrow stands for the next session, {coming.opens:%a %-d %b %H:%M} ET."


def weekly_notes(day: date) -> tuple[str, ...]:
    """Return which week the plan is really of, and its days without a full session."""
    monday = monday_of(day)
    friday = monday + timedelta(days=4)
    notes = [f"Monday {monday:%-d %B} to Friday {friday:%-d %B %Y}."]
    if day.weekday() >= 5:
        notes[0] += f" The week is over; the one of {monday + timedelta(days=7):%-d %B} is planned from Monday on."
    days = [monday + timedelta(days=later) for later in range(5)]
    return (*notes, *(f"{one:%A %-d %B}: {state}." for one in days if (state := day_state(one))))


def day_state(day: date) -> str:
    """Return what is unusual about a weekday: no session, a half day; empty for a full session."""
    session = clock.session_on(day)
    if session is None:
        return "holiday, no session"
    return f"half day, closes {session.closes:%H:%M} ET" if session.is_half_day else ""


def monthly_notes(day: date) -> tuple[str, ...]:
    """Return the month's expiration by the exchange's calendar and what the plan only assumes."""
    third = third_friday(day)
    session = clock.session_on_or_before(third)
    notes = [f"Monthly options expire {session.day:%A %-d %B}."]
    if session.day != third:
        notes[0] = f"Monthly options expire {session.day:%A %-d %B}: the third Friday, {third:%-d %B}, is a holiday."
    mondays = week_mondays(day)
    if _week_of(third, mondays) == 1:
        notes.append("That is in week 2, where these rules wait for CPI: the expiration trade is in none of the weeks.")
    if day.weekday() < 5 and _week_of(day, mondays) is None:
        notes.append(f"Today, {day:%A %-d %B}, is in none of the four weeks.")
    notes.append("The CPI and FOMC weeks are assumed by their number; look up the true dates before you trade them.")
    return tuple(notes)


def third_friday(day: date) -> date:
    """Return the third Friday of the month `day` lies in."""
    first = day.replace(day=1)
    return first + timedelta(days=(4 - first.weekday()) % 7 + 14)


def week_mondays(day: date) -> list[date]:
    """Return the Mondays of the monthly plan's four weeks: they count from the month's first Monday."""
    first = day.replace(day=1)
    monday = first + timedelta(days=-first.weekday() % 7)
    return [monday + timedelta(days=7 * number) for number in range(4)]


def monday_of(day: date) -> date:
    """Return the Monday of the calendar week `day` lies in."""
    return day - timedelta(days=day.weekday())


def _week_of(day: date, mondays: list[date]) -> int | None:
    return mondays.index(monday_of(day)) if monday_of(day) in mondays else None
