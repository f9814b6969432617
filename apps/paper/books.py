"""An account, its settings, and the engine's rows in step with the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from django.contrib.auth.models import User
from django.db import transaction

from alphagex import clock
from apps.ledger.accounts import account_in_use, locked, reset_account
from apps.ledger.models import Account, Position
from apps.paper import daily_rows
from apps.paper.engines import daily_engine, model_engine
from apps.paper.models import PaperConfig, PaperConfigV2, PaperPosition, PaperPositionV2

Kind = Literal["daily", "model"]
KINDS: dict[Kind, Account.Kind] = {"daily": Account.Kind.PAPER, "model": Account.Kind.MODEL}
AUTO_MANAGE = "auto_manage"


@dataclass(frozen=True, slots=True, kw_only=True)
class DailySettings:
    """Of the account that trades the daily finder's ideas. Shares are fractions of the capital."""

    enabled: bool = True
    auto_find: bool = True
    auto_manage: bool = False
    max_position: Decimal = Decimal("0.05")
    max_exposure: Decimal = Decimal("0.20")

    def as_texts(self) -> dict[str, str]:
        """Return them as the engine stores them."""
        return {
            "enabled": _text(self.enabled),
            "auto_find_trades": _text(self.auto_find),
            AUTO_MANAGE: _text(self.auto_manage),
            "max_position_size": f"{self.max_position:f}",
            "max_exposure": f"{self.max_exposure:f}",
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSettings:
    """Of the account at model prices. min_confidence: per cent."""

    enabled: bool = False
    auto_execute: bool = False
    min_confidence: int = 70
    max_position: Decimal = Decimal("0.10")

    @property
    def status(self) -> str:
        """The line the old page showed."""
        if not self.enabled:
            return "Off: nothing is opened."
        return "On, trades by itself." if self.auto_execute else "On, you open and close."

    def as_texts(self) -> dict[str, str]:
        """Return them as the engine stores them."""
        return {
            "enabled": _text(self.enabled),
            "auto_execute": _text(self.auto_execute),
            "min_confidence": str(self.min_confidence),
            "max_position_size": f"{self.max_position:f}",
        }


def account_of(owner: User, kind: Kind, *, at: datetime) -> Account:
    """Return the account in use, with settings stored, the engine's capital that of the account, and rows in step.

    What was closed in the ledger by somebody else (at expiration, on the positions page) is closed in the rows too.
    """
    return account_and_settings(owner, kind, at=at)[0]


def account_and_settings(owner: User, kind: Kind, *, at: datetime) -> tuple[Account, DailySettings | ModelSettings]:
    """Return the account as `account_of` does, and its settings."""
    account = account_in_use(owner, KINDS[kind], at=at)
    account.owner = owner
    known = _texts(owner, kind)
    if not _is_in_step(account, kind, known):
        with transaction.atomic():
            locked(account.pk)
            engine = daily_engine(account, at=at) if kind == "daily" else model_engine(account, at=at)
            engine.set_config("capital", f"{account.starting_cash.normalize():f}")
            follow(account)
        known = _texts(owner, kind)
    return account, _daily(known) if kind == "daily" else _model(known)


def daily_settings(owner: User) -> DailySettings:
    """Return what is stored, defaults where nothing is."""
    return _daily(_texts(owner, "daily"))


def model_settings(owner: User) -> ModelSettings:
    """Return what is stored, defaults where nothing is."""
    return _model(_texts(owner, "model"))


def _texts(owner: User, kind: Kind) -> dict[str, str]:
    config = PaperConfigV2 if kind == "daily" else PaperConfig
    return dict(config._default_manager.filter(owner=owner).values_list("key", "value"))


def _daily(known: Mapping[str, str]) -> DailySettings:
    usual = DailySettings()
    return DailySettings(
        enabled=known.get("enabled", "true") == "true",
        auto_find=known.get("auto_find_trades", "true") == "true",
        auto_manage=known.get(AUTO_MANAGE) == "true",
        max_position=Decimal(known.get("max_position_size", usual.max_position)),
        max_exposure=Decimal(known.get("max_exposure", usual.max_exposure)),
    )


def _model(known: Mapping[str, str]) -> ModelSettings:
    usual = ModelSettings()
    return ModelSettings(
        enabled=known.get("enabled") == "true",
        auto_execute=known.get("auto_execute") == "true",
        min_confidence=int(known.get("min_confidence", usual.min_confidence)),
        max_position=Decimal(known.get("max_position_size", usual.max_position)),
    )


def keep_settings(account: Account, settings: DailySettings | ModelSettings, *, at: datetime) -> None:
    """Store settings through the engine."""
    is_daily = isinstance(settings, DailySettings)
    with transaction.atomic():
        locked(account.pk)
        engine = daily_engine(account, at=at) if is_daily else model_engine(account, at=at)
        for key, value in settings.as_texts().items():
            engine.set_config(key, value)


def reset(account: Account, kind: Kind, *, starting_cash: Decimal, at: datetime, by: User) -> Account:
    """Close the account and open the next one with another capital. Raises AccountError."""
    reset_account(account, starting_cash=starting_cash, at=at, by=by)
    return account_of(by, kind, at=at)


def follow(account: Account) -> int:
    """Close the rows whose position was closed in the ledger by somebody else; return how many."""
    stale = {"account": account, "status": "OPEN", "position__status": Position.Status.CLOSED}
    daily = list(PaperPositionV2.objects.filter(**stale))
    model = list(PaperPosition.objects.filter(**stale).select_related("position"))
    for row in daily:
        daily_rows.write(row.pk)
    for priced in model:
        _close_model_row(priced)
    return len(daily) + len(model)


def follow_the_ledger() -> int:
    """Bring the daily rows of every account in step with the ledger; return how many were not."""
    stale = PaperPositionV2.objects.filter(status="OPEN", position__status=Position.Status.CLOSED)
    accounts = Account.objects.filter(pk__in=stale.values("account"))
    return sum(_followed(account.pk) for account in accounts)


def _followed(account_id: int) -> int:
    with transaction.atomic():
        return follow(locked(account_id))


def _is_in_step(account: Account, kind: Kind, known: Mapping[str, str]) -> bool:
    if "enabled" not in known or Decimal(known.get("capital", "-1")) != account.starting_cash:
        return False
    model = PaperPositionV2 if kind == "daily" else PaperPosition
    stale = model._default_manager.filter(account=account, status="OPEN", position__status=Position.Status.CLOSED)
    return not stale.exists()


def _close_model_row(row: PaperPosition) -> None:
    position = row.position
    if position is None or position.closed_at is None:
        return
    row.status, row.exit_reason = "CLOSED", position.exit_reason
    row.closed_at = f"{clock.in_new_york(position.closed_at):%Y-%m-%d %H:%M:%S}"
    row.exit_price = None if position.exit_price is None else float(position.exit_price)
    # The engine knows no commissions.
    row.realized_pnl = row.unrealized_pnl = float(position.pnl + position.commissions)
    if row.exit_price is not None:
        row.current_value = row.exit_price * row.quantity * 100
    row.save()


def _text(value: bool) -> str:
    return "true" if value else "false"
