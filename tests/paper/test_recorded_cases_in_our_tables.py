"""The recorded cases of both paper engines pass over our tables in PostgreSQL, not only over SQLite."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from apps.paper.models import PaperConfig, PaperConfigV2, PaperPosition, PaperPositionV2
from apps.paper.store import POSITIONS, PaperStore
from legacy_engines.storage import Row
from tests.parity.areas import trading_autonomous, trading_paper
from tests.parity.binding import Binding, run_case
from tests.parity.bindings import ENTRIES
from tests.parity.cases import Case, Document, documents, vectors_directory
from tests.parity.worlds import StandingClock

TABLES = (PaperPosition, PaperConfig, PaperPositionV2, PaperConfigV2)
MODULES = ("paper_trader.PaperTradingEngine", "paper_trader_v2.PaperTradingEngineV2")
NUMBERS = {
    (model._meta.db_table, str(field.column))
    for model in TABLES
    for field in model._meta.concrete_fields
    if field.get_internal_type() in ("FloatField", "IntegerField")
}
STORED = [
    each
    for each in documents(vectors_directory())
    if each.callable.startswith(MODULES) and isinstance(ENTRIES.get(each.callable), Binding)
]


class RecordedTables(PaperStore):
    """Our tables in the state of a case: emptied, ids counted from 1. Stands where the parity tests have SQLite."""

    def __init__(self, clock: StandingClock) -> None:
        self.clock = clock
        super().__init__(User.objects.get(username="recorded"), None)
        names = ", ".join(model._meta.db_table for model in TABLES)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"TRUNCATE {names} RESTART IDENTITY CASCADE")

    def load(self, rows_by_table: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
        for table, rows in rows_by_table.items():
            self.delete(table, ())
            for row in rows:
                self.insert(table, row)
            if table in POSITIONS:
                self._count_on(table)

    def dump(self, table: str) -> list[Row]:
        return self.select(table)

    def _count_on(self, table: str) -> None:
        """Go on after the ids a case brought along, as SQLite does."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table} HAVING max(id) > 0"  # noqa: S608 - own names
            )


@pytest.fixture
def _our_tables(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    User.objects.create_user("recorded")
    monkeypatch.setattr(trading_paper, "SqliteStore", RecordedTables)
    monkeypatch.setattr(trading_autonomous, "SqliteStore", RecordedTables)


def why_left_out(case: Case) -> str:
    """Return why no typed column could hold a case's rows, empty where they can."""
    for table, rows in (case.env.get("db_rows") or {}).items():
        for row in rows:
            for column, value in row.items():
                if (table, column) in NUMBERS and isinstance(value, str):
                    return f"{column} holds the text {value!r}"
    return ""


@pytest.mark.usefixtures("_our_tables")
@pytest.mark.parametrize("document", STORED, ids=lambda document: document.name)
def test_recorded_cases_pass_over_our_tables(document: Document) -> None:
    binding = ENTRIES[document.callable]
    assert isinstance(binding, Binding)
    failures, passed = [], 0
    for case in document.cases:
        if binding.not_law(case) or why_left_out(case):
            continue
        problems = run_case(case, binding)
        passed += not problems
        failures += [f"{case.id}: {'; '.join(problems[:5])}"] if problems else []
    assert not failures, f"{len(failures)} of {len(document.cases)}:\n" + "\n".join(failures)
    assert passed


def test_nothing_is_left_out() -> None:
    left_out = {case.id: why for document in STORED for case in document.cases if (why := why_left_out(case))}
    assert left_out == {}
