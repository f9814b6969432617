"""Ideas tried in paper: a dialog says what it costs and can lose, one click opens it, once."""

import json
from datetime import date, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from apps.ideas import services, sources, takers
from apps.ideas.idea import Idea, Leg
from apps.ideas.models import TradeIdea
from apps.ideas.stored import idea_of
from apps.ledger.marking import mark_open_positions
from apps.ledger.models import Account, Position
from apps.paper import model_trading, taking
from apps.paper.books import ModelSettings, keep_settings
from apps.paper.models import PaperPosition
from apps.paper.performance import performance_of
from tests.paper.simulated import market_says
from tests.paper.test_daily_trade import in_regime

EXPIRES = date(2026, 11, 27)


def idea(at: datetime, **changes: Any) -> Idea:
    """Return an idea on SPY; without other legs a vertical."""
    legs = (Leg(quantity=1, option_type="call", strike=640), Leg(quantity=-1, option_type="call", strike=650))
    given: dict[str, Any] = {
        "symbol": "SPY",
        "strategy": "Call Spread",
        "origin": "Trade setup",
        "as_of": at,
        "spot": 640.0,
        "action": "BUY 640/650 CALL SPREAD",
        "expiration": EXPIRES,
        "legs": legs,
        "reasoning": "Because.",
    }
    return Idea(**(given | changes))


def keep(user: User, wanted: Idea, at: datetime) -> TradeIdea:
    return services.keep(user, wanted, taken_for="paper", at=at)


def post(client: Client, stored: TradeIdea, **typed: str) -> Any:
    return client.post(reverse("paper:open_idea", args=[stored.pk]), {"quantity": "1", "key": "k"} | typed)


def test_the_button_stands_at_every_idea_and_opens_a_dialog(
    trader: User, trader_client: Client, daily: Account, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert takers.taker("paper").label == "Paper trade"
    monkeypatch.setitem(sources._FINDERS, "test", lambda symbol, reference, when: idea(when))
    answer = trader_client.post(reverse("ideas:hand_over", args=["test", "SPY", "one", "paper"]))
    words = " ".join(answer.content.decode().split())
    assert "Paper account at quoted prices" in words
    assert "27 Nov 2026 640 call" in words
    assert "At most lost, each" in words
    assert not Position.objects.exists()


def test_a_stored_idea_reads_as_it_was_proposed(trader: User, at: datetime) -> None:
    proposed = idea(at, details={"target_1": 650.0}, confidence=75.0)
    assert idea_of(keep(trader, proposed, at)) == proposed


def test_legs_are_opened_in_the_account_at_quoted_prices_once(
    trader: User, trader_client: Client, daily: Account, at: datetime
) -> None:
    stored = keep(trader, idea(at), at)
    for key in ("k", "k", "another"):
        answer = post(trader_client, stored, quantity="3", key=key)
        assert answer.status_code == 200
        assert json.loads(answer.headers["HX-Trigger"])["toast"]["title"] == "Paper position opened"
    position = Position.objects.get()
    assert (position.account, position.quantity, position.idea) == (daily, 3, stored)
    assert [leg.ratio for leg in position.legs.all()] == [1, -1]


@pytest.mark.parametrize("quantity", ["0", "-1", "many", "1.5", ""])
def test_a_quantity_that_is_none_is_said_and_stays_typed(
    trader: User, trader_client: Client, daily: Account, at: datetime, quantity: str
) -> None:
    answer = post(trader_client, keep(trader, idea(at), at), quantity=quantity)
    assert answer.status_code == 422
    assert "whole number from 1" in answer.content.decode()
    assert not quantity or f'value="{quantity}"' in answer.content.decode()
    assert not Position.objects.exists()


def test_what_exceeds_the_limits_is_refused_in_the_dialog(
    trader: User, trader_client: Client, daily: Account, at: datetime
) -> None:
    answer = post(trader_client, keep(trader, idea(at), at), quantity="90000")
    assert answer.status_code == 422
    assert "a position may take $50,000.00" in answer.content.decode()
    assert 'value="90000"' in answer.content.decode()


def test_a_loss_without_limit_is_refused(trader: User, trader_client: Client, daily: Account, at: datetime) -> None:
    naked = idea(at, legs=(Leg(quantity=-1, option_type="call", strike=650),))
    answer = post(trader_client, keep(trader, naked, at))
    assert answer.status_code == 422
    assert "no limit" in answer.content.decode()


def test_a_contract_that_is_not_listed_is_refused(
    trader: User, trader_client: Client, daily: Account, at: datetime
) -> None:
    unlisted = idea(at, legs=(Leg(quantity=1, option_type="call", strike=640.37),))
    answer = post(trader_client, keep(trader, unlisted, at))
    assert answer.status_code == 422
    assert "is not listed" in answer.content.decode()


def test_an_idea_without_legs_goes_to_the_model_account_by_the_engines_size(
    trader: User, trader_client: Client, model: Account, at: datetime
) -> None:
    stored = keep(trader, idea(at, legs=(), action="BUY 640 CALLS", confidence=75.0, strategy="SQUEEZE"), at)
    shown = taking.offer(trader, stored, at=at)
    assert shown.preview is not None
    for _ in range(2):
        assert post(trader_client, stored).status_code == 200
    row = PaperPosition.objects.get()
    assert (row.quantity, row.entry_premium) == (shown.preview.quantity, shown.preview.premium)
    assert (row.strike, row.expiration_date) == (shown.preview.strike, shown.preview.expires)
    assert row.position is not None
    assert row.position.idea == stored


def test_a_model_account_that_is_off_is_said_in_the_dialog(
    trader: User, trader_client: Client, model: Account, at: datetime
) -> None:
    keep_settings(model, ModelSettings(enabled=False), at=at)
    stored = keep(trader, idea(at, legs=()), at)
    assert "switched off" in taking.offer(trader, stored, at=at).refusal
    answer = post(trader_client, stored)
    assert answer.status_code == 422
    assert "switched off" in answer.content.decode()


def test_an_idea_of_a_symbol_without_levels_is_refused(
    trader: User, trader_client: Client, model: Account, at: datetime
) -> None:
    stored = keep(trader, idea(at, symbol="QQQ", legs=()), at)
    assert "No levels of QQQ yet." in taking.offer(trader, stored, at=at).refusal
    assert post(trader_client, stored).status_code == 422


@pytest.mark.parametrize(
    ("changes", "target"),
    [
        ({"details": {"target_1": 651.5}}, 651.5),
        ({"details": {"target_1": "$1,651.50"}}, 1651.5),
        ({"target": "$655.00"}, 655.0),
        ({"target": "$3.00 per spread if price stays between $6300 and $6500"}, None),
        ({}, None),
    ],
)
def test_a_target_that_is_a_price_is_read_as_one(at: datetime, changes: dict[str, Any], target: float | None) -> None:
    assert model_trading.setup_of(idea(at, **changes)).get("target_1") == target


def test_anothers_idea_is_not_found(trader: User, stranger_client: Client, daily: Account, at: datetime) -> None:
    stored = keep(trader, idea(at), at)
    assert post(stranger_client, stored).status_code == 404
    assert not Position.objects.exists()


def test_an_opened_idea_is_told_apart_from_the_engines_trades(
    trader: User, trader_client: Client, daily: Account, at: datetime
) -> None:
    post(trader_client, keep(trader, idea(at), at), quantity="5")
    in_regime("squeeze", at)
    later = at.replace(hour=12)
    market_says(later)
    mark_open_positions(at=later, symbol="SPY")
    figures = performance_of(daily, "daily")
    pnl = Position.objects.get().unrealized_pnl
    assert {one.reason: one.amount for one in figures.differences} == {"Ideas traded in this account": pnl}
    assert figures.engine.total == 0
