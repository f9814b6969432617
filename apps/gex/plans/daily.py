"""A daily plan as the page shows it: everything its Markdown says, part by part."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.text import slugify

from alphagex import clock
from apps.gex.figures import Figure
from apps.gex.plans.calendar_notes import daily_notes, what_tomorrow_means, why_closed
from apps.gex.plans.headline import levels, price_and_gamma
from apps.gex.plans.wording import Line, Said, caution, said, shown, titled
from apps.gex.plans.writing import WrittenPlan
from apps.market.templatetags.numbers import strike
from legacy_engines.plans.daily_markdown import EXIT_LINES, RISK_LINES, edge_of

_STARS = 5
_STAR_PERCENT = 20  # confidence per star
_NO_STOP = "No price stop, the exit rules decide"
_SHOWN_EXITS = (*EXIT_LINES, ("calendar_spreads", "Calendar Spreads"), ("wednesday_3pm", "Today"))
_SHOWN_RISKS = (*RISK_LINES, ("premium_stops", "Premium Stops"))


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupCard:
    """One setup. stars: filled and empty. reference: how the hand-over names it.

    edge: why it works, empty without a win rate. caution: what not to believe of it, usually empty.
    """

    reference: str
    number: int
    strategy: str
    stars: str
    stars_label: str
    confidence: str
    reasoning: str
    action: str
    terms: list[Line]
    win_rate: str
    edge: str
    caution: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyView:
    """What templates/gex/plans/_daily.html prints."""

    title: str
    moment: str
    calendar: tuple[str, ...]
    figures: list[Figure]
    regime: list[Line]
    insight: Said
    now: Said
    closed: str
    tomorrow: str
    setups: list[SetupCard]
    left_out: list[str]
    schedule: list[Line]
    risks: list[Line]
    exits: list[Line]


def daily_view(written: WrittenPlan) -> DailyView:
    """Return the plan as texts."""
    plan = written.plan
    regime = plan["regime"]
    return DailyView(
        title=f"{written.symbol} professional trading plan",
        moment=f"{plan['day']} {plan['generated_at']}",
        calendar=daily_notes(written.day),
        figures=[*price_and_gamma(written), *levels(written), _expected_range(written)],
        regime=[
            Line("Regime", regime["type"]),
            Line("Trend bias", regime["trend"]),
            Line("Position", regime["position"]),
            Line("Dealers are", regime["mm_behavior"]),
        ],
        insight=said(plan["market_context"]["key_insight"]),
        now=said(plan["current_opportunity"]),
        closed=why_closed(clock.in_new_york(written.at)),
        tomorrow=what_tomorrow_means(clock.in_new_york(written.at)),
        setups=[_card(number, setup) for number, setup in enumerate(plan["exact_trades"], start=1)],
        left_out=[shown(sentence) for sentence in written.left_out],
        schedule=[Line(hours, shown(text)) for hours, text in plan["intraday_schedule"].items()],
        risks=[_rule(plan["risk_management"], *line) for line in _SHOWN_RISKS],
        exits=[_rule(plan["exit_rules"], *line) for line in _SHOWN_EXITS],
    )


def reference_of(setup: Mapping[str, Any]) -> str:
    """Return the setup's name in the hand-over: its place changes with the market, its strategy does not."""
    return f"daily-{slugify(setup['strategy'])}"


def _expected_range(written: WrittenPlan) -> Figure:
    if {"call_wall", "put_wall"} & written.unknown.keys():
        return Figure(key="range", label="Expected range", missing="Unknown without both walls.")
    low, high = written.market_data["put_wall"], written.market_data["call_wall"]
    return Figure(key="range", label="Expected range", value=f"{strike(low)} to {strike(high)}", context="wall to wall")


def _card(number: int, setup: Mapping[str, Any]) -> SetupCard:
    stars = int(setup["confidence"] // _STAR_PERCENT)
    win_rate = setup.get("win_rate", "")
    return SetupCard(
        reference=reference_of(setup),
        number=number,
        strategy=shown(setup["strategy"]),
        stars="★" * stars + "☆" * (_STARS - stars),
        stars_label=f"{stars} of {_STARS} stars",
        confidence=f"{setup['confidence']}% confidence",
        reasoning=shown(setup["reasoning"]),
        action=shown(setup["action"]),
        terms=_terms(setup),
        win_rate=win_rate,
        edge=edge_of(setup["reasoning"]) if win_rate else "",
        caution=caution(setup.get("max_risk", "")),
    )


def _terms(setup: Mapping[str, Any]) -> list[Line]:
    """Return what the play is, in the order the plan tells it; what the setup does not name is left out."""
    stated = [
        ("Strikes", setup["strikes"]),
        ("Expiration", setup["expiration"]),
        ("Entry", setup["entry"]),
        ("Target 1", setup.get("target_1")),
        ("Target 2", setup.get("target_2")),
        ("Credit", setup.get("credit")),
        ("Maximum profit", setup.get("max_profit")),
        ("Profit target", setup.get("profit_target")),
        ("Stop", setup.get("stop") or _NO_STOP),
        ("Maximum loss", setup.get("max_risk")),
        ("Size", setup["size"]),
    ]
    return [Line(label, shown(text)) for label, text in stated if text]


def _rule(rules: Mapping[str, str], key: str, label: str | None) -> Line:
    return Line((label or titled(key)).capitalize(), shown(rules[key]))
