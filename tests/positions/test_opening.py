"""Opening a position by the form: what is shown before, what is written, what is refused and what is kept typed."""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from apps.ideas.idea import Idea, Leg
from apps.ledger.models import Account, Fill, Order, Position
from apps.ledger.reconciling import differences
from apps.positions.structures import STRUCTURES
from apps.positions.taking import form_of
from legacy_engines.screens.positions import position_pnl
from tests.ledger.market import EXPIRATION, Market
from tests.moments import OPEN_MARKET
from tests.positions.trading import form, text_of

CONDOR = {
    "structure": "condor", "side": "sell", "strike": "575", "strike2": "580", "strike3": "620", "strike4": "625",
    "quantity": "1",
}  # fmt: skip


def opened(client: Client, **changes: str) -> Any:
    return client.post("/positions/open/", form(**changes))


def toast(answer: Any) -> dict[str, str]:
    found: dict[str, str] = json.loads(answer.headers["HX-Trigger"])["toast"]
    return found


def test_the_form_begins_with_the_usual_and_says_what_it_costs(
    trader_client: Client, market: Market, at: datetime
) -> None:
    page = text_of(trader_client.get("/positions/new/"))
    for words in ('value="SPY"', "18 Dec 2026", 'value="600"', "You pay", "$1,010.00", "no limit", "610.10", "Mid"):
        assert words in page


def test_a_condor_shows_credit_worst_case_and_break_evens(trader_client: Client, market: Market, at: datetime) -> None:
    page = text_of(trader_client.get("/positions/new/", form(**CONDOR)))
    # 3.55 − 2.65 + 3.05 − 2.05 = 1.90 received on 5 points.
    for words in ("You receive", "$190.00", "$310.00", "578.10, 621.90"):
        assert words in page


def test_another_structure_forgets_the_strikes_of_the_last(trader_client: Client, market: Market, at: datetime) -> None:
    page = text_of(trader_client.get("/positions/new/", form(structure="condor", shape="call", strike="625")))
    assert 'value="625"' not in page.partition('name="strike2"')[0]
    assert '<option value="sell" selected>' in page


@pytest.mark.parametrize("structure", STRUCTURES)
def test_every_structure_opens_with_its_legs_and_name(
    trader_client: Client, market: Market, at: datetime, structure: str
) -> None:
    strikes = dict(zip(("strike", "strike2", "strike3", "strike4"), ("575", "580", "620", "625"), strict=True))
    answer = opened(trader_client, structure=structure, side="sell", basis="stated", price="2.5", **strikes)
    assert toast(answer)["title"] == "Position opened", text_of(answer)
    position = Position.objects.get()
    assert position.strategy == STRUCTURES[structure].sold
    assert [leg.kind for leg in position.legs.all()] == [kind for kind, _, _ in STRUCTURES[structure].legs]
    assert (position.direction, position.entry_price) == ("SHORT", Decimal("2.5"))
    assert list(differences()) == []


def test_the_market_at_entry_is_kept(trader_client: Client, market: Market, at: datetime) -> None:
    opened(trader_client, target="615", stop="590", notes="Because.", strategy="SQUEEZE")
    position = Position.objects.get()
    assert (position.strategy, position.target, position.stop) == ("SQUEEZE", Decimal(615), Decimal(590))
    assert position.notes == "Because."
    assert position.entry_spot_price == 600
    assert position.entry_snapshot is not None
    assert position.account.kind == Account.Kind.OWN


def test_the_old_form_is_shares_at_a_stated_price_with_the_old_result(
    trader_client: Client, market: Market, at: datetime
) -> None:
    """$6,000 of SPY at 590, short: the old program's P&L of the size is that of the shares."""
    opened(
        trader_client, structure="shares", side="sell", strategy="FADE", quantity="10", basis="stated", price="590",
        target="580", stop="605",
    )  # fmt: skip
    position = Position.objects.get()
    pnl, percent = position_pnl(590.0, 600.0, 5900.0, "SHORT")
    assert (position.size, position.pnl + position.unrealized_pnl) == (Decimal(5900), Decimal(str(round(pnl, 6))))
    page = text_of(trader_client.get("/positions/"))
    assert f"−{abs(percent):.1f}" in page


def test_the_same_click_twice_opens_once(trader_client: Client, market: Market, at: datetime) -> None:
    sent = form()
    assert [toast(trader_client.post("/positions/open/", sent))["level"] for _ in range(2)] == ["success", "success"]
    assert Position.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"symbol": "no such$"}, "symbol"),
        ({"expiration": "2020-01-17"}, "That day is past"),
        ({"strike": ""}, "Say the strike"),
        ({"quantity": "0"}, "greater than or equal to 1"),
        ({"basis": "stated", "price": ""}, "Say at what price you traded"),
        ({**CONDOR, "strike": "590"}, "must rise"),
        ({"strike": "601"}, "is not listed"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    trader_client: Client, market: Market, at: datetime, changes: dict[str, str], words: str
) -> None:
    answer = opened(trader_client, notes="All of this stays.", **changes)
    assert answer.status_code == 422
    page = text_of(answer)
    assert words in page
    assert "All of this stays." in page
    assert not Position.objects.exists()


def test_a_refused_order_can_be_tried_again_and_an_order_may_wait(
    trader_client: Client, market: Market, at: datetime
) -> None:
    market.quote("call", 600, 12.0, 11.0)
    market.says(OPEN_MARKET)
    sent = form()
    refused = trader_client.post("/positions/open/", sent)
    assert "crossed" in text_of(refused)
    assert sent["key"] not in text_of(refused)
    assert toast(opened(trader_client, may_wait="on"))["title"] == "Order waits"
    order = Order.objects.get(status="working")
    page = text_of(trader_client.get("/positions/"))
    assert "waits" in page
    assert toast(trader_client.post(f"/positions/orders/{order.pk}/cancel/"))["title"] == "Order cancelled"
    assert toast(trader_client.post(f"/positions/orders/{order.pk}/cancel/"))["title"] == "Not cancelled"


def test_a_stated_price_of_a_spread_is_the_net_of_its_legs(trader_client: Client, market: Market, at: datetime) -> None:
    opened(trader_client, **CONDOR, basis="stated", price="2.05")
    position = Position.objects.get()
    assert position.entry_price == Decimal("2.05")
    assert all(fill.price > 0 and fill.basis == Fill.Basis.STATED for fill in Fill.objects.all())
    assert position.max_loss == Decimal(295)


def test_an_idea_fills_the_form(trader: User, trader_client: Client, market: Market, at: datetime) -> None:
    day = EXPIRATION
    legs = [Leg(quantity=-1, option_type="call", strike=620.0, expiration=day),
            Leg(quantity=1, option_type="call", strike=625.0, expiration=day)]  # fmt: skip
    idea = Idea(symbol="SPY", strategy="BEAR CALL", origin="A test", as_of=OPEN_MARKET, spot=600.0, legs=tuple(legs))
    fields = form_of(idea)
    assert {"structure": "call_spread", "side": "sell", "strike": "620", "strike2": "625"}.items() <= fields.items()
    assert "structure" not in form_of(Idea(symbol="SPY", strategy="X", origin="", as_of=OPEN_MARKET, spot=1.0))
