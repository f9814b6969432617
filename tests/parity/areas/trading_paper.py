"""Recorded cases of the first paper engine, the position agent, the trade journal and the auto-trader's dashboard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from legacy_engines.autonomous_trader_dashboard import (
    display_activity_log,
    display_control_panel,
    display_current_positions,
    display_performance,
    display_trade_history,
)
from legacy_engines.paper_trader import PaperTradingEngine, get_next_expiration, parse_dte_from_strategy
from legacy_engines.position_management_agent import PositionManagementAgent
from legacy_engines.trade_journal_agent import TradeJournalAgent, create_performance_chart
from legacy_engines.trading.autonomous import AutonomousPaperTrader
from legacy_engines.trading.performance_positions import signed_dollars, signed_percent
from legacy_engines.trading.position_conditions import monitoring_notices
from tests.parity.areas.trading_paper_text import arguments, figures, insight, reason
from tests.parity.binding import Binding
from tests.parity.cases import Case
from tests.parity.worlds import SqliteStore, clock_of


def world(case: Case) -> SqliteStore:
    return SqliteStore(clock_of(case))


# The first paper engine


def paper_engine(case: Case) -> PaperTradingEngine:
    store = world(case)
    engine = PaperTradingEngine(**case.init, store=store, clock=store.clock)
    store.load(case.env.get("db_rows") or {})
    return engine


def paper(method: str) -> Binding:
    return Binding(lambda case: getattr(paper_engine(case), method)(*arguments(case), **case.kwargs))


def paper_flow(method: str) -> Binding:
    def run(case: Case) -> Any:
        engine = paper_engine(case)
        answer = getattr(engine, method)(*arguments(case), **case.kwargs)
        if isinstance(answer, list):
            answer = [{**close, "reason": reason(close["reason"])} for close in answer]
        rows = engine.store.select("paper_positions", [], ["id"])
        settings = {row["key"]: row["value"] for row in engine.store.select("paper_config")}
        tables = {"paper_positions": [paper_row(row) for row in rows], "paper_config": settings}
        return {"return": answer, "db": tables}

    return Binding(run)


def paper_row(row: dict[str, Any]) -> dict[str, Any]:
    rest = {name: value for name, value in row.items() if name != "notes"}
    return {**rest, "exit_reason": reason(row["exit_reason"]), "has_notes": bool(row["notes"])}


def paper_exit(case: Case) -> Any:
    leave, text = paper_engine(case).check_exit_conditions(*case.args, **case.kwargs)
    return {"should_exit": leave, "reason": reason(text)}


# The position agent


def agent(case: Case) -> PositionManagementAgent:
    store = world(case)
    store.load(case.env.get("db_rows") or {})
    return PositionManagementAgent(store=store)


def analysis(answer: dict[str, Any]) -> dict[str, Any]:
    if not all(alert["suggestion"] for alert in answer["alerts"]):
        raise ValueError("an alert without a suggestion")
    alerts = [
        {"type": alert["type"], "severity": alert["severity"], "message_numbers": figures(alert["message"])}
        for alert in answer["alerts"]
    ]
    return {**answer, "alerts": alerts}


def store_conditions(case: Case) -> Any:
    own = agent(case)
    answer = own.store_entry_conditions(*case.args, **case.kwargs)  # type: ignore[func-returns-value]
    return {"return": answer, "db": {"positions": own.store.select("positions")}}


def monitor(case: Case) -> Any:
    found = agent(case).monitor_all_positions(*arguments(case), **case.kwargs)
    return [{**each, "analysis": analysis(each["analysis"])} for each in found]


def widget(case: Case) -> Any:
    notices = monitoring_notices({"severity": severity} for severity in case.state.get("severities") or [])
    return [{"level": level, "numbers": figures(text)} for level, text in notices]


# The trade journal


def journal(case: Case) -> TradeJournalAgent:
    store = world(case)
    store.load(case.env.get("db_rows") or {})
    return TradeJournalAgent(store=store, clock=store.clock)


def journal_call(method: str, shape: Callable[[Any], Any] = lambda answer: answer) -> Binding:
    return Binding(lambda case: shape(getattr(journal(case), method)(*arguments(case), **case.kwargs)))


def chart(case: Case) -> Any:
    answer = create_performance_chart(*arguments(case), **case.kwargs)
    return answer and {axis: answer["data"][0][axis] for axis in ("x", "y")}


# The dashboard


def desk(case: Case) -> tuple[SqliteStore, AutonomousPaperTrader]:
    store = world(case)
    trader = AutonomousPaperTrader(store=store, clock=store.clock)
    store.load(case.env.get("db_rows") or {})
    return store, trader


def performance(case: Case) -> Any:
    store, trader = desk(case)
    return display_performance(trader.get_performance(), store=store, clock=store.clock)


def positions(case: Case) -> Any:
    cards = display_current_positions(store=desk(case)[0])
    return [
        {
            "status_color": card["status_color"],
            "strategy": card["strategy"],
            "pnl": signed_dollars(card["pnl"]),
            "pnl_pct": signed_percent(card["pnl_pct"]),
        }
        for card in cards
    ]


def history(case: Case) -> Any:
    shown = display_trade_history(store=desk(case)[0])
    summary = shown["summary"]
    if summary:
        summary = {**summary, "Total P&L": signed_dollars(summary["Total P&L"])}
    rows = [
        {
            "icon": row["icon"],
            "strategy": row["strategy"],
            "entry_date": row["entry_date"],
            "pnl": signed_dollars(row["pnl"]).removeprefix("$"),
            "pnl_pct": signed_percent(row["pnl_pct"]),
        }
        for row in shown["rows"]
    ]
    return {"summary": summary, "rows": rows}


def log(case: Case) -> Any:
    entries = display_activity_log(store=desk(case)[0])
    return [{name: entry[name] for name in ("icon", "timestamp", "action")} for entry in entries]


def panel(case: Case) -> Any:
    store, _ = desk(case)
    return display_control_panel(scheduler_running=case.state.get("scheduler_running"), store=store, clock=store.clock)


_PAPER = "paper_trader.PaperTradingEngine."
_AGENT = "position_management_agent.PositionManagementAgent."
_JOURNAL = "trade_journal_agent.TradeJournalAgent."
_PAGE = "autonomous_trader_dashboard.display_"

_UNORDERED: dict[str, Binding] = {
    "paper_trader.get_next_expiration": Binding(
        lambda case: get_next_expiration(*case.args, **case.kwargs, clock=clock_of(case))
    ),
    "paper_trader.parse_dte_from_strategy": Binding(lambda case: parse_dte_from_strategy(*case.args, **case.kwargs)),
    **{
        _PAPER + name: paper(name)
        for name in (
            "calculate_position_size",
            "evaluate_new_setup",
            "get_available_capital",
            "get_config",
            "get_performance_summary",
            "is_auto_execute_enabled",
            "is_enabled",
        )
    },
    **{
        _PAPER + name: paper_flow(name)
        for name in ("auto_manage_positions", "close_position", "open_position", "set_config", "update_position_value")
    },
    _PAPER + "check_exit_conditions": Binding(paper_exit),
    _AGENT + "_determine_regime": Binding(lambda case: agent(case)._determine_regime(*case.args, **case.kwargs)),
    _AGENT + "store_entry_conditions": Binding(store_conditions),
    _AGENT + "get_active_positions_with_conditions": Binding(
        lambda case: agent(case).get_active_positions_with_conditions(*case.args, **case.kwargs)
    ),
    _AGENT + "check_position_conditions": Binding(
        lambda case: analysis(agent(case).check_position_conditions(*case.args, **case.kwargs))
    ),
    _AGENT + "monitor_all_positions": Binding(monitor),
    "position_management_agent.display_position_monitoring_widget": Binding(widget),
    **{
        _JOURNAL + name: journal_call(name)
        for name in (
            "analyze_by_strategy",
            "analyze_by_symbol",
            "calculate_performance_metrics",
            "get_closed_trades",
        )
    },
    _JOURNAL + "detect_patterns": journal_call(
        "detect_patterns", lambda answer: {"insights": [insight(text) for text in answer["insights"]]}
    ),
    _JOURNAL + "generate_recommendations": journal_call(
        "generate_recommendations", lambda answer: [insight(text) for text in answer]
    ),
    "trade_journal_agent.create_performance_chart": Binding(chart),
    _PAGE + "performance": Binding(performance),
    _PAGE + "current_positions": Binding(positions),
    _PAGE + "trade_history": Binding(history),
    _PAGE + "activity_log": Binding(log),
    _PAGE + "control_panel": Binding(panel),
}

BINDINGS = {name: replace(binding, ordered=True) for name, binding in _UNORDERED.items()}

SHELL: dict[str, str] = {
    _PAPER + "__init__": "records the old NameError of the constructor (trading Q-10); construction is repaired and "
    "every other case of the class runs through it",
    _AGENT + "_ensure_entry_columns": "adds columns to an SQLite table; Django migrations keep the schema",
    "config_and_database.init_database": "creates and migrates SQLite tables; Django models and migrations keep the "
    "schema, and the importer of old databases reads every older shape by column name",
}
