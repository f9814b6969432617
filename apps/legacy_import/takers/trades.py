"""Positions of the old program: the trader's own, the auto trader's, and those of both paper engines."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models

from apps.autotrader.models import AutonomousPosition
from apps.ledger.accounts import account_in_use
from apps.ledger.models import Account, Position
from apps.ledger.tickets import LegKind
from apps.legacy_import import ledger_rows
from apps.legacy_import.columns import Read, iso_day, needed, stamped, status, symbol, told
from apps.legacy_import.models import ImportedRow
from apps.legacy_import.moments import CLOSE, UTC, at_day_and_time, moment, stamp, time_of_day
from apps.legacy_import.old_trades import OldTrade, checked
from apps.legacy_import.sources import Row
from apps.legacy_import.takers.plain import PlainTaker
from apps.legacy_import.takers.protocol import Import
from apps.legacy_import.values import UnreadableError, Value, amount, number, text, whole
from apps.paper.models import PaperPosition, PaperPositionV2

MONEY_DIGITS = 14
OPENING = time(9, 30)
TradeOf = Callable[[Row, Any], OldTrade | None]


class OwnTaker:
    """`positions`: a record of the trader's own, in dollars on the underlying's price (C-15), with no contract named.

    So it is kept as the underlying: as many units as `quantity` says, else as `size` dollars bought.
    """

    target = Position._meta.db_table
    sums = ("entry_price", "current_price", "target", "stop", "size", "pnl")
    identity = ("id", "opened_at", "symbol", "strategy", "direction")
    is_of_file = False

    def __init__(self, run: Import) -> None:
        self._run = run

    def read(self, row: Row) -> OldTrade:
        """Return the trade. Raises UnreadableError."""
        is_closed, closed_at, pnl = _end(row, "pnl", lambda: told(row, "closed_at", _utc))
        direction = (needed(row, "direction", text) or "").strip().upper()
        if direction not in Position.Direction.values:
            raise UnreadableError(f"direction: {direction[:40]!r} is neither LONG nor SHORT")
        entry: Decimal = needed(row, "entry_price", amount)
        size = told(row, "size", _money)
        return checked(
            OldTrade(
                row=row,
                account=Account.Kind.OWN,
                symbol=needed(row, "symbol", symbol),
                strategy=needed(row, "strategy", text).strip(),
                direction=direction,
                quantity=_units(told(row, "quantity", whole), size, entry),
                kind="stock",
                entry_price=entry,
                opened_at=needed(row, "opened_at", _utc),
                closed_at=closed_at if is_closed else None,
                pnl=pnl,
                exit_price=told(row, "exit_price", amount),
                current_price=told(row, "current_price", amount),
                exit_reason=told(row, "exit_reason", text) or "",
                columns={
                    "target": told(row, "target", amount),
                    "stop": told(row, "stop", amount),
                    "size": size,
                    "entry_net_gex": told(row, "entry_net_gex", number),
                    "entry_flip_point": told(row, "entry_flip_point", number),
                    "entry_spot_price": told(row, "entry_spot_price", number),
                    "entry_regime": told(row, "entry_regime", lambda value: text(value, longest=60)) or "",
                    "notes": told(row, "notes", text) or "",
                },
            )
        )

    def store(self, found: Sequence[tuple[Row, Any]]) -> Sequence[tuple[str, int]]:
        """Write the trades into the ledger and return their places."""
        made = ledger_rows.write([trade for _, trade in found], owner=self._run.owner, at=self._run.at)
        return [(self.target, position.pk) for position in made]

    def finish(self, kept: Sequence[tuple[str, int]]) -> None:
        """Nothing follows."""


class BookTaker(PlainTaker):
    """An engine's table: its row as it was, and the trade in the ledger behind it."""

    def __init__(
        self,
        model: type[models.Model],
        run: Import,
        *,
        special: Mapping[str, Read],
        trade_of: TradeOf,
        identity: Sequence[str],
    ) -> None:
        ours = {"owner": run.owner, "account": None, "position": None}
        super().__init__(model, ours=ours, zone=run.zone, special={"symbol": symbol, "status": status, **special})
        self.identity = identity
        self._run = run
        self._trade_of = trade_of

    def read(self, row: Row) -> tuple[models.Model, OldTrade | None]:
        """Return the engine's row unsaved and its trade, None without a contract. Raises UnreadableError."""
        found = super().read(row)
        return found, self._trade_of(row, found)

    def store(self, found: Sequence[tuple[Row, Any]]) -> Sequence[tuple[str, int]]:
        """Store the rows with their trades and return the places of the rows."""
        trades = [trade for _, (_, trade) in found if trade is not None]
        made = iter(ledger_rows.write(trades, owner=self._run.owner, at=self._run.at))
        for _, (one, trade) in found:
            if trade is not None:
                position = next(made)
                one.position, one.account_id = position, position.account_id
            else:
                one.account = account_in_use(self._run.owner, Account.Kind.AUTONOMOUS, at=self._run.at)
        return super().store([(row, one) for row, (one, _) in found])


class AutonomousTaker(BookTaker):
    """`autonomous_positions`. Other tables name its rows by their ids."""

    def finish(self, kept: Sequence[tuple[str, int]]) -> None:
        """Note which row here an old id is."""
        known = ImportedRow.objects.filter(owner=self._run.owner, table=self.target)
        wanted = set(kept)
        for digest, copy, raw, target in known.values_list("digest", "copy", "raw", "target_id"):
            if (digest, copy) in wanted and (number := raw.get("id", "")).startswith("I:"):
                self._run.positions[number[2:]] = target


def autonomous(run: Import) -> AutonomousTaker:
    """Return who takes the auto trader's positions."""

    def trade_of(row: Row, found: AutonomousPosition) -> OldTrade | None:
        opened = at_day_and_time(row.get("entry_date"), row.get("entry_time"), run.zone, without_time=OPENING)
        if opened is None:
            raise UnreadableError("entry_date is missing")
        found.entry_date, found.entry_time = stamp(opened).split(" ")
        is_closed, closed_at, pnl = _end(row, "realized_pnl", lambda: _closed(row, run.zone))
        if closed_at is not None and is_closed:
            has_time = told(row, "closed_time", time_of_day) is not None
            closed_date, closed_time = stamp(closed_at).split(" ")
            found.closed_date, found.closed_time = closed_date, closed_time if has_time else None
        kind = found.option_type.strip().lower()
        if kind not in ("call", "put"):
            return None  # a condor: the old program kept one price and no legs, and the desk's page says so
        return _option(
            row, Account.Kind.AUTONOMOUS, "call" if kind == "call" else "put", found, found.contracts,
            amount(found.entry_price), opened, closed_at if is_closed else None, pnl, found.trade_reasoning,
        )  # fmt: skip

    special: dict[str, Read] = {
        "entry_date": iso_day, "entry_time": _any_time, "expiration_date": iso_day,
        "closed_date": iso_day, "closed_time": _any_time,
    }  # fmt: skip
    return AutonomousTaker(
        AutonomousPosition, run, special=special, trade_of=trade_of,
        identity=("id", "symbol", "strategy", "action", "entry_date", "entry_time", "strike", "entry_price"),
    )  # fmt: skip


def paper(run: Import, model: type[PaperPosition] | type[PaperPositionV2]) -> BookTaker:
    """Return who takes the positions of a paper engine."""
    is_daily = model is PaperPositionV2
    account = Account.Kind.PAPER if is_daily else Account.Kind.MODEL

    def trade_of(row: Row, found: Any) -> OldTrade | None:
        opened = needed(row, "opened_at", lambda value: moment(value, run.zone))
        is_closed, closed_at, pnl = _end(
            row, "realized_pnl", lambda: told(row, "closed_at", lambda value: moment(value, run.zone))
        )
        # A spread or condor was priced as one package: like the desk's own, it is kept as one contract at its strike.
        kind: LegKind = "put" if (found.option_type or "").strip().lower() == "put" else "call"
        price = found.entry_price if is_daily or found.entry_premium is None else found.entry_premium
        story = found.trade_reasoning if is_daily else found.notes
        return _option(
            row,
            account,
            kind,
            found,
            found.quantity,
            amount(price),
            opened,
            closed_at if is_closed else None,
            pnl,
            story,
        )

    special: dict[str, Read] = {
        "opened_at": stamped(run.zone), "closed_at": stamped(run.zone), "expiration_date": iso_day
    }  # fmt: skip
    return BookTaker(
        model, run, special=special, trade_of=trade_of,
        identity=("id", "symbol", "strategy", "action", "opened_at", "entry_price"),
    )  # fmt: skip


def _option(
    row: Row,
    account: Account.Kind,
    kind: LegKind,
    found: Any,
    quantity: int,
    price: Decimal | None,
    opened_at: datetime,
    closed_at: datetime | None,
    pnl: Decimal | None,
    story: str | None,
) -> OldTrade:
    """Return the trade of an engine's row: one contract, bought unless the action says sold."""
    expiration: date | None = None if found.expiration_date is None else date.fromisoformat(found.expiration_date)
    if expiration is None:
        raise UnreadableError("expiration_date is missing")
    strike = amount(found.strike)
    if strike is None:
        raise UnreadableError("strike is missing")
    sold = (found.action or "").strip().upper().startswith("SELL")
    return checked(
        OldTrade(
            row=row,
            account=account,
            symbol=found.symbol,
            strategy=found.strategy.strip(),
            direction=Position.Direction.SHORT if sold else Position.Direction.LONG,
            quantity=quantity,
            kind=kind,
            strike=strike,
            expiration=expiration,
            entry_price=price or Decimal(0),
            opened_at=opened_at,
            closed_at=closed_at,
            pnl=pnl,
            exit_price=amount(found.exit_price),
            exit_reason=found.exit_reason or "",
            columns={
                "size": (price or Decimal(0)) * quantity * 100,
                "entry_net_gex": found.entry_net_gex,
                "entry_flip_point": found.entry_flip_point,
                "entry_spot_price": found.entry_spot_price,
                "notes": story or "",
            },
        )
    )


def _end(row: Row, pnl_name: str, when: Callable[[], datetime | None]) -> tuple[bool, datetime | None, Decimal | None]:
    """Return whether a trade is closed, when, and its P&L. Raises UnreadableError where the three contradict."""
    if needed(row, "status", status) == Position.Status.OPEN:
        if when() is not None:
            raise UnreadableError("It is open, but has a time of closing")
        return False, None, None
    closed_at = when()
    if closed_at is None:
        raise UnreadableError("It is closed, but when is missing")
    pnl = told(row, pnl_name, _money)
    if pnl is None:
        raise UnreadableError(f"It is closed, but {pnl_name} is missing")
    return True, closed_at, pnl


def _closed(row: Row, zone: ZoneInfo) -> datetime | None:
    return at_day_and_time(row.get("closed_date"), row.get("closed_time"), zone, without_time=CLOSE)


def _units(quantity: int | None, size: Decimal | None, entry: Decimal) -> int:
    """Return the units of a trade: as stated, else what its dollars bought, at least one."""
    if quantity is not None:
        return quantity
    return max(1, int(size / entry + Decimal("0.5"))) if size and entry > 0 else 1


def _utc(value: Value) -> datetime | None:
    return moment(value, UTC)


def _money(value: Value) -> Decimal | None:
    return amount(value, digits=MONEY_DIGITS)


def _any_time(value: Value) -> str | None:
    found = time_of_day(value)
    return None if found is None else f"{found:%H:%M:%S}"
