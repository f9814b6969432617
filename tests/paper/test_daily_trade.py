"""The trade of the day: found by the finder, shown with its reasons, executed once, in the ledger with its legs."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User

from apps.ledger.accounts import change_rules, standing
from apps.ledger.models import Account, Fill, Order, Position
from apps.ledger.reconciling import differences
from apps.market.models import Snapshot
from apps.paper import finding
from apps.paper.books import DailySettings, account_of, daily_settings, keep_settings, reset
from apps.paper.contracts import legs_of_daily
from apps.paper.market_answers import GammaAnswers, tickers
from apps.paper.models import FoundTrade, PaperPositionV2
from apps.paper.page import finder_of, sections_of
from apps.paper.store import PaperStore
from legacy_engines.trading.paper_v2 import PaperTradingEngineV2
from tests.paper.simulated import chain_at, gamma_of, market_says, moment, without_bids_and_asks
from tests.parity.areas.trading_autonomous_world import StubSource
from tests.parity.worlds import SqliteStore, StandingClock

REGIMES = {
    "squeeze": (-2e9, 1.01),
    "breakdown": (-2e9, 0.99),
    "condor": (3e9, 1.0),
    "call spread": (1e9, 1.01),
    "put spread": (1e9, 0.99),
}


def in_regime(name: str, at: datetime) -> Snapshot:
    """Let the newest levels be of a regime."""
    snapshot = Snapshot.objects.of("SPY").first()
    assert snapshot is not None
    net_gex, flip = REGIMES[name]
    gamma_of(snapshot.pk, net_gex=net_gex, flip=float(snapshot.spot) * flip)
    snapshot.refresh_from_db()
    return snapshot


def engine_alone(at: datetime) -> tuple[dict[str, Any], SqliteStore]:
    """Return the trade and the old tables after the engine has found and executed, with no application around it."""
    store = SqliteStore(StandingClock(at.isoformat()))
    answers = GammaAnswers(at)
    source = StubSource(
        {"get_net_gamma": {"SPY": answers.get_net_gamma("SPY")}, "get_skew_data": {"SPY": answers.get_skew_data("SPY")}}
    )
    engine = PaperTradingEngineV2(store=store, clock=store.clock, tickers=tickers(at))
    trade = engine.find_daily_trade(source)
    assert trade is not None
    engine.execute_trade(trade)
    return trade, store


def executed(trader: User, at: datetime, *, key: str = "once") -> finding.Executed:
    return finding.execute(finding.find(trader, at=at), key=key, at=at, by=trader)


def until_refused(trader: User, at: datetime) -> finding.Executed:
    """Execute the trade of the moment again and again; return the first refusal."""
    for number in range(60):
        done = executed(trader, at, key=f"{number}")
        if done.row is None:
            return done
    raise AssertionError("nothing was ever refused")


@pytest.mark.parametrize("regime", REGIMES)
def test_the_application_finds_and_opens_what_the_engine_alone_does(
    trader: User, daily: Account, at: datetime, regime: str
) -> None:
    in_regime(regime, at)
    trade, alone = engine_alone(at)
    found = finding.find(trader, at=at)
    assert found.trade == trade
    assert finding.execute(found, key="once", at=at, by=trader).refusal == ""
    (wanted,) = alone.dump("paper_positions_v2")
    (row,) = PaperStore(trader, daily).select("paper_positions_v2")
    assert {**row, "id": 1} == wanted
    config = {row["key"]: row["value"] for row in PaperStore(trader, daily).select("paper_config_v2")}
    assert config == {row["key"]: row["value"] for row in alone.dump("paper_config_v2")}


@pytest.mark.parametrize(
    ("regime", "legs"),
    [
        ("squeeze", [("call", 1)]),
        ("breakdown", [("put", 1)]),
        ("condor", [("call", -1), ("call", 1), ("put", -1), ("put", 1)]),
        ("call spread", [("call", 1), ("call", -1)]),
        ("put spread", [("put", 1), ("put", -1)]),
    ],
)
def test_the_ledger_holds_the_legs_the_trade_stands_for(
    trader: User, daily: Account, at: datetime, regime: str, legs: list[tuple[str, int]]
) -> None:
    in_regime(regime, at)
    row = executed(trader, at).row
    assert row is not None
    position = row.position
    assert position is not None
    assert [(leg.kind, leg.ratio) for leg in position.legs.all()] == legs
    assert {str(leg.expiration) for leg in position.legs.all()} == {row.expiration_date}
    assert position.direction == ("SHORT" if regime == "condor" else "LONG")
    assert position.quantity == row.quantity
    assert position.account == daily
    assert not list(differences())


def test_a_condor_has_wings_as_wide_as_the_finders_spreads(trader: User, daily: Account, at: datetime) -> None:
    in_regime("condor", at)
    trade = finding.find(trader, at=at).trade
    strikes = [float(leg.strike or 0) for leg in legs_of_daily(trade)]
    call, put = trade["call_short_strike"], trade["put_short_strike"]
    assert strikes == [call, call + 10, put, put - 10]


def test_one_option_is_filled_at_the_mid_the_engine_took(trader: User, daily: Account, at: datetime) -> None:
    in_regime("squeeze", at)
    row = executed(trader, at).row
    fill = Fill.objects.get()
    assert row is not None
    assert fill.price == fill.mid == Decimal(repr(row.entry_price))
    assert fill.basis == "quote"


def test_the_reasoning_has_its_eight_sections(trader: User, daily: Account, at: datetime) -> None:
    in_regime("squeeze", at)
    finder = finder_of(daily, DailySettings(), at=at)
    assert finder.found is None
    finding.find(trader, at=at)
    headings = [section.heading for section in finder_of(daily, DailySettings(), at=at).sections]
    assert headings == [
        "Market regime", "Thesis", "Technical", "Catalyst", "Target and stop", "Entry", "Exit plan", "Risk / reward",
    ]  # fmt: skip
    assert sections_of("THESIS\nA\n\nENTRY\nB")[1].text == "B"


def test_the_size_shown_is_the_one_that_is_bought(trader: User, daily: Account, at: datetime) -> None:
    in_regime("squeeze", at)
    found = finding.find(trader, at=at)
    size = finding.sizing_of(found.trade, capital=daily.starting_cash, share=Decimal("0.05"))
    row = finding.execute(found, key="once", at=at, by=trader).row
    assert size is not None
    assert row is not None
    assert size.contracts == row.quantity
    assert size.total == pytest.approx(row.quantity * row.entry_price * 100)
    assert size.share == pytest.approx(size.total / 1_000_000)


def test_a_trade_without_a_price_has_no_size_and_is_not_executed(trader: User, daily: Account, at: datetime) -> None:
    in_regime("squeeze", at)
    market_says(at, chain=without_bids_and_asks(chain_at(at)))
    in_regime("squeeze", at)
    found = finding.find(trader, at=at)
    assert found.trade["real_mid"] == 0
    assert finding.sizing_of(found.trade, capital=daily.starting_cash, share=Decimal("0.05")) is None
    done = finding.execute(found, key="once", at=at, by=trader)
    assert "nothing is filled" in done.refusal
    assert not PaperPositionV2.objects.exists()


def test_without_levels_the_reason_is_kept(trader: User, db: None) -> None:
    found = finding.find(trader, at=moment(23, 10))
    assert (found.trade, found.problem) == ({}, "No levels of SPY yet.")
    assert finding.execute(found, key="x", at=moment(23, 10), by=trader).refusal == "No levels of SPY yet."


def test_old_levels_find_nothing(trader: User, daily: Account, at: datetime) -> None:
    found = finding.find(trader, at=at + timedelta(hours=2))
    assert "too old to trade on" in found.problem


def test_levels_without_a_flip_find_nothing(trader: User, daily: Account, at: datetime) -> None:
    Snapshot.objects.update(flip_point=None, flip_reason="Gamma never changes sign.")
    assert "no flip now. Gamma never changes sign." in finding.find(trader, at=at).problem


def test_two_clicks_open_one_position(trader: User, daily: Account, at: datetime) -> None:
    in_regime("squeeze", at)
    found = finding.find(trader, at=at)
    first = finding.execute(found, key="click", at=at, by=trader)
    again = finding.execute(found, key="click", at=at, by=trader)
    other = finding.execute(found, key="another tab", at=at, by=trader)
    assert first.row is not None
    assert first.row == again.row == other.row
    assert (Position.objects.count(), Order.objects.count(), PaperPositionV2.objects.count()) == (1, 1, 1)


def test_another_trade_on_moved_levels_is_shown_before_it_is_opened(trader: User, daily: Account, at: datetime) -> None:
    in_regime("squeeze", at)
    found = finding.find(trader, at=at)
    in_regime("breakdown", at)
    done = finding.execute(found, key="click", at=at, by=trader)
    assert done.changed
    assert "Negative GEX Breakdown" in done.refusal
    assert not Position.objects.exists()
    found.refresh_from_db()
    assert found.trade["action"] == "BUY_PUT"
    assert finding.execute(found, key="click", at=at, by=trader).row is not None


def test_yesterdays_trade_is_not_executed(trader: User, daily: Account, at: datetime) -> None:
    found = finding.find(trader, at=at)
    tomorrow = moment(24, 10, 5)
    with time_machine.travel(tomorrow, tick=False):
        market_says(tomorrow)
        assert "It was found on Mon 23 Nov" in finding.execute(found, key="x", at=tomorrow, by=trader).refusal


def test_a_trade_of_an_account_that_was_reset_is_not_executed(trader: User, daily: Account, at: datetime) -> None:
    found = finding.find(trader, at=at)
    reset(daily, "daily", starting_cash=Decimal(200_000), at=at, by=trader)
    assert "was reset" in finding.execute(found, key="x", at=at, by=trader).refusal


# Limits the old engine stored and never asked


def test_an_account_that_is_off_opens_nothing_and_says_so(trader: User, daily: Account, at: datetime) -> None:
    keep_settings(daily, replace(daily_settings(trader), enabled=False), at=at)
    done = executed(trader, at)
    assert done.row is None
    assert "switched off" in done.refusal


def test_the_largest_position_is_a_limit_also_where_the_engine_buys_one_contract_anyhow(
    trader: User, daily: Account, at: datetime
) -> None:
    in_regime("condor", at)
    small = reset(daily, "daily", starting_cash=Decimal(100_000), at=at, by=trader)
    keep_settings(small, DailySettings(max_position=Decimal("0.001")), at=at)
    done = executed(trader, at)
    assert done.row is None
    assert "a position may take $100.00" in done.refusal


def test_all_positions_together_stay_within_the_exposure(trader: User, daily: Account, at: datetime) -> None:
    in_regime("squeeze", at)
    keep_settings(daily, DailySettings(max_position=Decimal("0.05"), max_exposure=Decimal("0.10")), at=at)
    done = until_refused(trader, at)
    assert "all together may take $100,000.00" in done.refusal
    assert 0 < standing(daily).at_risk <= 100_000
    assert Position.objects.count() == PaperPositionV2.objects.count() > 1


def test_a_refused_order_is_kept_with_its_reason_and_nothing_else_is(
    trader: User, daily: Account, at: datetime
) -> None:
    in_regime("squeeze", at)
    change_rules(daily, fill_model="mid", commission=Decimal(100), at=at, by=trader)
    keep_settings(daily, DailySettings(max_position=Decimal("0.05"), max_exposure=Decimal(1)), at=at)
    done = until_refused(trader, at)
    assert "available" in done.refusal
    refused = Order.objects.get(status="rejected")
    assert refused.refusal == done.refusal
    assert PaperPositionV2.objects.count() == Position.objects.count()
    assert not list(differences())


# The desk's own search


def test_the_desk_finds_once_a_day_for_those_who_want_it(trader: User, daily: Account, at: datetime) -> None:
    other = User.objects.create_user("other")
    keep_settings(account_of(other, "daily", at=at), DailySettings(auto_find=False), at=at)
    assert finding.find_for_everybody(at=at) == 1
    assert finding.find_for_everybody(at=at) == 0
    found = FoundTrade.objects.get()
    assert (found.owner, found.by_desk, found.executed) == (trader, True, None)


@pytest.mark.parametrize("closed", [moment(23, 9, 45), moment(23, 16, 30), moment(26, 11), moment(27, 13, 30)])
def test_the_desk_does_not_search_before_ten_or_in_a_closed_market(
    trader: User, daily: Account, at: datetime, closed: datetime
) -> None:
    with time_machine.travel(closed, tick=False):
        market_says(closed)
        assert finding.find_for_everybody(at=closed) == 0


def test_two_traders_find_and_execute_apart(trader: User, daily: Account, at: datetime) -> None:
    in_regime("squeeze", at)
    other = User.objects.create_user("other")
    assert executed(trader, at).row is not None
    assert finder_of(account_of(other, "daily", at=at), DailySettings(), at=at).found is None
    assert PaperStore(other, account_of(other, "daily", at=at)).select("paper_positions_v2") == []
