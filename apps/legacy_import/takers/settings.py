"""Settings of the old program: in force here where the desk has none of its own, kept aside otherwise."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec
from django.db import models

from alphagex import clock
from apps.autotrader.models import AutonomousConfig, SchedulerState
from apps.legacy_import.columns import needed, stamped, told
from apps.legacy_import.models import OldSetting
from apps.legacy_import.moments import UTC, moment
from apps.legacy_import.sources import Row
from apps.legacy_import.takers.protocol import Import
from apps.legacy_import.values import UnreadableError, Value, text, whole

NUMBERS = ("capital", "min_confidence", "max_position_size", "max_exposure")
FLAGS = ("enabled", "auto_execute", "auto_find_trades", "initialized")


class SettingTaker:
    """`autonomous_config`, `paper_config`, `paper_config_v2`: keys with values."""

    sums: Sequence[str] = ()
    identity: Sequence[str] = ()
    is_of_file = True

    def __init__(self, model: type[models.Model], run: Import) -> None:
        self.model = model
        self.target = model._meta.db_table
        self._run = run

    def read(self, row: Row) -> tuple[str, str]:
        """Return key and value. Raises UnreadableError."""
        key, value = needed(row, "key", text), needed(row, "value", text)
        if key in FLAGS and value not in ("true", "false"):
            raise UnreadableError(f"{key}: {value[:40]!r} is neither true nor false")
        if key in NUMBERS and not _is_number(value, whole=key == "min_confidence"):
            raise UnreadableError(f"{key}: {value[:40]!r} is no number such a setting can have")
        return key, value

    def store(self, found: Sequence[tuple[Row, Any]]) -> Sequence[tuple[str, int]]:
        """Store the settings and return their places."""
        return [self._store(key, value) for _, (key, value) in found]

    def finish(self, kept: Sequence[tuple[str, int]]) -> None:
        """Say that the auto trader's settings are there: without, its engine would write them all again, and fail."""
        if kept and self.model is AutonomousConfig:
            AutonomousConfig.objects.get_or_create(owner=self._run.owner, key="initialized", defaults={"value": "true"})

    def _store(self, key: str, value: str) -> tuple[str, int]:
        known: Any
        known, _ = self.model._default_manager.get_or_create(owner=self._run.owner, key=key, defaults={"value": value})
        if known.value == value:
            return self.target, known.pk
        kept, _ = OldSetting.objects.get_or_create(
            owner=self._run.owner, table=self.target, key=key, value=value, why="Set here already."
        )
        return OldSetting._meta.db_table, kept.pk


class SchedulerTaker:
    """`scheduler_state`: what the scheduler had done. It comes over switched off: starting to trade is the trader's."""

    target = SchedulerState._meta.db_table
    sums: Sequence[str] = ()
    identity: Sequence[str] = ()
    is_of_file = True

    def __init__(self, run: Import) -> None:
        self._run = run

    def read(self, row: Row) -> dict[str, Any]:
        """Return the columns. Raises UnreadableError."""
        found: dict[str, Any] = {
            name: told(row, name, _as_python_writes)
            for name in ("last_started", "last_stopped", "last_trade_check", "last_position_check")
        }
        found["updated_at"] = told(row, "updated_at", stamped(UTC))
        found["restart_reason"] = told(row, "restart_reason", text)
        for name in ("execution_count", "should_auto_restart", "is_running"):
            found[name] = told(row, name, whole)
        return found

    def store(self, found: Sequence[tuple[Row, Any]]) -> Sequence[tuple[str, int]]:
        """Store the state and return its place."""
        return [self._store(state) for _, state in found]

    def finish(self, kept: Sequence[tuple[str, int]]) -> None:
        """Nothing follows."""

    def _store(self, state: dict[str, Any]) -> tuple[str, int]:
        owner = self._run.owner
        known, is_new = SchedulerState.objects.get_or_create(owner=owner, defaults=state | {"is_running": 0})
        if is_new:
            return self.target, known.pk
        kept, _ = OldSetting.objects.get_or_create(
            owner=owner, table=self.target, key="state", value=msgspec.json.encode(state).decode(),
            why="The auto trader has a state here already.",
        )  # fmt: skip
        return OldSetting._meta.db_table, kept.pk


def _as_python_writes(value: Value) -> str | None:
    """Return a moment in New York as the scheduler wrote it."""
    found = moment(value, clock.NEW_YORK)
    return None if found is None else str(clock.in_new_york(found))


def _is_number(value: str, *, whole: bool) -> bool:
    try:
        found = Decimal(value)
    except InvalidOperation:
        return False
    return found.is_finite() and found >= 0 and (value.isdigit() if whole else True)
