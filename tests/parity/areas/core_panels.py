"""What the sizing, expiration and level panels of the core show, in the form in which it is recorded."""

from __future__ import annotations

import re
from typing import Any

from legacy_engines.gex import std_levels
from legacy_engines.options import expirations
from legacy_engines.risk import sizing
from tests.parity.areas.core_data import arguments
from tests.parity.cases import Case
from tests.parity.worlds import clock_of

NUMBER = re.compile(r"(?<![\w.])-?\$?(\d[\d,]*(?:\.\d+)?|inf\b|nan\b)")


def number_tokens(text: str) -> list[str]:
    """Return the numbers in a text as they are formatted, without currency signs and thousands separators."""
    return [match[0].replace("$", "").replace(",", "") for match in NUMBER.finditer(text)]


def position_sizing_panel(case: Case) -> Any:
    panel = sizing.size_setup(*case.args, **case.kwargs)
    return {"return": panel["sizing"], "metrics": panel["metrics"], "chart": bar_chart(panel["chart"])}


def bar_chart(chart: dict[str, Any]) -> dict[str, Any]:
    bars, layout = chart["figure"]["data"][0], chart["figure"]["layout"]
    lines = [{name: line[name] for name in ("type", "y0", "y1")} | line["line"] for line in layout["shapes"]]
    return {
        "key": chart["key"],
        **{name: bars[name] for name in ("type", "x", "y", "text")},
        "colors": bars["marker"]["color"],
        "height": layout["height"],
        "hline": lines,
        "contracts_in_title": number_tokens(layout["title"]["text"]),
    }


def kelly_panel(case: Case) -> Any:
    inputs = case.state.get("inputs", {}) if case.state else {}
    names = {
        "Historical Win Rate (%)": "win_rate_percent",
        "Average Win ($)": "average_win",
        "Average Loss ($)": "average_loss",
    }
    kelly = sizing.kelly_criterion(**{names[label]: value for label, value in inputs.items()})
    return {
        "full_kelly_pct_text": kelly["full_kelly_text"].rstrip("%"),
        "half_kelly_pct_text": kelly["half_kelly_text"].rstrip("%"),
        "warning": kelly["warning"],
        "error": kelly["no_edge"],
    }


def size_controls(case: Case) -> Any:
    names = {"Account Size ($)": "account_size", "Risk Per Trade (%)": "risk_per_trade"}
    entered = {names[label]: value for label, value in case.state.get("inputs", {}).items()} if case.state else {}
    stored = case.state.get("session_state", {}) if case.state else {}
    controls = sizing.position_size_controls(stored, entered)
    kinds = {"account_size": "number_input", "risk_per_trade": "slider"}
    amount = re.findall(r"\$([\d,.]+)", controls["caption"])
    return {
        "return": list(controls["values"].values()),
        "widgets": [{"kind": kinds[name], **limits} for name, limits in controls["inputs"].items()],
        "caption_values": [amount],
        "session_state_after": controls["values"],
    }


def expiration_panel(case: Case) -> Any:
    (setup,) = arguments(case, "setup")
    panel = expirations.expiration_panel(setup, clock=clock_of(case))
    metrics = [{name: metric[name] for name in ("label", "value")} for metric in panel["metrics"]]
    return {"metrics": metrics, "markdown": panel["markdown"], "setup_keys_after": sorted(setup)}


def std_changes(case: Case) -> Any:
    shown = std_levels.std_level_changes(*case.args, **case.kwargs)
    if "notice" in shown:
        return {"notice_only": True}
    tokens = [line["id"] for line in shown["interpretation"]]
    return {"metrics": shown["metrics"], "interpretation": tokens, "chart": std_chart(shown["chart"])}


def std_chart(chart: dict[str, Any]) -> dict[str, Any]:
    layout = chart["figure"]["layout"]
    kept = ("type", "y0", "y1", "fillcolor", "opacity")
    shapes = [
        {name: shape[name] for name in kept if shape.get(name) is not None}
        | (shape["line"] if shape["type"] == "line" else {})
        for shape in layout["shapes"]
    ]
    texts = [note["text"] for note in layout["annotations"]]
    return {"key": chart["key"], "height": layout["height"], "shapes": shapes, "annotations": texts}
