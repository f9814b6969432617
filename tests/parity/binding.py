"""How a recorded callable is tied to ours, and what becomes of a case when it is run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.parity.cases import Case, Document
from tests.parity.compare import differences, plain


def always_law(case: Case) -> str | None:
    """Say that every case must pass."""
    return None


@dataclass(frozen=True)
class Binding:
    """`run` calls our code for a case and returns the outcome in the shape of `expected`, or of `recorded(case)`.

    `not_law` names the reason why a case shows something we decided to do differently, or None.
    """

    run: Callable[[Case], Any]
    recorded: Callable[[Case], Any] = lambda case: case.expected
    not_law: Callable[[Case], str | None] = always_law
    relative: float = 1e-12
    floor: float = 1e-9
    ordered: bool = False


@dataclass(frozen=True)
class Outcome:
    """What running a document gave. `failures` and `deviations` hold one text per case."""

    document: Document
    passed: int = 0
    failures: tuple[str, ...] = ()
    deviations: tuple[str, ...] = ()
    shell: str | None = None


def run_document(document: Document, binding: Binding) -> Outcome:
    """Run all cases of a document. A case that is not law counts as a deviation, whether or not it would pass."""
    failures: list[str] = []
    deviations: list[str] = []
    for case in document.cases:
        reason = binding.not_law(case)
        if reason:
            deviations.append(f"{case.id}: {reason}")
            continue
        problems = run_case(case, binding)
        if problems:
            failures.append(f"{case.id}: " + "; ".join(problems[:5]))
    passed = len(document.cases) - len(failures) - len(deviations)
    return Outcome(document, passed, tuple(failures), tuple(deviations))


def run_case(case: Case, binding: Binding) -> list[str]:
    """Return the differences between our answer and the recorded one, or the recorded and the actual exception."""
    try:
        actual = plain(binding.run(case))
    except Exception as error:  # noqa: BLE001 - whatever is raised is the outcome
        names = {kind.__name__ for kind in type(error).__mro__}
        if case.raises and (case.raises in names or (case.raises == "DateParseError" and "ValueError" in names)):
            return []
        return [f"raised {type(error).__name__}: {error}, recorded {case.raises or 'an answer'}"]
    if case.raises:
        return [f"gave {actual!r:.200}, recorded {case.raises}"]
    return differences(
        actual, binding.recorded(case), relative=binding.relative, floor=binding.floor, ordered=binding.ordered
    )
