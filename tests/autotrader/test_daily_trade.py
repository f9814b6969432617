"""The trade of the day: decided by the engine, kept in the ledger, with everything it was decided on."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, IntegrityError, transaction

from apps.autotrader import running, ticking
from apps.autotrader.books_of_account import performance
from apps.autotrader.models import AutonomousConfig, AutonomousDecision, AutonomousLog, AutonomousPosition
from apps.autotrader.replaying import differences as replay_differences
from apps.autotrader.store import TraderStore
from apps.ledger.accounts import account_in_use, change_rules, standing
from apps.ledger.models import Account, Fill, Order, Position
from apps.ledger.reconciling import differences
from legacy_engines.trading.autonomous import AutonomousPaperTrader
from tests.autotrader.simulated import SOURCE, check, market_says, moment, started
from tests.parity.areas.trading_autonomous_world import CannedTickers, StubSource
from tests.parity.worlds import SqliteStore, StandingClock

MOMENTS = {
    "long gamma": moment(23, 10),
    "neutral, a condor": moment(24, 11),
    "squeeze": moment(25, 10),
    "half day": moment(27, 12),
}
CONDOR_AT = MOMENTS["neutral, a condor"]


def engine_alone(at_text: str, expirations: list[str]) -> SqliteStore:
    """Return the old tables after the engine has searched, with no application around it."""
    store = SqliteStore(StandingClock(at_text))
    at = store.clock.now()
    chain = SOURCE.fetch_chain("SPY", at=at)
    names = ["contractSymbol", "strike", "lastPrice", "bid", "ask", "volume", "openInterest", "impliedVolatility"]

    def rows(expiration: str, *, calls: bool) -> dict[str, object]:
        chosen = (chain.expiration.astype(str) == expiration) & (chain.is_call == calls)
        letter, day = ("C" if calls else "P"), expiration[2:].replace("-", "")
        found = [
            [f"SPY{day}{letter}{round(strike * 1000):08d}", strike, 0.0, bid, ask, 0, 0, 0.2]
            for strike, bid, ask in sorted(
                zip(chain.strike[chosen].tolist(), chain.bid[chosen].tolist(), chain.ask[chosen].tolist(), strict=True)
            )
        ]
        return {"columns": names, "rows": found}

    chains = {day: {"calls": rows(day, calls=True), "puts": rows(day, calls=False)} for day in expirations}
    decision = AutonomousDecision.objects.get(kind="search")
    gamma = decision.inputs["answers"]["gamma"]["SPY"]["answer"]
    source = StubSource({"get_net_gamma": {"SPY": gamma}, "get_skew_data": {"SPY": {}}})
    engine = AutonomousPaperTrader(store=store, clock=store.clock, tickers=CannedTickers({"SPY": chains}))
    engine.find_and_execute_daily_trade(source)
    return store


@pytest.mark.parametrize("name", MOMENTS)
def test_the_application_decides_as_the_engine_alone(running_trader: User, name: str) -> None:
    at = MOMENTS[name]
    check(running_trader, at)
    (row,) = TraderStore(running_trader, None).select("autonomous_positions")
    alone = engine_alone(at.isoformat(), [row["expiration_date"]])
    (wanted,) = alone.dump("autonomous_positions")
    marked = ("current_price", "current_spot_price", "unrealized_pnl", "id")
    assert {key: value for key, value in row.items() if key not in marked} == {
        key: value for key, value in wanted.items() if key not in marked
    }
    log = TraderStore(running_trader, None).select("autonomous_trade_log")
    wanted_log = alone.dump("autonomous_trade_log")
    assert [(line["action"], line["details"]) for line in log] == [
        (line["action"], line["details"]) for line in wanted_log
    ]
    assert {row.key: row.value for row in AutonomousConfig.objects.all()} == {
        row["key"]: row["value"] for row in alone.dump("autonomous_config")
    }


def test_a_directional_trade_is_in_the_ledger_on_the_quotes_the_engine_saw(running_trader: User) -> None:
    (decision, _) = check(running_trader, MOMENTS["long gamma"])
    row = AutonomousPosition.objects.get()
    assert decision.outcome == "traded"
    assert decision.opened == row
    position = row.position
    assert position is not None
    assert (position.account.kind, position.direction, position.open_quantity) == ("autonomous", "LONG", row.contracts)
    (leg,) = position.legs.all()
    assert (leg.kind, float(leg.strike or 0), str(leg.expiration)) == ("put", row.strike, row.expiration_date)
    fill = Fill.objects.get()
    assert fill.price == fill.mid == Decimal(str(row.entry_price))
    assert (fill.bid, fill.ask) == (Decimal(str(row.entry_bid)), Decimal(str(row.entry_ask)))
    order = Order.objects.get()
    assert (order.is_daily_entry, order.key) == (True, "daily:2026-11-23")
    assert not list(differences())


def test_the_fill_model_shows_beside_the_engines_price(running_trader: User) -> None:
    account = account_in_use(running_trader, Account.Kind.AUTONOMOUS, at=moment(23, 9))
    change_rules(account, fill_model="spread", commission=Decimal("0.65"), at=moment(23, 9), by=running_trader)
    check(running_trader, MOMENTS["long gamma"])
    row, fill = AutonomousPosition.objects.get(), Fill.objects.get()
    assert fill.mid == Decimal(str(row.entry_price))
    assert fill.price > (fill.mid or 0)
    assert fill.commission == Decimal("0.65")


def test_a_condor_has_four_legs_brings_its_credit_in_and_is_marked_on_them(running_trader: User) -> None:
    check(running_trader, CONDOR_AT)
    row = AutonomousPosition.objects.get()
    assert row.action == "IRON_CONDOR"
    position = row.position
    assert position is not None
    ratios = [(leg.kind, leg.ratio, float(leg.strike or 0)) for leg in position.legs.all()]
    assert ratios == [("call", -1, 675.0), ("call", 1, 680.0), ("put", -1, 595.0), ("put", 1, 590.0)]
    assert position.direction == "SHORT"
    assert float(position.entry_price) == pytest.approx(row.entry_price)
    before = standing(position.account)
    assert before.cash == 5000 + position.entry_price * 100 * row.contracts
    check(running_trader, moment(24, 15))
    row.refresh_from_db()
    quotes = AutonomousDecision.objects.filter(kind="manage").latest("pk").inputs["answers"]["quotes"]
    mid = {answer["answer"]["strike"]: answer["answer"]["mid"] for answer in quotes.values()}
    cost = (mid[675] - mid[680]) + (mid[595] - mid[590])
    assert row.current_price == pytest.approx(cost)
    assert row.unrealized_pnl == pytest.approx((row.entry_price - cost) * 100 * row.contracts)


def test_a_condor_is_closed_on_its_four_legs(running_trader: User) -> None:
    check(running_trader, CONDOR_AT)
    for day, hour in ((25, 10), (27, 10), (27, 11)):
        check(running_trader, moment(day, hour))
    row = AutonomousPosition.objects.get(action="IRON_CONDOR")
    position = row.position
    assert position is not None
    assert (row.status, position.status) == ("CLOSED", "CLOSED")
    assert row.exit_reason
    assert position.exit_reason == row.exit_reason
    assert float(position.pnl) == pytest.approx(row.realized_pnl)
    assert Fill.objects.filter(order__position=position).count() == 8
    assert not list(differences())


def test_a_second_check_of_the_day_opens_nothing(running_trader: User) -> None:
    check(running_trader, moment(23, 10))
    search, _ = check(running_trader, moment(23, 11))
    assert (search.kind, search.outcome) == ("skip", "no trade")
    assert Position.objects.count() == 1


def test_the_database_itself_refuses_a_second_entry_of_a_day(running_trader: User) -> None:
    check(running_trader, moment(23, 10))
    order = Order.objects.get(is_daily_entry=True)
    order.pk, order.key = None, "another"
    with pytest.raises(IntegrityError, match="ledger_one_daily_entry"), transaction.atomic():
        order.save(force_insert=True)


@pytest.mark.parametrize("hours_later", [1, 24])
def test_an_old_market_gives_no_trade_and_the_search_goes_on_at_the_next_check(
    running_trader: User, hours_later: int
) -> None:
    market_says(moment(23, 9) if hours_later == 1 else moment(22, 10))
    (search,) = running.run(running_trader, moment(23, 10))
    assert (search.kind, search.outcome) == ("search", "no trade")
    assert "too old" in search.reason
    assert not Position.objects.exists()
    assert "too old" in (AutonomousLog.objects.get(action="ERROR").details or "")
    (search, _) = check(running_trader, moment(23, 11))
    assert search.outcome == "traded"


def test_without_any_market_there_is_no_trade(running_trader: User) -> None:
    (search,) = running.run(running_trader, moment(23, 10))
    assert search.outcome == "no trade"
    assert "No levels of SPY yet" in search.reason
    assert not list(replay_differences(search))


def test_what_the_account_cannot_pay_is_refused_and_nothing_is_stored(trader: User) -> None:
    started(trader, moment(23, 9))
    account = account_in_use(trader, Account.Kind.AUTONOMOUS, at=moment(23, 9))
    Account.objects.filter(pk=account.pk).update(starting_cash=100)
    account.cash_entries.create(kind="deposit", amount=-4900, at=moment(23, 9), note="Withdrawn for a test")
    search, *_ = check(trader, moment(23, 10))
    assert search.outcome == "refused"
    assert "available" in search.reason
    assert not AutonomousPosition.objects.exists()
    assert not Order.objects.exists()
    assert AutonomousLog.objects.filter(action="ERROR", details__contains="available").exists()
    assert AutonomousConfig.objects.get(key="last_trade_date").value == "", "the search goes on"
    assert not list(replay_differences(search))


def test_decisions_cannot_be_changed(running_trader: User) -> None:
    (decision,) = running.run(running_trader, moment(22, 10))
    with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
        AutonomousDecision.objects.filter(pk=decision.pk).update(reason="Another")
    with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
        AutonomousDecision.objects.all().delete()


def test_traders_do_not_see_each_other(running_trader: User) -> None:
    other = User.objects.create_user("other")
    started(other, moment(23, 9))
    check(running_trader, moment(23, 10))
    assert not AutonomousPosition.objects.filter(owner=other).exists()
    assert not TraderStore(other, None).select("autonomous_positions")
    assert TraderStore(other, None).update("autonomous_positions", {"status": "CLOSED"}, []) == 0
    running.run(other, moment(23, 10))
    assert AutonomousPosition.objects.filter(owner=other).count() == 1
    assert Order.objects.filter(is_daily_entry=True).values("account__owner").distinct().count() == 2


def test_the_engines_performance_agrees_with_the_ledger_at_mid(running_trader: User) -> None:
    for day in (23, 24, 25):
        check(running_trader, moment(day, 10))
    figures = performance(running_trader, at=moment(25, 10))
    account = standing(account_in_use(running_trader, Account.Kind.AUTONOMOUS, at=moment(25, 10)))
    assert figures["realized_pnl"] == pytest.approx(float(account.realized))
    assert (figures["starting_capital"], figures["open_positions"]) == (5000.0, account.open_positions)
    assert (figures["total_trades"], figures["win_rate"]) == (2, 50.0)


def test_an_owner_who_may_no_longer_log_in_trades_no_more(running_trader: User) -> None:
    check(running_trader, moment(23, 10))
    User.objects.filter(pk=running_trader.pk).update(is_active=False)
    assert ticking.tick(moment(24, 10)) == []
    assert ticking.traders_with_open_trades() == []
