"""Weekly and monthly plans as the page shows them: everything their Markdown says, part by part."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from alphagex import clock
from apps.gex.figures import Figure
from apps.gex.plans.calendar_notes import day_state, monday_of, monthly_notes, week_mondays, weekly_notes
from apps.gex.plans.headline import levels, price_and_gamma
from apps.gex.plans.wording import Line, Said, caution, said, shown, titled
from apps.gex.plans.writing import WrittenPlan
from legacy_engines.plans.calendar_markdown import MONTHLY_RULES, TRADE_FIELDS, TRADE_LISTS, WEEKDAYS

_RULE = re.compile(r"^\d+\. (?:\*\*(?P<label>[^*]+):\*\* )?(?P<text>.+)$")
_STRIKES = ("strike", "call_spread", "put_spread")


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeCard:
    """One trade of a day. reference: how the hand-over names it; empty where there is nothing to open."""

    reference: str
    title: str
    action: str
    terms: list[Line]
    lists: list[tuple[str, list[str]]]
    condition: str
    caution: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCard:
    """One weekday. state: today, over, or what is unusual about its session; empty for a full one to come."""

    name: str
    title: str
    state: str
    is_today: bool
    setup: Said
    trades: list[TradeCard]
    notes: Said
    strikes: str
    win: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyView:
    """What templates/gex/plans/_weekly.html prints."""

    title: str
    moment: str
    calendar: tuple[str, ...]
    figures: list[Figure]
    regime: str
    days: list[DayCard]


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekCard:
    """One week of the month. terms: the key trade's fields after its strategy."""

    reference: str
    name: str
    dates: str
    state: str
    is_now: bool
    focus: str
    strategy: str
    terms: list[Line]


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthlyView:
    """What templates/gex/plans/_monthly.html prints."""

    title: str
    moment: str
    calendar: tuple[str, ...]
    figures: list[Figure]
    weeks: list[WeekCard]
    targets: list[Line]
    dates: list[Line]
    rules: list[Line]


def weekly_view(written: WrittenPlan) -> WeeklyView:
    """Return the plan as texts, Monday to Friday."""
    plan, monday = written.plan, monday_of(written.day)
    days = [
        _day(written, name, plan["days"][name], monday + timedelta(days=place)) for place, name in enumerate(WEEKDAYS)
    ]
    return WeeklyView(
        title=f"{written.symbol} weekly trading plan",
        moment=f"Week of {plan['week_of']}",
        calendar=weekly_notes(written.day),
        figures=[*price_and_gamma(written), *levels(written)],
        regime=plan["regime"],
        days=days,
    )


def monthly_view(written: WrittenPlan) -> MonthlyView:
    """Return the plan as texts, week by week."""
    plan, mondays = written.plan, week_mondays(written.day)
    opex = Figure(key="opex", label="OPEX", value=plan["opex_date"], context="third Friday")
    return MonthlyView(
        title=f"{written.symbol} monthly trading plan",
        moment=plan["month"],
        calendar=monthly_notes(written.day),
        figures=[*price_and_gamma(written), opex],
        weeks=[
            _week(written.day, number, name, week, monday)
            for number, ((name, week), monday) in enumerate(zip(plan["weeks"].items(), mondays, strict=True), start=1)
        ],
        targets=[Line(name, shown(text)) for name, text in plan["monthly_targets"].items()],
        dates=[Line(name, shown(text)) for name, text in plan["key_dates"].items()],
        rules=_monthly_rules(),
    )


def weekly_reference(name: str, trade: Mapping[str, Any]) -> str:
    """Return a day's trade as the hand-over names it, empty where it opens nothing (manage, close, avoid)."""
    opens = any(key in trade for key in _STRIKES)
    return f"weekly-{name.lower()}-{trade['trade_num']}" if opens else ""


def monthly_reference(number: int, trade: Mapping[str, Any]) -> str:
    """Return a week's key trade as the hand-over names it, empty where it opens nothing."""
    return f"monthly-{number}" if "strike" in trade else ""


def _day(written: WrittenPlan, name: str, day: Mapping[str, Any], on: date) -> DayCard:
    trades = day["trades"]
    state = ["today"] if on == written.day else ["over"] if on < written.day else []
    stated = [trade[key] for trade in trades for key in _STRIKES if key in trade]
    chances = [trade["win_probability"] for trade in trades if "win_probability" in trade]
    return DayCard(
        name=name,
        title=day["date"],
        state=", ".join(filter(None, [*state, day_state(on)])),
        is_today=on == written.day,
        setup=said(day["market_setup"]),
        trades=[_trade(name, trade, is_tradable=can_be_traded(on, written.day)) for trade in trades],
        notes=said(day["notes"]),
        strikes="; ".join(shown(text) for text in stated) or "no new position",
        win=", ".join(chances) or "not stated",
    )


def can_be_traded(on: date, day: date) -> bool:
    """Return whether a day of the week's plan is still to come and has a session."""
    return on >= day and clock.session_on(on) is not None


def _trade(name: str, trade: Mapping[str, Any], *, is_tradable: bool) -> TradeCard:
    return TradeCard(
        reference=weekly_reference(name, trade) if is_tradable else "",
        title=f"Trade {trade['trade_num']}",
        action=shown(trade["action"]),
        terms=[
            Line(label.capitalize(), shown(trade[key]), strong) for key, label, strong in TRADE_FIELDS if trade.get(key)
        ],
        lists=[(label, [shown(item) for item in trade[key]]) for key, label in TRADE_LISTS if trade.get(key)],
        condition=shown(trade.get("condition", "")),
        caution=caution(trade.get("max_loss", "")),
    )


def _week(day: date, number: int, name: str, week: Mapping[str, Any], monday: date) -> WeekCard:
    trade = week["key_trade"]
    is_now, is_over = monday == monday_of(day), monday + timedelta(days=4) < day
    return WeekCard(
        reference="" if is_over else monthly_reference(number, trade),
        name=name,
        dates=week["dates"],
        state="over" if is_over else "this week" if is_now else "",
        is_now=is_now,
        focus=week["focus"],
        strategy=shown(trade["strategy"]),
        terms=[Line(titled(key), shown(text)) for key, text in trade.items() if key != "strategy"],
    )


def _monthly_rules() -> list[Line]:
    """Return the engine's numbered list as lines."""
    found = (_RULE.match(line) for line in MONTHLY_RULES.splitlines())
    return [Line(rule["label"] or "", rule["text"]) for rule in found if rule]
