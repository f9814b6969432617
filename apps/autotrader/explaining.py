"""Why a decision came out as it did: what the engine was told, what it did, and whether it decides so again."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.autotrader.models import AutonomousDecision
from apps.autotrader.replaying import differences
from apps.market.templatetags.numbers import et

_TOPICS = {
    "gamma": "Net gamma",
    "skew": "Skew",
    "quote": "Option quote",
    "leg": "Contract",
    "adviser": "Exit adviser",
}
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class Fact:
    """Something the engine was told. text: the answer in one line; is_failure: it was that there is none."""

    topic: str
    question: str
    text: str
    is_failure: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """A decision explained. again: what comes out otherwise today; empty when it is the same."""

    decision: AutonomousDecision
    when: str
    setting: list[Fact]
    facts: list[Fact]
    ticket: str
    again: list[str]


def explained(decision: AutonomousDecision) -> Why:
    """Return everything that is stored of a decision, and decide it once more."""
    inputs = decision.inputs
    ticket = decision.result.get("ticket") if decision.result else None
    return Why(
        decision=decision,
        when=et(decision.at, "full"),
        setting=_setting(inputs),
        facts=_facts(inputs.get("answers", {})),
        ticket=_pretty(ticket) if ticket else "",
        again=[str(difference) for difference in differences(decision)],
    )


def _setting(inputs: Mapping[str, Any]) -> list[Fact]:
    found = [Fact("Switch", name.replace("_", " "), _line(value), False) for name, value in inputs["setting"].items()]
    if window := inputs.get("window"):
        found.append(Fact("Calendar", "window", " to ".join(moment[11:16] for moment in window) + " ET", False))
    if account := inputs.get("account"):
        found += [Fact("Account", name.replace("_", " "), _line(value), False) for name, value in account.items()]
    held = inputs.get("held", {})
    if held:
        found += [
            Fact("Engine's notes", name.replace("_", " "), _line(value) or "none", False)
            for name, value in held["config"].items()
        ]
        found.append(Fact("Engine's notes", "open trades", str(len(held["positions"])), False))
    return found


def _facts(answers: Mapping[str, Mapping[str, Any]]) -> list[Fact]:
    return [
        Fact(
            _TOPICS.get(topic, topic.replace("_", " ").capitalize()),
            question,
            _line(answer.get("failed", answer.get("answer"))),
            "failed" in answer,
        )
        for topic, known in answers.items()
        for question, answer in known.items()
    ]


def _line(value: Any) -> str:
    """Return a stored value as one line: names and values, without the marks of JSON."""
    if isinstance(value, Mapping):
        if set(value) == {"float"}:
            return str(value["float"])
        told = {name: one for name, one in value.items() if one not in ("", None)}
        text = ", ".join(f"{name.replace('_', ' ')} {_line(one)}" for name, one in told.items())
    elif isinstance(value, list):
        text = ", ".join(_line(one) for one in value)
    elif isinstance(value, bool):
        text = "yes" if value else "no"
    elif isinstance(value, float):
        text = f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.0f}"
    else:
        text = "none" if value is None else str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"


def _pretty(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
