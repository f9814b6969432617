"""Importing old databases: every row is taken or kept in quarantine, all files in one transaction or nothing."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.db import DataError, IntegrityError, connection, transaction

from apps.journal.entries import catch_up
from apps.legacy_import import checks
from apps.legacy_import.copying import copy_into
from apps.legacy_import.models import ImportedFile, ImportedRow, QuarantinedRow
from apps.legacy_import.report import Check, Report
from apps.legacy_import.sources import Row, Source, Table, open_copy
from apps.legacy_import.takers import order_of, taker_of
from apps.legacy_import.takers.protocol import Import, Taker
from apps.legacy_import.values import UnreadableError, digest_of

_BATCH = 1000
_LOCK = 0x01D_D8  # one import at a time
Tell = Callable[[str], None]
Kept = tuple[str, int]


def import_databases(
    paths: Sequence[Path], owner: User, *, at: datetime, zone: ZoneInfo, dry_run: bool = False, tell: Tell
) -> Report:
    """Import old databases for a user and return the report. zone: of the old machine's own clock.

    Where a check fails, or for a dry run, everything is rolled back. What was imported before is left alone. Raises
    sources.SourceError before anything is written.
    """
    report = Report()
    with ExitStack() as stack:
        sources = []
        for path in paths:
            tell(f"{path}: copying and checking")
            source = open_copy(path)
            stack.callback(source.close)
            sources.append(source)
            for notice in source.notices:
                tell(notice)
        with transaction.atomic():
            _wait_for_others()
            _plan_without_statistics()
            for source in sources:
                _FileImport(source, owner, report, at=at, zone=zone, tell=tell).run()
            catch_up()
            if dry_run or not report.ok:
                transaction.set_rollback(True)
    return report


class _FileImport:
    """One file of an import."""

    def __init__(
        self, source: Source, owner: User, report: Report, *, at: datetime, zone: ZoneInfo, tell: Tell
    ) -> None:
        self._source = source
        self._report = report
        self._tell = tell
        file, _ = ImportedFile.objects.get_or_create(
            owner=owner,
            fingerprint=source.fingerprint,
            defaults={"name": source.name[:255], "size": source.size, "imported_at": at},
        )
        self._run = Import(owner=owner, at=at, zone=zone, file=file)

    def run(self) -> None:
        """Take all tables."""
        for table in order_of(self._source.tables):
            taker = taker_of(table.name, self._run)
            _TableImport(self._source, table, taker, self._run).run(self._report, self._tell)


class _TableImport:
    """One table of a file."""

    def __init__(self, source: Source, table: Table, taker: Taker | None, run: Import) -> None:
        self._source = source
        self._table = table
        self._name = table.name.lower()
        self._taker = taker
        self._is_of_file = taker is not None and taker.is_of_file
        self._run = run
        self._before = ImportedRow.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        self._here = self._known(ImportedRow) | self._known(QuarantinedRow)
        self._states = self._known_states() if taker and taker.identity else {}

    def run(self, report: Report, tell: Tell) -> None:
        """Take the rows and check them."""
        part = report.of(self._name)
        read: list[Kept] = []
        before = imported = quarantined = 0
        for batch in _batches(self._source.rows(self._table, is_of_file=self._is_of_file)):
            new = [row for row in batch if (row.digest, row.copy) not in self._here]
            read += [(row.digest, row.copy) for row in batch]
            before += len(batch) - len(new)
            taken, refused = self._take(new)
            imported, quarantined = imported + taken, quarantined + refused
            tell(f"{self._source.name}: {self._table.name}, {len(read):,} rows read")
        part.source_rows += len(read)
        part.imported += imported
        part.quarantined += quarantined
        if self._taker is not None:
            self._taker.finish(read)
        prefix = f"{self._source.name}: "
        if before:
            part.checks.append(checks.known_before(before))
        found = list(checks.stored_whole(self._source, self._table, read, self._run.owner.pk))
        if self._taker is not None:
            found += checks.taken_right(
                self._source, self._table, self._run.file, self._taker.target, self._taker.sums, after=self._before
            )
        part.checks += [Check(prefix + one.name, one.source, one.imported, one.equal) for one in found]
        tell(
            f"{self._source.name}: {self._table.name}, {imported:,} taken, {quarantined:,} in quarantine"
            + (f", {before:,} here before" if before else "")
        )

    def _take(self, rows: Sequence[Row]) -> tuple[int, int]:
        """Take new rows and return how many were taken and how many not."""
        found, refused = [], []
        for row in rows:
            try:
                found.append((row, self._read(row)))
            except UnreadableError as why:
                refused.append((row, str(why)))
        taken, failed = self._store(found)
        refused += failed
        copy_into(ImportedRow, taken)
        copy_into(
            QuarantinedRow,
            [QuarantinedRow(**self._kept(row), reason=f"{why}.", quarantined_at=self._run.at) for row, why in refused],
        )
        return len(taken), len(refused)

    def _read(self, row: Row) -> object:
        if self._taker is None:
            raise UnreadableError(f"The desk has no table for {self._table.name}")
        identity = self._identity(row)
        if identity and identity in self._states:
            raise UnreadableError(f"This row was imported before in another state, from {self._states[identity]}")
        return self._taker.read(row)

    def _store(self, found: Sequence[tuple[Row, object]]) -> tuple[list[ImportedRow], list[tuple[Row, str]]]:
        """Store rows, all at once; where the database takes exception, one by one to find which."""
        if not found or self._taker is None:
            return [], []
        try:
            with transaction.atomic():
                places = self._taker.store(found)
        except (DataError, IntegrityError, ArithmeticError, ValueError) as error:
            if len(found) == 1:
                return [], [(found[0][0], str(error).strip().splitlines()[0])]
            parts = [self._store([one]) for one in found]
            return [row for taken, _ in parts for row in taken], [row for _, refused in parts for row in refused]
        return [
            ImportedRow(**self._kept(row), target_table=target, target_id=number, identity=self._identity(row))
            for (row, _), (target, number) in zip(found, places, strict=True)
        ], []

    def _kept(self, row: Row) -> dict[str, object]:
        return {
            "owner": self._run.owner,
            "file": self._run.file,
            "table": self._name,
            "row_key": row.key,
            "digest": row.digest,
            "copy": row.copy,
            "raw": row.raw,
        }

    def _identity(self, row: Row) -> str:
        names = self._taker.identity if self._taker else ()
        if not names or any(name not in row.raw for name in names):
            return ""
        return digest_of(self._name, {name: row.raw[name] for name in names})

    def _known(self, model: type[ImportedRow] | type[QuarantinedRow]) -> set[Kept]:
        known = model._default_manager.filter(owner=self._run.owner, table=self._name)
        return set(known.values_list("digest", "copy"))

    def _known_states(self) -> dict[str, str]:
        known = ImportedRow.objects.filter(owner=self._run.owner, table=self._name).exclude(identity="")
        return dict(known.exclude(file=self._run.file).values_list("identity", "file__name"))


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while batch := list(islice(rows, _BATCH)):
        yield batch


def _wait_for_others() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _plan_without_statistics() -> None:
    """Keep the planner from joining row by row until we are through.

    To autovacuum the rows of an unfinished import are not there: it would tell the planner of large, empty tables, for
    which a nested loop is best, and the checks would take hours instead of seconds.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
