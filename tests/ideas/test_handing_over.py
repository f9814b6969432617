"""A button at an idea: the server finds the idea again, keeps it for this user, and gives it to the taker."""

import re
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.test import Client

from apps.accounts.models import UserPreferences
from apps.ideas.models import TradeIdea
from apps.market.chain import Chain
from apps.market.feed import store_observation
from apps.market.models import Snapshot
from tests.moments import OPEN_MARKET

CONDOR = "/ideas/setups/SPX/iron-condor-high-probability-income/"
LOG = f"{CONDOR}log/"


@pytest.fixture
def snapshot(db: None, spx_chain: Chain) -> Snapshot:
    """SPX at OPEN_MARKET with walls far enough apart for a condor."""
    stored = store_observation(spx_chain, received_at=OPEN_MARKET).snapshot
    Snapshot.objects.update(call_wall=6350.0, put_wall=6150.0)
    stored.refresh_from_db()
    return stored


def test_a_logged_idea_keeps_the_facts_it_stood_on(trader_client: Client, trader: User, snapshot: Snapshot) -> None:
    answer = trader_client.post(LOG)
    assert answer.status_code == 204
    assert '"level": "success"' in answer["HX-Trigger"]
    idea = TradeIdea.objects.get()
    assert (idea.user, idea.symbol, idea.taken_for, idea.origin) == (trader, "SPX", "log", "Trade setup")
    assert idea.entry_price == Decimal(str(snapshot.spot))
    assert idea.as_of == snapshot.as_of
    assert idea.confidence is not None
    assert idea.reasoning
    assert {"entry", "target", "stop", "size", "legs", "expiration", "details"} <= set(idea.terms)


def test_the_size_is_that_of_the_users_account(trader_client: Client, trader: User, snapshot: Snapshot) -> None:
    UserPreferences.objects.update_or_create(
        user=trader, defaults={"account_size": Decimal(200_000), "risk_percent": Decimal(2)}
    )
    answer = trader_client.post(f"{CONDOR}size/")
    assert answer["HX-Retarget"] == "#dialog-host"
    dialog = answer.content.decode()
    idea = TradeIdea.objects.get()
    risk = float(idea.terms["max_risk"].split()[0].strip("$").replace(",", ""))
    contracts = max(1, int(200_000 * 0.02 * (idea.confidence or 0) / 100 / risk))
    assert f"{contracts} contract" in dialog
    assert f"${contracts * risk:,.0f}" in dialog
    assert "counted per contract, 100 shares" in dialog


def test_nobody_sees_the_ideas_of_another(trader_client: Client, owner: User, snapshot: Snapshot) -> None:
    trader_client.post(LOG)
    assert TradeIdea.objects.count() == 1
    assert not owner.trade_ideas.exists()


def test_an_idea_the_market_left_behind_is_refused_with_a_word(trader_client: Client, snapshot: Snapshot) -> None:
    Snapshot.objects.update(flip_point=None)
    for reference in ("iron-condor-high-probability-income", "gamma-squeeze-long-calls", "0"):
        answer = trader_client.post(f"/ideas/setups/SPX/{reference}/log/")
        assert answer.status_code == 204
        assert "Not proposed any more" in answer["HX-Trigger"]
    assert not TradeIdea.objects.exists()


@pytest.mark.parametrize(
    "path", ["/ideas/nobody/SPX/calendar/log/", f"{CONDOR}nobody/", "/ideas/setups/S&P/calendar/log/"]
)
def test_what_nobody_registered_is_not_found(trader_client: Client, snapshot: Snapshot, path: str) -> None:
    assert trader_client.post(path).status_code == 404
    assert not TradeIdea.objects.exists()


def test_only_a_signed_in_post_with_its_token_counts(trader: User, snapshot: Snapshot) -> None:
    stranger = Client()
    assert stranger.post(LOG).status_code == 302
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(trader)
    assert careful.post(LOG).status_code == 403
    assert careful.get(LOG).status_code == 405
    assert not TradeIdea.objects.exists()


def test_the_buttons_stand_at_each_idea(trader_client: Client, snapshot: Snapshot) -> None:
    page = trader_client.get("/gex/SPX/setups/").content.decode()
    assert f'hx-post="{LOG}"' in page
    assert re.search(r'hx-post="/ideas/game-plan/SPX/[a-z-]+/size/"', page)
