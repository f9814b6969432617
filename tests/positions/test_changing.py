"""Closing whole and in part, rolling, settling, changing the plan, closing many; and the list of what was closed."""

import csv
import json
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client

from alphagex import clock
from apps.journal.models import JournalEntry
from apps.ledger.closing import close_position
from apps.ledger.models import Account, Change, Position
from apps.ledger.opening import Terms, open_position
from apps.ledger.reconciling import differences
from legacy_engines.screens.positions import history_percent, history_summary
from tests.ledger.market import EXPIRATION, LATER, Market, condor
from tests.moments import OPEN_MARKET
from tests.positions.trading import held, text_of


def told(answer: Any) -> str:
    assert "HX-Trigger" in answer.headers, text_of(answer)
    return str(json.loads(answer.headers["HX-Trigger"])["toast"]["title"])


def closing(position: Position, client: Client, **changes: str) -> Any:
    sent = {"quantity": str(position.open_quantity), "basis": "quotes", "key": "one", **changes}
    return client.post(f"/positions/{position.pk}/close/", sent)


def test_a_close_at_quotes_realizes_the_result_once_and_stands_in_the_journal(
    trader_client: Client, market: Market, own: Account, at: datetime
) -> None:
    position = held(own)
    market.quote("call", 600, 12.00, 12.20)
    market.says(at)
    assert "P&amp;L at the newest mark" in text_of(trader_client.get(f"/positions/{position.pk}/close/"))
    assert told(closing(position, trader_client, reason="Target met")) == "Position closed"
    position.refresh_from_db()
    assert (position.pnl, position.exit_price, position.exit_reason) == (Decimal(400), Decimal("12.1"), "Target met")
    assert JournalEntry.objects.get(position=position).pnl == 400
    assert "It is closed: +$400.00" in text_of(closing(position, trader_client))
    assert list(differences()) == []


def test_a_part_is_closed_at_a_stated_price(trader_client: Client, market: Market, own: Account, at: datetime) -> None:
    position = held(own)
    assert told(closing(position, trader_client, quantity="1", basis="stated", price="11.1")) == "1 closed"
    position.refresh_from_db()
    assert (position.open_quantity, position.pnl) == (1, Decimal(100))


def test_a_condor_is_bought_back_at_one_stated_price(
    trader_client: Client, market: Market, own: Account, at: datetime
) -> None:
    prices = [Decimal(price) for price in ("3.05", "2.05", "3.55", "2.65")]

    position = open_position(own, condor(), at=OPEN_MARKET, by=None, key="c", terms=Terms(prices=prices)).position
    assert position is not None
    closing(position, trader_client, basis="stated", price="0.40")
    position.refresh_from_db()
    assert (position.pnl, position.exit_price) == (Decimal(150), Decimal("0.4"))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"quantity": "3"}, "2 are open"),
        ({"basis": "stated"}, "Say at what price"),
        ({"quantity": "x"}, "whole number"),
    ],
)
def test_a_faulty_close_says_why_and_closes_nothing(
    trader_client: Client, market: Market, own: Account, at: datetime, changes: dict[str, str], words: str
) -> None:
    position = held(own)
    answer = closing(position, trader_client, **changes)
    assert answer.status_code == 422
    assert words in text_of(answer)
    position.refresh_from_db()
    assert position.status == "OPEN"


def test_without_a_usable_quote_nothing_is_closed_and_the_next_click_may_succeed(
    trader_client: Client, market: Market, own: Account, at: datetime
) -> None:
    position = held(own)
    market.quote("call", 600, 12.0, 11.0)
    market.says(at)
    refused = closing(position, trader_client)
    assert refused.status_code == 422
    assert "crossed" in text_of(refused)
    assert 'value="one"' not in text_of(refused)


def test_the_plan_is_changed_and_written_down(
    trader_client: Client, market: Market, own: Account, at: datetime
) -> None:
    position = held(own)
    sent = {"target": "612.5", "stop": "590", "notes": "Tighter."}
    assert told(trader_client.post(f"/positions/{position.pk}/edit/", sent)) == "Plan changed"
    position.refresh_from_db()
    assert (position.target, position.stop, position.notes) == (Decimal("612.5"), Decimal(590), "Tighter.")
    assert Change.objects.get(action="edited").after["target"] == "612.5"
    faulty = trader_client.post(f"/positions/{position.pk}/edit/", sent | {"target": "-1"})
    assert faulty.status_code == 422
    assert "Tighter." in text_of(faulty)


def test_a_roll_does_both_or_neither(trader_client: Client, market: Market, own: Account, at: datetime) -> None:
    position = held(own)
    missing = trader_client.post(
        f"/positions/{position.pk}/roll/", {"expiration": "2027-01-15", "shift": "5", "key": "a"}
    )
    assert missing.status_code == 422
    assert "not listed" in text_of(missing)
    position.refresh_from_db()
    assert position.status == "OPEN"
    sent = {"expiration": LATER.isoformat(), "shift": "0", "key": "b"}
    assert told(trader_client.post(f"/positions/{position.pk}/roll/", sent)) == "Position rolled"
    new = Position.objects.get(status="OPEN")
    assert new.rolled_from == position
    assert [one.expiration for one in new.legs.all()] == [LATER]
    assert list(differences()) == []


def test_what_expired_without_a_known_price_is_settled_by_hand(
    trader_client: Client, market: Market, own: Account
) -> None:
    position = held(own)
    after = clock.session_on_or_before(EXPIRATION).closes + timedelta(hours=1)
    with time_machine.travel(after, tick=False):
        trader_client.force_login(own.owner)
        assert "Price of the underlying at the expiration" in text_of(
            trader_client.get(f"/positions/{position.pk}/close/")
        )
        assert trader_client.post(f"/positions/{position.pk}/settle/", {"spot": ""}).status_code == 422
        assert told(trader_client.post(f"/positions/{position.pk}/settle/", {"spot": "615"})) == "Position settled"
    position.refresh_from_db()
    assert (position.status, position.pnl) == ("CLOSED", Decimal(980))


def test_a_position_that_has_not_expired_is_not_settled(
    trader_client: Client, market: Market, own: Account, at: datetime
) -> None:
    position = held(own)
    assert told(trader_client.post(f"/positions/{position.pk}/settle/", {"spot": "615"})) == "Nothing has expired"


def test_many_are_listed_then_closed_each_by_itself(
    trader_client: Client, market: Market, own: Account, at: datetime
) -> None:
    first, second = held(own), held(own, condor(), price="3")
    market.quote("put", 575, 3.0, 2.0)
    market.says(at)
    chosen: dict[str, Any] = {"chosen": [first.pk, second.pk], "key": "many"}
    dialog = text_of(trader_client.get("/positions/close/", chosen))
    assert "Close 2 positions?" in dialog
    assert told(trader_client.post("/positions/close/", chosen)) == "1 closed, 1 not"
    assert [one.status for one in Position.objects.order_by("pk")] == ["CLOSED", "OPEN"]
    assert told(trader_client.post("/positions/close/", {"chosen": [first.pk]})) == "Nothing closed"


@pytest.fixture
def past(market: Market, own: Account, at: datetime) -> list[Position]:
    """Four closed trades: +400, −200, 0 and +100 on four days."""
    found = []
    for number, price in enumerate(("12.1", "9.1", "10.1", "10.6")):
        position = held(own, strategy=f"Trade {number}")
        when = OPEN_MARKET - timedelta(days=number)
        Position.objects.filter(pk=position.pk).update(opened_at=when - timedelta(hours=2))
        close_position(position, at=when, by=None, key=f"p{number}", terms=Terms(prices=[Decimal(price)]))
        found.append(position)
    return found


def test_history_shows_percent_and_the_engines_figures(trader_client: Client, past: list[Position]) -> None:
    page = text_of(trader_client.get("/positions/closed/"))
    figures = history_summary([{"pnl": pnl} for pnl in (400.0, -200.0, 0.0, 100.0)])
    for words in (f"+${figures['total_pnl']:,.2f}", "50.0%", "$250.00", "−$200.00", f"+{history_percent(400, 2020)}"):
        assert words in page, words


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("outcome=win", [0, 3]),
        ("outcome=loss", [1]),
        ("outcome=even", [2]),
        ("strategy=trade 2", [2]),
        ("symbol=QQQ", []),
        (f"since={OPEN_MARKET - timedelta(days=1):%Y-%m-%d}", [0, 1]),
        (f"until={OPEN_MARKET - timedelta(days=2):%Y-%m-%d}", [2, 3]),
        ("account=paper", []),
        ("since=nonsense&outcome=nothing", [0, 1, 2, 3]),
    ],
)
def test_history_is_narrowed(trader_client: Client, past: list[Position], query: str, expected: list[int]) -> None:
    page = text_of(trader_client.get(f"/positions/closed/?{query}", headers={"HX-Request": "true"}))
    assert [number for number in range(4) if f"Trade {number}<" in page] == expected
    answer: Any = trader_client.get(f"/positions/closed.csv?{query}")
    lines = list(csv.DictReader(b"".join(answer.streaming_content).decode().splitlines()))
    assert sorted(int(line["strategy"][-1]) for line in lines) == expected
