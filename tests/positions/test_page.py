"""The list of open positions: marks, P&L, what changed since entry, greeks; and what is nobody else's."""

import csv
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from apps.ledger.accounts import account_in_use
from apps.ledger.marking import mark_open_positions
from apps.ledger.models import Account, Position
from apps.market.models import Snapshot
from apps.positions.open_rows import open_rows
from apps.positions.publishing import figures, fragments, parts_of, shown_of
from legacy_engines.trading.position_conditions import PositionManagementAgent
from tests.ledger.market import Market, condor, leg, ticket
from tests.moments import OPEN_MARKET
from tests.positions.trading import held, text_of


def marked(market: Market, *, minutes: int = 1) -> None:
    moment = OPEN_MARKET + timedelta(minutes=minutes)
    market.says(moment)
    mark_open_positions(at=moment)


def test_an_empty_page_says_what_to_do(trader_client: Client, market: Market, own: Account, at: datetime) -> None:
    page = text_of(trader_client.get("/positions/"))
    for words in ("No open position", "take an idea", "nothing open", "Nothing closed"):
        assert words in page


def test_a_position_shows_entry_mark_result_plan_and_where_it_comes_from(
    trader_client: Client, market: Market, own: Account, at: datetime
) -> None:
    held(own, target=Decimal(620), stop=Decimal(590))
    market.quote("call", 600, 12.00, 12.20)
    market.spot = 605.0
    marked(market)
    page = text_of(trader_client.get("/positions/"))
    for words in (
        "SPY Long Call", "+1 600 call · 18 Dec 2026", "$10.10", "$12.10", "+$400.00", "+19.8", "Simulated", "590.00",
        "620.00", "50 % of the way from stop to target", "$2,020.00", "4.0",
    ):  # fmt: skip
        assert words in page, words


def test_a_missing_mark_is_a_sentence_not_a_zero(
    trader_client: Client, market: Market, own: Account, at: datetime
) -> None:
    held(own, ticket(leg("call", 777)))
    page = text_of(trader_client.get("/positions/"))
    for words in ("no mark", "not known", "is not listed", "1 not marked yet", "1 leg without implied volatility"):
        assert words in page, words


def test_every_change_since_entry_is_the_agents(
    trader: User, trader_client: Client, market: Market, own: Account, at: datetime
) -> None:
    """Flip of the regime, of the flip point, of the side and of the price: word for word as the engine judges."""
    first = held(own)
    held(own, strategy="Unknown entry")
    Position.objects.filter(strategy="Unknown entry").update(entry_net_gex=None)
    Snapshot.objects.update(net_gex=-2e9, flip_point=620.0)
    Position.objects.filter(pk=first.pk).update(entry_net_gex=3e9, entry_flip_point=560.0, entry_spot_price=565.0)
    first.refresh_from_db()
    recorded = {"entry_net_gex": 3e9, "entry_flip_point": 560.0, "entry_spot_price": 565.0,
                "entry_regime": "Positive GEX, Above Flip"}  # fmt: skip
    now = {"net_gex": -2e9, "flip_point": 620.0, "spot_price": 600.0}
    judged = PositionManagementAgent(store=None).check_position_conditions(recorded, now)  # type: ignore[arg-type]
    rows = {row.position.pk: row.since for row in open_rows(trader, at=at)}
    assert rows[first.pk].alerts == judged["alerts"]
    assert rows[first.pk].severity == judged["severity"] == "critical"
    page = text_of(trader_client.get("/positions/"))
    for words in ("Regime flipped", "1 critical", "1 position has no gamma map of the entry", "Check all now"):
        assert words in page, words
    panel = text_of(trader_client.get(f"/positions/{first.pk}/", headers={"HX-Request": "true"}))
    for alert in judged["alerts"]:
        assert alert["suggestion"].replace("'", "&#x27;") in panel
    for words in ("Positive GEX, Above Flip", "Negative GEX, Below Flip", "+3.00", "−2.00", "+10.7"):
        assert words in panel, words


def test_one_position_shows_legs_payoff_fills_and_changes(
    trader_client: Client, market: Market, own: Account, at: datetime
) -> None:
    position = held(own, condor(), price="3")
    page = text_of(trader_client.get(f"/positions/{position.pk}/"))
    for words in (
        "-1 18 Dec 2026 620 call",
        "position-payoff-figure",
        "Price as stated by the trader",
        "opened by trader",
    ):
        assert words in page, words


def test_exposure_is_summed_by_symbol_and_expiration(
    trader_client: Client, market: Market, own: Account, at: datetime
) -> None:
    held(own)
    marked(market)
    page = text_of(trader_client.get("/positions/"))
    for words in ("By symbol", "By expiration", "18 Dec 2026"):
        assert words in page


def test_other_accounts_are_shown_on_demand_and_lead_to_their_pages(
    trader: User, trader_client: Client, market: Market, own: Account, at: datetime
) -> None:
    held(own)
    held(account_in_use(trader, Account.Kind.AUTONOMOUS, at=OPEN_MARKET), quantity=1)
    assert "Auto trader 1" in (page := text_of(trader_client.get("/positions/")))
    assert page.count('id="position-row-') == 1
    every = text_of(trader_client.get("/positions/?account=all"))
    assert every.count('id="position-row-') == 2
    assert 'href="/autotrader/"' in every


def test_the_csv_holds_what_the_page_shows(trader_client: Client, market: Market, own: Account, at: datetime) -> None:
    held(own, strategy="=SUM(1)")
    marked(market)
    answer: Any = trader_client.get("/positions/open.csv")
    (line,) = csv.DictReader(b"".join(answer.streaming_content).decode().splitlines())
    assert (line["strategy"], line["mark"], line["pnl_usd"], line["since_entry"]) == ("'=SUM(1)", "10.1", "0", "Stable")


def test_nobody_sees_or_touches_anothers_positions(
    stranger_client: Client, market: Market, own: Account, at: datetime
) -> None:
    position = held(own)
    number = position.pk
    for address in (f"/positions/{number}/", f"/positions/{number}/close/", f"/positions/{number}/edit/",
                    f"/positions/{number}/roll/"):  # fmt: skip
        assert stranger_client.get(address).status_code == 404, address
    sent = {"quantity": "1", "basis": "quotes", "spot": "1", "expiration": "2027-01-15", "key": "x", "chosen": number}
    for address in ("close", "edit", "roll", "settle"):
        assert stranger_client.post(f"/positions/{number}/{address}/", sent).status_code == 404, address
    stranger_client.post("/positions/close/", sent)
    assert text_of(stranger_client.get("/positions/?account=all")).count('id="position-row-') == 0
    for address in ("/positions/open.csv?account=all", "/positions/closed.csv?account=all"):
        assert "Long Call" not in text_of(stranger_client.get(address))
    position.refresh_from_db()
    assert (position.status, position.target) == ("OPEN", None)


def test_positions_of_the_desks_accounts_are_not_closed_here(
    trader: User, trader_client: Client, market: Market, at: datetime
) -> None:
    position = held(account_in_use(trader, Account.Kind.PAPER, at=OPEN_MARKET))
    assert trader_client.get(f"/positions/{position.pk}/").status_code == 200
    assert trader_client.post(f"/positions/{position.pk}/close/", {"quantity": "1"}).status_code == 404


def test_strangers_are_sent_to_the_login_and_changes_are_posted(client: Client, trader_client: Client) -> None:
    assert trader_client.get("/positions/open/").status_code == 405
    client.logout()
    assert client.get("/positions/").status_code == 302


@pytest.mark.parametrize("address", ["/positions/", "/positions/closed/"])
def test_queries_do_not_grow_with_positions(
    trader_client: Client,
    market: Market,
    own: Account,
    at: datetime,
    address: str,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(12):
        held(own)
    with django_assert_max_num_queries(13):
        trader_client.get(address)


def test_of_very_many_positions_the_newest_are_listed_and_pushed_and_all_are_counted(
    trader: User, trader_client: Client, market: Market, own: Account, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.positions.page.SHOWN", 2)
    monkeypatch.setattr("apps.positions.publishing.SHOWN", 2)
    oldest = held(own)
    newer = [held(own), held(own)]
    page = text_of(trader_client.get("/positions/"))
    assert "The newest 2 are listed, 1 more" in page
    rows = open_rows(trader, at=at)
    for html in (page, fragments(rows, shown_of(rows))):
        assert f'id="position-row-{oldest.pk}"' not in html
        assert all(f'id="position-row-{position.pk}"' in html for position in newer)
    assert len(figures(rows)["positions"]) == 3
    monkeypatch.setattr("apps.positions.publishing._PART", 2)
    assert [len(part) for part in parts_of(rows)] == [2, 1]
    assert [len(part) for part in parts_of([])] == [0]
