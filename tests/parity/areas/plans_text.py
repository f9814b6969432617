"""How recorded texts and charts were reduced to what is law: figures in their order, labels, headings, attributes."""

from __future__ import annotations

import re
from typing import Any

FIGURE = re.compile(r"(?<![A-Za-z0-9_.])[+-]?\$?[+-]?(?:\d+(?:,\d{3})*(?:[.:]\d+)*|nan\b|inf\b)(?:%|[BM]\b)?")
HEADING = re.compile(r"^(#{1,4})\s+(.*)$", re.MULTILINE)
FIELD_LABEL = re.compile(r"\*\*([A-Za-z0-9][A-Za-z0-9 /&#]{0,29}):(?:\*\*| )")
OUTLOOK = re.compile(r"\b(BULLISH|BEARISH|NEUTRAL)\b")
LONGEST_VERBATIM = 44
LONGEST_LABEL = 40
NAMES = frozenset(
    [
        "strategy",
        "symbol",
        "type",
        "volatility",
        "trend",
        "position",
        "mm_behavior",
        "macro_outlook",
        "date",
        "day",
        "generated_at",
        "week_of",
        "month",
        "opex_date",
        "regime",
        "best_day",
        "day_of_week",
        "conviction",
    ]
)
AMOUNTS = frozenset(
    [
        "net_gex_billions",
        "flip_distance_pct",
        "win_rate",
        "target",
        "stop",
        "stop_loss",
        "target_1",
        "target_2",
        "credit",
        "max_risk",
        "current_price",
        "net_gex",
        "gamma_flip",
        "call_wall",
        "put_wall",
        "expected_range",
        "flip_point",
        "dates",
        "strike",
        "strikes",
        "entry_price",
        "win_probability",
        "max_trades_per_day",
        "max_size",
        "size",
        "initial_size",
        "stop_level",
        "add_zone",
        "total_credit",
        "breakevens",
    ]
)
TRACE = [
    "type",
    "name",
    "x",
    "y",
    "opacity",
    "xaxis",
    "yaxis",
    "fill",
    "fillcolor",
    "showlegend",
    "hoverinfo",
    "mode",
    "line",
]
SHAPE = ["type", "x0", "x1", "y0", "y1", "xref", "yref", "opacity", "fillcolor", "layer", "line"]
ANNOTATION = [
    "x",
    "y",
    "xref",
    "yref",
    "xanchor",
    "yanchor",
    "showarrow",
    "ax",
    "ay",
    "arrowhead",
    "arrowsize",
    "arrowwidth",
    "arrowcolor",
    "bgcolor",
    "bordercolor",
    "borderwidth",
    "borderpad",
    "align",
    "font",
]
AXIS = ["domain", "anchor", "matches", "showticklabels", "overlaying", "side"]
LAYOUT = ["height", "showlegend", "hovermode", "legend"]


def figures(text: str) -> list[str]:
    """Return every number of a text as it is written, in order."""
    return FIGURE.findall(text)


def label(text: str) -> str | None:
    """Return the leading words in capitals, or None."""
    words = re.split(" - |:", without_emoji(text), maxsplit=1)[0]
    while words and not (words[-1].isalnum() or words[-1] == ")"):
        words = words[:-1]
    fits = 1 <= len(words) <= LONGEST_LABEL
    shouted = any(c.isupper() for c in words) and not any(c.islower() or c.isdigit() for c in words)
    return words if fits and shouted else None


def without_emoji(text: str) -> str:
    """Return the text from its first letter or digit on."""
    start = next((i for i, character in enumerate(text) if character.isalnum()), len(text))
    return text[start:]


def reduce_prose(text: str) -> dict[str, Any]:
    """Return what is recorded of free text."""
    return {"label": label(text), "figures": figures(text)}


def reduce_value(key: str, value: Any) -> Any:
    """Return what is recorded of a value under a key; the items of a list have the list's key."""
    if isinstance(value, dict):
        return {name: reduce_value(str(name), item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [reduce_value(key, item) for item in value]
    return _reduce_text(key, value) if isinstance(value, str) else value


def _reduce_text(key: str, text: str) -> Any:
    short = len(text) <= LONGEST_VERBATIM
    if short and (key in NAMES or (key in AMOUNTS and not re.search("[a-z]{2}", text))):
        return text
    if key == "action" and text.startswith(("BUY ", "SELL ")):
        return text.split(" (")[0]
    if key == "dte_reasoning":
        return {"segments": len(text.split(" | ")), "figures": figures(text)}
    return reduce_prose(text)


def reduce_markdown(text: str) -> dict[str, Any]:
    """Return what is recorded of a Markdown document."""
    return {
        "headings": [_heading(marks, title) for marks, title in HEADING.findall(text)],
        "field_labels": FIELD_LABEL.findall(text),
        "figures": figures(text),
    }


def _heading(marks: str, title: str) -> dict[str, Any]:
    words = without_emoji(title).strip()
    now, colon, rest = words.partition(":")
    if now == "RIGHT NOW" and colon:
        words = f"{now}: {label(rest)}"
    return {"level": len(marks), "text": words, "stars": title.count("⭐")}


def reduce_figure(figure: Any) -> dict[str, Any]:
    """Return what is recorded of a Plotly figure: the attributes that are set."""
    plot = figure.to_plotly_json()
    layout = plot["layout"]
    return {
        "traces": [_trace(trace) for trace in plot["data"]],
        "shapes": [_only(shape, SHAPE) for shape in layout.get("shapes", ())],
        "annotations": [_annotation(each) for each in layout.get("annotations", ())],
        "layout": _layout(layout, dark=figure.layout.template.layout.paper_bgcolor == "rgb(17,17,17)"),
    }


def _only(attributes: dict[str, Any], names: list[str]) -> dict[str, Any]:
    return {name: attributes[name] for name in names if attributes.get(name) is not None}


def _trace(trace: dict[str, Any]) -> dict[str, Any]:
    color = (trace.get("marker") or {}).get("color")
    return _only(trace, TRACE) | ({} if color is None else {"marker_color": color})


def _annotation(annotation: dict[str, Any]) -> dict[str, Any]:
    text = annotation["text"]
    return _only(annotation, ANNOTATION) | {"text": text if len(text) <= LONGEST_VERBATIM else reduce_prose(text)}


def _layout(layout: dict[str, Any], *, dark: bool) -> dict[str, Any]:
    result = _only(layout, LAYOUT) | {"dark_template": dark}
    title = layout.get("title") or {}
    if "text" in title:
        outlook = OUTLOOK.search(title["text"])
        result["title"] = reduce_prose(title["text"]) if outlook else title["text"]
        if outlook:
            result["title_enum"] = outlook[0]
    result |= {f"title_{name}": title[name] for name in ("x", "xanchor") if name in title}
    for name, axis in layout.items():
        if re.fullmatch(r"[xy]axis\d*", name):
            heading = (axis.get("title") or {}).get("text")
            result[name] = _only(axis, AXIS) | ({} if heading is None else {"title": heading})
    return result
