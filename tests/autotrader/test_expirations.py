"""Expirations follow the exchange's calendar, days are counted to the close, and what expires is settled."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User

from apps.autotrader import switches
from apps.autotrader.books import NoBooks
from apps.autotrader.books_of_account import Held, account_of, follow_the_ledger
from apps.autotrader.contracts import Contract
from apps.autotrader.faults import unwatched
from apps.autotrader.models import AutonomousConfig, AutonomousLog, AutonomousPosition
from apps.autotrader.notebook import Notebook, UnaskedError
from apps.autotrader.trader import DeskTrader
from apps.ledger.accounts import account_in_use, reset_account
from apps.ledger.models import Account
from apps.ledger.reconciling import differences
from apps.ledger.settling import settle_due
from apps.market.models import Snapshot
from legacy_engines.trading.autonomous import leave_to_rules
from tests.autotrader.simulated import check, market_says, moment


class Nobody:
    """A market that is not asked."""

    def net_gamma(self, symbol: str) -> dict[str, Any]:
        raise UnaskedError(symbol)

    def skew(self, symbol: str) -> dict[str, Any]:
        raise UnaskedError(symbol)

    def quote(self, contract: Contract) -> dict[str, Any]:
        raise UnaskedError(contract.key)

    def leg(self, contract: Contract) -> dict[str, Any]:
        raise UnaskedError(contract.key)


def trader_at(at: str) -> DeskTrader:
    return DeskTrader(
        store=Held(config={"capital": "5000", "initialized": "true"}, positions=[], legs={}).as_rows(),
        at=datetime.fromisoformat(at),
        notebook=Notebook(is_open=True),
        world=Nobody(),
        adviser=leave_to_rules,
        books=NoBooks(),
        legs={},
        at_step=unwatched,
    )


@pytest.mark.parametrize(
    ("at", "weekly"),
    [
        ("2026-11-23T10:00:00-05:00", "2026-11-27"),
        ("2026-11-27T10:00:00-05:00", "2026-12-04"),
        ("2027-03-24T10:00:00-04:00", "2027-03-25"),  # Good Friday is the 26th: options expire the day before
        ("2027-03-25T10:00:00-04:00", "2027-04-02"),  # and not on the very day of entry
    ],
)
def test_a_holiday_friday_expires_on_the_session_before(at: str, weekly: str) -> None:
    assert trader_at(at)._get_expiration_string(5) == weekly


def test_a_monthly_expiration_on_a_holiday_is_the_session_before() -> None:
    # The third Friday of June 2026 is Juneteenth.
    assert trader_at("2026-05-12T10:00:00-04:00")._get_expiration_string_monthly(35) == "2026-06-18"


@pytest.mark.parametrize(
    ("at", "reason"),
    [
        ("2026-11-25T10:00:00-05:00", ""),  # 2 days and 3 hours to the close at 13:00
        ("2026-11-25T13:01:00-05:00", "Expiring: 1 days left"),
        ("2026-11-26T13:01:00-05:00", "Expiration: 0 days to the expiry day"),
        ("2026-11-27T10:00:00-05:00", "Expiration: 0 days to the expiry day"),
    ],
)
def test_days_are_counted_to_the_close_of_the_expiry_day(at: str, reason: str) -> None:
    position = {
        "id": 1, "expiration_date": "2026-11-27", "entry_net_gex": 1.0, "strategy": "Any", "action": "BUY_CALL",
        "strike": 640.0, "option_type": "call", "entry_price": 1.0, "contracts": 1, "entry_flip_point": 1.0,
        "entry_spot_price": 640.0, "trade_reasoning": "",
    }  # fmt: skip
    assert trader_at(at)._check_exit_conditions(position, 0.0, 1.0, 640.0, {"net_gex": 1.0}) == (bool(reason), reason)


def test_what_no_check_closed_is_settled_at_the_close_of_its_last_day(running_trader: User) -> None:
    check(running_trader, moment(25, 10))
    switches.stop(running_trader, at=moment(25, 11), by=running_trader)
    market_says(moment(27, 12, 59))
    market_says(moment(27, 13, 30))
    assert settle_due(at=moment(27, 12, 59)) == [], "not before the close"
    for _ in range(2):
        settle_due(at=moment(27, 13, 30))
        follow_the_ledger(moment(27, 13, 30))
    row = AutonomousPosition.objects.get()
    last = Snapshot.objects.get(as_of=moment(27, 12, 59))
    worth = max(last.spot - Decimal(640), Decimal(0))
    assert row.position is not None
    assert row.position.exit_price == worth
    assert (row.status, row.closed_date) == ("CLOSED", "2026-11-27")
    assert row.realized_pnl == pytest.approx(float(row.position.pnl))
    assert AutonomousLog.objects.filter(action="CLOSE").count() == 1
    assert not list(differences())


def test_without_a_price_of_that_day_it_waits(running_trader: User) -> None:
    check(running_trader, moment(25, 10))
    assert settle_due(at=moment(28, 11)) == []
    assert follow_the_ledger(moment(28, 11)) == []
    assert AutonomousPosition.objects.get().status == "OPEN"


def test_the_engines_capital_is_what_the_account_started_with(running_trader: User) -> None:
    old = account_in_use(running_trader, Account.Kind.AUTONOMOUS, at=moment(23, 9))
    account_of(running_trader, at=moment(23, 9))
    assert AutonomousConfig.objects.get(key="capital").value == "5000"
    reset_account(old, starting_cash=Decimal(20_000), at=moment(23, 9), by=running_trader)
    search, *_ = check(running_trader, moment(23, 10))
    assert AutonomousConfig.objects.get(key="capital").value == "20000"
    assert search.account == account_in_use(running_trader, Account.Kind.AUTONOMOUS, at=moment(23, 10))
    assert AutonomousPosition.objects.get().contracts == 1, "a quarter of it, but $1,250 at most: one at $630"
