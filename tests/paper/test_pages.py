"""The paper pages: what they show, what clicks do, what is refused, and that nobody sees or touches another's."""

import csv
import json
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from apps.accounts.models import UserPreferences
from apps.gex.setups.cards import reference_of
from apps.ledger.accounts import account_in_use
from apps.ledger.models import Account, Order, Position
from apps.market.models import Snapshot
from apps.market.templatetags.numbers import signed_usd
from apps.paper import finding, managing, model_trading
from apps.paper.books import DailySettings, ModelSettings, account_of, daily_settings, keep_settings, model_settings
from apps.paper.engines import model_engine
from apps.paper.models import FoundTrade, PaperPositionV2
from tests.paper.simulated import SQUEEZE, chain_at, market_says, moment, without_bids_and_asks
from tests.paper.test_daily_trade import executed, in_regime

DAILY, MODEL = "/paper/", "/paper/model/"
DAILY_SETTINGS = {"enabled": "on", "auto_find": "on", "max_position": "4", "max_exposure": "30"}
MODEL_SETTINGS = {"enabled": "on", "auto_execute": "on", "min_confidence": "60", "max_position": "8"}


def toast(response: Any) -> dict[str, str]:
    """Return the toast of an answer."""
    found: dict[str, str] = json.loads(response.headers["HX-Trigger"])["toast"]
    return found


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


# What is shown


def test_empty_states_say_what_to_do(trader_client: Client, at: datetime) -> None:
    page = text_of(trader_client.get(DAILY))
    for words in ("Nothing found yet today", "No open position", "No closed trade yet", "Find trade now"):
        assert words in page
    page = text_of(trader_client.get(MODEL))
    for words in ("No open position", "No closed trade yet", "Off: nothing is opened."):
        assert words in page


def test_the_found_trade_shows_its_header_prices_size_and_reasons(
    trader: User, trader_client: Client, daily: Account, at: datetime
) -> None:
    in_regime("call spread", at)
    trade = finding.find(trader, at=at).trade
    page = text_of(trader_client.get(DAILY))
    for words in (
        "Bullish Call Spread", "70 % confidence, good", "BUY_CALL_SPREAD", f"short ${trade['short_strike']}",
        trade["contract_symbol"], "Fri 27 Nov (4 DTE)", "Execute trade", "of the capital", "Market regime",
        "Risk / reward", f"{trade['real_iv'] * 100:.1f}",
    ):  # fmt: skip
        assert words in page, words


@pytest.mark.parametrize(
    ("confidence", "words"),
    [(85, "high"), (80, "high"), (79, "good"), (70, "good"), (69.9, "moderate")],
)
def test_the_confidence_has_its_word(
    trader: User, trader_client: Client, daily: Account, at: datetime, confidence: float, words: str
) -> None:
    found = finding.find(trader, at=at)
    FoundTrade.objects.update(trade=found.trade | {"confidence": confidence})
    assert f"confidence, {words}" in text_of(trader_client.get(DAILY))


def test_why_a_trade_cannot_be_executed_stands_in_place_of_the_button(
    trader: User, trader_client: Client, daily: Account, at: datetime
) -> None:
    finding.find(trader, at=at)
    keep_settings(daily, DailySettings(enabled=False), at=at)
    page = text_of(trader_client.get(DAILY))
    assert "This account is switched off" in page
    assert "Execute trade" not in page


def test_an_open_position_shows_its_legs_marks_and_entry(
    trader: User, trader_client: Client, daily: Account, at: datetime
) -> None:
    in_regime("condor", at)
    row = executed(trader, at).row
    assert row is not None
    page = text_of(trader_client.get(DAILY))
    for words in ("SELL_IRON_CONDOR", "Received", "Simulated", "Contract it priced", "Bid, ask then", "Thesis"):
        assert words in page, words
    assert page.count(" call, +1 ") == 1


def test_the_model_page_shows_value_left_and_that_prices_are_the_models(
    trader: User, trader_client: Client, model: Account, at: datetime
) -> None:
    model_trading.open_setup(trader, SQUEEZE, key="x", at=at, by=trader)
    page = text_of(trader_client.get(MODEL))
    for words in ("SPY NEGATIVE GEX SQUEEZE", "BUY 640 CALLS", "model price", "Value now", "4d 2h", "Black-Scholes"):
        assert words in page, words


def test_the_model_account_shows_the_engines_summary(
    trader: User, trader_client: Client, model: Account, at: datetime
) -> None:
    rows = [
        model_trading.open_setup(trader, {**SQUEEZE, "strategy": name}, key=name, at=at, by=trader).row
        for name in ("Squeeze A", "Squeeze B", "Squeeze C")
    ]
    for row, later in zip(rows[:2], (moment(23, 12), moment(23, 14)), strict=True):
        assert row is not None
        with time_machine.travel(later, tick=False):
            market_says(later)
            model_trading.close(row, key=f"{row.pk}", at=later, by=trader)
    summary = model_engine(model, at=at).get_performance_summary()
    page = text_of(trader_client.get(MODEL))
    ratio = abs(summary["avg_win"] / summary["avg_loss"]) if summary["avg_loss"] and summary["avg_win"] else None
    assert f">{signed_usd(summary['total_realized_pnl'])}<" in page
    assert f"${summary['current_value']:,.0f}" in page
    assert "2 closed trades" in page
    assert "1 open" in page
    assert f"{summary['win_rate']:.1f} %" in page
    assert (f"ratio {ratio:.2f}" if ratio else "no ratio without both") in page


def test_a_page_takes_few_queries_however_much_it_shows(
    trader: User, trader_client: Client, daily: Account, at: datetime, django_assert_max_num_queries: Any
) -> None:
    in_regime("squeeze", at)
    trader_client.get(DAILY)
    for number in range(4):
        executed(trader, at, key=f"{number}")
    finding.find(trader, at=at)
    with django_assert_max_num_queries(24):
        trader_client.get(DAILY)
    with django_assert_max_num_queries(24):
        trader_client.get(reverse("paper:body", args=["daily"]))
    for number in range(3):
        model_trading.open_setup(
            trader, {**SQUEEZE, "strategy": f"Squeeze {number}"}, key=f"{number}", at=at, by=trader
        )
    with django_assert_max_num_queries(26):
        trader_client.get(MODEL)


# Clicks


def test_find_and_execute_by_clicks_open_one_position(trader_client: Client, daily: Account, at: datetime) -> None:
    in_regime("squeeze", at)
    assert toast(trader_client.post(reverse("paper:find")))["title"] == "Trade found"
    url = reverse("paper:execute", args=[FoundTrade.objects.get().pk])
    answers = [trader_client.post(url, {"key": "same"}) for _ in range(2)]
    position = Position.objects.get()
    for answer in answers:
        assert answer.status_code == 204
        assert toast(answer)["title"] == f"Position {position.pk} opened"
    page = text_of(trader_client.get(DAILY))
    assert "Executed" in page
    assert "Execute trade" not in page


def test_a_search_without_levels_says_why(trader_client: Client) -> None:
    with time_machine.travel(moment(23, 10), tick=False):
        answer = trader_client.post(reverse("paper:find"))
    assert toast(answer) == {"level": "warning", "title": "No trade found", "text": "No levels of SPY yet."}


@pytest.mark.parametrize("name", ["paper:find", "paper:manage", "paper:settings", "paper:fills", "paper:reset"])
def test_changes_are_posted(trader_client: Client, name: str) -> None:
    url = reverse(name) if name == "paper:find" else reverse(name, args=["daily"])
    assert trader_client.get(url).status_code == 405


def test_closing_says_what_it_brings_and_closes_once(
    trader: User, trader_client: Client, daily: Account, at: datetime
) -> None:
    in_regime("squeeze", at)
    row = executed(trader, at).row
    assert row is not None
    dialog = text_of(trader_client.get(reverse("paper:close_dialog", args=["daily", row.position_id])))
    assert "P&amp;L at the newest mark" in dialog
    url = reverse("paper:close", args=["daily", row.position_id])
    for _ in range(2):
        answer = trader_client.post(url, {"key": "same"})
        assert (answer.status_code, answer.content) == (200, b"")
        assert toast(answer)["title"] == f"Position {row.position_id} closed"
    row.refresh_from_db()
    assert (row.status, row.exit_reason) == ("CLOSED", "Manual close")
    assert Order.objects.filter(purpose="close").count() == 1
    assert "Manual close" in text_of(trader_client.get(DAILY))


def test_a_close_without_a_market_is_refused_and_said(
    trader: User, trader_client: Client, daily: Account, at: datetime
) -> None:
    in_regime("squeeze", at)
    row = executed(trader, at).row
    assert row is not None
    market_says(at, chain=without_bids_and_asks(chain_at(at)))
    answer = trader_client.post(reverse("paper:close", args=["daily", row.position_id]), {"key": "x"})
    assert answer.status_code == 422
    assert "has neither bid nor ask" in text_of(answer)
    row.refresh_from_db()
    assert row.status == "OPEN"


def test_a_model_position_is_closed_at_the_models_price(
    trader: User, trader_client: Client, model: Account, at: datetime
) -> None:
    row = model_trading.open_setup(trader, SQUEEZE, key="x", at=at, by=trader).row
    assert row is not None
    answer = trader_client.post(reverse("paper:close", args=["model", row.position_id]), {"key": "x"})
    assert answer.status_code == 200
    row.refresh_from_db()
    assert row.status == "CLOSED"


def test_the_exit_rules_on_a_click_say_what_they_closed(
    trader: User, trader_client: Client, daily: Account, at: datetime
) -> None:
    in_regime("squeeze", at)
    executed(trader, at)
    url = reverse("paper:manage", args=["daily"])
    assert toast(trader_client.post(url))["title"] == "Nothing to close"
    in_regime("condor", at)  # gamma has changed its sign
    told = toast(trader_client.post(url))
    assert told["title"] == "1 closed"
    assert "GEX flip" in told["text"]
    assert PaperPositionV2.objects.get().status == "CLOSED"


def test_a_passing_setup_is_executed_on_a_click(
    trader: User, trader_client: Client, model: Account, at: datetime
) -> None:
    UserPreferences.objects.update_or_create(user=trader, defaults={"symbol": "SPY"})
    assert "The checks run once this account is on" in text_of(trader_client.get(MODEL))
    keep_settings(model, ModelSettings(enabled=True, auto_execute=True, min_confidence=50), at=at)
    page = text_of(trader_client.get(MODEL))
    assert "Execute now" in page
    (setup,) = model_trading.passing_setups(model_engine(model, at=at), managing.setups_of("SPY", at=at), at=at)
    url = reverse("paper:open_setup", args=["SPY", reference_of(setup)])
    assert toast(trader_client.post(url, {"key": "k"}))["level"] == "success"
    assert "does not pass the checks any more" in toast(trader_client.post(url, {"key": "k"}))["text"]
    assert Position.objects.filter(account=model).count() == 1


# Settings


def test_settings_are_kept_and_shown_in_dollars(trader_client: Client, trader: User, daily: Account) -> None:
    answer = trader_client.post(reverse("paper:settings", args=["daily"]), DAILY_SETTINGS)
    assert toast(answer)["title"] == "Settings saved"
    kept = daily_settings(trader)
    assert (kept.max_position, kept.max_exposure, kept.auto_manage) == (Decimal("0.04"), Decimal("0.30"), False)
    page = text_of(answer)
    assert "$40,000" in page
    assert "$300,000" in page


def test_model_settings_are_kept_with_their_status(trader_client: Client, trader: User, model: Account) -> None:
    answer = trader_client.post(reverse("paper:settings", args=["model"]), MODEL_SETTINGS)
    assert "On, trades by itself." in text_of(answer)
    assert model_settings(trader) == ModelSettings(
        enabled=True, auto_execute=True, min_confidence=60, max_position=Decimal("0.08")
    )


@pytest.mark.parametrize(
    ("kind", "typed", "field"),
    [
        ("daily", DAILY_SETTINGS | {"max_position": "21"}, "less than or equal to 20"),
        ("daily", DAILY_SETTINGS | {"max_exposure": "9"}, "greater than or equal to 10"),
        ("model", MODEL_SETTINGS | {"min_confidence": "91"}, "less than or equal to 90"),
        ("model", MODEL_SETTINGS | {"max_position": "many"}, "Enter a number"),
    ],
)
def test_what_is_out_of_range_is_said_and_what_was_typed_stays(
    trader_client: Client, trader: User, daily: Account, model: Account, kind: str, typed: dict[str, str], field: str
) -> None:
    before = (daily_settings(trader), model_settings(trader))
    answer = trader_client.post(reverse("paper:settings", args=[kind]), typed)
    assert answer.status_code == 422
    assert field in text_of(answer)
    assert all(f'value="{value}"' in text_of(answer) for value in typed.values() if value != "on")
    assert (daily_settings(trader), model_settings(trader)) == before


def test_fill_settings_are_kept_and_their_effect_is_shown(
    trader: User, trader_client: Client, daily: Account, at: datetime
) -> None:
    in_regime("squeeze", at)
    answer = trader_client.post(reverse("paper:fills", args=["daily"]), {"fill_model": "spread", "commission": "0.65"})
    assert toast(answer)["title"] == "Fill settings saved"
    row = executed(trader, at).row
    assert row is not None
    fill = Order.objects.get().fills.get()
    assert fill.price > (fill.mid or 0)
    page = text_of(trader_client.get(DAILY))
    cost = (fill.price - (fill.mid or 0)) * fill.quantity * 100
    assert f"${cost:,.2f}</b> against mid" in page
    assert f"${fill.commission:,.2f}</b>" in page


def test_a_commission_out_of_range_is_said(trader_client: Client, daily: Account) -> None:
    answer = trader_client.post(reverse("paper:fills", args=["daily"]), {"fill_model": "mid", "commission": "-1"})
    assert answer.status_code == 422
    assert "greater than or equal to 0" in text_of(answer)


def test_a_reset_starts_again_once_and_keeps_the_old_account(
    trader: User, trader_client: Client, daily: Account, at: datetime
) -> None:
    url, typed = reverse("paper:reset", args=["daily"]), {"account": daily.pk, "starting_cash": "500000"}
    assert toast(trader_client.post(url, typed))["title"] == "New start"
    answer = trader_client.post(url, typed)
    assert answer.status_code == 422
    assert "was reset already" in text_of(answer)
    new = account_in_use(trader, Account.Kind.PAPER, at=at)
    assert new.number == 2
    assert new.starting_cash == 500_000
    assert "$500,000" in text_of(trader_client.get(DAILY))
    assert Account.objects.filter(owner=trader, kind="paper").count() == 2


def test_a_reset_with_open_positions_is_refused(
    trader: User, trader_client: Client, daily: Account, at: datetime
) -> None:
    executed(trader, at)
    typed = {"account": daily.pk, "starting_cash": "500000"}
    answer = trader_client.post(reverse("paper:reset", args=["daily"]), typed)
    assert answer.status_code == 422
    assert "Close the open positions first" in text_of(answer)
    typed = {"account": daily.pk, "starting_cash": "99000"}
    assert trader_client.post(reverse("paper:reset", args=["daily"]), typed).status_code == 422


# Files, and other people


def test_the_history_as_csv(trader: User, trader_client: Client, daily: Account, at: datetime) -> None:
    in_regime("squeeze", at)
    row = executed(trader, at).row
    assert row is not None
    trader_client.post(reverse("paper:close", args=["daily", row.position_id]), {"key": "x"})
    answer = trader_client.get(reverse("paper:trades_csv", args=["daily"]))
    (line,) = csv.DictReader(answer.getvalue().decode().splitlines())
    assert (line["symbol"], line["action"], line["exit_reason"]) == ("SPY", "BUY_CALL", "Manual close")
    assert line["engine_entry_price"] == repr(row.entry_price)
    assert line["opened_et"] == "2026-11-23 10:05:00"


def test_nobody_sees_or_changes_anothers_paper_trades(
    trader: User, stranger_client: Client, daily: Account, model: Account, at: datetime
) -> None:
    in_regime("squeeze", at)
    row = executed(trader, at).row
    priced = model_trading.open_setup(trader, SQUEEZE, key="x", at=at, by=trader).row
    found = finding.find(trader, at=at)
    assert row is not None
    assert priced is not None
    before = (Order.objects.count(), Position.objects.filter(status="OPEN").count())
    for kind, number in (("daily", row.position_id), ("model", priced.position_id)):
        assert stranger_client.get(reverse("paper:close_dialog", args=[kind, number])).status_code == 404
        assert stranger_client.post(reverse("paper:close", args=[kind, number]), {"key": "k"}).status_code == 404
        answer = stranger_client.get(reverse("paper:trades_csv", args=[kind]))
        assert len(answer.getvalue().splitlines()) == 1
        assert "SQUEEZE" not in text_of(stranger_client.get(reverse("paper:body", args=[kind]))).upper()
        stranger_client.post(reverse("paper:manage", args=[kind]))
    assert stranger_client.post(reverse("paper:execute", args=[found.pk]), {"key": "k"}).status_code == 404
    typed = {"account": daily.pk, "starting_cash": "500000"}
    assert stranger_client.post(reverse("paper:reset", args=["daily"]), typed).status_code == 404
    stranger_client.post(reverse("paper:settings", args=["daily"]), DAILY_SETTINGS)
    stranger_client.post(reverse("paper:fills", args=["daily"]), {"fill_model": "spread", "commission": "9"})
    daily.refresh_from_db()
    assert (daily.fill_model, daily.closed_at) == ("mid", None)
    assert daily.commission == 0
    assert daily_settings(trader).max_position == Decimal("0.05")
    assert (Order.objects.count(), Position.objects.filter(status="OPEN").count()) == before


def test_a_position_of_the_other_account_is_not_found_here(
    trader: User, trader_client: Client, daily: Account, model: Account, at: datetime
) -> None:
    row = executed(trader, at).row
    assert row is not None
    assert trader_client.post(reverse("paper:close", args=["model", row.position_id])).status_code == 404
    assert trader_client.get("/paper/other/").status_code == 404


def test_the_login_is_asked_for(client: Client, db: None) -> None:
    for url in (DAILY, MODEL, reverse("paper:body", args=["daily"])):
        assert client.get(url).status_code == 302


def test_a_position_without_a_mark_says_so(trader: User, trader_client: Client, daily: Account, at: datetime) -> None:
    in_regime("squeeze", at)
    executed(trader, at)
    Position.objects.update(current_price=None, mark_problem="No quote.")
    page = text_of(trader_client.get(DAILY))
    assert "no mark" in page
    assert "No quote." in page


def test_levels_that_are_simulated_are_named_so(trader_client: Client, at: datetime) -> None:
    assert Snapshot.objects.get().kind == "simulated"
    assert "nothing is real" in text_of(trader_client.get(DAILY))


def test_accounts_are_opened_with_the_old_capital(trader: User, at: datetime) -> None:
    assert account_of(trader, "daily", at=at).starting_cash == 1_000_000
    assert account_of(trader, "model", at=at).starting_cash == 100_000
