"""The three views of the week: what goes today, how the week runs off, and on which day price is freest to move."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from alphagex import clock
from apps.gamma.seen import SeenWeek, week_of
from apps.gamma.words import TONES, Strategy, strategies_of
from apps.gex.scale import Scale, scale_for
from apps.market.blocks import Block
from apps.market.notices import Badge
from apps.market.templatetags.numbers import percent
from legacy_engines.gamma.weekly.thresholds import VOLATILITY_POTENTIAL

FACTS = ("snapshot", "expiration_gamma", "bars")


@dataclass(frozen=True, slots=True, kw_only=True)
class Daily:
    """View 1. now, after, loss in `unit`. closes: after what. stays: per cent of the bar.

    limits: (per cent, at on a scale to 40 %).
    """

    day: str
    unit: str
    now: str
    closes: str
    after: str
    loss: str
    share: str
    stays: str
    goes: str
    level: str
    tone: str
    limits: list[tuple[str, str]]
    pointer: str
    notes: list[str]
    over: str
    strategies: list[Strategy]
    badge: Badge


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day of the week. value: in the view's unit; share and width in per cent."""

    name: str
    date: str
    is_today: bool
    note: str
    value: str
    share: str
    width: str
    level: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weekly:
    """View 2. least: said before figures that days nothing is known of can only raise."""

    unit: str
    least: str
    monday: str
    friday: str
    decay: str
    pattern: str
    days: list[Day]
    strategies: list[Strategy]
    badge: Badge


@dataclass(frozen=True, slots=True, kw_only=True)
class Volatility:
    """View 3. highest: the day's name, empty where no day has gamma. why_none: said instead of strategies."""

    highest: str
    highest_share: str
    days: list[Day]
    strategies: list[Strategy]
    why_none: str
    badge: Badge


_AT_LEAST = "≥\u202f"
_SCALE_END = 40.0  # per cent of gamma at the right end of view 1's scale


def daily(symbol: str, at: datetime) -> Daily:
    """Return view 1 of the week of `at`. Raises NotReadyError."""
    seen = week_of(symbol, at)
    view = seen.intelligence["daily_impact"]
    scale = scale_for([view["today_total_gamma"]])
    impact = view["impact_pct"]
    limits = sorted(view["adjusted_thresholds"].values())
    return Daily(
        day=f"{_today(seen):%a %-d %b}",
        unit=scale.unit,
        now=scale.size(view["today_total_gamma"]),
        closes=_closes(seen),
        after=scale.size(view["tomorrow_total_gamma"]),
        loss=scale.signed(-view["expiring_today"]),
        share=percent(impact / 100, 0),
        stays=f"{100 - impact:.1f}",
        goes=f"{impact:.1f}",
        level=view["risk_level"],
        tone=TONES[view["risk_level"]],
        limits=[(f"{limit:g}", f"{100 * limit / _SCALE_END:.1f}") for limit in limits],
        pointer=f"{min(100 * impact / _SCALE_END, 100):.1f}",
        notes=list(view["context_notes"]) or ["Standard thresholds."],
        over=_over(_today(seen), at),
        strategies=strategies_of((f"daily-{place}", one) for place, one in enumerate(view["strategies"])),
        badge=seen.badge,
    )


def weekly(symbol: str, at: datetime) -> Weekly:
    """Return view 2 of the week of `at`. Raises NotReadyError."""
    seen = week_of(symbol, at)
    view = seen.intelligence["weekly_evolution"]
    scale = scale_for([view["monday_baseline"]])
    least = _AT_LEAST if seen.is_partly_known else ""
    return Weekly(
        unit=scale.unit,
        least=least,
        monday=least + scale.size(view["monday_baseline"]),
        friday=scale.size(view["friday_end"]),
        decay=least + percent(view["total_decay_pct"] / 100, 0),
        pattern=view["decay_pattern"].replace("_", " ").lower(),
        days=[_remaining(one, scale, seen) for one in view["daily_breakdown"]],
        strategies=strategies_of((f"weekly-{part}", one) for part, one in view["strategies"].items()),
        badge=seen.badge,
    )


def volatility(symbol: str, at: datetime) -> Volatility:
    """Return view 3 of the week of `at`. Raises NotReadyError."""
    seen = week_of(symbol, at)
    view = seen.intelligence["volatility_potential"]
    highest = view["highest_risk_day"]
    least = VOLATILITY_POTENTIAL["high"]
    return Volatility(
        highest=highest["day_name"] if highest else "",
        highest_share=percent(highest["vol_pct"] / 100, 0) if highest else "",
        days=[_risk(one, seen) for one in view["by_day"]],
        strategies=strategies_of((f"volatility-{place}", one) for place, one in enumerate(view["strategies"])),
        why_none="" if view["strategies"] else f"No day takes away {least} % of what is open: none is proposed.",
        badge=seen.badge,
    )


def _remaining(one: dict[str, Any], scale: Scale, seen: SeenWeek) -> Day:
    # What is open on a morning holds all that expires from that day on: without a later day it is a lower bound.
    least = _AT_LEAST if any(day >= date.fromisoformat(one["date"]) for day in seen.missing) else ""
    return Day(
        **_day(one, seen),
        value=least + scale.size(one["cumulative_gamma"]),
        share=percent(one["pct_of_week"] / 100, 0),
        width=f"{max(one['pct_of_week'], 0):.1f}",
    )


def _risk(one: dict[str, Any], seen: SeenWeek) -> Day:
    known = date.fromisoformat(one["date"]) not in seen.missing
    return Day(
        **_day(one, seen),
        value="",
        share=percent(one["vol_pct"] / 100, 0),
        width=f"{min(one['vol_pct'], 100):.1f}",
        level=one["risk_level"],
        tone=TONES[one["risk_level"]] if known else "muted",
    )


def _day(one: dict[str, Any], seen: SeenWeek) -> dict[str, Any]:
    day = date.fromisoformat(one["date"])
    session = clock.session_on(day)
    note = "" if session and not session.is_half_day else "half day" if session else "holiday"
    if day in seen.missing:
        note = "not known"
    return {"name": one["day"], "date": f"{day:%-d %b}", "is_today": one["is_today"], "note": note}


def _today(seen: SeenWeek) -> date:
    """Return the day view 1 is about: at weekends the Monday that stands for today."""
    breakdown = seen.intelligence["weekly_evolution"]["daily_breakdown"]
    chosen = next((one for one in breakdown if one["is_today"]), breakdown[0])
    return date.fromisoformat(chosen["date"])


def _over(day: date, at: datetime) -> str:
    """Return that the day's entries have passed, once its session is over."""
    session = clock.session_on(day)
    if session is None or at < session.closes:
        return ""
    return f"The session closed at {session.closes:%H:%M}: entries named for {day:%A} have passed."


def _closes(seen: SeenWeek) -> str:
    session = clock.session_on(_today(seen))
    return f"After {session.closes:%H:%M}" if session else "After the day"


DAILY = Block(key="daily", title="Daily impact", template="gamma/daily.html", build=daily, renews=FACTS)
WEEKLY = Block(key="weekly", title="Weekly evolution", template="gamma/weekly.html", build=weekly, renews=FACTS)
VOLATILITY = Block(
    key="volatility", title="Volatility potential", template="gamma/volatility.html", build=volatility, renews=FACTS
)
