"""The engine's tables of one trader in PostgreSQL."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, models
from django.db.models import QuerySet

from apps.autotrader.models import AutonomousConfig, AutonomousLog, AutonomousPosition, SchedulerState
from apps.ledger.models import Account
from apps.market.rows import DjangoRowStore
from legacy_engines.storage import Condition, Row
from legacy_engines.trading.autonomous.account import CONFIG, LOG, POSITIONS
from legacy_engines.trading.autonomous.cycles import STATE

REQUIRED = {
    POSITIONS: (
        "symbol", "strategy", "action", "entry_date", "entry_time", "strike", "option_type", "expiration_date",
        "contracts", "entry_price",
    ),
    LOG: ("date", "time", "action"),
    CONFIG: ("key", "value"),
}  # fmt: skip
_TABLES: dict[str, type[models.Model]] = {
    POSITIONS: AutonomousPosition,
    LOG: AutonomousLog,
    CONFIG: AutonomousConfig,
    STATE: SchedulerState,
}
_OURS = {
    POSITIONS: ("account_id", "position_id", "part_id"),
    STATE: ("running_since", "paused_until", "stopped_hard_at", "last_tick_at", "last_error", "last_error_at"),
}


class TraderStore(DjangoRowStore):
    """The old tables as one trader's engine sees them; of the positions those of one account.

    Columns the old tables did not have are out of the engine's sight. The log is the table `autonomous_logs`.
    """

    def __init__(self, owner: User, account: Account | None) -> None:
        super().__init__(*_TABLES.values(), scope={"owner_id": owner.pk})
        self._account = account
        by_model = dict(zip(self._models.values(), self._columns.values(), strict=True))
        self._models = dict(_TABLES)
        self._columns = {
            table: {name: by_model[model][name] for name in self.columns_of(table)} for table, model in _TABLES.items()
        }

    def insert(self, table: str, row: Mapping[str, Any]) -> int:
        """Add a row and return its id; a position belongs to the account. Raises IntegrityError."""
        check_row(table, row)
        number = super().insert(table, row)
        if table == POSITIONS and self._account is not None:
            AutonomousPosition.objects.filter(pk=number).update(account=self._account)
        return number

    @staticmethod
    def columns_of(table: str) -> tuple[str, ...]:
        """Return the columns of a table as the engine sees them."""
        model = _TABLES[table]
        hidden = {"owner_id", *_OURS.get(table, ())}
        return tuple(str(field.column) for field in model._meta.concrete_fields if field.column not in hidden)

    def _matching(self, table: str, where: Sequence[Condition]) -> QuerySet[models.Model]:
        found = super()._matching(table, where)
        return found.filter(account=self._account) if table == POSITIONS and self._account is not None else found


def check_row(table: str, row: Row | Mapping[str, Any]) -> None:
    """Raise IntegrityError where a new row lacks what its table requires, in the same words for every store."""
    missing = [column for column in REQUIRED.get(table, ()) if row.get(column) is None]
    if missing:
        raise IntegrityError(f"A row of {table} needs {', '.join(missing)}.")
