"""What a trader writes: notes, tags and rating in place, and trades by hand."""

import json
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from apps.journal.by_hand import LedgerEntryError, Trade, correct, remove
from apps.journal.models import JournalEntry, Picture
from apps.ledger.models import Account, CashEntry, Position
from tests.journal.images import png, upload
from tests.journal.trading import traded
from tests.ledger.market import Market
from tests.moments import OPEN_MARKET

TRADE = {
    "key": "a-key", "symbol": "spy", "strategy": "Put spread", "direction": "SHORT", "unit": "100", "quantity": "2",
    "entry_price": "1.50", "exit_price": "0.40", "commissions": "2.60", "max_loss": "700",
    "opened_at": "2026-11-18T11:31", "closed_at": "2026-11-18T12:00", "notes": "**Wall** held.",
}  # fmt: skip


def reviewed(client: Client, entry: JournalEntry, **typed: str) -> Any:
    """Send the review and return the answer."""
    fields = {"notes": "", "lesson": "", "tags": "", "rating": ""} | typed
    return client.post(f"/journal/{entry.pk}/review/save/", fields, headers={"HX-Request": "true"})


def toast(answer: Any) -> str:
    return str(json.loads(answer["HX-Trigger"])["toast"]["title"])


# Notes, tags and rating


def test_notes_tags_and_rating_are_written_in_place(own: Account, market: Market, trader_client: Client) -> None:
    entry = traded(own)
    form = trader_client.get(f"/journal/{entry.pk}/review/?edit=1", headers={"HX-Request": "true"}).content.decode()
    assert '<textarea name="notes"' in form
    answer = reviewed(
        trader_client, entry, notes="Held **the wall**.", lesson="Wait.", tags=" Plan, #Chased,plan ,", rating="4"
    )
    assert (answer.status_code, toast(answer)) == (200, "Entry saved")
    entry.refresh_from_db()
    assert (entry.notes, entry.lesson, entry.tags, entry.rating) == (
        "Held **the wall**.", "Wait.", ["plan", "chased"], 4,
    )  # fmt: skip
    shown = answer.content.decode()
    for words in ("Held <strong>the wall</strong>.", "<p>Wait.</p>", "Rated 4 of 5", ">chased</a>"):
        assert words in shown
    again = trader_client.get(f"/journal/{entry.pk}/review/?edit=1").content.decode()
    assert 'value="plan, chased"' in again


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"rating": "6"}, "Select a valid choice"),
        ({"tags": ",".join(f"t{number}" for number in range(13))}, "12 tags are the most"),
        ({"tags": "x" * 31}, "is too long"),
        ({"notes": "x" * 20_001}, "at most 20000 characters"),
    ],
)
def test_a_mistake_is_said_and_nothing_typed_is_lost(
    own: Account, market: Market, trader_client: Client, typed: dict[str, str], message: str
) -> None:
    entry = traded(own)
    answer = reviewed(trader_client, entry, **{"lesson": "Typed with care", **typed})
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert "Typed with care" in answer.content.decode()
    entry.refresh_from_db()
    assert entry.lesson == ""


def test_markdown_brings_no_script_and_no_dangerous_link(own: Account, market: Market, trader_client: Client) -> None:
    entry = traded(own)
    links = "[a](javascript:alert(1)) [b](https://example.com) ![c](data:text/html;x)"
    notes = f"<script>alert(1)</script>\n\n{links}\n\n# Plan"
    reviewed(trader_client, entry, notes=notes)
    page = trader_client.get(f"/journal/{entry.pk}/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert 'href="javascript' not in page
    assert 'src="data:text' not in page
    assert '<a href="https://example.com">b</a>' in page
    assert "<h3>Plan</h3>" in page


# Trades by hand


def test_a_trade_by_hand_is_kept_with_the_result_its_prices_give(
    trader: User, market: Market, trader_client: Client, at: datetime
) -> None:
    market.says(datetime.fromisoformat("2026-11-18T11:30:30-05:00"))
    answer = trader_client.post("/journal/new/write/", TRADE)
    entry = JournalEntry.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, entry.get_absolute_url())
    assert (entry.owner, entry.symbol, entry.account_kind, entry.is_by_hand) == (trader, "SPY", "own", True)
    assert entry.pnl == Decimal("217.40")  # (1.50 - 0.40) * 200 less 2.60
    assert (entry.size, entry.max_loss) == (Decimal(300), Decimal(700))
    assert entry.r_multiple == pytest.approx(Decimal("0.310571"), abs=Decimal("0.000001"))
    assert entry.opened_at == datetime.fromisoformat("2026-11-18T11:31:00-05:00")
    assert entry.entry_map is not None
    assert entry.entry_map["spot"] == 600
    assert entry.notes == "**Wall** held."
    assert not Position.objects.exists()
    assert not CashEntry.objects.exists()
    page = trader_client.get(entry.get_absolute_url()).content.decode()
    assert "By hand" in page
    assert "+$217.40" in page


def test_what_was_paid_is_the_risk_where_none_is_named(trader: User, trader_client: Client, at: datetime) -> None:
    trader_client.post("/journal/new/write/", TRADE | {"direction": "LONG", "max_loss": "", "commissions": ""})
    trader_client.post("/journal/new/write/", TRADE | {"key": "b", "max_loss": "", "unit": "1"})
    paid, received = JournalEntry.objects.order_by("pk")
    assert (paid.pnl, paid.max_loss) == (Decimal(-220), Decimal(300))
    assert (received.size, received.max_loss, received.r_multiple) == (Decimal(3), None, None)


def test_a_double_click_keeps_one_trade(trader: User, trader_client: Client, at: datetime) -> None:
    first = trader_client.post("/journal/new/write/", TRADE)
    second = trader_client.post("/journal/new/write/", TRADE | {"exit_price": "0.50"})
    assert first["Location"] == second["Location"]
    assert JournalEntry.objects.get().exit_price == Decimal("0.40")


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"symbol": "NO SUCH"}, "symbol"),
        ({"closed_at": "2026-11-18T11:00"}, "before it was opened"),
        ({"closed_at": "2026-11-19T11:00"}, "future"),
        ({"quantity": "0"}, "greater than or equal to 1"),
        ({"entry_price": "NaN"}, "Enter a number"),
        ({"exit_price": "-1"}, "greater than or equal to 0"),
        ({"max_loss": "0"}, "Leave it empty"),
        ({"strategy": ""}, "required"),
        ({"key": ""}, "Load it again"),
    ],
)
def test_a_trade_that_cannot_be_is_refused_with_the_reason(
    trader: User, trader_client: Client, at: datetime, typed: dict[str, str], message: str
) -> None:
    answer = trader_client.post("/journal/new/write/", TRADE | typed)
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert "**Wall** held." in answer.content.decode()
    assert not JournalEntry.objects.exists()


def test_a_trade_by_hand_can_be_corrected(trader: User, trader_client: Client, at: datetime) -> None:
    trader_client.post("/journal/new/write/", TRADE)
    entry = JournalEntry.objects.get()
    form = trader_client.get(f"/journal/{entry.pk}/trade/").content.decode()
    assert 'value="2026-11-18T11:31"' in form
    assert 'value="1.5"' in form
    wrong = trader_client.post(f"/journal/{entry.pk}/trade/correct/", TRADE | {"quantity": "x"})
    assert wrong.status_code == 422
    trader_client.post(f"/journal/{entry.pk}/trade/correct/", TRADE | {"exit_price": "2"})
    entry.refresh_from_db()
    assert (entry.pnl, entry.notes) == (Decimal("-102.60"), "**Wall** held.")


def test_a_trade_by_hand_can_be_removed_with_its_pictures(
    trader: User,
    trader_client: Client,
    at: datetime,
    media: Path,
    django_capture_on_commit_callbacks: object,
) -> None:
    trader_client.post("/journal/new/write/", TRADE)
    entry = JournalEntry.objects.get()
    trader_client.post(f"/journal/{entry.pk}/pictures/", {"pictures": [upload(png())]})
    assert "There is no undo." in trader_client.get(f"/journal/{entry.pk}/removing/").content.decode()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        answer = trader_client.post(f"/journal/{entry.pk}/remove/")
    assert answer["HX-Redirect"] == "/journal/"
    assert not JournalEntry.objects.exists()
    assert not Picture.objects.exists()
    assert list(media.iterdir()) == []


def test_the_ledgers_trades_are_neither_corrected_nor_removed(
    own: Account, market: Market, trader_client: Client, at: datetime
) -> None:
    entry = traded(own)
    for path in ("trade/", "removing/"):
        assert trader_client.get(f"/journal/{entry.pk}/{path}").status_code == 404
    for path in ("trade/correct/", "remove/"):
        assert trader_client.post(f"/journal/{entry.pk}/{path}", TRADE).status_code == 404
    stated = Trade(
        symbol="SPY", strategy="x", direction="LONG", opened_at=OPEN_MARKET, closed_at=OPEN_MARKET + timedelta(hours=1),
        quantity=1, multiplier=100, entry_price=Decimal(1), exit_price=Decimal(9),
    )  # fmt: skip
    with pytest.raises(LedgerEntryError):
        correct(entry, stated)
    with pytest.raises(LedgerEntryError):
        remove(entry)
    entry.refresh_from_db()
    assert entry.pnl == 100


# Admin


def test_admins_edit_what_was_written_and_only_look_at_the_money(
    own: Account, market: Market, owner_client: Client
) -> None:
    entry = traded(own)
    path = f"/admin/journal/journalentry/{entry.pk}/change/"
    page = owner_client.get(path).content.decode()
    assert 'name="notes"' in page
    assert 'name="pnl"' not in page
    owner_client.post(path, {"notes": "Seen", "lesson": "", "tags": "Audit, late", "rating": "2", "pnl": "99999"})
    entry.refresh_from_db()
    assert (entry.notes, entry.tags, entry.rating) == ("Seen", ["audit", "late"], 2)
    assert entry.pnl == 100
    assert owner_client.get("/admin/journal/journalentry/").status_code == 200
    assert owner_client.get("/admin/journal/journalentry/add/").status_code == 403
    assert owner_client.post(f"/admin/journal/journalentry/{entry.pk}/delete/", {"post": "yes"}).status_code == 403
