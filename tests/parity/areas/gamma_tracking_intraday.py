"""Parity of the intraday tracking."""

from __future__ import annotations

from typing import Any

from legacy_engines.gamma.intraday import STORE_KEY, IntradayTracker, safe_float, should_capture_snapshot
from legacy_engines.gamma.intraday_charts import create_intraday_charts
from legacy_engines.gamma.intraday_view import (
    get_intraday_summary,
    intraday_dashboard,
    intraday_insights,
    snapshot_widget,
)
from tests.parity.binding import Binding
from tests.parity.cases import Case
from tests.parity.worlds import clock_of


def without_text(insights: list[dict[str, Any]]) -> list[dict[str, Any]]:
    # The sentences are ours; codes and figures are recorded.
    return [{key: value for key, value in insight.items() if key != "text"} for insight in insights]


def _tracker(case: Case) -> IntradayTracker:
    session = {} if case.env.get("state") is None else {STORE_KEY: case.env["state"]}
    return IntradayTracker(session=session, clock=clock_of(case))


def _session_after(method: str) -> Binding:
    def run(case: Case) -> Any:
        tracker = _tracker(case)
        getattr(tracker, method)(*case.args, **case.kwargs)
        return tracker.session[STORE_KEY]

    return Binding(run)


def _snapshots(case: Case) -> Any:
    tracker = _tracker(case)
    return {"count": tracker.get_snapshot_count(*case.args), "snapshots": tracker.get_snapshots(*case.args)}


def _summary(case: Case) -> Any:
    symbol = case.args[0]
    text = get_intraday_summary(symbol, tracker=_tracker(case))
    assert text.startswith(f"{symbol}: ")
    # "SPY: GEX down $1.50B, IV stable" -> GEX_DOWN, IV_STABLE: the first two words of each fragment.
    return ["_".join(part.split()[:2]).upper() for part in text.removeprefix(f"{symbol}: ").split(", ")]


def _dashboard(case: Case) -> Any:
    tracker, symbol = _tracker(case), case.args[0]
    shown = intraday_dashboard(symbol, tracker=tracker)
    cleared = bool(case.env.get("clear_pressed")) and shown["can_clear"]
    if cleared:
        tracker.clear_snapshots(symbol)
    left: Any = tracker.get_snapshots(symbol)
    return {
        "metrics": shown["metrics"],
        "chart": shown["chart"] is not None,
        "error": shown["state"] == "FAILED",
        "rerun": cleared,
        "remaining": len(left) if isinstance(left, list) else left,
    }


def _widget(case: Case) -> Any:
    tracker, (symbol, *data), named = _tracker(case), case.args, case.kwargs
    shown = snapshot_widget(symbol, tracker=tracker)
    pressed = bool(case.env.get("capture_pressed"))
    if pressed:
        tracker.capture_snapshot(symbol, *data, **named)
    return {
        "count_shown": shown["count"],
        "stored": tracker.get_snapshot_count(symbol),
        "rerun": pressed,
        "key_time_hint": shown["key_time_hint"],
    }


def _chart(case: Case) -> Any:
    figure = create_intraday_charts(*case.args)
    return {"traces": [_trace(trace) for trace in figure["data"]], "height": figure["layout"]["height"]}


def _trace(trace: dict[str, Any]) -> dict[str, Any]:
    common = {name: trace[name] for name in ("type", "name", "x", "y", "yaxis")}
    if trace["type"] == "bar":
        return {**common, "colors": trace["marker"]["color"], "opacity": trace["opacity"]}
    line = {"line_color": trace["line"]["color"], "dash": trace["line"].get("dash")}
    return {**common, **line, "mode": trace.get("mode"), "fill": trace.get("fill")}


INTRADAY_BINDINGS: dict[str, Binding] = {
    "intraday_tracking.IntradayTracker._safe_float": Binding(lambda case: safe_float(*case.args, **case.kwargs)),
    "intraday_tracking.IntradayTracker.calculate_changes": Binding(
        lambda case: _tracker(case).calculate_changes(*case.args, **case.kwargs)
    ),
    "intraday_tracking.IntradayTracker.capture_snapshot": _session_after("capture_snapshot"),
    "intraday_tracking.IntradayTracker.clear_snapshots": _session_after("clear_snapshots"),
    "intraday_tracking.IntradayTracker.get_snapshots": Binding(_snapshots),
    "intraday_tracking.should_capture_snapshot": Binding(lambda case: should_capture_snapshot(clock=clock_of(case))),
    "intraday_tracking.get_intraday_summary": Binding(_summary),
    "intraday_tracking.create_intraday_charts": Binding(_chart),
    "intraday_tracking.display_intraday_insights": Binding(lambda case: without_text(intraday_insights(*case.args))),
    "intraday_tracking.display_intraday_dashboard": Binding(_dashboard),
    "intraday_tracking.display_snapshot_widget": Binding(_widget),
}
