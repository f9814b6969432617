"""The engine's levels and strategies as the page shows them: a word, a tone, and labelled lines."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

TONES = {
    "MINIMAL": "gain",
    "LOW": "gain",
    "MODERATE": "act",
    "ELEVATED": "warn",
    "HIGH": "warn",
    "EXTREME": "loss",
}
PRIORITY_TONES = {"HIGH": "loss", "MEDIUM": "warn", "LOW": "act"}
_LINES = {
    "strategy_type": "Type",
    "strike": "Strike",
    "strikes": "Strikes",
    "expiration": "Expires",
    "entry_time": "Enter",
    "exit_time": "Exit",
    "risk": "Risk",
    "position_size": "Size",
    "monday_tuesday": "Mon to Tue",
    "wednesday": "Wed",
    "thursday_friday": "Thu to Fri",
}
_NAMED = {"name", "description", "rationale", "priority"}
_NOTHING = {"", "N/A"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    """One strategy of a view. tag: its priority or its part of the week. lines: (label, text) in the engine's order."""

    reference: str
    name: str
    tag: str
    tone: str
    description: str
    lines: list[tuple[str, str]]
    rationale: str


def strategies_of(found: Iterable[tuple[str, Mapping[str, Any]]]) -> list[Strategy]:
    """Return the cards of (reference, strategy) pairs."""
    return [
        Strategy(
            reference=reference,
            name=str(one["name"]),
            tag=str(one.get("priority", "")).capitalize(),
            tone=PRIORITY_TONES.get(str(one.get("priority", "")), ""),
            description=str(one.get("description", "")),
            lines=list(_lines(one)),
            rationale=str(one.get("rationale", "")),
        )
        for reference, one in found
    ]


def _lines(one: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, text in one.items():
        if key not in _NAMED and text not in _NOTHING:
            yield label_of(key), str(text)


def label_of(key: str) -> str:
    """Return the label of a line the engine names `key`."""
    return _LINES.get(key) or key.replace("_", " ").capitalize()
