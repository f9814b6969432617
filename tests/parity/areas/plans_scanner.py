"""The scanner: its cache, a scan, what its page shows, the watchlist."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from legacy_engines.ports import NoticeLevel
from legacy_engines.setups.scan_view import (
    CACHE_INPUT,
    DEFAULT_WATCHLIST,
    QUICK_SYMBOLS,
    REFRESH_INPUT,
    WATCHLIST_LIMIT,
    add_to_watchlist,
    request_estimate,
    scan_figures,
    scanner_settings,
    watchlist_light,
)
from legacy_engines.setups.scanner import CacheEntries, SmartCache, scan_symbols
from tests.parity.binding import Binding
from tests.parity.cases import Case, frame
from tests.parity.compare import plain
from tests.parity.worlds import StandingClock, clock_of


def slider(label: str, bounds: tuple[int, int, int]) -> list[Any]:
    """Return an input as it is recorded."""
    return [label, dict(zip(("min_value", "max_value", "value"), bounds, strict=True))]


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
    clock, entries = ImpatientClock(clock_of(case).instant.isoformat()), CacheEntries()
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
    """Draw the page from top to bottom, pressing what was pressed: a change of the list ends it and draws it anew."""
    given, clicked = case.state.get("watchlist"), case.state.get("clicked") or []
    stored = list(DEFAULT_WATCHLIST) if given is None else list(given)
    page: dict[str, Any] = {
        "returned": None, "stored": stored, "rerun": True, "messages": [],
        "indicator": None, "count": None, "limit": None, "buttons": [],
    }  # fmt: skip
    if any(button.endswith("Add") for button in clicked):
        outcome = add_to_watchlist(stored, case.state.get("text") or "")
        told = {"added": ["success"], "full": ["error", "warning"], "duplicate": ["warning"], "nothing": []}
        page["messages"] += told[outcome]
        if outcome == "added":
            return page
    page |= {"indicator": watchlist_light(len(stored)), "count": len(stored), "limit": WATCHLIST_LIMIT}
    for button in [*(f"remove_{symbol}" for symbol in stored), *(f"quick_{symbol}" for symbol in QUICK_SYMBOLS)]:
        page["buttons"].append(button)
        if button not in clicked:
            continue
        kind, symbol = button.split("_", 1)
        if kind == "remove":
            stored.remove(symbol)
            return page
        outcome = add_to_watchlist(stored, symbol)
        if outcome == "added":
            return page
        page["messages"] += ["error"] if outcome == "full" else []
    return page | {"returned": stored, "rerun": False}


def scanner_controls(case: Case) -> Any:
    inputs = case.state["inputs"]
    names = {
        "Cache Duration (minutes)": "cache_duration",
        "Auto-refresh": "auto_refresh",
        "Refresh interval (minutes)": "refresh_interval",
    }
    settings = scanner_settings(**{names[label]: value for label, value in inputs.items()})
    estimate = request_estimate(case.state.get("watchlist") or [], settings["cache_duration"])
    sliders = [slider("Cache Duration (minutes)", CACHE_INPUT)]
    sliders += [slider("Refresh interval (minutes)", REFRESH_INPUT)] if settings["auto_refresh"] else []
    return {
        "returned": settings,
        "info_figures": [str(figure) for figure in estimate.values()],
        "sliders": sliders,
    }


SCANNER_BINDINGS: dict[str, Binding] = {
    "multi_symbol_scanner.SmartCache.script": Binding(cache_script),
    "multi_symbol_scanner.scan_symbols": Binding(scan),
    "multi_symbol_scanner.display_scanner_dashboard": Binding(scanner_dashboard),
    "multi_symbol_scanner.display_watchlist_manager": Binding(watchlist_manager),
    "multi_symbol_scanner.display_scanner_controls": Binding(scanner_controls),
}
