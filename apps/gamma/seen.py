"""The week's gamma as the page sees it, and in words what is unusual about the week."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from alphagex import clock
from apps.market.blocks import NotReadyError
from apps.market.notices import BADGE_KINDS, Badge
from apps.market.templatetags.numbers import et
from apps.market.tracking import week_gamma
from apps.market.tracking.week_gamma import WeekGamma


@dataclass(frozen=True, slots=True)
class SeenWeek:
    """intelligence: the engine's three views. notes: sentences. is_partly_known: a session of
    the week, one of `missing`, counts as 0."""

    symbol: str
    intelligence: dict[str, Any]
    gamma: WeekGamma
    badge: Badge
    notes: tuple[str, ...]
    is_partly_known: bool
    missing: tuple[date, ...] = ()


def week_of(symbol: str, at: datetime) -> SeenWeek:
    """Return the week of `at`. Raises NotReadyError while no day of it has gamma."""
    found = week_gamma.intelligence(symbol, at)
    value = found.intelligence
    if not value.get("success"):
        span = f"between {_day(value['week_start'])} and {_day(value['week_end'])}"
        raise NotReadyError(
            "No gamma of this week yet",
            f"Nothing that expires {span} is known of {symbol}. What the source has appears here by itself.",
        )
    missing = _missing(found)
    return SeenWeek(
        symbol,
        value,
        found,
        _badge(found),
        _notes(found, missing, today=clock.in_new_york(at).date()),
        bool(missing),
        tuple(missing),
    )


def _missing(found: WeekGamma) -> list[date]:
    """Return the sessions of the week nothing is known of."""
    days = _days(found)
    return [day for day, known in zip(days, found.days, strict=True) if known is None and clock.session_on(day)]


def _days(found: WeekGamma) -> list[date]:
    breakdown = found.intelligence["weekly_evolution"]["daily_breakdown"]
    return [date.fromisoformat(one["date"]) for one in breakdown]


def _notes(found: WeekGamma, missing: list[date], *, today: date) -> tuple[str, ...]:
    value, days = found.intelligence, _days(found)
    notes = []
    if value["is_weekend"]:
        monday = _day(value["week_start"])
        notes.append(f"It is the weekend: this is the coming week, and Monday {monday} stands for today.")
    if value["is_friday_after_close"]:
        notes.append(
            "Friday's expiration is over: this is the week as it ended. From tomorrow on the coming week stands here."
        )
    for day in days:
        session = clock.session_on(day)
        if session is None:
            notes.append(f"{day:%A} is an exchange holiday: nothing trades or expires.")
        elif session.is_half_day:
            notes.append(f"{day:%A} is a half day: it closes, and its options expire, at {session.closes:%H:%M}.")
    if missing:
        names = ", ".join(f"{day:%A}" for day in missing)
        waiting = " until it comes" if missing[-1] >= today else ""
        notes.append(f"Nothing is known of {names}: counted as 0{waiting}.")
    return tuple(notes)


def _badge(found: WeekGamma) -> Badge:
    """Return the badge of the oldest part: a week is as fresh as its stalest day."""
    known = [(day.as_of, day) for day in found.days if day is not None and day.as_of is not None]
    as_of, oldest = min(known, key=lambda pair: pair[0])
    label = oldest.label.partition(",")[0]
    return {
        "kind": BADGE_KINDS[oldest.truth],  # type: ignore[index]
        "text": f"{label} {et(as_of)}",
        "label": "",
        "as_of": as_of,
        "stale_after": None,
        "origin": f"{oldest.label}, oldest part as of {et(as_of, 'full')}.",
    }


def _day(text: str) -> str:
    return f"{date.fromisoformat(text):%-d %b}"
