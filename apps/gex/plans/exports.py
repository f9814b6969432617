"""Plans as files: the engine's Markdown, and JSON with the data it was written from."""

import json
from typing import Any

import numpy as np

from alphagex import clock
from apps.gex.plans.writing import WrittenPlan


def file_name(written: WrittenPlan, suffix: str) -> str:
    """Return "SPX_daily_plan_2026-11-18.md"; the day is the plan's own."""
    return f"{written.symbol}_{written.period}_plan_{written.day:%Y-%m-%d}.{suffix}"


def markdown(written: WrittenPlan) -> str:
    """Return the engine's text below a line that says where its numbers are from, and what is unknown."""
    head = [written.origin, *(f"Unknown {key}: {why}." for key, why in _named_gaps(written)), *written.left_out]
    return f"> {' '.join(head)}\n\n{written.markdown}"


def as_json(written: WrittenPlan) -> str:
    """Return the plan, its market data and their origin. Levels in points, net GEX in USD per 1 % move."""
    snapshot = written.snapshot
    content = {
        "type": written.period.value,
        "symbol": written.symbol,
        "written_at": written.at.isoformat(timespec="seconds"),
        "source": {
            "kind": snapshot.kind,
            "label": snapshot.source_label,
            "detail": snapshot.source_detail,
            "delay_seconds": snapshot.delay_seconds,
            "as_of": clock.in_new_york(snapshot.as_of).isoformat(timespec="seconds"),
            "snapshot": snapshot.seq,
            "words": written.origin,
        },
        "unknown": written.unknown,
        "left_out": written.left_out,
        "market_data": {key: None if key in written.unknown else value for key, value in written.market_data.items()},
        "plan": written.plan,
    }
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False, default=_plain) + "\n"


def _named_gaps(written: WrittenPlan) -> list[tuple[str, str]]:
    return [(key.replace("_", " "), why) for key, why in written.unknown.items()]


def _plain(value: Any) -> Any:
    """Return what JSON has for a NumPy scalar or array. Raises TypeError for anything else."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    raise TypeError(f"A plan holds {type(value).__name__}, which JSON has no form for.")
