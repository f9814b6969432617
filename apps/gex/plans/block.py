"""The block of the Plans tab: three plans under one switch, each ready or saying why not."""

from dataclasses import dataclass
from datetime import datetime

from apps.gex.plans.calendar_plans import MonthlyView, WeeklyView, monthly_view, weekly_view
from apps.gex.plans.daily import DailyView, daily_view
from apps.gex.plans.writing import Period, WrittenPlan, write_plan
from apps.market.blocks import Block, NotReadyError
from apps.market.notices import Badge, badge_of
from apps.market.tracking.engine_dictionaries import newest_with_detail

PlanView = DailyView | WeeklyView | MonthlyView


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One period's plan. reason: why there is none, else None."""

    key: str
    label: str
    panel: str
    template: str
    plan: PlanView | None = None
    reason: NotReadyError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlansView:
    """What templates/gex/plans/plans.html prints."""

    panels: list[Panel]
    badge: Badge


def build(symbol: str, at: datetime) -> PlansView:
    """Return the three plans. Raises NotReadyError before the first snapshot."""
    snapshot = newest_with_detail(symbol)
    if snapshot is None:
        text = f"Plans are written from the {symbol} levels; the first ones bring them here by themselves."
        raise NotReadyError("No plans yet", text)
    return PlansView(panels=[_panel(period, symbol, at) for period in Period], badge=badge_of(snapshot))


def plan_view(written: WrittenPlan) -> PlanView:
    """Return the plan as its template takes it."""
    match written.period:
        case Period.DAILY:
            return daily_view(written)
        case Period.WEEKLY:
            return weekly_view(written)
        case Period.MONTHLY:
            return monthly_view(written)


def template_of(period: Period) -> str:
    """Return the template that prints a plan, on the page and on paper."""
    return f"gex/plans/_{period}.html"


def _panel(period: Period, symbol: str, at: datetime) -> Panel:
    plan, reason = None, None
    try:
        plan = plan_view(write_plan(period, symbol, at))
    except NotReadyError as error:
        reason = error
    return Panel(
        key=period.value,
        label=period.label,
        panel=f"plan-{period}",
        template=template_of(period),
        plan=plan,
        reason=reason,
    )


PLANS = Block(key="trading-plans", title="Trading plans", template="gex/plans/plans.html", build=build, wide=True)
