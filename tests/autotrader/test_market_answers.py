"""What the engine is told of the market: usable numbers or the reason why there are none."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from apps.autotrader import running
from apps.autotrader.contracts import Contract
from apps.autotrader.market_answers import MarketAnswers
from apps.autotrader.models import AutonomousLog, AutonomousPosition
from apps.ledger.models import Order, Position
from apps.market.feed import store_observation
from apps.market.models import Snapshot
from tests.autotrader.simulated import SOURCE, check, market_says, moment, quotes_say
from tests.ledger.market import Market

AT = moment(23, 10)
PUT = Contract(symbol="SPY", strike=645.0, option_type="put", expiration="2026-11-27")


def answers(*, needs_flip: bool = True) -> MarketAnswers:
    return MarketAnswers(AT, needs_flip=needs_flip)


def test_no_flip_is_no_answer_for_an_entry_and_left_out_for_exits(db: None) -> None:
    market_says(AT)
    Snapshot.objects.update(flip_point=None, flip_reason="Gamma never changes sign.")
    assert answers().net_gamma("SPY") == {"error": "SPY has no flip now. Gamma never changes sign."}
    assert "flip_point" not in answers(needs_flip=False).net_gamma("SPY")


def test_an_imported_chain_is_not_traded_on(db: None) -> None:
    store_observation(SOURCE.fetch_chain("SPY", at=AT), received_at=AT, hold=True)
    assert "imported or held" in answers().net_gamma("SPY")["error"]


def test_the_listed_contract_nearest_to_the_wanted_one_is_quoted(db: None) -> None:
    market_says(AT)
    quote = answers().quote(Contract(symbol="SPY", strike=645.3, option_type="put", expiration="2026-11-27"))
    assert quote["strike"] == 645
    assert quote["contract_symbol"] == "SPY261127P00645000"
    assert "error" in answers().quote(Contract(symbol="SPY", strike=645, option_type="put", expiration="2026-11-28"))


@pytest.mark.parametrize(
    ("bid", "ask", "outcome", "said"),
    [
        (6.40, 6.30, "refused", "is crossed"),
        (6.30, 6.30, "refused", "is locked"),
        (0.0, 0.0, "no trade", "neither a bid and ask nor a last price"),
        (float("nan"), 6.30, "traded", ""),
    ],
)
def test_only_an_orderly_market_fills_the_entry(
    running_trader: User, bid: float, ask: float, outcome: str, said: str
) -> None:
    market_says(AT)
    only_put = Market(spot=643.83)
    only_put.quote("put", 645, bid, ask, expiration=PUT.day)
    quotes_say(only_put.chain(AT), AT)
    search, *_ = running.run(running_trader, AT)
    assert (search.outcome, said in search.reason) == (outcome, True)
    assert Position.objects.exists() == Order.objects.exists() == (outcome == "traded")


def test_a_position_without_a_usable_market_is_neither_marked_nor_closed(running_trader: User) -> None:
    check(running_trader, AT)
    row = AutonomousPosition.objects.get()
    later = moment(24, 10)
    market_says(later)
    crossed = Market(spot=636.79)
    crossed.quote("put", 645, 9.60, 9.40, expiration=PUT.day)
    quotes_say(crossed.chain(later), later)
    manage = running.manage(running_trader, later, is_check=True)
    assert manage is not None
    assert (manage.outcome, "is crossed" in manage.reason) == ("held", True)
    before = row.current_price
    row.refresh_from_db()
    assert (row.status, row.current_price) == ("OPEN", before)
    market_says(later + timedelta(seconds=30))
    closed = running.manage(running_trader, later + timedelta(seconds=30))
    assert closed is not None
    assert closed.outcome == "closed"
    assert not AutonomousLog.objects.filter(action="ERROR").exists()
