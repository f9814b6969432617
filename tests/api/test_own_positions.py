"""Positions over the API: opened, read, planned and closed by their owner, and nobody else's."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

import pytest
from django.contrib.auth.models import User

from apps.ledger.accounts import account_in_use
from apps.ledger.models import Account, Order, Position
from tests.api.own import program, reader, stranger
from tests.ledger.market import EXPIRATION, Market
from tests.positions.conftest import at, market, own
from tests.positions.trading import held

__all__ = ["at", "market", "own"]
CALLS = {
    "symbol": "spy", "structure": "call", "side": "buy", "expiration": EXPIRATION, "strikes": ["600"], "quantity": 2,
    "target": "610", "notes": "Bounce",
}  # fmt: skip


def test_a_position_is_opened_read_planned_and_closed_in_parts(at: datetime, market: Market, trader: User) -> None:
    mine = program(trader)
    status, order = mine.send("POST", "positions", CALLS, key="one")
    assert (status, order["status"]) == (201, "filled")
    opened = order["position"]
    assert (opened["symbol"], opened["strategy"], opened["direction"]) == ("SPY", "Long Call", "LONG")
    assert (opened["target"], opened["notes"], opened["quantity"]) == ("610.000000", "Bounce", 2)
    assert opened["legs"][0]["source"]["truth"] == "simulated"

    number = opened["number"]
    in_full = mine.get(f"positions/{number}")
    assert in_full["best"] is None
    assert len(in_full["fills"]) == len(in_full["breakevens"]) == 1
    assert in_full["fills"][0]["basis"] == "quote"

    status, planned = mine.send("PUT", f"positions/{number}", {"stop": 590.5, "target": None})
    assert status == 200
    assert (planned["target"], planned["stop"], planned["notes"]) == (None, "590.500000", "Bounce")

    status, part = mine.send("DELETE", f"positions/{number}", key="half", quantity=1)
    assert (status, part["position"]["open_quantity"]) == (200, 1)
    again = mine.send("DELETE", f"positions/{number}", key="half", quantity=1)
    assert (again[0], again[1]["number"]) == (200, part["number"])
    assert mine.send("DELETE", f"positions/{number}", quantity=5)[0] == 422
    sums = mine.get("positions/pnl")
    assert sums["positions"] == 1
    (by_day,) = sums["by_expiration"]
    (by_symbol,) = sums["by_symbol"]
    assert by_day["expiration"] == opened["legs"][0]["expiration"]
    assert by_day["theta_usd"] == by_symbol["theta_usd"] == sums["greeks"]["theta_usd"] < 0 < by_day["delta_usd"]
    assert by_symbol["at_risk"] == sums["at_risk"]

    status, rest = mine.send("DELETE", f"positions/{number}")
    assert (status, rest["position"]["status"]) == (200, "CLOSED")
    status, problem = mine.send("DELETE", f"positions/{number}")
    assert (status, problem["detail"]) == (409, "This position is closed.")
    assert mine.get("positions")["total"] == 0
    closed = mine.get("positions", status="closed", outcome="even")
    assert [one["number"] for one in closed["items"]] == [number]
    assert mine.get("positions", status="closed", outcome="win")["items"] == []


def test_the_same_key_trades_once_and_nothing_else(at: datetime, market: Market, trader: User) -> None:
    mine = program(trader)
    first, second = mine.send("POST", "positions", CALLS, key="one"), mine.send("POST", "positions", CALLS, key="one")
    assert first[1]["number"] == second[1]["number"]
    assert mine.send("POST", "positions", CALLS | {"quantity": 3}, key="one")[0] == 409
    assert Order.objects.count() == Position.objects.count() == 1


def test_legs_are_traded_at_stated_prices_and_listed_by_the_page(
    at: datetime,
    market: Market,
    own: Account,
    trader: User,
    django_assert_max_num_queries: Callable[[int], AbstractContextManager[object]],
) -> None:
    mine = program(trader)
    legs = [
        {"kind": "put", "ratio": -1, "strike": 590, "expiration": EXPIRATION, "price": 3.1},
        {"kind": "put", "ratio": 1, "strike": 580, "expiration": EXPIRATION, "price": 1.1},
    ]
    asked = {"symbol": "SPY", "strategy": "Bull Put Spread", "legs": legs}
    status, order = mine.send("POST", "positions", asked)
    assert (status, order["position"]["direction"], order["position"]["entry_price"]) == (201, "SHORT", "2.000000")
    stated = {"symbol": "SPY", "structure": "put_spread", "side": "sell", "expiration": EXPIRATION}
    status, order = mine.send("POST", "positions", stated | {"strikes": [580, 590], "price": "1.75"})
    assert (status, order["position"]["entry_price"]) == (201, "1.750000")
    for _ in range(3):
        held(own)
    with django_assert_max_num_queries(11):  # the token's four among them
        assert mine.get("positions")["total"] == 5
    page = mine.get("positions", limit=2, offset=4, symbol="spy", strategy="spread")
    assert (page["total"], page["limit"], page["items"]) == (2, 2, [])
    assert len(mine.get("positions", limit=2, offset=4)["items"]) == 1
    file = mine.get("positions", format="csv", strategy="put spread")
    assert len(file.splitlines()) == 3
    assert file.startswith("account,symbol,strategy")
    assert mine.get("positions", format="csv", status="closed").count("\n") == 1


def test_orders_without_a_quote_wait_or_are_refused(at: datetime, market: Market, trader: User) -> None:
    mine, unquoted = program(trader), CALLS | {"strikes": [777]}
    status, problem = mine.send("POST", "positions", unquoted, key="no")
    assert status == 409
    assert problem["detail"]
    assert mine.send("POST", "positions", unquoted, key="no")[0] == 409
    status, order = mine.send("POST", "positions", unquoted | {"may_wait": True})
    assert (status, order["status"], order["position"]) == (202, "working", None)
    assert order["detail"]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (CALLS | {"strikes": []}, "strike"),
        (CALLS | {"strikes": [590, 600]}, "strikes"),
        (CALLS | {"structure": "butterfly"}, "structure"),
        (CALLS | {"expiration": "2020-01-17"}, "expiration"),
        (CALLS | {"symbol": "no symbol"}, "symbol"),
        (CALLS | {"quantity": 0}, "quantity"),
        (CALLS | {"quantity": 100_000, "price": 9_999_999}, "quantity"),
        ({"symbol": "SPY", "strategy": "Nothing"}, "legs"),
        ({"symbol": "SPY", "legs": [{"kind": "call", "ratio": 1}]}, ""),
        ({"symbol": "SPY", "strategy": "X", "legs": [{"kind": "stock", "ratio": 0}]}, ""),
    ],
)
def test_what_is_faulty_is_named_and_nothing_is_opened(
    asked: dict[str, object], field: str, at: datetime, market: Market, trader: User
) -> None:
    status, problem = program(trader).send("POST", "positions", asked)
    assert status == 422
    assert problem["detail"]
    assert field in problem["errors"] if field else problem["errors"] == {}
    assert not Order.objects.exists()


def test_nobody_else_and_no_reader_touches_a_position(at: datetime, market: Market, own: Account, trader: User) -> None:
    position = held(own)
    other, mine = stranger(), reader(trader)
    path = f"positions/{position.pk}"
    assert other.get("positions")["total"] == 0
    for method, body in (("GET", None), ("PUT", {"notes": "x"}), ("DELETE", None)):
        assert other.send(method, path, body)[0] == 404
    assert mine.get(path)["number"] == position.pk
    for method, where, sent in (("POST", "positions", CALLS), ("PUT", path, {"notes": "x"}), ("DELETE", path, None)):
        assert mine.send(method, where, sent)[0] == 403
    position.refresh_from_db()
    assert (position.open_quantity, position.notes, Position.objects.count()) == (2, "", 1)


def test_positions_of_the_desks_accounts_are_read_but_not_changed(at: datetime, market: Market, trader: User) -> None:
    mine = program(trader)
    paper = held(account_in_use(trader, Account.Kind.PAPER, at=at))
    assert mine.get("positions")["total"] == 0
    assert mine.get("positions", account="all")["items"][0]["account"] == "paper"
    assert mine.get(f"positions/{paper.pk}")["account"] == "paper"
    assert mine.send("DELETE", f"positions/{paper.pk}")[0] == 404
