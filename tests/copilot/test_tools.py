"""The four tools as pages: the engines' figures for what is typed in, and for the trader's own positions and trades."""

from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from apps.copilot.panels.forms import PostMortemForm, ProbabilityForm
from apps.copilot.panels.portfolio import portfolio_risk
from apps.copilot.panels.scenario import scenario_of
from apps.journal.models import JournalEntry
from apps.ledger.accounts import account_in_use
from apps.ledger.marking import mark_open_positions
from apps.ledger.models import Account, Position
from apps.ledger.opening import Terms, open_position
from apps.ledger.tickets import LegTicket, Ticket
from apps.market.models import Snapshot
from legacy_engines.risk.portfolio import PortfolioAnalyzer
from legacy_engines.risk.post_mortem import PostMortemAnalyzer
from legacy_engines.risk.scenarios import ScenarioPlanner
from tests.copilot.conftest import listed
from tests.moments import OPEN_MARKET


def shown(client: Client, path: str, **given: object) -> str:
    return client.get(f"{path}?{urlencode(given)}", HTTP_HX_REQUEST="true").content.decode()


def opened(owner: User, snapshot: Snapshot, *, ratio: int, quantity: int = 2) -> Position:
    """Open a single option, bought or sold, in the owner's own record and mark it."""
    day, strikes = listed(snapshot)
    account = account_in_use(owner, Account.Kind.OWN, at=OPEN_MARKET)
    leg = LegTicket(kind="call", ratio=ratio, strike=Decimal(str(strikes[4])), expiration=date.fromisoformat(day))
    ticket = Ticket(symbol="SPX", strategy="Call", legs=(leg,), quantity=quantity)
    order = open_position(
        account, ticket, at=OPEN_MARKET, by=owner, key=f"{ratio}", terms=Terms(prices=[Decimal("20")])
    )
    assert order.position is not None
    mark_open_positions(at=OPEN_MARKET, symbol="SPX")
    return Position.objects.get(pk=order.position.pk)


def test_without_positions_the_example_is_used_and_said_to_be_one(trader_client: Client, at_market: Snapshot) -> None:
    page = trader_client.get("/copilot/scenario/").content.decode()
    assert "an example is used" in page
    # SPY 585 calls, 582.50, -2 % in a day: 4.50 - 0.45 x 11.65 - 0.12, no less than a cent.
    for text in ("-2.0% move in 1 days", "$570.85", "−2.0", "$0.01", "−$3,143", "−99.8"):
        assert text in page, text
    assert "Cut the loss" in page
    gain = shown(trader_client, "/copilot/scenario/", price_change="1", days="1", iv_change="0")
    assert "+1.0% move" in gain
    assert "Take profits" in gain or "Scale out" in gain
    assert "<html" not in gain, "the panel alone"
    wrong = shown(trader_client, "/copilot/scenario/", price_change="99")
    assert "Mend what is marked" in wrong


@pytest.mark.parametrize("ratio", [1, -1])
def test_a_position_is_estimated_with_its_own_greeks(trader: User, at_market: Snapshot, ratio: int) -> None:
    from django.http import QueryDict

    position = opened(trader, at_market, ratio=ratio)
    panel = scenario_of(trader, QueryDict("price_change=2&days=1&iv_change=0"), at=OPEN_MARKET)
    assert not panel.is_example
    assert panel.found is not None
    assert (panel.found["total_pnl"] > 0) is (ratio > 0), "a call gains when price rises; who sold it loses"
    assert position.current_price is not None
    at_entry = panel.found["total_pnl"]
    marked = float(position.unrealized_pnl)
    assert panel.since_mark == pytest.approx(at_entry + marked, rel=0.02)


def test_the_engine_judges_what_was_typed(trader_client: Client, trader: User, at_market: Snapshot) -> None:
    first = trader_client.get("/copilot/post-mortem/").content.decode()
    wanted = PostMortemAnalyzer.analyze_trade(
        {"entry_price": 4.5, "exit_price": 2.5, "pnl": -200.0, "strategy": "Call", "day_entered": "Monday",
         "hold_time_days": 3, "entry_gex": 1.5e9}
    )  # fmt: skip
    for text in (wanted["trade_summary"], "−$200.00", *wanted["what_went_right"], *wanted["key_lessons"]):
        assert text in first, text
    assert f"</span>{wanted['grade']}</span>" in first
    better = shown(
        trader_client, "/copilot/post-mortem/", entry_price="1", exit_price="0.01", entry_gex="-3", days_held="0"
    )
    assert "Calls in negative GEX" in better, "prices below the old program's misplaced minimum"
    assert "What went wrong" not in better
    assert "Mend what is marked" in shown(trader_client, "/copilot/post-mortem/", entry_price="-1")
    assert PostMortemForm.FIRST["days_held"] == "3"


def test_a_trade_of_the_own_journal_fills_the_form_and_no_other(
    trader_client: Client, trader: User, at_market: Snapshot
) -> None:
    other = User.objects.create_user("other")
    for owner, strategy in ((trader, "Iron Condor"), (other, "Theirs")):
        JournalEntry.objects.create(
            owner=owner, symbol="SPX", strategy=strategy, direction="SHORT", opened_at=OPEN_MARKET - timedelta(days=2),
            closed_at=OPEN_MARKET, quantity=1, entry_price=Decimal("3.10"), exit_price=Decimal("1.05"), pnl=205,
            entry_snapshot=at_market,
        )  # fmt: skip
    page = trader_client.get("/copilot/post-mortem/").content.decode()
    assert "SPX Iron Condor" in page
    assert "Theirs" not in page
    assert "entry_price=1.05&amp;exit_price=3.10&amp;day_entered=Monday&amp;days_held=2" in page, "sold: turned round"


def test_open_positions_are_looked_at_together(
    trader_client: Client, trader: User, other_client: Client, at_market: Snapshot
) -> None:
    assert "No open position" in trader_client.get("/copilot/portfolio/").content.decode()
    position = opened(trader, at_market, ratio=1, quantity=3)
    opened(trader, at_market, ratio=-1)
    panel = portfolio_risk(trader, at=OPEN_MARKET)
    wanted = PortfolioAnalyzer.analyze_portfolio(
        [{"symbol": "SPX", "type": "call", "max_risk": float(position.max_loss or 0)},
         {"symbol": "SPX", "type": "Call", "max_risk": 0.0}]
    )  # fmt: skip
    assert panel.found is not None
    assert panel.found["total_risk"] == wanted["total_risk"] == 6000
    assert panel.unlimited == 1
    page = trader_client.get("/copilot/portfolio/").content.decode()
    for text in ("$6,000", "can lose without limit", "Bullish", "Diversification"):
        assert text in page, text
    assert "No open position" in other_client.get("/copilot/portfolio/").content.decode()
    assert "Example: 7 SPY" in other_client.get("/copilot/scenario/").content.decode()


def test_chances_are_the_engines_with_a_histogram(
    trader_client: Client, at_market: Snapshot, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    from legacy_engines.screens.copilot import probability

    wanted = probability(582.5, 585, 20, 7, 10_000)
    with django_assert_max_num_queries(7):
        page = trader_client.get("/copilot/probability/").content.decode()
    for text in (
        f"{wanted.above:.1f}",
        f"{wanted.below:.1f}",
        f"${wanted.mean:,.2f}",
        wanted.view.capitalize(),
        f"{wanted.low:,.2f} to {wanted.high:,.2f}",
        f"{wanted.std:,.2f}",
        "condors and time decay",
    ):
        assert text in page, text
    assert page.count("<rect x=") == 50
    assert 'class="is-strike"' in page
    assert "SPX now" in page
    high = shown(trader_client, "/copilot/probability/", price="6800", strike="9000", volatility="12", days="1")
    assert "9,000" in high, "any symbol's prices"
    assert 'line class="is-strike"' not in high, "a strike off the drawing has no line"
    assert "Mend what is marked" in shown(trader_client, "/copilot/probability/", days="0")
    assert ProbabilityForm.FIRST["price"] == "582.5"


def test_the_engine_is_asked_for_the_scenario_as_specified() -> None:
    """Nothing of ours stands between form and engine."""
    found = ScenarioPlanner.analyze_scenario(
        {"strike": 585.0, "entry_price": 4.5, "contracts": 7, "delta": 0.45, "theta": -0.12, "current_price": 582.5},
        {"price_change_pct": 1.0, "days_forward": 1},
    )
    assert found["estimated_option_price"] == 7.0
