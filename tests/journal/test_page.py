"""The journal's pages: what they show, how the list is narrowed, and that nobody sees another's."""

import csv
import re
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from apps.journal.models import JournalEntry, Picture
from apps.ledger.accounts import account_in_use
from apps.ledger.closing import close_position, roll_position
from apps.ledger.models import Account
from apps.ledger.opening import open_position
from tests.journal.images import png, upload
from tests.journal.test_record import many, written
from tests.journal.test_writing import TRADE
from tests.journal.trading import closed, opened, traded
from tests.ledger.market import Market, condor, leg, ticket
from tests.moments import OPEN_MARKET


def text_of(answer: Any) -> str:
    """Return what a reader sees, without tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def rows_of(answer: Any) -> list[str]:
    """Return the rows of the list of trades."""
    page = answer.content.decode()
    table = page[page.index('id="journal-trades"') :]
    body = re.search(r"<tbody>(.*?)</tbody>", table, re.DOTALL)
    found = re.findall(r"<tr>(.*?)</tr>", body[1], re.DOTALL) if body else []
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in found]


# The whole page


def test_an_empty_journal_says_what_will_stand_there(trader: User, trader_client: Client, at: datetime) -> None:
    page = text_of(trader_client.get("/journal/"))
    assert "No closed trade here" in page
    assert "win rate, profit factor, R, a calendar" in page
    assert "Cumulative" not in page


def test_an_empty_period_names_where_there_are_trades(trader: User, trader_client: Client, at: datetime) -> None:
    written(trader, 1, closed_at=at - timedelta(days=40))
    written(trader, 1, closed_at=at, account_kind="paper")
    answer = trader_client.get("/journal/")
    assert "Own record, all time : 1 trade" in text_of(answer)
    assert "Paper, all time : 1 trade" in text_of(answer)
    assert 'href="?account=paper&amp;days=all"' in answer.content.decode()


def test_the_key_figures_stand_there_as_a_trader_reads_them(trader: User, trader_client: Client, at: datetime) -> None:
    for number, pnl in enumerate((300, 150.5, -90, 0)):
        written(trader, pnl, closed_at=at - timedelta(days=number), hours=number + 1, max_loss=Decimal(200))
    page = text_of(trader_client.get("/journal/"))
    for words in (
        "Total P&amp;L +$360.50 +$90.12 per trade", "Trades 4 2 W, 2 L", "Win rate 50.0 % 50 % or more",
        "Profit factor 5.01", "Average win +$225.25 best +$300.00", "Average loss −$45.00 worst −$90.00",
        "Average R +0.45 R", "Average hold 2.5 h",
        "Own record: trades closed in the last 30 days, since Mon 19 Oct 2026 12:30 ET. Refresh",
    ):  # fmt: skip
        assert words in page, words


def test_an_infinite_profit_factor_has_its_sign(trader: User, trader_client: Client, at: datetime) -> None:
    written(trader, 5, closed_at=at)
    page = text_of(trader_client.get("/journal/"))
    assert "Profit factor ∞ no dollar lost" in page
    assert "No loser yet" in page
    assert "No trade with a known risk" in page


def test_the_period_is_chosen_and_marked(trader: User, trader_client: Client, at: datetime) -> None:
    written(trader, 5, closed_at=at - timedelta(days=100))
    written(trader, 7, closed_at=at)
    for days, trades in (("7", 1), ("14", 1), ("30", 1), ("60", 1), ("90", 1), ("180", 2), ("all", 2)):
        answer = trader_client.get(f"/journal/?days={days}")
        assert f"Trades {trades} {trades} W" in text_of(answer)
        label = "All" if days == "all" else f"{days} d"
        assert f'aria-current="page">{label}</a>' in answer.content.decode()


def test_strategies_are_tinted_and_symbols_are_not(trader: User, trader_client: Client, at: datetime) -> None:
    written(trader, 500, closed_at=at, strategy="Squeeze", symbol="SPX")
    written(trader, 20, closed_at=at, strategy="Fade")
    for pnl in (-30, -40):
        written(trader, pnl, closed_at=at, strategy="Fade")
    page = trader_client.get("/journal/").content.decode()
    strategies = page[page.index('id="journal-strategies"') : page.index('id="journal-symbols"')]
    assert re.findall(r'<tr class="(tint-\w+)">', strategies) == ["tint-gain", "tint-loss"]
    assert "Squeeze 1 +$500.00 +$500.00 1 100.0 % , strong" in " ".join(re.sub(r"<[^>]+>", " ", strategies).split())
    symbols = page[page.index('id="journal-symbols"') :]
    assert "tint-" not in symbols
    assert "SPX" in symbols


def test_insights_and_numbered_recommendations_stand_there(trader: User, trader_client: Client, at: datetime) -> None:
    written(trader, 500, closed_at=at)
    answer = trader_client.get("/journal/")
    page = text_of(answer)
    assert "Best strategy Squeeze wins 100% of the time for a net result of $500.00." in page
    assert "Build sample size." in page
    assert '<ol class="journal-todo">' in answer.content.decode()


def test_the_newest_trades_stand_first_with_time_and_hours(trader: User, trader_client: Client, at: datetime) -> None:
    many(trader, 60, at=at)
    rows = rows_of(trader_client.get("/journal/?days=all"))
    newest = JournalEntry.objects.order_by("-closed_at", "-pk")[:25]
    assert len(rows) == 25
    for row, entry in zip(rows, newest, strict=True):
        assert f"{entry.symbol} {entry.strategy}" in row
        assert f"{entry.hours_held:.1f} h" in row
    first = written(trader, -5.5, closed_at=at, hours=1.25)
    assert "18 Nov 2026 12:30 SPY Squeeze" in rows_of(trader_client.get("/journal/"))[0]
    assert "−$5.50" in rows_of(trader_client.get("/journal/"))[0]
    assert first.get_absolute_url() in trader_client.get("/journal/").content.decode()


def test_a_simulated_market_is_named_at_the_trade(
    own: Account, market: Market, trader_client: Client, at: datetime
) -> None:
    traded(own, at=at)
    assert re.search(r"(Long|Short) simulated", rows_of(trader_client.get("/journal/"))[0])


# The list


@pytest.fixture
def different(trader: User, at: datetime) -> dict[str, JournalEntry]:
    """Trades that differ in what the list is narrowed by."""
    return {
        "won": written(trader, 10, closed_at=at, tags=["plan"], rating=5, notes="Held the wall"),
        "lost": written(trader, -10, closed_at=at, symbol="QQQ", strategy="Fade", tags=["late", "plan"]),
        "even": written(trader, 0, closed_at=at - timedelta(days=1), lesson="Wait for 100 %", rating=1),
    }


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("symbol=QQQ", ["lost"]),
        ("symbol=qqq", ["lost"]),
        ("strategy=Squeeze", ["won", "even"]),
        ("tag=plan", ["won", "lost"]),
        ("tag=late", ["lost"]),
        ("rating=5", ["won"]),
        ("rating=none", ["lost"]),
        ("result=win", ["won"]),
        ("result=loss", ["lost", "even"]),
        ("result=noted", ["won", "even"]),
        ("text=WALL+held", ["won"]),
        ("text=100+%25", ["even"]),
        ("day=2026-11-17", ["even"]),
        ("tag=plan&result=win", ["won"]),
        ("tag=nowhere", []),
    ],
)
def test_the_list_is_narrowed(
    different: dict[str, JournalEntry], trader_client: Client, query: str, names: list[str]
) -> None:
    answer = trader_client.get(f"/journal/?{query}", headers={"HX-Request": "true"})
    found = set(map(int, re.findall(r'href="/journal/(\d+)/"', answer.content.decode())))
    assert found == {different[name].pk for name in names}
    assert "<html" not in answer.content.decode()
    assert ("No trade fits" in answer.content.decode()) == (not names)
    lines = b"".join(trader_client.get(f"/journal/trades.csv?{query}").streaming_content).decode()  # type: ignore[attr-defined]
    assert len(list(csv.DictReader(lines.splitlines()))) == len(names)
    assert trader_client.get(f"/journal/?{query}").content.decode().count("Total P&amp;L") == 1


def test_long_lists_have_pages(trader: User, trader_client: Client, at: datetime) -> None:
    for number in range(60):
        written(trader, number, closed_at=at - timedelta(minutes=number))
    shown = [rows_of(trader_client.get(f"/journal/?page={page}")) for page in (1, 2, 3)]
    assert [len(rows) for rows in shown] == [25, 25, 10]
    assert "51 to 60 of 60" in text_of(trader_client.get("/journal/?page=3"))
    assert rows_of(trader_client.get("/journal/?page=99")) == shown[2]
    assert rows_of(trader_client.get("/journal/?page=x")) == shown[0]
    second = trader_client.get("/journal/?page=2&result=win").content.decode()
    assert 'href="/journal/?result=win&amp;page=3#journal-trades"' in second


def test_the_csv_holds_every_trade_and_no_formula(trader: User, trader_client: Client, at: datetime) -> None:
    written(trader, 12.5, closed_at=at, max_loss=Decimal(50), notes="=1+1", tags=["a", "b"], strategy="+Fade", rating=3)
    for number in range(30):
        written(trader, 1, closed_at=at - timedelta(hours=number + 1))
    answer = trader_client.get("/journal/trades.csv")
    assert 'filename="journal-2026-11-18.csv"' in answer["Content-Disposition"]
    lines = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    rows = list(csv.DictReader(lines.splitlines()))
    assert len(rows) == 31
    wanted = {
        "account": "Own record", "pnl_usd": "12.5", "r_multiple": "0.2500", "notes": "'=1+1", "strategy": "'+Fade",
        "tags": "a, b", "closed_et": "2026-11-18 12:30:00", "hours_held": "2.00", "rating": "3", "exit_price": "11",
    }  # fmt: skip
    assert {name: rows[0][name] for name in wanted} == wanted


# The calendar


def test_the_calendar_shows_what_each_day_brought(trader: User, trader_client: Client, at: datetime) -> None:
    evening = datetime.fromisoformat("2026-11-11T01:30:00+00:00")  # still the 10th in New York
    for moment, pnl in ((at, 300), (at - timedelta(hours=1), -100.5), (evening, -40)):
        written(trader, pnl, closed_at=moment)
    page = text_of(trader_client.get("/journal/"))
    assert "November 2026 +$159.50 , 3 trades, 1 day up, 1 down" in page
    assert "18 2 trades +$200 +200" in page
    assert "10 1 trade −$40 −40" in page
    assert "26 closed" in page
    assert "Mon Tue Wed Thu Fri Week" in page
    month = trader_client.get("/journal/calendar/?month=2026-10", headers={"HX-Request": "true"})
    assert "October 2026 no trade closed" in text_of(month)
    assert "month=2026-11" in month.content.decode()
    assert "month=2026-09" not in month.content.decode()


def test_a_weekends_trades_widen_the_calendar(trader: User, trader_client: Client, at: datetime) -> None:
    written(trader, 9, closed_at=datetime.fromisoformat("2026-11-14T12:00:00-05:00"))
    assert "Mon Tue Wed Thu Fri Sat Sun Week" in text_of(trader_client.get("/journal/"))


@pytest.mark.parametrize("month", ["2026-13", "x", "9999-12", "2026-02-01"])
def test_a_month_that_is_none_is_the_newest(trader: User, trader_client: Client, at: datetime, month: str) -> None:
    written(trader, 9, closed_at=at)
    assert "November 2026" in text_of(trader_client.get(f"/journal/calendar/?month={month}"))


# One trade


def test_an_entry_shows_money_legs_fills_and_both_maps(
    own: Account, market: Market, trader_client: Client, at: datetime
) -> None:
    order = open_position(own, condor(2), at=OPEN_MARKET, by=None, key="condor")
    assert order.position is not None
    market.spot = 626.0
    market.says(OPEN_MARKET + timedelta(minutes=2))
    close_position(order.position, at=OPEN_MARKET + timedelta(minutes=2), by=None, key="out", reason="Short strike hit")
    entry = JournalEntry.objects.get()
    page = text_of(trader_client.get(entry.get_absolute_url()))
    for words in (
        "SPY Iron Condor", "R multiple", "Closed: Short strike hit", "4 legs, one trade; 8 fills at simulated quotes",
        "−1 18 Dec 2026 620 call at $3.05", "Spot 600.00 626.00 +26.00", "Quote and fill model", "$3.00 / $3.10",
        "not looked at",
    ):  # fmt: skip
        assert words in page, words
    assert page.count("simulated:") == 2


def test_a_trade_without_a_map_says_so(trader: User, trader_client: Client, at: datetime) -> None:
    entry = written(trader, 3, closed_at=at)
    page = text_of(trader_client.get(entry.get_absolute_url()))
    assert "No gamma map of this trade" in page
    assert "Loss without limit, or not known" in page
    assert "No notes yet." in page


def test_the_halves_of_a_roll_lead_to_each_other(
    own: Account, market: Market, trader_client: Client, at: datetime
) -> None:
    first = open_position(own, ticket(leg("call", 600)), at=OPEN_MARKET, by=None, key="in").position
    assert first is not None
    rolled = roll_position(first, ticket(leg("call", 620)), at=OPEN_MARKET, by=None, key="roll").position
    assert rolled is not None
    close_position(rolled, at=OPEN_MARKET, by=None, key="out")
    before, after = JournalEntry.objects.order_by("pk")
    assert (
        f'Rolled into <a href="{after.get_absolute_url()}">'
        in trader_client.get(before.get_absolute_url()).content.decode()
    )
    assert (
        f'Rolled from <a href="{before.get_absolute_url()}">'
        in trader_client.get(after.get_absolute_url()).content.decode()
    )


# Whose it is, and what it costs


def test_nobody_sees_or_changes_anothers_journal(
    own: Account,
    trader: User,
    market: Market,
    trader_client: Client,
    stranger_client: Client,
    media: Path,
    at: datetime,
) -> None:
    entry = traded(own, at=at)
    trader_client.post(f"/journal/{entry.pk}/review/save/", {"notes": "Mine alone", "tags": "secret"})
    trader_client.post(f"/journal/{entry.pk}/pictures/", {"pictures": [upload(png())]})
    trader_client.post("/journal/new/write/", TRADE)
    by_hand = JournalEntry.objects.get(position__isnull=True)
    picture = Picture.objects.get()
    before = list(JournalEntry.objects.order_by("pk").values())
    for query in ("", "?account=all&days=all", "?account=all&days=all&tag=secret", "?text=alone&days=all"):
        page = text_of(stranger_client.get(f"/journal/{query}"))
        assert "No closed trade here" in page
        assert "Mine" not in page
    for path in ("calendar/?account=all", "calendar/?account=all&month=2026-11"):
        assert "no trade closed" in text_of(stranger_client.get(f"/journal/{path}"))
    lines = b"".join(stranger_client.get("/journal/trades.csv?account=all&days=all").streaming_content)  # type: ignore[attr-defined]
    assert lines.count(b"\n") == 1
    for number in (entry.pk, by_hand.pk):
        for path in ("", "review/", "review/?edit=1", "trade/", "removing/"):
            assert stranger_client.get(f"/journal/{number}/{path}").status_code == 404
        for path in ("review/save/", "trade/correct/", "remove/", "pictures/"):
            assert stranger_client.post(f"/journal/{number}/{path}", TRADE | {"notes": "Taken"}).status_code == 404
    assert stranger_client.get(f"/journal/pictures/{picture.pk}/").status_code == 404
    assert stranger_client.post(f"/journal/pictures/{picture.pk}/remove/").status_code == 404
    assert list(JournalEntry.objects.order_by("pk").values()) == before
    assert Picture.objects.count() == 1
    # The same key is another intention of another user.
    stranger_client.post("/journal/new/write/", TRADE)
    assert JournalEntry.objects.exclude(owner=trader).count() == 1


def test_strangers_are_sent_to_the_login(client: Client, db: None) -> None:
    for path in ("", "calendar/", "trades.csv", "new/", "1/", "pictures/1/"):
        assert client.get(f"/journal/{path}")["Location"].startswith("/login/")


def test_changes_are_posted(own: Account, market: Market, trader_client: Client) -> None:
    entry = traded(own)
    for path in (f"{entry.pk}/review/save/", "new/write/", f"{entry.pk}/remove/", f"{entry.pk}/trade/correct/"):
        assert trader_client.get(f"/journal/{path}").status_code == 405


def test_the_pages_take_few_queries_however_many_trades(
    trader: User, own: Account, market: Market, trader_client: Client, at: datetime, django_assert_max_num_queries: Any
) -> None:
    entry = closed(opened(own), at=at)
    many(trader, 80, at=at)
    with django_assert_max_num_queries(15):
        trader_client.get("/journal/?days=all")
    with django_assert_max_num_queries(12):
        trader_client.get("/journal/?days=all")
    with django_assert_max_num_queries(12):
        trader_client.get(entry.get_absolute_url())


def test_an_account_of_every_kind_has_its_tab(trader: User, trader_client: Client, at: datetime) -> None:
    account_in_use(trader, Account.Kind.PAPER, at=at)
    page = text_of(trader_client.get("/journal/?account=paper&days=7"))
    for label in ("Own record", "Paper", "Paper, model prices", "Auto trader", "All accounts"):
        assert label in page
    assert "Paper: trades closed in the last 7 days" in page
