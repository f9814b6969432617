"""The journal over the API: written, read, changed and removed by its owner, and nobody else's."""

from datetime import datetime

from django.contrib.auth.models import User

from apps.journal.models import JournalEntry
from apps.ledger.closing import close_position
from apps.ledger.models import Account
from tests.api.own import program, reader, stranger
from tests.ledger.market import Market
from tests.positions.conftest import at, market, own
from tests.positions.trading import held

__all__ = ["at", "market", "own"]
TRADE = {
    "symbol": "qqq", "strategy": "Long Put", "direction": "LONG", "quantity": 2, "entry_price": "2.50",
    "exit_price": 4, "commissions": "2.60", "opened_at": "2026-11-16T10:00:00-05:00",
    "closed_at": "2026-11-17T15:00:00-05:00", "notes": "**Fade**",
}  # fmt: skip


def test_a_trade_by_hand_is_written_once_read_changed_and_removed(at: datetime, trader: User) -> None:
    mine = program(trader)
    status, entry = mine.send("POST", "journal", TRADE, key="a")
    assert (status, entry["symbol"], entry["pnl"], entry["position"]) == (201, "QQQ", "297.400000", None)
    status, same = mine.send("POST", "journal", TRADE, key="a")
    assert (status, same["number"]) == (200, entry["number"])
    path = f"journal/{entry['number']}"
    assert mine.get(path)["notes"] == "**Fade**"

    status, changed = mine.send("PUT", path, {"tags": ["Plan", "plan", "early exit"], "rating": 4})
    assert (status, changed["tags"], changed["rating"]) == (200, ["plan", "early exit"], 4)
    assert changed["notes"] == "**Fade**"
    status, changed = mine.send("PUT", path, {"rating": None, "lesson": "Wait", "trade": TRADE | {"exit_price": 3}})
    assert (status, changed["rating"], changed["lesson"], changed["pnl"]) == (200, None, "Wait", "97.400000")

    figures = mine.get("journal/statistics", days="all")
    assert (figures["trades"], figures["winners"], figures["strategies"][0]["name"]) == (1, 1, "Long Put")
    found = mine.get("journal", symbol="qqq", tag="plan", result="win", text="fade", limit=1)
    assert (found["total"], found["items"][0]["number"]) == (1, entry["number"])
    assert mine.get("journal", result="loss")["total"] == 0
    file = mine.get("journal", format="csv")
    assert file.startswith("account,symbol,strategy")
    assert len(file.splitlines()) == 2

    assert mine.send("DELETE", path) == (204, None)
    assert mine.send("DELETE", path)[0] == 404
    assert mine.get("journal/statistics", days="all")["trades"] == 0


def test_the_ledgers_trades_keep_their_money_and_cannot_be_removed(
    at: datetime, market: Market, own: Account, trader: User
) -> None:
    position = held(own)
    close_position(position, at=at, by=trader, key="close")
    mine = program(trader)
    entry = mine.get("journal")["items"][0]
    assert (entry["position"], entry["entry_map"]["spot"]) == (position.pk, 600.0)
    path = f"journal/{entry['number']}"
    for method, body in (("DELETE", None), ("PUT", {"trade": TRADE})):
        status, problem = mine.send(method, path, body)
        assert status == 409
        assert "ledger" in problem["detail"]
    assert mine.send("PUT", path, {"notes": "Held too long"})[1]["notes"] == "Held too long"


def test_faulty_trades_come_back_with_the_pages_sentences(at: datetime, trader: User) -> None:
    mine = program(trader)
    for wrong, field in (
        ({"closed_at": "2026-11-15T10:00:00-05:00"}, "closed_at"),
        ({"closed_at": "2027-01-15T10:00:00-05:00"}, "closed_at"),
        ({"opened_at": "0001-01-01T00:00:00+14:00"}, "opened_at"),
        ({"symbol": "no symbol"}, "symbol"),
        ({"max_loss": 0}, "max_loss"),
        ({"quantity": 100_000, "entry_price": 10_000_000}, "quantity"),
        ({"entry_price": -1}, "entry_price"),
    ):
        status, problem = mine.send("POST", "journal", TRADE | wrong)
        assert status == 422
        assert field in problem["errors"], problem
    assert mine.send("GET", "journal", day="9999-01-01")[0] == 422
    assert not JournalEntry.objects.exists()


def test_nobody_else_and_no_reader_touches_an_entry(at: datetime, trader: User) -> None:
    _, entry = program(trader).send("POST", "journal", TRADE)
    other, mine, path = stranger(), reader(trader), f"journal/{entry['number']}"
    assert other.get("journal")["total"] == other.get("journal/statistics", days="all")["trades"] == 0
    for method, body in (("GET", None), ("PUT", {"notes": "x"}), ("DELETE", None)):
        assert other.send(method, path, body)[0] == 404
    for method, where, sent in (("POST", "journal", TRADE), ("PUT", path, {"notes": "x"}), ("DELETE", path, None)):
        assert mine.send(method, where, sent)[0] == 403
    assert [one.notes for one in JournalEntry.objects.all()] == ["**Fade**"]
