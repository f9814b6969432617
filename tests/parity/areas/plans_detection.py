"""Setup detection, game plan, scanner and alert rules."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from legacy_engines.alert_rules import (
    ALERT_INPUTS,
    Alert,
    AlertBook,
    AlertManager,
    alert_figures,
    alert_from_inputs,
    alert_settings,
    create_alert_presets,
    monitor_messages,
)
from legacy_engines.mm_state import determine_mm_state
from legacy_engines.ports import NoticeLevel, local_now
from legacy_engines.scan_view import (
    QUICK_SYMBOLS,
    WATCHLIST_LIMIT,
    add_to_watchlist,
    request_estimate,
    scan_figures,
    scanner_settings,
    watchlist_light,
)
from legacy_engines.scanner import CacheEntries, SmartCache, scan_symbols
from legacy_engines.setup_detection import StrategyEngine
from tests.parity.areas.plans_text import reduce_markdown, reduce_prose, reduce_value
from tests.parity.binding import Binding
from tests.parity.cases import Case, frame
from tests.parity.compare import plain
from tests.parity.worlds import StandingClock, clock_of


def detect_setups(case: Case) -> Any:
    return reduce_value("", plain(StrategyEngine.detect_setups(*case.args, clock=clock_of(case))))


def generate_game_plan(case: Case) -> Any:
    clock = clock_of(case)
    market_data = case.args[0]
    from_detection = case.state.get("setups_from_detect")
    setups = StrategyEngine.detect_setups(market_data, clock=clock) if from_detection else case.args[1]
    text = StrategyEngine.generate_game_plan(market_data, setups, clock=clock)
    return {**reduce_markdown(text), "mm_state": determine_mm_state(market_data.get("net_gex", 0))}


def cache_script(case: Case) -> Any:
    clock, entries = clock_of(case), CacheEntries()
    cache = SmartCache(**case.init, clock=clock, entries=entries)
    results: list[Any] = []
    for operation, *arguments in case.state["script"]:
        match operation:
            case "advance":
                clock.advance(*arguments)
            case "set":
                cache.set(*arguments)
            case "get":
                results.append(cache.get(*arguments))
            case "age":
                results.append(cache.get_cache_age(*arguments))
            case "clear":
                cache.clear(*arguments)
            case "stamp":
                symbol, moment = arguments
                entries.stored_at[symbol] = moment and datetime.fromisoformat(moment)
            case "new":
                cache = SmartCache(*arguments, clock=clock, entries=entries)
            case _:
                raise ValueError(f"unknown operation {operation!r}")
    return results


class ImpatientClock(StandingClock):
    """The scanner's recordings note a pause without letting time pass."""

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)


class ScriptedSource:
    """Answers with the recorded answers of a symbol in turn; the last one repeats."""

    def __init__(self, answers: dict[str, list[dict[str, Any]]]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def get_net_gamma(self, symbol: str) -> Any:
        given = self.answers[symbol]
        answer = given[min(self.asked.count(symbol), len(given) - 1)]
        self.asked.append(symbol)
        if "raise" in answer:
            raise RuntimeError(answer["raise"])
        return answer["json"]

    def get_skew_data(self, symbol: str) -> Any:
        raise NotImplementedError("the scanner never asks for skew")


def scan(case: Case) -> Any:
    clock, entries = ImpatientClock(case.env["clock"]), CacheEntries()
    source = ScriptedSource(case.state["api"])
    results = []
    for advance, symbols, force_refresh in case.state["scans"]:
        clock.advance(advance)
        told: list[NoticeLevel] = []

        def notify(level: NoticeLevel, text: str, told: list[NoticeLevel] = told) -> None:
            told.append(level)

        shares: list[float] = []
        already_asked, already_slept = len(source.asked), len(clock.sleeps)
        table = scan_symbols(
            symbols,
            source,
            force_refresh,
            clock=clock,
            entries=entries,
            notify=notify,
            progress=shares.append,
        )
        results.append(
            {
                "table": plain(table),
                "api_calls": source.asked[already_asked:],
                "sleeps": clock.sleeps[already_slept:],
                "warnings": told.count("warning"),
                "captions": told.count("write"),
                "progress": shares,
            }
        )
    return results


def scanner_dashboard(case: Case) -> Any:
    return scan_figures(frame(case.args[0]))


def watchlist_manager(case: Case) -> Any:
    """Play the recorded clicks: what is stored, what is said, and, where the page was drawn, the light."""
    recorded = case.expected
    given = case.state["watchlist"]
    stored = ["SPY", "QQQ", "IWM", "DIA", "TSLA"] if given is None else list(given)
    shown, messages = len(stored), []
    for clicked in case.state["clicked"]:
        if clicked.endswith("Add"):
            told = {"added": ["success"], "full": ["error", "warning"], "duplicate": ["warning"], "nothing": []}
            messages += told[add_to_watchlist(stored, case.state["text"])]
        elif clicked.startswith("remove_"):
            stored.remove(clicked.removeprefix("remove_"))
        else:
            symbol = clicked.removeprefix("quick_")
            assert symbol in QUICK_SYMBOLS
            messages += ["error"] if add_to_watchlist(stored, symbol) == "full" else []
    drawn = recorded["indicator"] is not None
    return {
        "stored": stored,
        "messages": messages,
        "indicator": watchlist_light(shown) if drawn else None,
        "count": shown if drawn else None,
        "limit": WATCHLIST_LIMIT if drawn else None,
    }


def scanner_controls(case: Case) -> Any:
    inputs = case.state["inputs"]
    names = {
        "Cache Duration (minutes)": "cache_duration",
        "Auto-refresh": "auto_refresh",
        "Refresh interval (minutes)": "refresh_interval",
    }
    settings = scanner_settings(**{names[label]: value for label, value in inputs.items()})
    estimate = request_estimate(case.state["watchlist"] or [], settings["cache_duration"])
    return {"returned": settings, "info_figures": [str(figure) for figure in estimate.values()]}


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
        triggered_alerts=state["triggered_alerts"],
        alert_history=[
            {"time": local_now(clock) - timedelta(seconds=age), "message": "", "alert": {}}
            for age in state["history_ages_s"]
        ],
    )
    manager = AlertManager(clock=clock, book=book)
    last = state["last_alert_check"]
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
    return alert_settings(**{names[label]: value for label, value in case.state["inputs"].items()})


def only(*names: str) -> Any:
    """Compare these parts of the recorded page; the rest is Streamlit's drawing (which button, which slider)."""
    return lambda case: {name: case.expected[name] for name in names}


BINDINGS: dict[str, Binding] = {
    "visualization_and_plans.StrategyEngine.detect_setups": Binding(detect_setups, ordered=True),
    "visualization_and_plans.StrategyEngine.generate_game_plan": Binding(generate_game_plan),
    "multi_symbol_scanner.SmartCache.script": Binding(cache_script),
    "multi_symbol_scanner.scan_symbols": Binding(scan),
    "multi_symbol_scanner.display_scanner_dashboard": Binding(scanner_dashboard),
    "multi_symbol_scanner.display_watchlist_manager": Binding(
        watchlist_manager, recorded=only("stored", "messages", "indicator", "count", "limit")
    ),
    "multi_symbol_scanner.display_scanner_controls": Binding(
        scanner_controls, recorded=only("returned", "info_figures")
    ),
    "alerts_system.Alert.check": Binding(alert_check),
    "alerts_system.Alert.to_dict": Binding(lambda case: Alert(**case.init).to_dict(), ordered=True),
    "alerts_system.AlertManager.script": Binding(alert_script),
    "alerts_system.create_alert_presets": Binding(
        lambda case: [alert.to_dict() for alert in create_alert_presets(*case.args)]
    ),
    "alerts_system.display_alert_dashboard": Binding(alert_dashboard),
    "alerts_system.display_alert_monitor_widget": Binding(alert_monitor),
    "alerts_system.display_alert_settings": Binding(
        alert_settings_form, recorded=lambda case: case.expected["returned"]
    ),
}

SHELL: dict[str, str] = {
    "alerts_system.display_quick_alert_setup": (
        "a Streamlit panel that always failed; the presets it meant to offer are create_alert_presets"
    ),
}
