"""Rows of a second user, each with a text that must never be in an answer to anybody else."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Model

from apps.alerts.models import Alert
from apps.copilot.models import Chat, Turn
from apps.journal.models import JournalEntry
from apps.ledger.accounts import account_in_use
from apps.ledger.models import Account, Position
from apps.scanner.models import Watchlist
from tests.journal.trading import opened, traded
from tests.ledger.market import usual_market
from tests.moments import OPEN_MARKET

MARKER = "OnlyTheStrangerKnows"


@dataclass(frozen=True, slots=True)
class Rows:
    """What the stranger has. before: each row's columns as they were made."""

    found: list[Model]
    before: list[dict[str, Any]]

    @property
    def numbers(self) -> set[int]:
        return {row.pk for row in self.found}

    def assert_unchanged(self) -> None:
        """Look that nothing of it was changed or deleted."""
        assert [_columns(row) for row in self.found] == self.before


def rows_of_a_stranger(stranger: User) -> Rows:
    """Make one row of each kind, with numbers the trader's own rows do not have."""
    usual_market().says(OPEN_MARKET)
    own = account_in_use(stranger, Account.Kind.OWN, at=OPEN_MARKET)
    position: Position = opened(own, notes=MARKER, strategy=f"{MARKER} call")
    entry: JournalEntry = traded(own, notes=MARKER, strategy=f"{MARKER} closed")
    chat = Chat.objects.create(owner=stranger, title=MARKER, created_at=OPEN_MARKET, changed_at=OPEN_MARKET)
    turn = Turn.objects.create(
        chat=chat,
        key=MARKER,
        timestamp=OPEN_MARKET,
        symbol="SPX",
        mode=Turn.Mode.ANALYZE,
        user_message=MARKER,
        status=Turn.Status.DONE,
    )
    alert = Alert.objects.create(
        owner=stranger,
        symbol="SPX",
        alert_type="price",
        condition="above",
        threshold=1,
        note=MARKER,
        created_at=OPEN_MARKET,
    )
    watchlist = Watchlist.objects.create(owner=stranger, name=MARKER, symbols=["SPX"], created_at=OPEN_MARKET)
    found: list[Model] = [position, entry, chat, turn, alert, watchlist]
    return Rows(found, [_columns(row) for row in found])


def _columns(row: Model) -> dict[str, Any]:
    columns: dict[str, Any] = type(row)._default_manager.filter(pk=row.pk).values().get()
    return columns
