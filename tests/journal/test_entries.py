"""Every closed position gets its entry, once, in the transaction that closes it."""

from datetime import datetime, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import transaction

from apps.journal.entries import catch_up
from apps.journal.models import JournalEntry
from apps.ledger.accounts import account_in_use
from apps.ledger.closing import close_position, roll_position, settle_expired
from apps.ledger.models import Account, Position
from apps.ledger.opening import Terms, open_position
from apps.market.models import Snapshot
from tests.journal.trading import closed, opened, traded
from tests.ledger.market import EXPIRATION, Market, condor, leg, ticket
from tests.moments import OPEN_MARKET


def test_a_closed_trade_stands_in_the_journal_with_the_ledgers_figures(own: Account, market: Market) -> None:
    position = opened(own, quantity=2, notes="Above the flip.")
    entry = closed(position, 250, at=OPEN_MARKET + timedelta(hours=3), reason="Target")
    position.refresh_from_db()
    assert (entry.owner, entry.account_kind, entry.symbol, entry.strategy) == (own.owner, "own", "SPY", "Long Call")
    assert (entry.pnl, entry.size, entry.max_loss) == (position.pnl, position.size, position.max_loss)
    assert (entry.pnl, entry.max_loss) == (Decimal(250), Decimal(2000))
    assert entry.r_multiple == Decimal("0.125")
    assert entry.hours_held == 3
    assert (entry.notes, entry.exit_reason, entry.is_by_hand) == ("Above the flip.", "Target", False)


def test_a_trade_of_four_legs_is_one_entry(own: Account, market: Market) -> None:
    order = open_position(own, condor(), at=OPEN_MARKET, by=None, key="condor")
    assert order.position is not None
    close_position(order.position, at=OPEN_MARKET + timedelta(minutes=1), by=None, key="out")
    entry = JournalEntry.objects.get()
    assert (entry.position, entry.direction, entry.strategy) == (order.position, "SHORT", "Iron Condor")
    assert entry.position is not None
    assert entry.position.legs.count() == 4


def test_what_is_closed_in_part_has_no_entry_yet(own: Account, market: Market) -> None:
    position = opened(own, quantity=2)
    close_position(position, at=OPEN_MARKET, by=None, key="half", quantity=1, terms=Terms(prices=[Decimal(11)]))
    assert not JournalEntry.objects.exists()
    position.refresh_from_db()
    close_position(position, at=OPEN_MARKET, by=None, key="rest", terms=Terms(prices=[Decimal(13)]))
    assert JournalEntry.objects.get().pnl == 400


@pytest.mark.parametrize("kind", list(Account.Kind))
def test_whoever_closes_it(trader: User, market: Market, kind: Account.Kind) -> None:
    account = account_in_use(trader, kind, at=OPEN_MARKET - timedelta(days=1))
    traded(account)
    assert JournalEntry.objects.get().account_kind == kind


def test_an_expired_trade_has_its_entry(own: Account, market: Market) -> None:
    position = opened(own)
    settle_expired(position, EXPIRATION, Decimal(590), at=OPEN_MARKET + timedelta(days=30))
    assert JournalEntry.objects.get(position=position).pnl == -1000


def test_closing_and_entry_are_stored_together_or_not_at_all(own: Account, market: Market) -> None:
    position = opened(own)

    def fails(position: Position) -> None:
        raise RuntimeError("The power is gone.")

    with pytest.raises(RuntimeError):
        close_position(position, at=OPEN_MARKET, by=None, key="out", terms=Terms(prices=[Decimal(11)]), then=fails)
    position.refresh_from_db()
    assert position.status == Position.Status.OPEN
    assert not JournalEntry.objects.exists()


def test_an_entry_that_cannot_be_made_stops_the_close(
    own: Account, market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    position = opened(own)

    def fails(**kwargs: Any) -> None:
        raise RuntimeError("The disk is full.")

    monkeypatch.setattr(JournalEntry.objects, "get_or_create", fails)
    with pytest.raises(RuntimeError), transaction.atomic():
        closed(position, at=OPEN_MARKET)
    position.refresh_from_db()
    assert position.status == Position.Status.OPEN


def test_saving_a_closed_position_again_makes_no_second_entry_and_keeps_what_was_written(
    own: Account, market: Market
) -> None:
    entry = traded(own)
    JournalEntry.objects.filter(pk=entry.pk).update(notes="Mine", tags=["plan"])
    position = Position.objects.get()
    position.save()
    position.pnl = Decimal("90.5")
    position.save()
    entry = JournalEntry.objects.get()
    assert (entry.pnl, entry.notes, entry.tags) == (Decimal("90.5"), "Mine", ["plan"])


def test_both_halves_of_a_roll_are_entries(own: Account, market: Market) -> None:
    first = open_position(own, ticket(leg("call", 600)), at=OPEN_MARKET, by=None, key="in").position
    assert first is not None
    rolled = roll_position(first, ticket(leg("call", 620)), at=OPEN_MARKET, by=None, key="roll").position
    assert rolled is not None
    close_position(rolled, at=OPEN_MARKET, by=None, key="out")
    before, after = JournalEntry.objects.order_by("pk")
    assert after.position is not None
    assert after.position.rolled_from == before.position


def test_catching_up_makes_the_missing_entries_once(own: Account, market: Market) -> None:
    for number in range(3):
        traded(own, number * 10)
    JournalEntry.objects.all().delete()
    assert catch_up() == 3
    assert catch_up() == 0
    assert sorted(JournalEntry.objects.values_list("pnl", flat=True)) == [0, 10, 20]
    assert JournalEntry.objects.filter(entry_map__spot=600.0).count() == 3
    told = StringIO()
    call_command("journal_catch_up", stdout=told)
    assert told.getvalue() == "0 entries made.\n"


def test_the_gamma_map_stays_when_its_snapshot_is_let_go(own: Account, market: Market, at: datetime) -> None:
    entry = traded(own, at=at)
    assert entry.entry_snapshot is not None
    Snapshot.objects.all().delete()
    entry.refresh_from_db()
    assert entry.entry_snapshot is None
    assert entry.entry_map is not None
    assert (entry.entry_map["spot"], entry.entry_map["kind"]) == (600.0, "simulated")


def test_of_a_snapshot_gone_before_the_close_the_positions_figures_stay(own: Account, market: Market) -> None:
    position = opened(own)
    Snapshot.objects.all().delete()
    entry = closed(Position.objects.get(pk=position.pk), at=OPEN_MARKET)
    assert entry.entry_map is not None
    assert (entry.entry_map["spot"], entry.entry_map["call_wall"]) == (600.0, None)
    assert entry.exit_map is None
