"""manage.py gex and import_chain."""

import gzip
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from apps.market.models import Feed, Snapshot

REPORT_KEYS = {
    "symbol", "spot", "as_of", "source", "contracts", "contracts_used", "net_gex", "gross_gex", "call_gex", "put_gex",
    "net_gex_feed_gamma", "flip_point", "flips", "flip_reason", "call_wall", "put_wall", "zero_dte_share",
    "by_expiration", "assumptions",
}  # fmt: skip
FILES = {
    "spx_2023-09-14": "spx_cboe_quotedata_2023-09-14.csv.gz",
    "spy_2023-09-14": "spy_cboe_quotedata_2023-09-14.csv.gz",
    "rut_2023-09-20": "rut_cboe_delayed_2023-09-20.json.gz",
}


def gex(*args: str) -> dict[str, Any]:
    out = StringIO()
    call_command("gex", *args, "--json", stdout=out)
    report: dict[str, Any] = json.loads(out.getvalue())
    return report


@pytest.mark.parametrize("name", FILES)
def test_a_recorded_chain_gives_the_reference_values(recorded: Path, name: str) -> None:
    expected = json.loads((recorded / "reference_values.json").read_text())[name]
    report = gex(str(recorded / FILES[name]))
    assert report.keys() >= REPORT_KEYS
    assert report["contracts"] == expected["contracts"]
    assert report["net_gex"] == pytest.approx(expected["net_gex_repriced_at_spot"], rel=1e-6)
    assert report["net_gex_feed_gamma"] == pytest.approx(expected["net_gex_feed_gamma"], rel=1e-6)
    assert report["flip_point"] == pytest.approx(expected["flip_root"], abs=0.02)
    assert (report["call_wall"], report["put_wall"]) == (expected["call_wall"], expected["put_wall"])


def test_a_symbol_is_analysed_from_the_configured_source() -> None:
    report = gex("spx")
    assert (report["symbol"], report["source"]["kind"]) == ("SPX", "simulated")
    assert report["by_expiration"][0].keys() >= {"expiration", "settlement", "net_gex", "gross_gex"}


def test_an_imported_chain_is_stored_and_held(db: None, recorded: Path) -> None:
    out = StringIO()
    call_command("import_chain", str(recorded / FILES["spx_2023-09-14"]), stdout=out)
    assert "/gex/SPX/" in out.getvalue()
    snapshot = Snapshot.objects.get(symbol="SPX")
    assert snapshot.kind == "recorded"
    assert Feed.objects.get(symbol="SPX").is_held


def test_importing_twice_stores_once(db: None, recorded: Path) -> None:
    for _ in range(2):
        call_command("import_chain", str(recorded / FILES["spy_2023-09-14"]), stdout=StringIO())
    assert Snapshot.objects.count() == 1


def bad_files(folder: Path) -> list[Path]:
    whole = gzip.compress(b'{"timestamp": "2023-09-21 03:17:42", "symbol": "RUT", "data": {' + b"x" * 5000)
    contents = {
        "empty.json": b"",
        "foreign.csv": b"name,age\nann,3\n",
        "picture.gz": b"\x89PNG\r\n\x1a\n" + bytes(100),
        "truncated.json.gz": whole[: len(whole) // 2],
        "truncated.json": b'{"timestamp": "2023-09-21 03:17:42", "data": {"options": [{"option": "RUT2',
        "page.json": b"<html><body>403 Forbidden</body></html>",
        "list.json": b"[1, 2, 3]",
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in contents]


def test_files_that_are_no_chain_are_refused_in_one_line_and_nothing_is_stored(db: None, tmp_path: Path) -> None:
    for file in [*bad_files(tmp_path), tmp_path / "missing.csv", tmp_path]:
        for command in ("gex", "import_chain"):
            with pytest.raises(CommandError) as refused:
                call_command(command, str(file), stdout=StringIO())
            assert "\n" not in str(refused.value), file
            assert len(str(refused.value)) > 20
            assert refused.value.returncode != 0
    assert not Snapshot.objects.exists()
    assert not Feed.objects.exists()


def test_a_chain_without_open_interest_is_refused_by_name(db: None, recorded: Path) -> None:
    with pytest.raises(CommandError, match="open interest"):
        call_command("import_chain", str(recorded / "aapl_chain_missing_oi_2014-06-06.csv.gz"), stdout=StringIO())
    assert not Snapshot.objects.exists()


def test_a_misspelt_symbol_says_what_to_do() -> None:
    with pytest.raises(CommandError, match="Check the spelling"):
        call_command("gex", "SPYX", stdout=StringIO())
