"""Backup, wipe, restore: the same rows, the same hashes, the same files; whatever goes wrong, nothing has changed."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace as replaced
from datetime import timedelta
from io import StringIO
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection
from psycopg import sql

from alphagex import clock
from apps.ledger.models import Fill
from apps.operations import inspecting, restoring, tables
from apps.operations.archive import HEAD, Record
from apps.operations.backing_up import back_up
from apps.operations.tables import Content
from tests.autotrader.simulated import check, moment, started
from tests.desk import ROOT, database_url

KEY = "a key of more than sixteen"
PICTURES = {"journal/1/a.png": b"\x89PNG" + bytes(300_000), "journal/2/b.jpg": b"\xff\xd8 small", "empty.txt": b""}


def contents() -> dict[str, Content]:
    """Rows and hash of every table."""
    with tables.own_connection() as own:
        tables.read_alike(own)
        return {name: tables.read_table(own, table) for name, table in tables.tables_of(own).items()}


def sequences() -> dict[str, int]:
    with tables.own_connection() as own:
        return tables.sequences_of(own)


def files() -> dict[str, bytes]:
    root = Path(os.environ["ALPHAGEX_TEST_MEDIA"])
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.fixture
def media(tmp_path: Path, settings: object, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "media"
    for name, content in PICTURES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    settings.MEDIA_ROOT = root  # type: ignore[attr-defined]
    monkeypatch.setenv("ALPHAGEX_TEST_MEDIA", str(root))
    monkeypatch.setenv("ALPHAGEX_BACKUP_KEY", KEY)
    return root


@pytest.fixture
def traded(transactional_db: None) -> User:
    """A trader whose auto trader has opened and closed: rows in every corner of the ledger, guarded by triggers."""
    owner = User.objects.create_user("trader", first_name="Zoë \\N\t'quoted'\n\x7f")
    started(owner, moment(23, 9))
    check(owner, moment(23, 10))
    check(owner, moment(24, 10))
    assert Fill.objects.count() >= 3
    return owner


@pytest.fixture
def backup(traded: User, media: Path, tmp_path: Path) -> Path:
    target = tmp_path / "desk.backup"
    call_command("backup", to=target, stdout=StringIO())
    return target


def a_later_day(owner: User, media: Path) -> None:
    """Change what a restore must take back: rows and files come, change and go."""
    User.objects.create_user("somebody-else")
    User.objects.filter(pk=owner.pk).update(first_name="other")
    check(owner, moment(25, 10))
    (media / "journal/1/a.png").unlink()
    (media / "journal/2/b.jpg").write_bytes(b"changed")
    (media / "journal/3").mkdir()
    (media / "journal/3/new.png").write_bytes(b"new")


def test_the_same_rows_and_files_come_back(traded: User, backup: Path, media: Path) -> None:
    rows, numbers = contents(), sequences()
    assert oct(backup.stat().st_mode & 0o777) == "0o600"
    a_later_day(traded, media)
    assert contents() != rows
    said = StringIO()
    call_command("restore", str(backup), replace=True, stdout=said, stderr=StringIO())
    assert contents() == rows
    assert sequences() == numbers
    assert files() == PICTURES
    assert f"{sum(one.rows for one in rows.values()):,} rows" in said.getvalue()
    # The past is guarded again, and new rows get numbers of their own.
    with pytest.raises(IntegrityError):
        Fill.objects.update(quantity=7)
    assert User.objects.create_user("one-more").pk > traded.pk


def test_a_database_in_use_is_not_replaced_unasked(traded: User, backup: Path) -> None:
    rows = contents()
    with pytest.raises(CommandError, match=r"not empty.*--replace"):
        call_command("restore", str(backup), stderr=StringIO())
    assert contents() == rows


def test_a_backup_that_is_not_whole_changes_nothing(traded: User, backup: Path, media: Path) -> None:
    a_later_day(traded, media)
    rows, pictures, good = contents(), files(), backup.read_bytes()
    tampered = bytearray(good)
    tampered[len(good) // 2] ^= 1
    for bad, message in ((good[:-1], "damaged"), (bytes(tampered), "damaged"), (good + b"x", "damaged"), (b"", "no ")):
        backup.write_bytes(bad)
        with pytest.raises(CommandError, match=message):
            call_command("restore", str(backup), replace=True, stderr=StringIO())
    assert (contents(), files()) == (rows, pictures)


def test_a_wrong_missing_or_weak_key_is_refused(backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key_file = tmp_path / "key"
    key_file.write_text(KEY + "\n")
    call_command("restore", str(backup), check=True, key_file=key_file, stdout=StringIO())
    for key, message in (("another key of that length", "does not open"), ("", "There is no key")):
        monkeypatch.setenv("ALPHAGEX_BACKUP_KEY", key)
        with pytest.raises(CommandError, match=message):
            call_command("restore", str(backup), replace=True, stderr=StringIO())
    monkeypatch.setenv("ALPHAGEX_BACKUP_KEY", "short")
    with pytest.raises(CommandError, match="too short"):
        call_command("backup", to=tmp_path / "other")
    monkeypatch.setenv("ALPHAGEX_BACKUP_KEY", KEY)
    with pytest.raises(CommandError, match="exists already"):
        call_command("backup", to=backup)


def test_backups_of_other_versions_are_refused_with_the_way_to_restore_them(
    traded: User, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = contents()

    def with_head(**changes: object) -> None:
        real = inspecting.records_of

        def records(file: object, key: str) -> Iterator[Record]:
            for record in real(file, key):  # type: ignore[arg-type]
                yield _with_head(record, changes) if record.kind == HEAD else record

        monkeypatch.setattr(inspecting, "records_of", records)

    with tables.own_connection() as own:
        ours = sorted(map(list, tables.applied_migrations(own)))
    for changes, message in (
        ({"migrations": [*ours, ["ledger", "9999_tomorrow"]]}, "newer version.*Update AlphaGEX first"),
        ({"migrations": ours[:-1]}, "Make an empty database"),
        ({"format": 2}, "format 2"),
    ):
        with monkeypatch.context():
            with_head(**changes)
            with pytest.raises(CommandError, match=message):
                call_command("restore", str(backup), replace=True, stderr=StringIO())
        monkeypatch.undo()
        monkeypatch.setenv("ALPHAGEX_BACKUP_KEY", KEY)
    assert contents() == rows


def _with_head(record: Record, changes: dict[str, object]) -> Record:
    return Record(HEAD, json.dumps(record.as_json() | changes).encode())


def test_a_table_that_reads_back_otherwise_is_taken_back(
    traded: User, backup: Path, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_later_day(traded, media)
    rows, pictures = contents(), files()
    real = inspecting.inspect
    monkeypatch.setattr(restoring, "inspect", lambda *given: _one_row_fewer(real(*given)))
    with pytest.raises(CommandError, match="auth_user reads back other"):
        call_command("restore", str(backup), replace=True, stderr=StringIO())
    assert (contents(), files()) == (rows, pictures)


def _one_row_fewer(found: inspecting.Inspected) -> inspecting.Inspected:
    content = found.tables["auth_user"]
    found.tables["auth_user"] = replaced(content, rows=content.rows + 1)
    return found


KILLED = """
import os, signal, sys, django
django.setup()
from django.core.management import call_command
from apps.operations import restoring
compare = restoring._require_equal
def compare_and_die(*given):
    compare(*given)
    os.kill(os.getpid(), signal.SIGKILL)
restoring._require_equal = compare_and_die
call_command("restore", sys.argv[1], replace=True)
"""


def test_a_killed_restore_leaves_everything_as_it_was(traded: User, backup: Path, media: Path) -> None:
    """Killed when all is loaded and compared, but nothing committed."""
    a_later_day(traded, media)
    rows, pictures, numbers = contents(), files(), sequences()
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "alphagex.settings",
        "ALPHAGEX_MEDIA_ROOT": str(media),
    }
    program = [sys.executable, "-c", KILLED, str(backup)]
    done = subprocess.run(program, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert contents() == rows
    assert sequences() == numbers
    assert {name: content for name, content in files().items() if not name.startswith(".restoring")} == pictures
    # And the next one begins anew.
    call_command("restore", str(backup), replace=True, stdout=StringIO(), stderr=StringIO())
    assert files() == PICTURES


def test_an_empty_database_takes_a_backup_unasked(
    traded: User, backup: Path, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new machine after `manage.py migrate`: what migrating writes by itself is nothing to lose."""
    rows = contents()
    with tables.own_connection() as own:
        tables.switch_triggers(own, tables.tables_with_triggers(own), "DISABLE")
        seeded = {"django_migrations", "django_content_type", "auth_permission", "copilot_price"}
        tables.empty(own, [name for name in tables.tables_of(own) if name not in seeded])
        tables.switch_triggers(own, tables.tables_with_triggers(own, "D"), "ENABLE")
    monkeypatch.setattr(restoring, "secret_key_mark", lambda: "of another machine")
    said = StringIO()
    with pytest.raises(CommandError, match="There are uploads"):
        call_command("restore", str(backup), stderr=StringIO())
    shutil.rmtree(media)
    call_command("restore", str(backup), stdout=said, stderr=StringIO())
    assert contents() == rows
    assert files() == PICTURES
    assert "SECRET_KEY is not the one of the backup" in said.getvalue()


def test_an_empty_database_is_built_as_the_backup_needs_it(transactional_db: None) -> None:
    """And no further: a backup of an older version finds the tables it was made of."""
    name = f"{connection.settings_dict['NAME']}_new"
    new = sql.Identifier(name)
    auth = ("auth", "0001_initial"), ("auth", "0002_alter_permission_name_max_length")
    older = {("contenttypes", "0001_initial"), *auth}
    program = f"import django; django.setup(); from apps.operations import schema_state; schema_state.build({older})"
    address = urlunsplit(urlsplit(database_url())._replace(path=f"/{name}"))
    environment = {**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "alphagex.settings"}
    with psycopg.connect(database_url(), autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(new))
        server.execute(sql.SQL("CREATE DATABASE {}").format(new))
        try:
            subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment, check=True)
            with psycopg.connect(address) as built:
                assert len(tables.applied_migrations(built)) == 3
                assert "auth_user" in tables.tables_of(built)
        finally:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(new))


def test_a_backup_is_of_one_moment(traded: User, media: Path, tmp_path: Path) -> None:
    """What is traded while it is made is in the next one, in no table of this one."""
    before = contents()
    told: list[str] = []

    def meanwhile(line: str) -> None:
        if not told:
            User.objects.create_user("meanwhile", last_login=clock.now() + timedelta(hours=1))
        told.append(line)

    target = tmp_path / "moment.backup"
    back_up(target, KEY, tell=meanwhile)
    assert told
    assert restoring.check(target, KEY).tables == before
