"""The line above the views: which week, what is unusual about it, the VIX behind the limits, and gamma alerts."""

from dataclasses import dataclass
from datetime import date, datetime

from alphagex import clock
from apps.gamma.seen import SeenWeek, week_of
from apps.gamma.views_of_week import FACTS
from apps.gamma.words import TONES
from apps.gex.words import Pill
from apps.market.blocks import Block
from apps.market.models import Snapshot
from apps.market.notices import Badge
from apps.market.templatetags.numbers import et, points
from apps.market.tickers import EngineClock
from legacy_engines.gamma.alert_rules import GammaAlertSystem

# What the alert rules say of today, and what that is at a weekend. The first that fits counts.
_OF_TODAY = (
    ("of today's gamma", "of {day}'s gamma"),
    ("Gamma today:", "Gamma on {day}:"),
    ("Gamma tomorrow:", "Gamma the day after:"),
    ("Tomorrow has", "The day after has"),
    (" than today,", " than on {day},"),
    (" today", " on {day}"),
)
_SEVERITIES = {"CRITICAL": "loss", "HIGH": "warn", "MEDIUM": "act"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    severity: str
    tone: str
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """vix: the close and its moment, or a sentence. pills: days that stand out."""

    week: str
    today: str
    pills: list[Pill]
    headline: str
    notes: tuple[str, ...]
    vix: str
    alerts: list[Alert]
    badge: Badge


def build(symbol: str, at: datetime) -> Overview:
    """Return the overview of the week of `at`. Raises NotReadyError."""
    seen = week_of(symbol, at)
    value = seen.intelligence
    monday, friday = date.fromisoformat(value["week_start"]), date.fromisoformat(value["week_end"])
    return Overview(
        week=f"Mon {monday:%-d %b} to Fri {friday:%-d %b %Y}",
        today=value["current_day"],
        pills=_pills(seen),
        headline=_headline(seen),
        notes=seen.notes,
        vix=_vix(seen),
        alerts=_alerts(seen, at),
        badge=seen.badge,
    )


def _pills(seen: SeenWeek) -> list[Pill]:
    """Return today's level, and each day that takes away most of what is open then."""
    level = seen.intelligence["daily_impact"]["risk_level"]
    day = seen.intelligence["current_day"] if seen.intelligence["is_weekend"] else "Today"
    if seen.intelligence["is_friday_after_close"]:
        return [Pill(text=f"Today {level.lower()}, over", tone="")]
    found = [
        Pill(text="Today closed", tone="")
        if _is_holiday(seen)
        else Pill(text=f"{day} {level.lower()}", tone=TONES[level])
    ]
    days = seen.intelligence["volatility_potential"]["by_day"]
    wild = [one["day_name"] for one in days if one["risk_level"] == "EXTREME" and not one["is_today"]]
    wild = [name for name in wild if name != day]
    return [*found, *(Pill(text=f"{name} extreme", tone="loss") for name in wild)]


def _headline(seen: SeenWeek) -> str:
    """Return what the week's gamma does, in one sentence; of a week that is not wholly known only what today takes."""
    value = seen.intelligence
    view, week = value["daily_impact"], value["weekly_evolution"]
    if value["is_friday_after_close"]:
        return "This week's gamma is gone."
    if _is_holiday(seen):
        return "Nothing expires today: the exchange is closed."
    day = f"on {value['current_day']}" if value["is_weekend"] else "today"
    share = f"{view['impact_pct']:.0f} % of the gamma ahead expires {day}"
    if seen.is_partly_known:
        return f"{share}."
    when = {"FRONT_LOADED": "most of it before Wednesday", "BACK_LOADED": "most of it at the end"}
    rest = when.get(week["decay_pattern"], "day by day")
    return f"{share}; {week['total_decay_pct']:.0f} % is gone by Friday, {rest}."


def _is_holiday(seen: SeenWeek) -> bool:
    value = seen.intelligence
    return not value["is_weekend"] and clock.session_on(date.fromisoformat(value["current_date"])) is None


def _vix(seen: SeenWeek) -> str:
    vix, fact = seen.intelligence["tracking"]["vix"], seen.gamma.vix
    if not vix:
        return f"VIX unknown: {fact.problem or 'asked for, not here yet.'} The limits are those of a calm market."
    moment = f", {fact.label.partition(',')[0]} as of {et(fact.as_of, 'full')}" if fact.as_of else ""
    return f"VIX {points(vix)}{moment}."


def _alerts(seen: SeenWeek, at: datetime) -> list[Alert]:
    """Return what the gamma alert rules say of this week. They are shown here; sending them is the alerts' part.

    A week that is over warns of nothing any more. At weekends the rules speak of the coming Monday as of today.
    """
    if seen.intelligence["is_friday_after_close"]:
        return []
    newest = Snapshot.objects.of(seen.symbol).values_list("spot", flat=True).first()
    system = GammaAlertSystem(clock=EngineClock(at))
    found = system.check_and_alert(seen.intelligence, seen.symbol, float(newest or 0))
    return [
        Alert(
            severity=one["severity"].capitalize(),
            tone=_SEVERITIES.get(one["severity"], ""),
            title=_dated(one["title"], seen),
            text=_dated(one["message"], seen),
        )
        for one in found
    ]


def _dated(text: str, seen: SeenWeek) -> str:
    if not seen.intelligence["is_weekend"]:
        return text
    day = seen.intelligence["current_day"]
    for said, meant in _OF_TODAY:
        text = text.replace(said, meant.format(day=day))
    return text


BLOCK = Block(key="week", title="This week", template="gamma/week.html", build=build, renews=FACTS, wide=True)
