"""What an import did, table by table, and whether it adds up."""

from dataclasses import asdict, dataclass, field
from typing import Any

Figure = int | float | str | None


@dataclass(frozen=True, slots=True)
class Check:
    """One figure as it is in the old database and as it is here."""

    name: str
    source: Figure
    imported: Figure
    equal: bool


@dataclass(slots=True)
class TableReport:
    """source_rows: in the old files. imported, quarantined: by this run; rows that were here before are in neither."""

    source_rows: int = 0
    imported: int = 0
    quarantined: int = 0
    checks: list[Check] = field(default_factory=list)

    @property
    def is_right(self) -> bool:
        return all(check.equal for check in self.checks)


@dataclass(slots=True)
class Report:
    """All tables of all files, by their old names in lower case."""

    tables: dict[str, TableReport] = field(default_factory=dict)

    def of(self, table: str) -> TableReport:
        """Return a table's part, empty at first."""
        return self.tables.setdefault(table.lower(), TableReport())

    @property
    def ok(self) -> bool:
        return all(table.is_right for table in self.tables.values())

    @property
    def imported(self) -> int:
        return sum(table.imported for table in self.tables.values())

    @property
    def quarantined(self) -> int:
        return sum(table.quarantined for table in self.tables.values())

    def wrong(self) -> list[str]:
        """Return each check that does not add up, in words."""
        return [
            f"{name}, {check.name}: {check.source} in the old database, {check.imported} here"
            for name, table in self.tables.items()
            for check in table.checks
            if not check.equal
        ]

    def as_json(self) -> dict[str, Any]:
        """Return the report as `--report` writes it."""
        return {"ok": self.ok, "tables": {name: asdict(table) for name, table in sorted(self.tables.items())}}
