"""The outside world of a recorded case: a clock that stands, canned HTTP answers and the old tables."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from legacy_engines.storage import Condition, Row
from tests.parity.cases import Case

OLD_SCHEMA = (Path(__file__).parent / "old_schema.sql").read_text("utf-8")
SOME_TUESDAY = "2025-10-21T10:30:00-04:00"


class StandingClock:
    """A clock that moves only when told to. Sleeping is recorded and moves it."""

    def __init__(self, instant: str, zone: str = "America/New_York") -> None:
        self.instant = datetime.fromisoformat(instant).astimezone(ZoneInfo(zone))
        self.sleeps: list[float] = []

    def now(self) -> datetime:
        return self.instant

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        # In UTC: adding to an aware local time would add wall-clock seconds across a change of daylight saving.
        utc = self.instant.astimezone(ZoneInfo("UTC")) + timedelta(seconds=seconds)
        self.instant = utc.astimezone(self.instant.tzinfo)


def clock_of(case: Case) -> StandingClock:
    """Return the clock of a case; without one the result does not depend on time."""
    return StandingClock(case.env.get("clock") or SOME_TUESDAY, case.env.get("process_tz") or "America/New_York")


@dataclass
class CannedResponse:
    """An HTTP answer read from a case."""

    status_code: int
    text: str

    def json(self) -> Any:
        return json.loads(self.text)


@dataclass
class CannedSession:
    """Answers requests from `env.http`: method, end of the URL and the listed parameters must match.

    Matching entries are used up in order, the last one repeats. Nothing matching is a connection error.
    """

    entries: list[dict[str, Any]]
    requests: list[dict[str, Any]] = field(default_factory=list)
    used: set[int] = field(default_factory=set)

    def get(
        self, url: str, *, params: Mapping[str, Any], headers: Mapping[str, str] | None = None, timeout: float
    ) -> CannedResponse:
        request = {
            "method": "GET",
            "url": url,
            "params": dict(params),
            "headers": dict(headers or {}),
            "timeout": timeout,
        }
        return self._answer(request)

    def post(self, url: str, *, json: Any, headers: Mapping[str, str], timeout: float) -> CannedResponse:
        request = {"method": "POST", "url": url, "json": json, "headers": dict(headers), "timeout": timeout}
        return self._answer(request)

    def _answer(self, request: dict[str, Any]) -> CannedResponse:
        self.requests.append(request)
        fitting = [i for i, entry in enumerate(self.entries) if self._fits(entry, request)]
        if not fitting:
            raise ConnectionError(f"no canned answer for {request['url']}")
        chosen = next((i for i in fitting if i not in self.used), fitting[-1])
        self.used.add(chosen)
        entry = self.entries[chosen]
        if entry.get("raise"):
            raise {"Timeout": TimeoutError}.get(entry["raise"], ConnectionError)(str(entry["raise"]))
        text = json.dumps(entry["json"]) if "json" in entry else entry.get("text", "")
        return CannedResponse(entry.get("status", 200), text)

    @staticmethod
    def _fits(entry: dict[str, Any], request: dict[str, Any]) -> bool:
        wanted = entry.get("params") or {}
        sent = request.get("params") or {}
        return (
            entry.get("method", "GET") == request["method"]
            and request["url"].endswith(entry["path"])
            and all(str(sent.get(name)) == str(value) for name, value in wanted.items())
        )


class SqliteStore:
    """The old tables in memory, with the old constraints and column affinities."""

    def __init__(self, clock: StandingClock | None = None, *, tables: bool = True) -> None:
        self.clock = clock or StandingClock(SOME_TUESDAY)
        self.connection = sqlite3.connect(":memory:", isolation_level=None)
        self.connection.row_factory = sqlite3.Row
        if tables:
            self.connection.executescript(OLD_SCHEMA)

    def select(self, table: str, where: Sequence[Condition] = (), order_by: Sequence[str] = ()) -> list[Row]:
        clause, values = _where(where)
        order = [f'"{name.lstrip("-")}" {"DESC" if name.startswith("-") else "ASC"}' for name in order_by]
        query = f'SELECT * FROM "{table}"{clause} ORDER BY {", ".join([*order, "rowid"])}'  # noqa: S608 - own names
        return [dict(row) for row in self.connection.execute(query, values)]

    def insert(self, table: str, row: Mapping[str, Any]) -> int:
        full = {**self._moments(table, row), **row}
        if not full:
            return int(self.connection.execute(f'INSERT INTO "{table}" DEFAULT VALUES').lastrowid or 0)
        names = ", ".join(f'"{name}"' for name in full)
        query = f'INSERT INTO "{table}" ({names}) VALUES ({", ".join("?" * len(full))})'  # noqa: S608
        return int(self.connection.execute(query, [_storable(value) for value in full.values()]).lastrowid or 0)

    def replace(self, table: str, row: Mapping[str, Any], key: Sequence[str]) -> int:
        with self.atomic():
            self.delete(table, [(column, "=", row[column]) for column in key])
            return self.insert(table, row)

    def update(self, table: str, changes: Mapping[str, Any], where: Sequence[Condition]) -> int:
        clause, values = _where(where)
        assignments = ", ".join(f'"{name}" = ?' for name in changes)
        query = f'UPDATE "{table}" SET {assignments}{clause}'  # noqa: S608
        return self.connection.execute(query, [*(_storable(v) for v in changes.values()), *values]).rowcount

    def delete(self, table: str, where: Sequence[Condition]) -> int:
        clause, values = _where(where)
        return self.connection.execute(f'DELETE FROM "{table}"{clause}', values).rowcount  # noqa: S608

    @contextmanager
    def atomic(self) -> Iterator[None]:
        self.connection.execute("SAVEPOINT block")
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK TO block")
            raise
        finally:
            self.connection.execute("RELEASE block")

    def load(self, rows_by_table: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
        """Replace the content of the named tables."""
        for table, rows in rows_by_table.items():
            self.delete(table, ())
            for row in rows:
                self.insert(table, row)

    def dump(self, table: str) -> list[Row]:
        """Return all rows of a table by id."""
        return self.select(table)

    def _moments(self, table: str, row: Mapping[str, Any]) -> dict[str, str]:
        columns = self.connection.execute(f'PRAGMA table_info("{table}")')
        now = self.clock.now().astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%d %H:%M:%S")
        return {c["name"]: now for c in columns if c["dflt_value"] == "CURRENT_TIMESTAMP" and c["name"] not in row}


def _where(conditions: Sequence[Condition]) -> tuple[str, list[Any]]:
    parts: list[str] = []
    values: list[Any] = []
    for column, operator, value in conditions:
        if operator == "in":
            parts.append(f'"{column}" IN ({", ".join("?" * len(value))})')
            values.extend(value)
        elif value is None and operator == "=":
            parts.append(f'"{column}" IS NULL')
        else:
            parts.append(f'"{column}" {operator} ?')
            values.append(_storable(value))
    return (" WHERE " + " AND ".join(parts) if parts else ""), values


def _storable(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value
