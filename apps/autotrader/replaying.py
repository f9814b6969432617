"""Stored decisions made again: the engine over rows in memory and the answers of then, and what differs."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from apps.autotrader.books import RecordedBooks
from apps.autotrader.books_of_account import Held
from apps.autotrader.contracts import Contract
from apps.autotrader.deciding import Decided, Kind, decide
from apps.autotrader.gates import Setting, why_no_search
from apps.autotrader.models import AutonomousDecision
from apps.autotrader.notebook import Notebook, UnaskedError, as_json
from legacy_engines.trading.autonomous import leave_to_rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Something that came out otherwise. what: outcome, reason, steps[1].details ..."""

    decision: int
    what: str
    stored: Any
    replayed: Any

    def __str__(self) -> str:
        return f"decision {self.decision}, {self.what}: stored {self.stored!r}, now {self.replayed!r}"


class _NoWorld:
    """A market nobody may ask."""

    def net_gamma(self, symbol: str) -> dict[str, Any]:
        raise UnaskedError(symbol)

    def skew(self, symbol: str) -> dict[str, Any]:
        raise UnaskedError(symbol)

    def quote(self, contract: Contract) -> dict[str, Any]:
        raise UnaskedError(contract.key)

    def leg(self, contract: Contract) -> dict[str, Any]:
        raise UnaskedError(contract.key)


def replay(decision: AutonomousDecision) -> Decided | None:
    """Return the decision made again from its stored inputs, None where the engine was not asked at all."""
    inputs = decision.inputs
    if "held" not in inputs:
        return None
    held, notebook = Held.from_json(inputs["held"]), Notebook(inputs["answers"])
    return decide(
        inputs["kind"],
        at=datetime.fromisoformat(inputs["at"]),
        store=held.as_rows(),
        notebook=notebook,
        world=_NoWorld(),
        adviser=leave_to_rules,
        books=RecordedBooks(notebook),
        legs=held.contracts(),
    )


def differences(decision: AutonomousDecision) -> Iterator[Difference]:
    """Yield what comes out otherwise than it is stored: outcome, reason, strikes, contracts, log lines, exits."""
    stored = {
        "kind": decision.kind,
        "outcome": decision.outcome,
        "reason": decision.reason,
        "steps": decision.steps,
        "result": decision.result,
    }
    again = replay(decision)
    now = _not_asked(decision) if again is None else {name: getattr(again, name) for name in stored}
    for what, before, after in _compared("", stored, as_json(now)):
        yield Difference(decision=decision.pk, what=what, stored=before, replayed=after)


def _not_asked(decision: AutonomousDecision) -> dict[str, Any]:
    """Return what a decision without the engine comes to now: the same switch, the same calendar."""
    setting = msgspec.convert(decision.inputs["setting"], Setting)
    why = why_no_search(setting, datetime.fromisoformat(decision.inputs["at"]))
    # A check that was let go says so whatever switch and calendar say: it is its age that decided.
    reason = decision.reason if decision.inputs.get("let_go") else why
    return {"kind": Kind.SKIP, "outcome": decision.outcome, "reason": reason, "steps": [], "result": {}}


def _compared(path: str, before: Any, after: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*before, *after]):
            yield from _compared(f"{path}.{key}".lstrip("."), before.get(key), after.get(key))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for place, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from _compared(f"{path}[{place}]", one, other)
    elif before != after:
        yield path, before, after
