"""Recorded cases of option quotes, the auto-trader, its runs and time tests, the daily finder and the second paper
account."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from legacy_engines import autonomous_paper_trader, autonomous_scheduler, paper_trader_v2, trader_scheduler
from legacy_engines.trading.autonomous import old_adviser
from tests.parity.areas import trading_autonomous_world as world
from tests.parity.areas.trading_autonomous_world import CannedModel, StubSource, arguments, tickers_of
from tests.parity.binding import Binding
from tests.parity.cases import Case
from tests.parity.worlds import SqliteStore, clock_of

Shape = Callable[[Any], Any]


def as_it_is(answer: Any) -> Any:
    return answer


class Desk:
    """The auto-trader of a case, with the stored rows, the gamma source and the model it was recorded with."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.clock = clock_of(case)
        self.store = SqliteStore(self.clock)
        self.model = CannedModel(case.state.get("ai") or {})
        self.source = StubSource(case.state.get("api_client") or {})
        self.trader = autonomous_paper_trader.AutonomousPaperTrader(
            store=self.store,
            clock=self.clock,
            tickers=tickers_of(case),
            exit_adviser=old_adviser(self.model if world.key_of(case) else None),
        )
        self.store.load(case.env.get("db_rows") or {})

    def call(self, method: str) -> Any:
        return getattr(self.trader, method)(*arguments(self.case, self.source), **self.case.kwargs)

    def tables(self) -> dict[str, Any]:
        return trader_tables(self.store)


def trader_tables(store: SqliteStore) -> dict[str, Any]:
    return {
        "autonomous_positions": [world.position(row) for row in store.dump("autonomous_positions")],
        "autonomous_trade_log": [world.log_entry(row) for row in store.dump("autonomous_trade_log")],
        "autonomous_config": settings(store, "autonomous_config"),
    }


def settings(store: SqliteStore, table: str) -> dict[str, Any]:
    return {row["key"]: row["value"] for row in store.dump(table)}


# The auto-trader


def trader(method: str, shape: Shape = as_it_is) -> Binding:
    return Binding(lambda case: shape(Desk(case).call(method)), ordered=True)


def construction(case: Case) -> Any:
    store = SqliteStore(clock_of(case))
    store.load(case.env.get("db_rows") or {})
    made = autonomous_paper_trader.AutonomousPaperTrader(store=store, clock=store.clock)
    return {"starting_capital": made.starting_capital, "db": trader_tables(store)}


def trader_flow(method: str) -> Binding:
    def run(case: Case) -> Any:
        desk = Desk(case)
        answer = desk.call(method)
        if isinstance(answer, list):
            answer = [{**close, "reason": world.exit_reason(close["reason"])} for close in answer]
        return world.without_error_figures({"return": answer, "db": desk.tables()})

    return Binding(run, recorded=lambda case: world.without_error_figures(case.expected))


def exit_check(method: str) -> Binding:
    def run(case: Case) -> Any:
        desk = Desk(case)
        leave, reason = desk.call(method)
        calls = {} if method == "_fallback_exit_rules" else {"ai_calls": desk.model.calls}
        return {"should_exit": leave, "reason": world.exit_reason(reason), **calls}

    return Binding(run)


def ai_exit(case: Case) -> Any:
    desk = Desk(case)
    answer = desk.call("_ai_should_close_position")
    return {**world.advice(answer), "ai_calls": desk.model.calls}


# The runs and time tests


def time_test(test: Callable[..., bool]) -> Binding:
    return Binding(lambda case: test(*case.args, **case.kwargs, clock=clock_of(case)))


def cycle(case: Case) -> Any:
    desk = Desk(case)
    performance = autonomous_scheduler.run_cycle(desk.trader, desk.source, clock=desk.clock)
    answer = {"db": desk.tables(), "api_calls": desk.source.asked, "performance": performance}
    return world.without_error_figures(answer)


def hourly(case: Case) -> Any:
    desk = Desk(case)
    state = trader_scheduler.scheduled_trade_logic(
        desk.trader, desk.source, trader_scheduler.load_state(desk.store), store=desk.store, clock=desk.clock
    )
    answer = {
        "attrs": {
            "is_running": state.is_running,
            "last_trade_check": state.last_trade_check,
            "last_position_check": state.last_position_check,
            "execution_count": state.execution_count,
            "last_error": state.last_error,
        },
        "scheduler_state": desk.store.dump("scheduler_state"),
        "db": desk.tables(),
        "api_calls": desk.source.asked,
    }
    return world.without_error_figures(answer)


def crashed_after_opening(case: Case) -> str | None:
    """Name the recorded crash on the id of a new trade: the one failure of the hourly run that is repaired."""
    recorded = case.expected or {"attrs": {}, "db": {}}
    opened = any(line["action"] == "EXECUTE" for line in recorded["db"].get("autonomous_trade_log", ()))
    crashed = opened and recorded["attrs"].get("last_error")
    return "trading Q-2 repaired: opening a trade does not end the run" if crashed else None


# Option quotes, the daily finder, the second paper account


def quoted(function: Callable[..., dict[str, Any]]) -> Binding:
    return Binding(
        lambda case: world.quote(function(*case.args, **case.kwargs, tickers=tickers_of(case))), ordered=True
    )


def best_strike(case: Case) -> Any:
    strike, data = paper_trader_v2.find_best_strike_from_real_data(*case.args, **case.kwargs, tickers=tickers_of(case))
    return {"strike": strike, "option_data": world.quote(data)}


def finder(method: str, shape: Shape = as_it_is) -> Binding:
    def run(case: Case) -> Any:
        found = getattr(paper_trader_v2.DailyTradeFinder(**case.init), method)
        return shape(found(*case.args, **case.kwargs))

    return Binding(run, ordered=True)


def paper_engine(case: Case) -> paper_trader_v2.PaperTradingEngineV2:
    clock = clock_of(case)
    store = SqliteStore(clock)
    engine = paper_trader_v2.PaperTradingEngineV2(**case.init, store=store, clock=clock, tickers=tickers_of(case))
    store.load(case.env.get("db_rows") or {})
    return engine


def paper(method: str, shape: Shape = as_it_is) -> Binding:
    def run(case: Case) -> Any:
        source = StubSource(case.state.get("api_client") or {})
        return shape(getattr(paper_engine(case), method)(*arguments(case, source), **case.kwargs))

    return Binding(run, ordered=True)


def paper_flow(method: str) -> Binding:
    def run(case: Case) -> Any:
        engine = paper_engine(case)
        store = engine.store
        answer = getattr(engine, method)(*case.args, **case.kwargs)
        assert isinstance(store, SqliteStore)
        tables = {
            "paper_positions_v2": [world.paper_position(row) for row in store.dump("paper_positions_v2")],
            "paper_config_v2": settings(store, "paper_config_v2"),
        }
        return {"return": answer, "db": tables}

    return Binding(run)


_TRADER = "autonomous_paper_trader.AutonomousPaperTrader."
_HOURLY = "trader_scheduler.AutonomousTraderScheduler."
_LOOPS = "autonomous_scheduler."
_FINDER = "paper_trader_v2.DailyTradeFinder."
_PAPER = "paper_trader_v2.PaperTradingEngineV2."

BINDINGS: dict[str, Binding] = {
    "autonomous_paper_trader.get_real_option_price": quoted(autonomous_paper_trader.get_real_option_price),
    _TRADER + "__init__": Binding(construction),
    _TRADER + "_analyze_and_find_trade": trader("_analyze_and_find_trade", world.reasoned),
    **{
        _TRADER + name: trader(name)
        for name in (
            "_get_expiration_string",
            "_get_expiration_string_monthly",
            "get_available_capital",
            "get_config",
            "get_performance",
            "should_trade_today",
        )
    },
    **{
        _TRADER + name: trader_flow(name)
        for name in (
            "_close_position",
            "_execute_directional_trade",
            "_execute_iron_condor",
            "_execute_trade",
            "_update_position",
            "auto_manage_positions",
            "find_and_execute_daily_trade",
            "log_action",
            "set_config",
        )
    },
    _TRADER + "_check_exit_conditions": exit_check("_check_exit_conditions"),
    _TRADER + "_fallback_exit_rules": exit_check("_fallback_exit_rules"),
    _TRADER + "_ai_should_close_position": Binding(ai_exit),
    _LOOPS + "is_market_hours": time_test(autonomous_scheduler.is_market_hours),
    _LOOPS + "is_morning_session": time_test(autonomous_scheduler.is_morning_session),
    _HOURLY + "is_market_open": time_test(trader_scheduler.is_market_open),
    _LOOPS + "run_autonomous_trader_cycle": Binding(
        cycle, recorded=lambda case: world.without_error_figures(case.expected)
    ),
    _LOOPS + "render_scheduled_task": Binding(cycle, recorded=lambda case: world.without_error_figures(case.expected)),
    _HOURLY + "scheduled_trade_logic": Binding(
        hourly, recorded=lambda case: world.without_error_figures(case.expected), not_law=crashed_after_opening
    ),
    "paper_trader_v2.get_real_option_price": quoted(paper_trader_v2.get_real_option_price),
    "paper_trader_v2.find_best_strike_from_real_data": Binding(best_strike, ordered=True),
    _FINDER + "_determine_regime": finder("_determine_regime"),
    _FINDER + "_find_best_trade": finder("_find_best_trade", world.reasoned),
    _FINDER + "analyze_market_conditions": finder("analyze_market_conditions", world.reasoned),
    _PAPER + "_get_expiration_string": paper("_get_expiration_string"),
    _PAPER + "find_daily_trade": paper("find_daily_trade", world.reasoned),
    _PAPER + "get_config": paper("get_config"),
    _PAPER + "execute_trade": paper_flow("execute_trade"),
    _PAPER + "set_config": paper_flow("set_config"),
}

_BEAT = "a thread and its stored switch; Celery beat starts the runs and the admin pauses them. "
SHELL: dict[str, str] = {
    _PAPER + "__init__": "records the old NameError of the constructor (trading Q-10); construction is repaired and "
    "every other case of the class runs through it",
    _LOOPS + "run_continuous_scheduler": "an endless loop around the run, which is bound; Celery beat repeats it",
    _LOOPS + "streamlit_background_task": "an endless loop around the run, which is bound; Celery beat repeats it in "
    "market hours",
    _HOURLY + "__init__": _BEAT + "What it remembers is read by `load_state`",
    _HOURLY + "_load_state": _BEAT + "Times and count are read by `load_state`; the restart flag never worked (Q-5)",
    _HOURLY + "_save_state": _BEAT + "`save_state` writes the same row and is compared in scheduled_trade_logic",
    _HOURLY + "_mark_auto_restart": _BEAT + "Beat needs no restart flag (Q-5)",
    _HOURLY + "_clear_auto_restart": _BEAT + "Beat needs no restart flag (Q-5)",
    _HOURLY + "start": _BEAT + "Its six weekday runs, 10:00 to 15:00 New York, are in the beat schedule",
    _HOURLY + "stop": _BEAT + "Pausing the row of the beat schedule stops the runs",
    _HOURLY + "get_status": _BEAT + "The desk shows last checks, count and next run from stored runs (Q-4)",
    _HOURLY + "get_recent_logs": "reads the last lines of a log file; logs are structured and the activity log is in "
    "the database",
}
