"""Daily, weekly and monthly trading plans from the gamma levels of a symbol."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from legacy_engines.options.pricing import BlackScholesPricer
from legacy_engines.plans import day_rules, market_context, monthly, schedule, trading_days
from legacy_engines.plans.calendar_markdown import monthly_markdown, weekly_markdown
from legacy_engines.plans.daily_markdown import daily_markdown
from legacy_engines.plans.levels import Levels
from legacy_engines.plans.monthly import monthly_plan
from legacy_engines.plans.premium import Pricer
from legacy_engines.plans.regime import regime_from_gex
from legacy_engines.plans.setups import all_setups
from legacy_engines.plans.weekly import weekly_plan
from legacy_engines.ports import Clock, new_york_now

Plan = dict[str, Any]

CENTRAL = ZoneInfo("America/Chicago")
STATISTICS_WITHOUT_SOURCE = {"win_rate": 65, "total_trades": 100, "best_day": "Monday"}


class MacroSource(Protocol):
    """Economic figures and the regime read from them: `macro.FREDIntegration`."""

    def get_economic_data(self) -> dict[str, Any]: ...

    def get_regime(self, economic_data: dict[str, Any]) -> dict[str, Any]: ...


class StatisticsSource(Protocol):
    """What the trader's closed positions came to: `trade_memory.TradingRAG`."""

    def get_personal_stats(self) -> dict[str, Any]: ...


class TradingPlanGenerator:
    """Plans by the Central clock. Market data: `spot_price`, `flip_point`, walls in points, `net_gex` in USD."""

    def __init__(
        self, *, macro: MacroSource, statistics: StatisticsSource, clock: Clock, pricer: Pricer | None = None
    ) -> None:
        self.macro = macro
        self.statistics = statistics
        self.clock = clock
        self.pricer: Pricer = pricer or BlackScholesPricer()

    def generate_daily_plan(self, symbol: str, market_data: Mapping[str, Any]) -> Plan:
        """Return today's plan. Spot zero, also of an error answer, is a ZeroDivisionError; None a TypeError."""
        now = self._now()
        day = now.strftime("%A")
        at = Levels.of(market_data)
        regime = regime_from_gex(at.net_gex, at.spot, at.flip, at.call_wall, at.put_wall)
        regime["macro_outlook"] = self._macro_outlook()
        return {
            "symbol": symbol,
            "date": now.strftime("%Y-%m-%d"),
            "day": day,
            "generated_at": now.strftime("%I:%M %p CT"),
            "regime": regime,
            "personal_stats": self._personal_stats(),
            "exact_trades": all_setups(symbol, at.spot, at.net_gex, at.flip, at.call_wall, at.put_wall, day, regime),
            "market_context": market_context.market_context(
                symbol, at.spot, at.net_gex, at.flip, at.call_wall, at.put_wall
            ),
            "intraday_schedule": schedule.intraday_schedule(day, at.net_gex, at.spot, at.flip, regime),
            "risk_management": schedule.risk_rules(day, regime),
            "exit_rules": schedule.exit_rules(day),
            "current_opportunity": schedule.current_opportunity(now.hour, day, at.net_gex, at.spot, at.flip),
        }

    def generate_weekly_plan(self, symbol: str, market_data: Mapping[str, Any]) -> Plan:
        """Return the plan of this week. NaN levels are a ValueError, None a TypeError."""
        return weekly_plan(symbol, market_data, today=self._now(), pricer=self.pricer)

    def generate_monthly_plan(self, symbol: str, market_data: Mapping[str, Any]) -> Plan:
        """Return the plan of this month. NaN levels are a ValueError, None a TypeError."""
        return monthly_plan(symbol, market_data, today=self._now(), pricer=self.pricer)

    def format_daily_plan_markdown(self, plan: Mapping[str, Any]) -> str:
        """Return a daily plan as Markdown."""
        return daily_markdown(plan)

    def format_weekly_plan_markdown(self, plan: Mapping[str, Any]) -> str:
        """Return a weekly plan as Markdown."""
        return weekly_markdown(plan)

    def format_monthly_plan_markdown(self, plan: Mapping[str, Any]) -> str:
        """Return a monthly plan as Markdown."""
        return monthly_markdown(plan)

    _calculate_regime_from_gex = staticmethod(regime_from_gex)
    _generate_all_setups = staticmethod(all_setups)
    _build_market_context = staticmethod(market_context.market_context)
    _get_key_insight = staticmethod(market_context.key_insight)
    _build_intraday_schedule = staticmethod(schedule.intraday_schedule)
    _build_risk_rules = staticmethod(schedule.risk_rules)
    _build_exit_rules = staticmethod(schedule.exit_rules)
    _get_current_opportunity = staticmethod(schedule.current_opportunity)
    _generate_specific_monday_trades = staticmethod(trading_days.monday_trades)
    _generate_specific_tuesday_trades = staticmethod(trading_days.tuesday_trades)
    _generate_specific_wednesday_trades = staticmethod(trading_days.wednesday_trades)
    _generate_specific_thursday_trades = staticmethod(trading_days.thursday_trades)
    _generate_specific_friday_trades = staticmethod(trading_days.friday_trades)
    _generate_monday_plan = staticmethod(day_rules.monday_plan)
    _generate_tuesday_plan = staticmethod(day_rules.tuesday_plan)
    _generate_thursday_plan = staticmethod(day_rules.thursday_plan)

    def _get_key_weekly_trade(
        self,
        symbol: str,
        spot: float,
        flip: float,
        call_wall: float,
        put_wall: float,
        net_gex: float,
        week_num: int,
        is_opex: bool,
    ) -> dict[str, Any]:
        return monthly.key_weekly_trade(
            symbol, spot, flip, call_wall, put_wall, net_gex, week_num, is_opex, pricer=self.pricer
        )

    def _determine_primary_setup(self, day: str, net_gex: float, spot: float, flip: float) -> str:
        return day_rules.primary_setup(day, net_gex, spot, flip, eastern_hour=new_york_now(self.clock).hour)

    def _now(self) -> datetime:
        return self.clock.now().astimezone(CENTRAL)

    def _macro_outlook(self) -> str:
        # Deliberate (plans Q8): the regime has no key `type`, so the outlook is Neutral whatever was fetched.
        try:
            return str(self.macro.get_regime(self.macro.get_economic_data()).get("type", "Neutral"))
        except Exception:  # noqa: BLE001 - a plan does not fail because the macro source did, whatever it raised
            return "Neutral"

    def _personal_stats(self) -> dict[str, Any]:
        try:
            return self.statistics.get_personal_stats()
        except Exception:  # noqa: BLE001 - a plan does not fail because the statistics did, whatever they raised
            return dict(STATISTICS_WITHOUT_SOURCE)
