"""Opening, resetting and reading accounts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Sum

from apps.ledger.changes import note_change
from apps.ledger.models import Account, CashEntry, Position

ZERO = Decimal(0)
STARTING_CASH = {
    Account.Kind.OWN: Decimal(50_000),
    Account.Kind.PAPER: Decimal(1_000_000),
    Account.Kind.MODEL: Decimal(100_000),
    Account.Kind.AUTONOMOUS: Decimal(5_000),
}


class AccountError(Exception):
    """Something that cannot be done with an account. The message says what to do instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An account's figures in USD. cash + value = start + realized + unrealized, at every moment.

    value: what the open positions are worth by their newest marks. at_risk: the most they can lose together;
    available: what a new position may risk.
    """

    start: Decimal
    cash: Decimal
    value: Decimal
    realized: Decimal
    unrealized: Decimal
    at_risk: Decimal
    open_positions: int

    @property
    def equity(self) -> Decimal:
        return self.cash + self.value

    @property
    def available(self) -> Decimal:
        return self.start + self.realized - self.at_risk


def account_in_use(owner: User, kind: Account.Kind, *, at: datetime) -> Account:
    """Return the owner's account of a kind; the first one is opened when it is first asked for."""
    found = Account.objects.filter(owner=owner, kind=kind, closed_at__isnull=True).first()
    if found is not None:
        return found
    with transaction.atomic():
        User.objects.select_for_update().get(pk=owner.pk)  # two requests at once open one account
        found = Account.objects.filter(owner=owner, kind=kind, closed_at__isnull=True).first()
        return found or _opened(owner, kind, STARTING_CASH[kind], at=at)


def reset_account(account: Account, *, starting_cash: Decimal, at: datetime, by: User) -> Account:
    """Close an account without open positions and open the next of its kind with its settings. Raises AccountError."""
    if starting_cash < 0:
        raise AccountError("An account cannot start below $0.")
    with transaction.atomic():
        old = locked(account.pk)
        if old.closed_at is not None:
            raise AccountError("This account was reset already. Load the page again.")
        if old.positions.filter(status=Position.Status.OPEN).exists():
            raise AccountError("Close the open positions first; a reset would lose them.")
        old.orders.filter(status="working").update(status="cancelled", done_at=at, refusal="The account was reset.")
        old.closed_at = at
        old.save(update_fields=["closed_at"])
        new = _opened(old.owner, Account.Kind(old.kind), starting_cash, at=at, like=old)
        note_change(new, "reset", at=at, by=by, before={"account": old.number}, after={"cash": str(starting_cash)})
        return new


def change_rules(account: Account, *, fill_model: str, commission: Decimal, at: datetime, by: User) -> None:
    """Change how orders are filled from now on. Raises AccountError."""
    if fill_model not in Account.FillModel.values:
        raise AccountError(f"There is no fill model {fill_model!r}; choose {' or '.join(Account.FillModel.values)}.")
    if not (commission.is_finite() and 0 <= commission <= 100):
        raise AccountError("The commission is between $0 and $100 for each contract.")
    with transaction.atomic():
        found = locked(account.pk)
        before = {"fill_model": found.fill_model, "commission": str(found.commission)}
        found.fill_model, found.commission = fill_model, commission
        found.save(update_fields=["fill_model", "commission"])
        after = {"fill_model": fill_model, "commission": str(commission)}
        note_change(found, "rules changed", at=at, by=by, before=before, after=after)


def locked(account_id: int) -> Account:
    """Return the account's row, locked until the transaction ends: whoever moves its money waits in line here."""
    return Account.objects.select_for_update().get(pk=account_id)


def balance(account: Account) -> Decimal:
    """Return the cash in USD."""
    return CashEntry.objects.filter(account=account).aggregate(total=Sum("amount"))["total"] or ZERO


def standing(account: Account) -> Standing:
    """Return the account's figures by the newest marks."""
    sums = account.positions.aggregate(realized=Sum("pnl"))
    open_positions = list(
        account.positions.filter(status=Position.Status.OPEN).values_list(
            "unrealized_pnl", "max_loss", "open_quantity", "quantity"
        )
    )
    return standing_by(account, realized=sums["realized"] or ZERO, open_positions=open_positions)


def standing_by(
    account: Account,
    *,
    realized: Decimal,
    open_positions: Collection[tuple[Decimal, Decimal | None, int, int]],
) -> Standing:
    """Return the account's figures from what is read already: realized P&L, and of each open position its unrealized
    P&L, most that could be lost, units open and units opened.
    """
    unrealized = sum((row[0] for row in open_positions), ZERO)
    at_risk = sum((row[1] * row[2] / row[3] for row in open_positions if row[1] is not None), ZERO)
    cash = balance(account)
    return Standing(
        start=account.starting_cash,
        cash=cash,
        value=account.starting_cash + realized + unrealized - cash,
        realized=realized,
        unrealized=unrealized,
        at_risk=at_risk,
        open_positions=len(open_positions),
    )


def _opened(
    owner: User, kind: Account.Kind, starting_cash: Decimal, *, at: datetime, like: Account | None = None
) -> Account:
    number = Account.objects.filter(owner=owner, kind=kind).count() + 1
    rules = {"fill_model": like.fill_model, "commission": like.commission} if like else {}
    account = Account.objects.create(
        owner=owner, kind=kind, number=number, starting_cash=starting_cash, opened_at=at, **rules
    )
    CashEntry.objects.create(
        account=account, kind=CashEntry.Kind.DEPOSIT, amount=starting_cash, at=at, note="Starting cash"
    )
    return account
