"""What is the user's own on the dashboard: positions, the day's result, thirty days, the auto trader, what happened."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.test import Client

from apps.autotrader.models import AutonomousDecision
from apps.dashboard.own import boxes_of, own_of
from apps.ledger.accounts import account_in_use
from apps.ledger.models import Account, Position
from legacy_engines.screens.positions import thirty_day_statistics
from tests.journal.trading import closed, opened
from tests.moments import OPEN_MARKET
from tests.positions.trading import text_of


def test_an_empty_desk_shows_zero_positions_and_says_what_will_stand_there(trader_client: Client) -> None:
    page = text_of(trader_client.get("/"))
    for words in ("Active positions", "none open", "$0.00", "Nothing yet.", "no trade", "Stopped"):
        assert words in page, words


@pytest.mark.usefixtures("market")
def test_active_positions_count_every_account_and_todays_result_the_own_record(
    trader: User, trader_client: Client, own: Account, at: datetime
) -> None:
    opened(own)
    opened(account_in_use(trader, Account.Kind.PAPER, at=OPEN_MARKET))
    closed(opened(own, at=at - timedelta(hours=1)), -150, at=at)
    closed(opened(own, at=at - timedelta(days=3)), 400, at=at - timedelta(days=1))
    boxes = boxes_of(trader, at=at)
    assert (boxes.positions, boxes.counts) == (2, "1 paper, 1 own record")
    assert (boxes.today, boxes.closed_today) == (Decimal(-150), 1)
    page = text_of(trader_client.get("/dashboard/status/"))
    assert "−$150.00" in page
    assert "▼ 1 closed" in page


@pytest.mark.usefixtures("market")
def test_thirty_days_are_the_engines_and_each_session_has_its_bar(trader: User, own: Account, at: datetime) -> None:
    for days, pnl in ((0, 100), (1, -40), (29, 60), (40, 999)):
        closed(opened(own, at=at - timedelta(days=days, hours=1)), pnl, at=at - timedelta(days=days))
    month = own_of(trader, at=at).month
    rows = [{"pnl": float(one.pnl), "closed_at": one.closed_at} for one in Position.objects.all()]
    expected = thirty_day_statistics(rows, now=at)
    assert (month.trades, month.total) == (expected["trades"], expected["total_pnl"]) == (3, 120.0)
    assert month.win_rate == pytest.approx(2 / 3)
    assert [bar.pnl for bar in month.bars if bar.pnl] == [60, -40, 100]
    assert [bar.height for bar in month.bars if bar.pnl] == [30.0, 20.0, 50.0]
    assert all(bar.day.weekday() < 5 for bar in month.bars)


@pytest.mark.usefixtures("market")
def test_activity_is_newest_first_and_leads_to_what_happened(
    trader: User, trader_client: Client, own: Account, at: datetime
) -> None:
    entry = closed(opened(own, at=at - timedelta(hours=2)), 250, at=at - timedelta(hours=1), reason="Target")
    AutonomousDecision.objects.create(
        owner=trader, at=at, trading_day=at.date(), kind="search", outcome="no trade", reason="Nothing fits."
    )
    titles = [event.title for event in own_of(trader, at=at).events]
    assert titles == ["Auto trader: no trade", "Closed SPY Long Call", "Opened SPY Long Call"]
    page = text_of(trader_client.get("/dashboard/own/"))
    for words in ("Nothing fits.", "+$250.00: Target", f'href="/positions/{entry.position_id}/"'):
        assert words in page, words


@pytest.mark.usefixtures("market")
def test_nobody_sees_anothers_day(own: Account, at: datetime, client: Client, owner: User) -> None:
    closed(opened(own, at=at - timedelta(hours=1)), -150, at=at)
    opened(own)
    client.force_login(owner)
    page = text_of(client.get("/"))
    assert "none open" in page
    assert "Long Call" not in page
