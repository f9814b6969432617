"""Charts of dealer gamma and the daily, weekly and monthly plans: which of our callables carries which recorded one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from legacy_engines.copilot.trade_memory import TradingRAG
from legacy_engines.gex.charts import GEXVisualizer
from legacy_engines.market.macro import FREDIntegration
from legacy_engines.options.pricing import BlackScholesPricer
from legacy_engines.plans import TradingPlanGenerator
from legacy_engines.plans.trading_days import SQUEEZE_BELOW
from tests.parity.areas.plans_text import reduce_figure, reduce_markdown, reduce_value
from tests.parity.binding import Binding
from tests.parity.cases import Case
from tests.parity.worlds import CannedSession, SqliteStore, clock_of

CHARTS = "visualization_and_plans.GEXVisualizer."
PLANS = "visualization_and_plans.TradingPlanGenerator."
MONDAY_TIMES = ["9:45", "10:15"]


class ClosingPrices:
    """A price source that knows the last close of some symbols."""

    def __init__(self, closes: dict[str, float | None]) -> None:
        self.closes = closes

    def __call__(self, symbol: str) -> Any:
        close = self.closes.get(symbol)
        bars = pd.DataFrame({"Close": [] if close is None else [close]})
        return SimpleNamespace(options=(), history=lambda **_: bars, option_chain=None)


class FailingSource:
    """A macro or statistics source that is down."""

    def get_economic_data(self) -> dict[str, Any]:
        raise ConnectionError("the source is down")

    def get_regime(self, economic_data: dict[str, Any]) -> dict[str, Any]:
        raise ConnectionError("the source is down")

    def get_personal_stats(self) -> dict[str, Any]:
        raise ConnectionError("the source is down")


class NoPrices:
    """A pricer that gives nothing, whatever it is asked."""

    def calculate_option_price(self, *args: Any) -> dict[str, Any]:
        return {}


def generator_of(case: Case) -> TradingPlanGenerator:
    """Return a generator in the world of the case: clock, VIX, positions, broken sources."""
    clock = clock_of(case)
    store = SqliteStore(clock, tables=case.state.get("db", "missing") != "missing")
    store.load(case.env.get("db_rows") or {})
    session = CannedSession(case.env.get("http") or [])
    macro = FREDIntegration(clock=clock, session=session, tickers=ClosingPrices(case.env.get("yfinance") or {}))
    return TradingPlanGenerator(
        macro=FailingSource() if case.state.get("macro_source_raises") else macro,
        statistics=FailingSource() if case.state.get("stats_source_raises") else TradingRAG(store, clock=clock),
        clock=clock,
    )


def _figure(draw: Callable[..., Any]) -> Callable[[Case], Any]:
    return lambda case: reduce_figure(draw(*case.args, **case.kwargs))


def _monte_carlo(case: Case) -> Any:
    results, *rest = case.args
    paths = results.get("price_paths_sample") if isinstance(results, dict) else None
    # Recorded as a list either way; the case that hands over a plain list says so in its name.
    if paths is not None and "list" not in case.id:
        results = results | {"price_paths_sample": np.array(paths)}
    return reduce_figure(GEXVisualizer.create_monte_carlo_chart(results, *rest, **case.kwargs))


def _called(name: str) -> Callable[[Case], Any]:
    """Call the method with the recorded arguments."""
    return lambda case: reduce_value("", getattr(generator_of(case), name)(*case.args, **case.kwargs))


def _called_with_pricer(name: str, position: int) -> Callable[[Case], Any]:
    """Call the method with the pricer at this position. Where a date is recorded, so is a name for the pricer."""

    def run(case: Case) -> Any:
        pricer = NoPrices() if "empty" in str(case.state.get("pricer")) else BlackScholesPricer()
        arguments = list(case.args)
        named = isinstance(arguments[-1], str)
        arguments[position : position + named] = [pricer]
        return reduce_value("", getattr(generator_of(case), name)(*_with_dates(arguments)))

    return run


def _called_with_dates(name: str) -> Callable[[Case], Any]:
    return lambda case: reduce_value("", getattr(generator_of(case), name)(*_with_dates(case.args)))


def _with_dates(arguments: list[Any]) -> list[Any]:
    """Return the arguments with the last one, an ISO date, as a datetime."""
    last = arguments[-1]
    return [*arguments[:-1], datetime.fromisoformat(last) if isinstance(last, str) else last]


def _markdown(period: str) -> Callable[[Case], Any]:
    def run(case: Case) -> Any:
        generator = generator_of(case)
        source = case.state.get("plan_from")
        if source:
            plan = getattr(generator, f"generate_{period}_plan")(source["symbol"], source["market_data"])
        else:
            plan = case.args[0]
        return reduce_markdown(getattr(generator, f"format_{period}_plan_markdown")(plan))

    return run


def _flip_of_monday_squeeze(net_gex: float, flip: float) -> list[str]:
    """Return the figure our entry time adds (plans Q5: the old placeholder for symbol and flip is filled)."""
    return [f"${flip:.2f}"] if net_gex < SQUEEZE_BELOW else []


def _monday_recorded(case: Case) -> Any:
    _symbol, _spot, flip, *_rest, net_gex, _pricer, _date = case.args
    return _with_entry_time(case.expected, _flip_of_monday_squeeze(net_gex, flip))


def _week_recorded(case: Case) -> Any:
    data = case.args[1]
    added = _flip_of_monday_squeeze(data.get("net_gex", 0), data.get("flip_point", 0))
    monday = _with_entry_time(case.expected["days"]["Monday"], added)
    return case.expected | {"days": case.expected["days"] | {"Monday": monday}}


def _with_entry_time(day: dict[str, Any], added: list[str]) -> dict[str, Any]:
    first, *others = day["trades"]
    entry_time = first["entry_time"] | {"figures": first["entry_time"]["figures"] + added}
    return day | {"trades": [first | {"entry_time": entry_time}, *others]}


def _weekly_markdown_recorded(case: Case) -> Any:
    source = case.state.get("plan_from")
    if not source:
        return case.expected
    data, figures = source["market_data"], case.expected["figures"]
    after = next(i for i in range(len(figures)) if figures[i : i + 2] == MONDAY_TIMES) + 2
    added = _flip_of_monday_squeeze(data.get("net_gex", 0), data.get("flip_point", 0))
    return case.expected | {"figures": figures[:after] + added + figures[after:]}


def _bound(run: Callable[[Case], Any], recorded: Callable[[Case], Any] = lambda case: case.expected) -> Binding:
    return Binding(run, recorded=recorded, ordered=True)


BINDINGS: dict[str, Binding] = {
    CHARTS + "create_gex_profile": Binding(_figure(GEXVisualizer.create_gex_profile), relative=1e-9),
    CHARTS + "create_historical_chart": Binding(_figure(GEXVisualizer.create_historical_chart), relative=1e-9),
    CHARTS + "create_monte_carlo_chart": Binding(_monte_carlo, relative=1e-9),
    PLANS + "generate_weekly_plan": _bound(_called("generate_weekly_plan"), _week_recorded),
    PLANS + "format_daily_plan_markdown": _bound(_markdown("daily")),
    PLANS + "format_weekly_plan_markdown": _bound(_markdown("weekly"), _weekly_markdown_recorded),
    PLANS + "format_monthly_plan_markdown": _bound(_markdown("monthly")),
    PLANS + "_generate_specific_monday_trades": _bound(
        _called_with_pricer("_generate_specific_monday_trades", 8), _monday_recorded
    ),
    PLANS + "_generate_specific_tuesday_trades": _bound(_called_with_pricer("_generate_specific_tuesday_trades", 7)),
    PLANS + "_generate_specific_thursday_trades": _bound(_called_with_pricer("_generate_specific_thursday_trades", 4)),
    PLANS + "_generate_monday_plan": _bound(_called_with_pricer("_generate_monday_plan", 6)),
    PLANS + "_generate_tuesday_plan": _bound(_called_with_pricer("_generate_tuesday_plan", 4)),
    PLANS + "_generate_thursday_plan": _bound(_called_with_pricer("_generate_thursday_plan", 3)),
    PLANS + "_generate_specific_wednesday_trades": _bound(_called_with_dates("_generate_specific_wednesday_trades")),
    PLANS + "_generate_specific_friday_trades": _bound(_called_with_dates("_generate_specific_friday_trades")),
    **{
        PLANS + name: _bound(_called(name))
        for name in (
            "generate_daily_plan",
            "generate_monthly_plan",
            "_calculate_regime_from_gex",
            "_generate_all_setups",
            "_build_market_context",
            "_get_key_insight",
            "_build_intraday_schedule",
            "_build_risk_rules",
            "_build_exit_rules",
            "_get_current_opportunity",
            "_get_key_weekly_trade",
            "_determine_primary_setup",
        )
    },
}

DEAD = "A prose helper nothing called: "
SHELL: dict[str, str] = {
    PLANS + "_generate_opening_strategy": DEAD + "the opening is in the intraday schedule of the daily plan.",
    PLANS + "_generate_mid_morning_strategy": DEAD + "the morning is in the intraday schedule of the daily plan.",
    PLANS + "_generate_power_hour_strategy": DEAD + "the last hour is in the schedule and the exit rules.",
    PLANS + "_generate_wednesday_plan": DEAD + "Wednesday's exits are in the weekly plan (wednesday_trades).",
    PLANS + "_generate_friday_plan": DEAD + "Friday's theta harvest is in the weekly plan (friday_trades).",
    PLANS + "_generate_weekly_strategies": DEAD + "the four weeks are in the monthly plan.",
    PLANS + "_generate_pre_market_checklist": DEAD + "levels and insight open the daily plan; primary_setup is bound.",
    PLANS + "_build_execution_schedule": DEAD + "hours and sizes are in the intraday schedule and the risk rules.",
}
