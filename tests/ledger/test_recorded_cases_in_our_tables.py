"""The recorded cases of everything that trades pass over our tables in PostgreSQL, not only over SQLite.

Auto trader, its scheduler and dashboard, both paper engines, the position agent and the trade journal.
"""

import pytest
from django.db import transaction

from tests.parity.areas import trading_autonomous, trading_paper
from tests.parity.binding import Binding, run_case
from tests.parity.bindings import ENTRIES
from tests.parity.cases import Case, Document, documents, vectors_directory
from tests.parity.compare import plain
from tests.parity.our_tables import OurTables, kept_rows, owner_of_recorded_rows
from tests.parity.worlds import SqliteStore

STORED = [
    each
    for each in documents(vectors_directory())
    if each.area == "trading" and isinstance(ENTRIES.get(each.callable), Binding)
]
# Rows no typed column could hold: cases with such are compared, without them, with the answer over SQLite.
NEVER_STORED = {
    "realized_pnl is a text",
    "opened_at is not known",
    "opened_at is written otherwise",
    "closed_at is written otherwise",
    "pnl of a closed trade is not known",
    "status is ACTIVE",
}


@pytest.fixture
def _our_tables(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    owner_of_recorded_rows()
    monkeypatch.setattr(trading_paper, "SqliteStore", OurTables)
    monkeypatch.setattr(trading_autonomous, "SqliteStore", OurTables)


def over_sqlite(case: Case, binding: Binding) -> Case:
    """Return the case with what is answered over SQLite as its recorded answer."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trading_paper, "SqliteStore", SqliteStore)
        patch.setattr(trading_autonomous, "SqliteStore", SqliteStore)
        return Case(case.callable, {**case.raw, "expected": plain(binding.run(case)), "raises": None})


@pytest.mark.usefixtures("_our_tables")
@pytest.mark.parametrize("document", STORED, ids=lambda document: document.name)
def test_recorded_cases_pass_over_our_tables(document: Document) -> None:
    binding = ENTRIES[document.callable]
    assert isinstance(binding, Binding)
    failures, passed = [], 0
    for case in document.cases:
        if binding.not_law(case):
            continue
        kept, left_out = kept_rows(case)
        assert set(left_out) <= NEVER_STORED
        wanted = over_sqlite(kept, binding) if left_out else case
        with transaction.atomic():
            problems = run_case(wanted, binding)
            transaction.set_rollback(True)
        passed += not problems
        failures += [f"{case.id}: {'; '.join(problems[:5])}"] if problems else []
    assert not failures, f"{len(failures)} of {len(document.cases)}:\n" + "\n".join(failures)
    assert passed
