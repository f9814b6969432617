"""A plan and what it was written from: the newest levels, walls included, and a moment."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from apps.gex.plans import gaps
from apps.market.blocks import NotReadyError
from apps.market.models import Snapshot
from apps.market.notices import notice_of, origin_line
from apps.market.tickers import EngineClock
from apps.market.tracking.engine_dictionaries import net_gamma, newest_with_detail
from legacy_engines.plans import TradingPlanGenerator
from legacy_engines.plans.generator import CENTRAL


class Period(StrEnum):
    """What a plan is for; the value stands in addresses and file names."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"

    @property
    def label(self) -> str:
        return self.value.capitalize()


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenPlan:
    """plan: the engine's dictionary, "unknown" where a level is (gaps.py). market_data: what the engine took.

    at: the plan's moment, by the Central clock as the engine reads it. unknown: why a level is missing, by its key;
    the engine then took 0. left_out: sentences about setups that cannot be proposed without it.
    """

    period: Period
    symbol: str
    at: datetime
    plan: dict[str, Any]
    market_data: dict[str, Any]
    unknown: dict[str, str]
    left_out: tuple[str, ...]
    snapshot: Snapshot

    @property
    def day(self) -> date:
        return self.at.date()

    @property
    def spot(self) -> float:
        return float(self.market_data["spot_price"])

    @property
    def origin(self) -> str:
        """Source, moment and truth of the numbers in one line: "Delayed. Cboe, as of ..., snapshot 7."."""
        notice, origin = notice_of(self.snapshot), origin_line(self.snapshot)
        truth = notice["title"] if notice else "Live."
        return origin if origin.startswith(truth.rstrip(".")) else f"{truth} {origin}"

    @property
    def markdown(self) -> str:
        """The engine's own text of the plan."""
        return _RULES[self.period].markdown(_generator(self.at), self.plan)


class _NothingBesidesLevels:
    """What the engine asks for besides levels. None of it changes what a plan says.

    The macro regime has no key `type`, so the outlook is Neutral whatever is fetched (plans Q8). A plan is the same for
    everybody, so no trader's record goes in; silence here would make the engine put invented statistics in its place.
    """

    def get_economic_data(self) -> dict[str, Any]:
        return {}

    def get_regime(self, economic_data: dict[str, Any]) -> dict[str, Any]:
        return {}

    def get_personal_stats(self) -> dict[str, Any]:
        return {}


@dataclass(frozen=True, slots=True)
class _Rules:
    write: Callable[[TradingPlanGenerator, str, Mapping[str, Any]], dict[str, Any]]
    markdown: Callable[[TradingPlanGenerator, Mapping[str, Any]], str]


_RULES = {
    Period.DAILY: _Rules(
        TradingPlanGenerator.generate_daily_plan,
        TradingPlanGenerator.format_daily_plan_markdown,
    ),
    Period.WEEKLY: _Rules(
        TradingPlanGenerator.generate_weekly_plan,
        TradingPlanGenerator.format_weekly_plan_markdown,
    ),
    Period.MONTHLY: _Rules(
        TradingPlanGenerator.generate_monthly_plan,
        TradingPlanGenerator.format_monthly_plan_markdown,
    ),
}


def _generator(at: datetime) -> TradingPlanGenerator:
    nothing = _NothingBesidesLevels()
    return TradingPlanGenerator(macro=nothing, statistics=nothing, clock=EngineClock(at))


def write_plan(period: Period, symbol: str, at: datetime) -> WrittenPlan:
    """Return the plan from the newest snapshot. Raises NotReadyError without one, without a price, or levels.

    Weekly and monthly trades are strikes at flip and walls: without one of them there is no such plan. A daily plan
    says so at the level and leaves out what leans on it.
    """
    snapshot, levels = newest_with_detail(symbol), net_gamma(symbol)
    if snapshot is None or levels is None:
        raise NotReadyError("No plan yet", f"The first {symbol} levels have not come. The plan is written from them.")
    if not levels.value["spot_price"]:
        raise NotReadyError("No plan", f"The newest {symbol} levels have no price. The next ones bring the plan.")
    unknown = gaps.unknown_levels(snapshot)
    if unknown and period is not Period.DAILY:
        trades = (
            f"The {period} plan's trades are strikes at flip and walls, so it waits for levels that have all three."
        )
        raise NotReadyError(f"No {period} plan", f"{gaps.sentence(unknown)} {trades}")
    plan = _RULES[period].write(_generator(at), symbol, levels.value)
    filled = gaps.say_unknown(plan, unknown)
    return WrittenPlan(
        period=period,
        symbol=symbol,
        at=at.astimezone(CENTRAL),
        plan=filled.plan,
        market_data=levels.value,
        unknown=unknown,
        left_out=filled.left_out,
        snapshot=snapshot,
    )
