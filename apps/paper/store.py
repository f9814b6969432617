"""The paper engines' tables of one trader in PostgreSQL."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, models
from django.db.models import QuerySet

from apps.ledger.models import Account
from apps.market.rows import DjangoRowStore
from apps.paper.models import PaperConfig, PaperConfigV2, PaperPosition, PaperPositionV2
from legacy_engines.storage import Condition, Row
from legacy_engines.trading import paper_v1, paper_v2

POSITIONS: dict[str, type[PaperPosition] | type[PaperPositionV2]] = {
    paper_v1.POSITIONS: PaperPosition,
    paper_v2.POSITIONS: PaperPositionV2,
}
CONFIGS: dict[str, type[PaperConfig] | type[PaperConfigV2]] = {
    paper_v1.CONFIG: PaperConfig,
    paper_v2.CONFIG: PaperConfigV2,
}
_REQUIRED_OF_POSITION = ("symbol", "strategy", "action", "entry_price", "quantity", "opened_at")
REQUIRED = {**dict.fromkeys(POSITIONS, _REQUIRED_OF_POSITION), **dict.fromkeys(CONFIGS, ("key", "value"))}
_OURS = {**dict.fromkeys(POSITIONS, ("account_id", "position_id")), **dict.fromkeys(CONFIGS, ("id",))}


class PaperStore(DjangoRowStore):
    """The old tables as one trader's engine sees them; of the positions those of one account, None: all of them.

    Columns the old tables did not have are out of the engine's sight.
    """

    def __init__(self, owner: User, account: Account | None) -> None:
        super().__init__(*POSITIONS.values(), *CONFIGS.values(), scope={"owner_id": owner.pk})
        self.owner = owner
        self.account = account
        for table, hidden in _OURS.items():
            for column in hidden:
                del self._columns[table][column]

    def insert(self, table: str, row: Mapping[str, Any]) -> int:
        """Add a row and return its id; a position belongs to the account. Raises IntegrityError."""
        missing = [column for column in REQUIRED[table] if row.get(column) is None]
        if missing:
            raise IntegrityError(f"A row of {table} needs {', '.join(missing)}.")
        number = super().insert(table, row)
        if table in POSITIONS and self.account is not None:
            POSITIONS[table]._default_manager.filter(pk=number).update(account=self.account)
        return number

    def _matching(self, table: str, where: Sequence[Condition]) -> QuerySet[models.Model]:
        found = super()._matching(table, where)
        return found.filter(account=self.account) if table in POSITIONS and self.account is not None else found


class ReadOnceStore(PaperStore):
    """The tables for looking only: each is read once, however often the engine asks for one row of it."""

    def __init__(self, owner: User, account: Account) -> None:
        super().__init__(owner, account)
        self._read: dict[str, list[Row]] = {}

    def select(self, table: str, where: Sequence[Condition] = (), order_by: Sequence[str] = ()) -> list[Row]:
        """Return matching rows as they were when the table was first read."""
        if order_by or any(operator != "=" for _, operator, _ in where):
            return super().select(table, where, order_by)
        if table not in self._read:
            self._read[table] = super().select(table)
        return [dict(row) for row in self._read[table] if all(row[name] == value for name, _, value in where)]
