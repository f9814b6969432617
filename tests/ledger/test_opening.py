"""Opening: filled as a whole from usable quotes, once per intention, within what the account can lose."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from apps.ledger.accounts import balance, change_rules, standing
from apps.ledger.models import Account, Change, Fill, Order, Position
from apps.ledger.opening import Terms, open_position
from apps.ledger.reconciling import differences
from apps.ledger.tickets import LegTicket, Ticket, TicketError
from tests.ledger.market import EXPIRATION, Market, condor, leg, ticket
from tests.moments import OPEN_MARKET

pytestmark = pytest.mark.django_db
CALL = ticket(leg("call", 600))


def opened(account: Account, wanted: Ticket = CALL, *, key: str = "one", terms: Terms | None = None) -> Order:
    return open_position(account, wanted, at=OPEN_MARKET, by=account.owner, key=key, terms=terms or Terms())


def test_a_bought_call_is_paid_at_the_mid_and_written_down_with_its_quote(market: Market, paper: Account) -> None:
    order = opened(paper, ticket(leg("call", 600), quantity=3))
    assert (order.status, order.refusal) == ("filled", "")
    fill = Fill.objects.get()
    assert (fill.side, fill.quantity, fill.price) == ("buy", 3, Decimal("10.10"))
    assert (fill.bid, fill.ask, fill.mid, fill.truth) == (Decimal(10), Decimal("10.20"), Decimal("10.10"), "simulated")
    position = Position.objects.get()
    assert (position.direction, position.entry_price, position.size) == ("LONG", Decimal("10.10"), Decimal(3030))
    assert (position.max_loss, position.entry_spot_price) == (Decimal(3030), 600.0)
    assert balance(paper) == 1_000_000 - 3030
    assert Change.objects.get().action == "opened"


def test_a_condor_brings_its_credit_and_risks_the_wing_less_the_credit(market: Market, paper: Account) -> None:
    position = opened(paper, condor(2)).position
    assert position is not None
    # 3.05 - 2.05 + 3.55 - 2.65
    assert (position.direction, position.entry_price) == ("SHORT", Decimal("1.90"))
    assert position.max_loss == 2 * (500 - 190)
    assert balance(paper) == 1_000_000 + 380
    assert position.legs.count() == 4


@pytest.mark.parametrize(
    ("wanted", "price"),
    [
        (CALL, Decimal("10.15")),  # 10.10 + 25 % of 0.20
        (ticket(leg("call", 620), leg("call", 625, -1)), Decimal("1.032")),  # 1.00 + 16 % of 0.10, twice
        (condor(), Decimal("1.888")),  # 1.90 - 3 % of 0.10, four times
    ],
)
def test_the_spread_model_pays_a_share_that_shrinks_with_the_legs(
    market: Market, paper: Account, wanted: Ticket, price: Decimal
) -> None:
    change_rules(paper, fill_model="spread", commission=Decimal(0), at=OPEN_MARKET, by=paper.owner)
    position = opened(paper, wanted).position
    assert position is not None
    assert position.entry_price == price


def test_commissions_are_paid_per_contract_and_count_against_the_result(market: Market, paper: Account) -> None:
    change_rules(paper, fill_model="mid", commission=Decimal("0.65"), at=OPEN_MARKET, by=paper.owner)
    position = opened(paper, condor(2)).position
    assert position is not None
    assert (position.commissions, position.pnl) == (Decimal("5.20"), Decimal("-5.20"))
    assert balance(paper) == 1_000_000 + 380 - Decimal("5.20")
    assert list(differences()) == []


@pytest.mark.parametrize(
    ("bid", "ask", "said"),
    [
        (10.2, 10.2, "is locked"),
        (10.3, 10.2, "is crossed"),
        (float("nan"), float("nan"), "neither bid nor ask"),
        (10.0, float("nan"), "no ask"),
    ],
)
def test_a_market_that_is_not_orderly_fills_nothing_and_says_why(
    market: Market, paper: Account, bid: float, ask: float, said: str
) -> None:
    market.quote("call", 600, bid, ask)
    market.says(OPEN_MARKET + timedelta(seconds=1))
    order = opened(paper)
    assert (order.status, Position.objects.count(), Fill.objects.count()) == ("rejected", 0, 0)
    assert said in order.refusal


def test_an_old_quote_fills_nothing(market: Market, paper: Account) -> None:
    order = open_position(paper, CALL, at=OPEN_MARKET + timedelta(hours=1), by=paper.owner, key="late")
    assert order.status == "rejected"
    assert "old" in order.refusal


def test_without_a_quote_an_order_may_wait(market: Market, paper: Account) -> None:
    wanted = ticket(leg("call", 700))
    order = opened(paper, wanted, terms=Terms(may_wait=True))
    assert (order.status, order.refusal) == ("working", "SPY 2026-12-18 700 call is not listed.")
    assert balance(paper) == 1_000_000


def test_the_same_intention_twice_is_done_once(market: Market, paper: Account) -> None:
    first, second = opened(paper), opened(paper)
    assert first.pk == second.pk
    assert Position.objects.count() == 1
    assert balance(paper) == 1_000_000 - 1010


def test_a_refused_intention_stays_refused(market: Market, paper: Account) -> None:
    market.quote("call", 600, 10.3, 10.2)
    market.says(OPEN_MARKET + timedelta(seconds=1))
    assert opened(paper).status == "rejected"
    market.quote("call", 600, 10.0, 10.2)
    market.says(OPEN_MARKET + timedelta(seconds=2))
    assert opened(paper).status == "rejected"


def test_more_than_the_account_can_lose_is_refused_with_the_figures(market: Market, trader: User) -> None:
    small = Account.objects.create(owner=trader, kind="autonomous", number=1, starting_cash=0, opened_at=OPEN_MARKET)
    order = opened(small)
    assert order.status == "rejected"
    assert "can lose $1,010.00, but the account has $0.00 available" in order.refusal


def test_what_is_open_already_is_not_available_again(market: Market, paper: Account) -> None:
    opened(paper, condor(1_600))
    assert standing(paper).available == 1_000_000 - 1_600 * 310
    order = opened(paper, condor(1_700), key="two")
    assert order.status == "rejected"
    assert "Choose a smaller quantity" in order.refusal


def test_a_call_sold_alone_is_for_the_own_record_only(market: Market, paper: Account, own: Account) -> None:
    naked = ticket(leg("call", 600, -1))
    refused = opened(paper, naked)
    assert "no limit" in refused.refusal
    recorded = opened(own, naked, terms=Terms(prices=[Decimal("9.80")]))
    assert recorded.position is not None
    assert (recorded.position.entry_price, recorded.position.max_loss) == (Decimal("9.80"), None)


def test_a_stated_price_needs_no_quote_and_is_marked_when_one_comes(own: Account) -> None:
    order = opened(own, terms=Terms(prices=[Decimal("9.95")]))
    assert order.position is not None
    assert (order.position.marked_at, order.position.unrealized_pnl) == (None, Decimal(0))
    assert "No quote of SPY 2026-12-18 600 call yet" in order.position.mark_problem
    assert Fill.objects.get().basis == "stated"


def test_the_days_one_entry_is_kept_by_the_database(market: Market, paper: Account) -> None:
    from django.db import IntegrityError

    open_position(paper, CALL, at=OPEN_MARKET, by=None, key="daily", is_daily_entry=True)
    with pytest.raises(IntegrityError, match="ledger_one_daily_entry"):
        open_position(paper, CALL, at=OPEN_MARKET, by=None, key="another", is_daily_entry=True)


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (ticket(leg("call", 600), quantity=0), "quantity must lie between 1"),
        (ticket(quantity=1), "1 to 8 legs"),
        (ticket(leg("call", 600, 0)), "bought"),
        (ticket(leg("call", 600, expiration=date(2026, 11, 17))), "17 Nov 2026 600 call has expired"),
        (ticket(leg("call", 600), leg("call", 600, -1)), "the same contract"),
        (ticket(LegTicket(kind="put", ratio=1, expiration=EXPIRATION)), "needs its strike"),
        (ticket(LegTicket(kind="stock", ratio=1, strike=Decimal(1))), "neither strike nor expiration"),
        (Ticket(symbol="?", strategy="x", legs=(leg("call", 600),), quantity=1), "is not a symbol"),
        (ticket(leg("call", 600), strategy=" "), "Name the strategy"),
    ],
)
def test_a_ticket_that_makes_no_sense_says_what_to_change(paper: Account, wanted: Ticket, said: str) -> None:
    with pytest.raises(TicketError, match=said):
        opened(paper, wanted)
    assert not Order.objects.exists()
