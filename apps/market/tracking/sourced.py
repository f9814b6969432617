"""A dictionary for the engines together with where it came from."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from alphagex import clock
from apps.market.data_cache import Fact
from apps.market.models import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Sourced:
    """value: as the engines take it, `{}` where nothing is known, with the reason in `problem`.

    truth: live, delayed, recorded or simulated. as_of: aware, New York. basis: the source's own answer to the
    question, or worked out from a stored snapshot of its chain.
    """

    value: dict[str, Any]
    source: str
    truth: str
    label: str
    as_of: datetime | None
    basis: Literal["answer", "snapshot"]
    problem: str = ""


def from_answer(value: dict[str, Any], fact: Fact) -> Sourced:
    """Return what a source answered, with its origin and what went wrong since."""
    as_of = clock.in_new_york(fact.as_of) if fact.as_of else None
    return Sourced(
        value=value,
        source=fact.source,
        truth=fact.truth,
        label=fact.label,
        as_of=as_of,
        basis="answer",
        problem=fact.problem,
    )


def from_snapshot(value: dict[str, Any], snapshot: Snapshot, *, problem: str = "") -> Sourced:
    """Return what was worked out from a snapshot, with the snapshot's origin."""
    return Sourced(
        value=value,
        source=snapshot.source,
        truth=snapshot.kind,
        label=snapshot.source_label,
        as_of=clock.in_new_york(snapshot.as_of),
        basis="snapshot",
        problem=problem,
    )


def stamp(moment: datetime) -> str:
    """Return a moment as the vendor writes it: YYYY-MM-DD HH:MM:SS in New York."""
    return f"{clock.in_new_york(moment):%Y-%m-%d %H:%M:%S}"
