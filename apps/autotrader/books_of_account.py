"""What a trader's tables hold before a run: read once to look ahead, and again under the account's lock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from django.contrib.auth.models import User
from django.db import transaction

from alphagex import clock
from apps.autotrader.contracts import Contract, of_legs
from apps.autotrader.following import accounts_out_of_step, follow, out_of_step
from apps.autotrader.memory_rows import MemoryRows
from apps.autotrader.models import AutonomousPosition
from apps.autotrader.notebook import as_json, from_json
from apps.autotrader.store import TraderStore
from apps.ledger.accounts import account_in_use, locked
from apps.ledger.models import Account, Leg
from apps.market.tickers import EngineClock
from legacy_engines.trading.autonomous import AutonomousPaperTrader
from legacy_engines.trading.autonomous.account import CONFIG, LOG, POSITIONS

OPEN = AutonomousPosition.Status.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The engine's rows as plain JSON: config, open positions by id, and the contracts of each by its id."""

    config: dict[str, str]
    positions: list[dict[str, Any]]
    legs: dict[str, list[dict[str, Any]]]

    def contracts(self) -> dict[int, list[Contract]]:
        """Return the contracts of each open row that has any."""
        return {int(row): [msgspec.convert(leg, Contract) for leg in legs] for row, legs in self.legs.items()}

    def as_rows(self) -> MemoryRows:
        """Return the rows in memory."""
        config = [{"key": key, "value": value} for key, value in self.config.items()]
        tables = {POSITIONS: from_json(self.positions), CONFIG: config, LOG: []}
        return MemoryRows(tables, {table: TraderStore.columns_of(table) for table in tables})

    def as_json(self) -> dict[str, Any]:
        """Return everything as one JSON object."""
        return {"config": self.config, "positions": self.positions, "legs": self.legs}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Held":
        """Return what `as_json` wrote."""
        return cls(config=stored["config"], positions=stored["positions"], legs=stored["legs"])


def held_by(owner: User, account: Account) -> Held:
    """Return the rows as they stand."""
    store = TraderStore(owner, account)
    rows = store.select(POSITIONS, [("status", "=", OPEN)])
    config = {row["key"]: row["value"] for row in store.select(CONFIG)}
    return Held(config=config, positions=as_json(rows), legs=_legs_of([row["id"] for row in rows]))


def account_of(owner: User, *, at: datetime) -> Account:
    """Return the trader's account, with the engine's notes and rows in step with it.

    The engine's capital is what the account started with; what was closed by somebody else is followed (`following`).
    """
    account = account_in_use(owner, Account.Kind.AUTONOMOUS, at=at)
    if not _is_in_step(TraderStore(owner, account), account):
        with transaction.atomic():
            account = locked(account.pk)
            _books(owner, account, at).set_config("capital", f"{account.starting_cash.normalize():f}")
            _follow_all(owner, account, at)
    return account


def follow_the_ledger(at: datetime) -> list[User]:
    """Bring the rows of every account in step with the ledger; return whose were not. Safe to repeat."""
    accounts = accounts_out_of_step()
    for account in accounts:
        with transaction.atomic():
            locked(account.pk)
            _follow_all(account.owner, account, at)
    return [account.owner for account in accounts]


def performance(owner: User, *, at: datetime, account: Account | None = None) -> dict[str, Any]:
    """Return the engine's figures (`get_performance`), at mid; `ledger.accounts.standing` has the money itself.

    account: where `account_of` gave it already.
    """
    return _books(owner, account or account_of(owner, at=at), at).get_performance()


def _books(owner: User, account: Account, at: datetime) -> AutonomousPaperTrader:
    return AutonomousPaperTrader(store=TraderStore(owner, account), clock=EngineClock(clock.in_new_york(at)))


def _follow_all(owner: User, account: Account, at: datetime) -> None:
    books = _books(owner, account, at)
    for row in out_of_step(account):
        follow(row, books)


def _is_in_step(store: TraderStore, account: Account) -> bool:
    config = {row["key"]: row["value"] for row in store.select(CONFIG)}
    if not {"capital", "initialized"} <= set(config) or Decimal(config["capital"]) != account.starting_cash:
        return False
    return not out_of_step(account).exists()


def _legs_of(rows: Sequence[int]) -> dict[str, list[dict[str, Any]]]:
    linked = AutonomousPosition.objects.filter(pk__in=rows, position__isnull=False)
    row_of = dict(linked.values_list("position_id", "pk"))
    legs = Leg.objects.filter(position__in=row_of, open_quantity__gt=0).select_related("position")
    found: dict[str, list[dict[str, Any]]] = {}
    for leg in legs.order_by("position_id", "number"):
        contracts = [msgspec.to_builtins(one) for one in of_legs(leg.position.symbol, [leg])]
        found.setdefault(str(row_of[leg.position_id]), []).extend(contracts)
    return found
