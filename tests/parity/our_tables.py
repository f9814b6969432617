"""Our tables in the state of a recorded case: they stand where the parity tests have SQLite."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Model

from alphagex import clock
from apps.autotrader.models import AutonomousConfig, AutonomousLog, AutonomousPosition, SchedulerState
from apps.autotrader.store import TraderStore
from apps.ledger.accounts import account_in_use
from apps.ledger.models import Account, Position
from apps.market.rows import DjangoRowStore
from apps.paper.models import PaperConfig, PaperConfigV2, PaperPosition, PaperPositionV2
from apps.paper.store import PaperStore
from legacy_engines.storage import Condition, Row
from tests.parity.cases import NOT_FINITE, Case
from tests.parity.worlds import StandingClock

OWNER = "recorded"
TABLES: dict[str, type[Model]] = {
    "autonomous_positions": AutonomousPosition,
    "autonomous_trade_log": AutonomousLog,
    "autonomous_config": AutonomousConfig,
    "scheduler_state": SchedulerState,
    "paper_positions": PaperPosition,
    "paper_positions_v2": PaperPositionV2,
    "paper_config": PaperConfig,
    "paper_config_v2": PaperConfigV2,
    "positions": Position,
}
COUNTED = ("autonomous_positions", "autonomous_trade_log", "paper_positions", "paper_positions_v2", "positions")
_OLD_POSITION = (
    "id", "opened_at", "symbol", "strategy", "direction", "entry_price", "current_price", "exit_price", "target",
    "stop", "size", "quantity", "status", "closed_at", "pnl", "entry_net_gex", "entry_flip_point",
    "entry_spot_price", "entry_regime", "notes",
)  # fmt: skip
_STATUSES = {"OPEN", "CLOSED"}


def owner_of_recorded_rows() -> User:
    """Return whose the recorded rows are, with an own record."""
    owner, _ = User.objects.get_or_create(username=OWNER)
    account_in_use(owner, Account.Kind.OWN, at=clock.now())
    return owner


class LedgerRows(DjangoRowStore):
    """The ledger's positions as the old program's agents ask for them.

    What the old table had no column for follows from what it had. What was never closed has no P&L there, none yet
    here; notes and regime that are not known are empty here.
    """

    def __init__(self, owner: User) -> None:
        account = Account.objects.get(owner=owner, kind=Account.Kind.OWN)
        super().__init__(Position, scope={"account_id": account.pk})
        self._columns = {"positions": {name: self._columns["positions"][name] for name in _OLD_POSITION}}

    def select(self, table: str, where: Sequence[Condition] = (), order_by: Sequence[str] = ()) -> list[Row]:
        return [_as_old(row) for row in super().select(table, where, order_by)]

    def insert(self, table: str, row: Mapping[str, Any]) -> int:
        known = {column: value for column, value in row.items() if value is not None}
        if row["status"] == "OPEN":
            ours = {"open_quantity": row["quantity"]}
        else:
            known.setdefault("closed_at", row["opened_at"])
            ours = {"open_quantity": 0}
        values = self._stored(table, known) | ours | self._scope
        with transaction.atomic():
            return Position.objects.create(**values).pk


def _as_old(row: Row) -> Row:
    empty = {name: None for name in ("notes", "entry_regime") if row[name] == ""}
    return {**row, **empty, "pnl": row["pnl"] if row["status"] == "CLOSED" else None}


class OurTables:
    """One trader's rows in PostgreSQL; ids count from 1. What a case wrote is undone with its transaction."""

    def __init__(self, standing: StandingClock) -> None:
        self.clock = standing
        owner = User.objects.get(username=OWNER)
        trader, paper = TraderStore(owner, None), PaperStore(owner, None)
        self._stores: dict[str, DjangoRowStore] = {
            name: trader if name in _OF_THE_TRADER else paper for name in TABLES if name != "positions"
        }
        self._stores["positions"] = LedgerRows(owner)
        _count(dict.fromkeys(COUNTED, 0))

    def load(self, rows_by_table: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
        for table, rows in rows_by_table.items():
            self.delete(table, ())
            for row in rows:
                self.insert(table, row)
            highest = max((row.get("id") or 0 for row in rows), default=0)
            if table in COUNTED and highest:
                _count({table: highest})

    def select(self, table: str, where: Sequence[Condition] = (), order_by: Sequence[str] = ()) -> list[Row]:
        return self._stores[table].select(table, where, order_by)

    def insert(self, table: str, row: Mapping[str, Any]) -> int:
        if table == "scheduler_state" and "updated_at" not in row:
            row = {**row, "updated_at": self.clock.now().astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")}
        return self._stores[table].insert(table, row)

    def replace(self, table: str, row: Mapping[str, Any], key: Sequence[str]) -> int:
        with self.atomic():
            self.delete(table, [(column, "=", row[column]) for column in key])
            return self.insert(table, row)

    def update(self, table: str, changes: Mapping[str, Any], where: Sequence[Condition]) -> int:
        return self._stores[table].update(table, changes, where)

    def delete(self, table: str, where: Sequence[Condition]) -> int:
        return self._stores[table].delete(table, where)

    def atomic(self) -> AbstractContextManager[Any]:
        return transaction.atomic()

    def dump(self, table: str) -> list[Row]:
        return self.select(table)


_OF_THE_TRADER = {"autonomous_positions", "autonomous_trade_log", "autonomous_config", "scheduler_state"}


def kept_rows(case: Case) -> tuple[Case, list[str]]:
    """Return the case with the rows our columns can hold, and why the others cannot be held."""
    recorded = case.raw.get("env", {}).get("db_rows") or {}
    reasons = {table: [_why_not_kept(table, row) for row in rows] for table, rows in recorded.items()}
    if not any(why for table in reasons.values() for why in table):
        return case, []
    kept = {
        table: [row for row, why in zip(rows, reasons[table], strict=True) if not why]
        for table, rows in recorded.items()
    }
    raw = {**case.raw, "env": {**case.raw["env"], "db_rows": kept}}
    return Case(case.callable, raw), [why for table in reasons.values() for why in table if why]


def _why_not_kept(table: str, row: Mapping[str, Any]) -> str:
    kinds = {str(field.column): field.get_internal_type() for field in TABLES[table]._meta.concrete_fields}
    for column, value in row.items():
        is_number = kinds.get(column) in ("FloatField", "IntegerField", "DecimalField")
        if is_number and isinstance(value, str) and value not in NOT_FINITE:
            return f"{column} is a text"
        if kinds.get(column) == "DateTimeField" and value is not None and not _is_a_stamp(value):
            return f"{column} is written otherwise"
    if table != "positions":
        return ""
    if row["opened_at"] is None:
        return "opened_at is not known"
    if row["status"] == "CLOSED" and "closed_at" in row and row.get("pnl") is None:
        return "pnl of a closed trade is not known"
    return "" if row["status"] in _STATUSES else f"status is {row['status']}"


def _is_a_stamp(value: str) -> bool:
    return len(value) == len("2025-10-15 19:00:00") and value[10] == " "


def _count(last: Mapping[str, int]) -> None:
    """Let the ids of tables go on after `last`."""
    parts = [
        f"setval(pg_get_serial_sequence('{TABLES[name]._meta.db_table}', 'id'), {max(number, 1)}, {number > 0})"
        for name, number in last.items()
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}")
