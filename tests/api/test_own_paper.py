"""The paper accounts over the API, each trader's own."""

from datetime import datetime

from django.contrib.auth.models import User

from apps.ledger.closing import close_position
from apps.paper.books import account_of
from tests.api.own import reader, stranger
from tests.ledger.market import Market
from tests.positions.conftest import at, market
from tests.positions.trading import held

__all__ = ["at", "market"]


def test_accounts_positions_and_performance_are_read_by_their_owner(at: datetime, market: Market, trader: User) -> None:
    daily = account_of(trader, "daily", at=at)
    kept, gone = held(daily), held(daily)
    close_position(gone, at=at, by=trader, key="close")
    mine, other = reader(trader), stranger()

    found = {one["kind"]: one for one in mine.get("paper/accounts")}
    assert (found["daily"]["start"], found["model"]["start"]) == ("1000000.000000", "100000.000000")
    assert (found["daily"]["open_positions"], found["daily"]["settings"]["max_position"]) == (1, "0.05")
    assert found["model"]["settings"]["auto_find"] is None

    held_now = mine.get("paper/accounts/daily/positions")
    assert [one["number"] for one in held_now["items"]] == [kept.pk]
    closed = mine.get("paper/accounts/daily/positions", status="closed")
    assert [(one["number"], one["status"]) for one in closed["items"]] == [(gone.pk, "CLOSED")]
    assert len(mine.get("paper/accounts/daily/positions", status="closed", format="csv").splitlines()) == 2
    assert len(mine.get("paper/accounts/daily/positions", format="csv").splitlines()) == 2
    assert mine.send("GET", "paper/accounts/yearly/positions")[0] == 422

    record = mine.get("paper/accounts/daily/performance")
    assert (record["ledger"]["open"], record["ledger"]["closed"]) == (1, 1)
    assert float(record["equity"][0]["value"]) == 1_000_000
    assert len(record["equity"]) == 3
    between = float(record["ledger"]["total"]) - float(record["engine"]["total"])
    assert abs(sum(float(one["amount"]) for one in record["differences"]) - between) < 0.01
    assert mine.get("paper/accounts/model/performance")["engine"]["win_rate"] is None

    assert other.get("paper/accounts")[0]["open_positions"] == 0
    assert other.get("paper/accounts/daily/positions")["total"] == 0
    assert other.get("paper/accounts/daily/performance")["ledger"]["closed"] == 0
