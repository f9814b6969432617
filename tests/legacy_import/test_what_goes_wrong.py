"""Files that cannot be imported, processes that die, and databases no program would write: nothing is lost or left."""

import hashlib
import io
import os
import signal
import sqlite3
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alphagex import clock
from apps.ledger.models import Account, Position
from apps.ledger.reconciling import differences
from apps.legacy_import import checks
from apps.legacy_import.importing import import_databases
from apps.legacy_import.models import GexHistory, ImportedFile, ImportedRow, QuarantinedRow
from apps.legacy_import.report import Check
from tests.desk import ROOT, database_url
from tests.legacy_import import old_databases as old


def test_what_is_no_database_is_refused_in_words(trader: User, tmp_path: Path) -> None:
    good = old.create(tmp_path / "good.db", positions=(old.POSITIONS["first"], [old.OWN_TRADE]))
    text = tmp_path / "notes.txt"
    text.write_text("hello")
    torn = old.create(
        tmp_path / "torn.db", gex_history=(old.GEX_HISTORY, [{"symbol": "SPY", "net_gex": n} for n in range(900)])
    )
    with torn.open("r+b") as file:
        file.seek(4096 * 3)
        file.write(b"\xa5" * 4096)
    cut = tmp_path / "cut.db"
    cut.write_bytes(torn.read_bytes()[: 4096 * 2 + 17])
    for path, words in (
        (tmp_path / "none.db", "There is no file"),
        (tmp_path, "is no file"),
        (text, "is not an SQLite database"),
        (torn, "is damaged"),
        (cut, "is damaged"),
    ):
        with pytest.raises(CommandError, match=words):
            old.run(good, path)
    with pytest.raises(CommandError, match="There is no user nobody"):
        old.run(good, owner="nobody")
    with pytest.raises(CommandError, match="There is no time zone Mars/North"):
        old.run(good, machine_zone="Mars/North")
    assert not ImportedFile.objects.exists()
    assert not Position.objects.exists()


def test_statistics_gathered_meanwhile_do_not_make_it_crawl(trader: User, tmp_path: Path) -> None:
    rows = [{"symbol": "SPY", "net_gex": float(n)} for n in range(1_500)]
    file = old.create(tmp_path / "old.db", gex_history=(old.GEX_HISTORY, rows))
    plans = []

    def gather(line: str) -> None:
        """What autovacuum does, to which none of the rows are there."""
        if "rows read" in line:
            with psycopg.connect(database_url(), autocommit=True) as other, connection.cursor() as ours:
                other.execute("ANALYZE legacy_row, gex_history")
                ours.execute("EXPLAIN SELECT 1 FROM legacy_row k JOIN gex_history g ON k.digest = g.symbol")
                plans.append("\n".join(row[0] for row in ours.fetchall()))

    import_databases([file], trader, at=clock.now(), zone=clock.NEW_YORK, tell=gather)
    assert len(plans) == 2
    assert not [plan for plan in plans if "Nested Loop" in plan]


def test_the_file_and_its_wal_stay_as_they_are_and_what_lies_in_the_wal_is_imported(
    trader: User, tmp_path: Path
) -> None:
    path = old.create(tmp_path / "old.db", positions=(old.POSITIONS["current"], [old.OWN_TRADE]))
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    old.add(connection, "positions", [old.OWN_TRADE | {"pnl": 7.5}])
    connection.commit()

    def beside() -> dict[str, str]:
        return {one.name: hashlib.sha256(one.read_bytes()).hexdigest() for one in tmp_path.glob("old.db*")}

    before = beside()
    assert "old.db-wal" in before
    report = tmp_path / "report.json"
    call_command("import_legacy", str(path), owner="trader", report=report, stdout=io.StringIO(), stderr=io.StringIO())
    assert beside() == before
    connection.close()
    assert sorted(Position.objects.values_list("pnl", flat=True)) == [Decimal("7.5"), Decimal("123.45")]


def test_a_dry_run_does_everything_and_leaves_nothing(trader: User, tmp_path: Path) -> None:
    path = old.create(tmp_path / "old.db", positions=(old.POSITIONS["current"], [old.OWN_TRADE, {"symbol": "SPY"}]))
    report = old.run(path, dry_run=True)
    assert report["ok"]
    assert report["tables"]["positions"] | {"checks": []} == {
        "source_rows": 2, "imported": 1, "quarantined": 1, "checks": [],
    }  # fmt: skip
    for model in (ImportedFile, ImportedRow, QuarantinedRow, Position, Account):
        assert not model.objects.exists()


def test_an_import_that_does_not_add_up_is_taken_back(
    trader: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = old.create(tmp_path / "old.db", positions=(old.POSITIONS["current"], [old.OWN_TRADE]))
    monkeypatch.setattr(checks, "taken_right", lambda *_, **__: [Check("sum of positions.pnl", 1.0, 2.0, False)])
    with pytest.raises(
        CommandError, match=r"positions, old.db: sum of positions.pnl: 1.0 in the old database, 2.0 here"
    ):
        old.run(path)
    assert not Position.objects.exists()
    assert not ImportedRow.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_killed_import_leaves_nothing_behind(tmp_path: Path) -> None:
    User.objects.create_user("trader")
    rows = [{"symbol": "SPY", "net_gex": float(n)} for n in range(12_000)]
    path = old.create(
        tmp_path / "old.db",
        gex_history=(old.GEX_HISTORY, rows),
        positions=(old.POSITIONS["current"], [old.OWN_TRADE | {"id": n} for n in range(1, 500)]),
    )
    command = [sys.executable, "manage.py", "import_legacy", str(path), "--owner", "trader"]
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, "DATABASE_URL": database_url()}, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    said = next(line for line in process.stderr if "gex_history, 2,000 rows read" in line)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stderr.close()
    assert said
    for model in (ImportedFile, ImportedRow, QuarantinedRow, GexHistory, Position, Account):
        assert not model.objects.exists()
    # The next one starts from scratch, and nothing of the dead one stands in its way.
    report = old.run(path)
    assert report["tables"]["gex_history"]["imported"] == 12_000
    assert report["tables"]["positions"]["imported"] == 499


CELLS = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    st.text(max_size=12),
    st.binary(max_size=6),
    st.sampled_from(
        [
            "1,234.56", "12.5%", "NaN", "inf", "-", "", "2025-09-08 14:30:00", "09/08/2025 14:30",
            "9999-12-31T23:59:59Z",
            "0001-01-01T00:00:00+14:00", "SPY", "LONG", "SHORT", "CLOSED", "OPEN ", "true", "call", "2025-09-12",
            "x\x00y", 1757341800, 650.0, 10.0, 1e300, -5, 3,
        ]
    ),
)  # fmt: skip
TABLES = {
    "positions": old.POSITIONS["current"],
    "autonomous_positions": old.AUTONOMOUS_POSITIONS.replace(" NOT NULL", ""),
    "paper_positions": old.PAPER_POSITIONS.replace(" NOT NULL", ""),
    "autonomous_trade_log": old.LOG.replace(" NOT NULL", ""),
    "gamma_correlation": old.GAMMA_CORRELATION.replace(" NOT NULL", "").replace(", UNIQUE(symbol, timestamp)", ""),
    "paper_config": "key TEXT, value TEXT",
    "recommendations": f"{old.ID}, timestamp DATETIME, symbol TEXT, strategy TEXT, confidence REAL, entry_price REAL",
    "conversations": f"{old.ID}, timestamp, user_message, ai_response, context_data, confidence_score",
    "scheduler_state": "id, is_running, last_started, updated_at, execution_count",
    "holdings": "a, b, c",
}
GOOD = {"positions": old.OWN_TRADE, "autonomous_positions": old.AUTO_TRADE, "paper_positions": old.PAPER_TRADE}


@st.composite
def databases(draw: st.DrawFn) -> dict[str, tuple[str, bool, list[dict[str, Any]]]]:
    """Return tables with any columns left out or added, without types or keys, and rows of anything at all."""
    found = {}
    for name in draw(st.lists(st.sampled_from(sorted(TABLES)), min_size=1, max_size=3, unique=True)):
        columns = [part.strip() for part in TABLES[name].split(",")]
        columns = [one for one in columns if draw(st.integers(0, 11))] or columns
        if draw(st.booleans()):
            columns = [one.split()[0] for one in columns]
        if draw(st.booleans()):
            columns.append('"odd ""name" TEXT')
        names = [one.split()[0] for one in columns if not one.startswith('"')]
        usual = {key: value for key, value in GOOD.get(name, {}).items() if key in names}
        row = st.dictionaries(st.sampled_from([one for one in names if one != "id"] or names), CELLS, max_size=4)
        rows = [usual | one for one in draw(st.lists(row, max_size=5))]
        is_without_rowid = not any("PRIMARY KEY" in one for one in columns) and draw(st.booleans())
        if is_without_rowid:
            columns.insert(0, "nr INTEGER PRIMARY KEY")
            rows = [one | {"nr": number} for number, one in enumerate(rows)]
        found[name] = (", ".join(columns), is_without_rowid, [one for one in rows if one])
    return found


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(tables=databases(), twins=st.booleans(), torn=st.booleans())
def test_whatever_a_database_holds_every_row_is_here_or_in_quarantine(
    trader: User, tmp_path: Path, tables: dict[str, tuple[str, bool, list[dict[str, Any]]]], twins: bool, torn: bool
) -> None:
    path = tmp_path / "any.db"
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as connection:
        for name, (columns, is_without_rowid, rows) in tables.items():
            connection.execute(f"CREATE TABLE {name} ({columns}) {'WITHOUT ROWID' if is_without_rowid else ''}")
            old.add(connection, name, rows * (2 if twins and "nr" not in columns else 1))
            if torn and rows:  # text that is no UTF-8
                column = next(iter(rows[0]))
                if column != "nr":
                    old.spoil(connection, name, column)
        connection.execute("CREATE VIRTUAL TABLE words USING fts5(body)")
        connection.execute("INSERT INTO words VALUES ('dealers long gamma')")
    connection.close()
    report = old.run(path)
    assert report["ok"], report
    for name, (columns, _, rows) in tables.items():
        table = report["tables"][name]
        assert table["source_rows"] == len(rows) * (2 if twins and "nr" not in columns else 1)
        known = next((one["imported"] for one in table["checks"] if one["name"] == "rows here before"), 0)
        assert table["source_rows"] == table["imported"] + table["quarantined"] + known
    assert list(differences()) == []
    again = old.run(path)
    assert again["ok"]
    assert all(not table["imported"] and not table["quarantined"] for table in again["tables"].values())
