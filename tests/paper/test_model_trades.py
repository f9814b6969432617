"""The account at model prices: opened, marked and closed by the first engine, its ledger at the engine's price."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User

from apps.accounts.models import UserPreferences
from apps.ledger.closing import close_position
from apps.ledger.models import Account, Fill, Order, Position
from apps.ledger.opening import Terms
from apps.ledger.reconciling import differences
from apps.market.models import Snapshot
from apps.paper import managing, model_trading, settling
from apps.paper.books import ModelSettings, account_of, keep_settings
from apps.paper.engines import model_engine
from apps.paper.market_answers import GammaAnswers
from apps.paper.models import PaperPerformance, PaperPosition
from apps.paper.store import PaperStore
from legacy_engines.trading.paper_v1 import PaperTradingEngine
from tests.paper.simulated import SQUEEZE, market_says, moment
from tests.parity.areas.trading_paper_text import reason
from tests.parity.worlds import SqliteStore, StandingClock

CONDOR = {
    "symbol": "SPY",
    "strategy": "IRON CONDOR",
    "action": "SELL 620/610 PUT SPREAD",
    "confidence": 80,
    "best_time": "7-14 DTE",
    "reasoning": "Walls hold.",
}
PACKAGE = {**CONDOR, "action": "SELL IRON CONDOR"}


def opened(trader: User, at: datetime, setup: Mapping[str, Any] = SQUEEZE, *, key: str = "once") -> PaperPosition:
    done = model_trading.open_setup(trader, setup, key=key, at=at, by=trader)
    assert done.row is not None, done.refusal
    return done.row


def engine_alone(at: datetime, setup: Mapping[str, Any]) -> PaperTradingEngine:
    """Return the engine over the old tables after it has opened a setup, with no application around it."""
    store = SqliteStore(StandingClock(at.isoformat()))
    engine = PaperTradingEngine(store=store, clock=store.clock)
    engine.set_config("enabled", "true")
    engine.open_position(setup, GammaAnswers(at).get_net_gamma("SPY"))
    return engine


@pytest.mark.parametrize("setup", [SQUEEZE, CONDOR, PACKAGE], ids=["squeeze", "condor with a side", "package"])
def test_the_application_opens_what_the_engine_alone_does(
    trader: User, model: Account, at: datetime, setup: dict[str, Any]
) -> None:
    opened(trader, at, setup)
    (wanted,) = engine_alone(at, setup).store.select("paper_positions")
    (row,) = PaperStore(trader, model).select("paper_positions")
    assert {**row, "id": 1} == wanted


def test_the_ledger_is_filled_at_the_models_price_and_says_so(trader: User, model: Account, at: datetime) -> None:
    row = opened(trader, at)
    fill = Fill.objects.get()
    assert float(fill.price) == pytest.approx(row.entry_price, abs=1e-6)
    assert (fill.source, fill.bid, fill.ask, fill.truth) == ("Black-Scholes", None, None, "simulated")
    position = row.position
    assert position is not None
    assert (position.account, position.quantity, position.direction) == (model, row.quantity, "LONG")
    assert not list(differences())


def test_marking_stands_in_the_row_and_in_the_ledger(trader: User, model: Account, at: datetime) -> None:
    row = opened(trader, at)
    later = moment(24, 11)
    with time_machine.travel(later, tick=False):
        snapshot = market_says(later)
        alone = engine_alone(at, SQUEEZE)
        alone.clock = StandingClock(later.isoformat())
        managing.manage_symbol("SPY", at=later)
        alone.update_position_value(1, float(snapshot.spot))
    row.refresh_from_db()
    assert row.position is not None
    row.position.refresh_from_db()
    assert row.status == "OPEN"
    assert float(row.position.unrealized_pnl) == pytest.approx(row.unrealized_pnl, abs=0.01)
    assert row.current_value == pytest.approx((row.entry_premium or 0) * row.quantity * 100 + (row.unrealized_pnl or 0))
    assert not list(differences())


@pytest.mark.parametrize(("net_gex", "closes"), [(1e9, True), (-1e9, False)])
def test_exits_are_the_engines_own_decision(
    trader: User, model: Account, at: datetime, net_gex: float, closes: bool
) -> None:
    Snapshot.objects.update(net_gex=-1e9)
    row = opened(trader, at)
    Snapshot.objects.update(net_gex=net_gex)
    keep_settings(model, ModelSettings(enabled=True, auto_execute=True, min_confidence=90), at=at)
    done = managing.manage_model(model, at=at)
    (marked,) = PaperStore(trader, model).select("paper_positions")
    leave, text = model_engine(model, at=at).check_exit_conditions(
        {**marked, "status": "OPEN"}, GammaAnswers(at).get_net_gamma("SPY")
    )
    row.refresh_from_db()
    assert (row.status == "CLOSED", bool(done.closes), leave) == (closes, closes, closes)
    if closes:
        assert reason(row.exit_reason) == {"kind": "GEX_FLIP", "numbers": []}
        assert row.exit_reason == text == Position.objects.get().exit_reason
    assert not list(differences())


def test_while_auto_execute_is_off_the_rules_close_only_on_a_click(trader: User, model: Account, at: datetime) -> None:
    Snapshot.objects.update(net_gex=-1e9)
    row = opened(trader, at)
    Snapshot.objects.update(net_gex=1e9)
    assert managing.manage_model(model, at=at).closes == []
    assert len(managing.manage_model(model, at=at, by_hand=True).closes) == 1
    row.refresh_from_db()
    assert row.status == "CLOSED"


def test_days_are_counted_to_the_close_of_the_expiry_day(trader: User, model: Account, at: datetime) -> None:
    friday = {"entry_premium": 2.0, "quantity": 1, "unrealized_pnl": 0.0, "expiration_date": "2026-12-04"}
    wednesday, thursday = datetime.fromisoformat("2026-12-02T10:00:00-05:00"), moment(30, 10).replace(month=12, day=3)
    assert model_engine(model, at=wednesday).check_exit_conditions(friday, {}) == (False, "")
    assert model_engine(model, at=thursday).check_exit_conditions(friday, {})[0]


def test_closing_by_hand_counts_once_and_at_the_price_of_now(trader: User, model: Account, at: datetime) -> None:
    row = opened(trader, at)
    later = moment(23, 14)
    with time_machine.travel(later, tick=False):
        market_says(later)
        first = model_trading.close(row, key="a", at=later, by=trader)
        again = model_trading.close(row, key="a", at=later, by=trader)
        other = model_trading.close(row, key="b", at=later, by=trader)
    assert first.row == again.row == other.row == row
    row.refresh_from_db()
    assert (row.status, row.exit_reason) == ("CLOSED", "Manual close")
    assert Order.objects.filter(purpose="close").count() == 1
    assert row.position is not None
    row.position.refresh_from_db()
    assert float(row.position.pnl) == pytest.approx(row.realized_pnl, abs=0.01)
    assert not list(differences())


def test_the_same_click_opens_one_position(trader: User, model: Account, at: datetime) -> None:
    assert opened(trader, at, key="click") == opened(trader, at, key="click")
    assert Position.objects.count() == 1


def test_an_account_that_is_off_opens_nothing_and_says_so(trader: User, model: Account, at: datetime) -> None:
    keep_settings(model, ModelSettings(enabled=False), at=at)
    done = model_trading.open_setup(trader, SQUEEZE, key="x", at=at, by=trader)
    assert done.row is None
    assert "switched off" in done.refusal


def test_one_contract_that_is_larger_than_a_position_may_be_is_refused(
    trader: User, model: Account, at: datetime
) -> None:
    keep_settings(model, ModelSettings(enabled=True, max_position=Decimal("0.0001")), at=at)
    done = model_trading.open_setup(trader, SQUEEZE, key="x", at=at, by=trader)
    assert "a position may take $10.00" in done.refusal
    assert not PaperPosition.objects.exists()


def test_old_levels_open_nothing(trader: User, model: Account, at: datetime) -> None:
    done = model_trading.open_setup(trader, SQUEEZE, key="x", at=moment(23, 15), by=trader)
    assert "too old to trade on" in done.refusal


# By itself


def passing(model: Account, at: datetime) -> list[dict[str, Any]]:
    return model_trading.passing_setups(model_engine(model, at=at), [SQUEEZE], at=at)


def test_setups_pass_by_the_engines_checks(trader: User, model: Account, at: datetime) -> None:
    assert passing(model, at) == []
    keep_settings(model, ModelSettings(enabled=True, auto_execute=True), at=at)
    assert passing(model, at) == [SQUEEZE]
    keep_settings(model, ModelSettings(enabled=True, auto_execute=True, min_confidence=80), at=at)
    assert passing(model, at) == []
    keep_settings(model, ModelSettings(enabled=True, auto_execute=True), at=at)
    opened(trader, at)
    assert passing(model, at) == []


def test_it_opens_what_passes_on_the_traders_own_symbol_once_a_day(trader: User, model: Account, at: datetime) -> None:
    keep_settings(model, ModelSettings(enabled=True, auto_execute=True, min_confidence=50), at=at)
    UserPreferences.objects.update_or_create(user=trader, defaults={"symbol": "QQQ"})
    assert managing.auto_execute("SPY", at=at) == []
    UserPreferences.objects.update_or_create(user=trader, defaults={"symbol": "SPY"})
    setups = managing.setups_of("SPY", at=at)
    rows = managing.auto_execute("SPY", at=at)
    assert [row.strategy for row in rows] == [setup["strategy"] for setup in setups]
    model_trading.close(rows[0], key="x", at=at, by=trader)
    managing.auto_execute("SPY", at=at)
    assert PaperPosition.objects.count() == 1


# The end of the day


def test_what_expires_is_closed_at_the_models_value(trader: User, model: Account, at: datetime) -> None:
    row = opened(trader, at)
    friday = moment(27, 12, 55)
    with time_machine.travel(friday, tick=False):
        snapshot = market_says(friday)
    assert settling.settle_at_the_model(moment(27, 12, 59)) == 0
    assert settling.settle_at_the_model(moment(27, 13, 1)) == 1
    assert settling.settle_at_the_model(moment(27, 13, 2)) == 0
    row.refresh_from_db()
    worth = max(0.0, float(snapshot.spot) - (row.strike or 0))
    assert row.status == "CLOSED"
    assert row.exit_price == pytest.approx(worth)
    assert not list(differences())


def test_without_a_price_of_its_last_day_a_position_waits(trader: User, model: Account, at: datetime) -> None:
    row = opened(trader, at)
    assert settling.settle_at_the_model(moment(27, 13, 1)) == 0
    row.refresh_from_db()
    assert row.status == "OPEN"
    assert row.position is not None
    assert "no price of SPY of that day is known" in row.position.mark_problem


def test_the_engines_summary_is_written_once_a_day(trader: User, model: Account, at: datetime) -> None:
    opened(trader, at)
    assert settling.keep_performance(moment(23, 15)) == 0
    assert settling.keep_performance(moment(23, 16, 1)) == 1
    assert settling.keep_performance(moment(23, 17)) == 0
    day = PaperPerformance.objects.get()
    assert (day.date, day.open_positions, day.total_capital) == ("2026-11-23", 1, 100_000.0)


def test_a_position_closed_elsewhere_is_closed_in_the_engines_table(trader: User, model: Account, at: datetime) -> None:
    row = opened(trader, at)
    assert row.position is not None
    close_position(row.position, at=at, by=trader, key="k", terms=Terms(prices=[Decimal(9)]), reason="By hand")
    account_of(trader, "model", at=at)
    row.refresh_from_db()
    assert (row.status, row.exit_price, row.exit_reason) == ("CLOSED", 9.0, "By hand")


def test_two_traders_are_apart(trader: User, model: Account, at: datetime) -> None:
    opened(trader, at)
    other = User.objects.create_user("other")
    account = account_of(other, "model", at=at)
    assert PaperStore(other, account).select("paper_positions") == []
    managing.manage_model(account, at=at, by_hand=True)
    assert PaperPosition.objects.get().status == "OPEN"
