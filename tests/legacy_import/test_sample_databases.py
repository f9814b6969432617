"""The sample databases of the old program: everything that is in them is here afterwards, to the last byte."""

import hashlib
import io
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from apps.ledger.models import Position
from apps.ledger.reconciling import differences
from apps.legacy_import.models import ImportedRow, QuarantinedRow

DATABASES = Path(__file__).resolve().parent.parent.parent.parent / "shared" / "legacy" / "databases"
pytestmark = pytest.mark.skipif(
    not DATABASES.is_dir(), reason="The sample databases (../shared/legacy/databases) are not on this machine."
)


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DATABASES / "manifest.json").read_text())["files"]
    return found


def imported(trader: User, folder: Path, *names: str) -> dict[str, Any]:
    report = folder / "report.json"
    call_command(
        "import_legacy",
        *(str(DATABASES / name) for name in names),
        owner=trader.username,
        report=report,
        stdout=io.StringIO(),
        stderr=io.StringIO(),
    )
    found: dict[str, Any] = json.loads(report.read_text())
    return found


def test_every_database_imports_and_the_report_equals_the_manifest(
    trader: User, tmp_path: Path, manifest: dict[str, Any]
) -> None:
    hashes = {name: hashlib.sha256((DATABASES / name).read_bytes()).hexdigest() for name in manifest}
    report = imported(trader, tmp_path, *manifest)
    assert report["ok"]
    wanted: dict[str, int] = defaultdict(int)
    for name, file in manifest.items():
        for table, about in file["tables"].items():
            wanted[table] += about["row_count"]
            checks = {one["name"]: one for one in report["tables"][table]["checks"]}
            for column, figures in about["columns"].items():
                digest = checks[f"{name}: sha256 of {column}"]
                assert digest["source"] == digest["imported"] == figures["sha256"], (name, table, column)
                if figures["numeric_sum"] is not None:
                    assert checks[f"{name}: sum of {column}"]["imported"] == figures["numeric_sum"]
    assert {name: table["source_rows"] for name, table in report["tables"].items()} == wanted
    for table in report["tables"].values():
        assert table["source_rows"] == table["imported"] + table["quarantined"]
        assert all(check["equal"] for check in table["checks"])
    assert hashes == {name: hashlib.sha256((DATABASES / name).read_bytes()).hexdigest() for name in manifest}
    # Tidy databases come over whole; what was not taken says why.
    tidy = QuarantinedRow.objects.exclude(file__name__startswith="dirty")
    assert list(tidy.values_list("file__name", "table", "reason")) == []
    assert not QuarantinedRow.objects.filter(reason="").exists()
    assert list(differences()) == []

    # Once more: nothing new.
    before = {model: model.objects.count() for model in (ImportedRow, QuarantinedRow, Position)}
    again = imported(trader, tmp_path, *(name for name in manifest if not name.startswith("large")))
    assert again["ok"]
    assert all(not table["imported"] and not table["quarantined"] for table in again["tables"].values())
    assert {model: model.objects.count() for model in before} == before
