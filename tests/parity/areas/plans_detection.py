"""Setup detection, game plan and alert rules, with the scanner's bindings."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from legacy_engines.gex.mm_state import determine_mm_state
from legacy_engines.ports import local_now
from legacy_engines.setups.alert_rules import (
    ALERT_INPUTS,
    CHECK_INPUT,
    Alert,
    AlertBook,
    AlertManager,
    alert_figures,
    alert_from_inputs,
    alert_settings,
    create_alert_presets,
    monitor_messages,
)
from legacy_engines.setups.detection import StrategyEngine
from tests.parity.areas.plans_scanner import SCANNER_BINDINGS, slider
from tests.parity.areas.plans_text import reduce_markdown, reduce_prose, reduce_value
from tests.parity.binding import Binding
from tests.parity.cases import Case
from tests.parity.compare import plain
from tests.parity.worlds import clock_of


def detect_setups(case: Case) -> Any:
    return reduce_value("", plain(StrategyEngine.detect_setups(*case.args, clock=clock_of(case))))


def generate_game_plan(case: Case) -> Any:
    clock = clock_of(case)
    market_data = case.args[0]
    from_detection = case.state.get("setups_from_detect")
    given = case.args[1] if len(case.args) > 1 else case.kwargs.get("setups")
    setups = StrategyEngine.detect_setups(market_data, clock=clock) if from_detection else given
    text = StrategyEngine.generate_game_plan(market_data, setups, clock=clock)
    return {**reduce_markdown(text), "mm_state": determine_mm_state(market_data.get("net_gex", 0))}


def alert_check(case: Case) -> Any:
    triggered, message = Alert(**case.init).check(*case.args)
    return {"triggered": triggered, "message": reduce_prose(message) if message else None}


def alert_script(case: Case) -> Any:
    clock, book = clock_of(case), AlertBook()
    manager = AlertManager(clock=clock, book=book)
    results: list[Any] = []
    for operation, *arguments in case.state["script"]:
        match operation:
            case "add":
                manager.add_alert(Alert(**arguments[0]))
            case "presets":
                for alert in create_alert_presets(*arguments):
                    manager.add_alert(alert)
            case "remove":
                manager.remove_alert(*arguments)
            case "check":
                results.append([reduce_prose(message) for message in manager.check_alerts(*arguments)])
            case "advance":
                clock.advance(*arguments)
            case "active_count":
                results.append(manager.get_active_count())
            case "triggered_count":
                results.append(manager.get_triggered_count())
            case "age_history":
                index, seconds = arguments
                book.alert_history[index]["time"] = local_now(clock) - timedelta(seconds=seconds)
            case "new_manager":
                manager = AlertManager(clock=clock, book=book)
            case _:
                raise ValueError(f"unknown operation {operation!r}")
    return {
        "results": results,
        "active": [alert.to_dict() for alert in book.active_alerts],
        "triggered": book.triggered_alerts,
        "history": [{**entry, "message": reduce_prose(entry["message"])} for entry in book.alert_history],
    }


def alert_dashboard(case: Case) -> Any:
    clock, state = clock_of(case), case.state
    book = AlertBook(
        active_alerts=[Alert(**row) for row in state["alerts"]],
        triggered_alerts=state.get("triggered_alerts") or [],
        alert_history=[
            {"time": local_now(clock) - timedelta(seconds=age), "message": "", "alert": {}}
            for age in (state.get("history_ages_s") or [])
        ],
    )
    manager = AlertManager(clock=clock, book=book)
    last = state.get("last_alert_check")
    figures = alert_figures(manager, datetime.fromisoformat(last) if last and last != "Never" else None)
    kind = state["inputs"].get("Alert Type", "flip_proximity")
    offered = ALERT_INPUTS[kind]
    for clicked in state["clicked"]:
        if clicked == "submit":
            value = state["inputs"].get(offered.label)
            manager.add_alert(alert_from_inputs(kind, state["inputs"].get("Symbol", "SPY"), value))
        else:
            manager.remove_alert(int(clicked.removeprefix("remove_alert_")))
    shown = (
        ["slider", offered.label, offered.threshold]
        if offered.threshold
        else ["selectbox", offered.label, offered.choices]
    )
    return {
        **figures,
        "active": [alert.to_dict() for alert in book.active_alerts],
        "rerun": bool(state["clicked"]),
        "inputs_shown": [["selectbox", "Alert Type", list(ALERT_INPUTS)], shown],
    }


def alert_monitor(case: Case) -> Any:
    clock = clock_of(case)
    manager = AlertManager(clock=clock, book=AlertBook([Alert(**row) for row in case.state["alerts"]]))
    told = monitor_messages(manager, case.state["market_data"])
    return {
        "sidebar": [[level, [reduce_prose(text) for text in texts]] for level, texts in told],
        "last_alert_check": local_now(clock),
        "active_left": manager.get_active_count(),
    }


def alert_settings_form(case: Case) -> Any:
    names = {"Enable Alerts": "enabled", "Check Every (minutes)": "check_frequency", "Sound Notifications": "sound"}
    settings = alert_settings(**{names[label]: value for label, value in case.state["inputs"].items()})
    sliders = [slider("Check Every (minutes)", CHECK_INPUT)] if settings["enabled"] else []
    return {"returned": settings, "sliders": sliders}


BINDINGS: dict[str, Binding] = {
    "visualization_and_plans.StrategyEngine.detect_setups": Binding(detect_setups, ordered=True),
    "visualization_and_plans.StrategyEngine.generate_game_plan": Binding(generate_game_plan),
    **SCANNER_BINDINGS,
    "alerts_system.Alert.check": Binding(alert_check),
    "alerts_system.Alert.to_dict": Binding(lambda case: Alert(**case.init).to_dict(), ordered=True),
    "alerts_system.AlertManager.script": Binding(alert_script),
    "alerts_system.create_alert_presets": Binding(
        lambda case: [alert.to_dict() for alert in create_alert_presets(*case.args)]
    ),
    "alerts_system.display_alert_dashboard": Binding(alert_dashboard),
    "alerts_system.display_alert_monitor_widget": Binding(alert_monitor),
    "alerts_system.display_alert_settings": Binding(alert_settings_form),
}

SHELL: dict[str, str] = {
    "alerts_system.display_quick_alert_setup": (
        "a Streamlit panel that always failed; the presets it meant to offer are create_alert_presets"
    ),
}
