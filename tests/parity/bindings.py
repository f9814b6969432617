"""Which of our callables carries each recorded one, and which recorded ones are shell, with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

from tests.parity.areas import (
    core,
    gamma_client,
    gamma_tracking,
    intelligence_claude,
    intelligence_engines,
    plans_detection,
    plans_generator,
    trading_autonomous,
    trading_paper,
)
from tests.parity.binding import Binding, Outcome, run_document
from tests.parity.cases import Document

AREAS = (
    core,
    gamma_client,
    gamma_tracking,
    intelligence_claude,
    intelligence_engines,
    plans_generator,
    plans_detection,
    trading_autonomous,
    trading_paper,
)


def _merged(one: Mapping[str, object], other: Mapping[str, object]) -> dict[str, object]:
    twice = set(one) & set(other)
    if twice:
        raise ValueError(f"bound twice: {sorted(twice)}")
    return {**one, **other}


ENTRIES: dict[str, object] = reduce(_merged, [table for area in AREAS for table in (area.BINDINGS, area.SHELL)], {})
"""Recorded callable, or `<area>/<file>` where one callable has several files -> Binding, or reason for being shell."""


def outcome(document: Document) -> Outcome:
    """Run a document by the table. An unknown one fails: it must be bound, or be listed as shell with a reason."""
    entry = ENTRIES.get(document.name, ENTRIES.get(document.callable))
    if isinstance(entry, str):
        return Outcome(document, shell=entry)
    if isinstance(entry, Binding):
        return run_document(document, entry)
    return Outcome(document, failures=(f"{document.callable} is neither bound nor listed as shell",))
