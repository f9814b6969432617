"""The auto-trader at work: what it opens, marks and closes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from legacy_engines.trading.autonomous import (
    AutonomousPaperTrader,
    CondorStrikes,
    NoTradeError,
    leave_to_rules,
    old_adviser,
    working_adviser,
)
from legacy_engines.trading.autonomous.condor import condor_credit
from tests.legacy_engines.test_option_quotes import COLUMNS, contract
from tests.parity.areas.trading_autonomous_world import CannedTickers, StubSource
from tests.parity.worlds import SqliteStore, StandingClock

TUESDAY = "2025-10-21T10:30:00-04:00"
THIS_FRIDAY = "2025-10-24"
CONDOR_EXPIRY = "2025-11-21"
LONG_GAMMA = {"net_gex": 2e9, "flip_point": 602.0, "spot_price": 600.0}
NEUTRAL = {"net_gex": 0.0, "flip_point": 602.0, "spot_price": 600.0}


def make_chains(*contracts: list[Any], puts: Sequence[list[Any]] = ()) -> dict[str, Any]:
    side = {"columns": COLUMNS, "rows": list(contracts)}
    return {"calls": side, "puts": {"columns": COLUMNS, "rows": list(puts)} if puts else side}


def condor_chains() -> dict[str, Any]:
    calls = [contract(635.0, bid=0.9, ask=1.1), contract(640.0, bid=0.5, ask=0.7)]
    puts = [contract(565.0, bid=1.4, ask=1.6), contract(560.0, bid=1.1, ask=1.3)]
    return make_chains(*calls, puts=puts)


def make_trader(
    *, gex: Any = None, chains: Mapping[str, Any] | None = None, clock: str = TUESDAY, **more: Any
) -> tuple[AutonomousPaperTrader, StubSource, SqliteStore]:
    store = SqliteStore(StandingClock(clock))
    default = {THIS_FRIDAY: make_chains(contract(600.0)), CONDOR_EXPIRY: condor_chains()}
    tickers = CannedTickers({"SPY": default if chains is None else chains})
    trader = AutonomousPaperTrader(store=store, clock=store.clock, tickers=tickers, **more)
    source = StubSource({"get_net_gamma": {"SPY": gex or LONG_GAMMA}, "get_skew_data": {"SPY": {}}})
    return trader, source, store


def make_position(store: SqliteStore, **changes: Any) -> int:
    row = {
        "symbol": "SPY",
        "strategy": "Range-Bound Bullish",
        "action": "BUY_CALL",
        "entry_date": "2025-10-20",
        "entry_time": "10:00:00",
        "strike": 600.0,
        "option_type": "call",
        "expiration_date": THIS_FRIDAY,
        "contracts": 2,
        "entry_price": 1.5,
        "entry_spot_price": 598.0,
        "entry_net_gex": 2e9,
        "entry_flip_point": 602.0,
        "trade_reasoning": "a reason",
        "status": "OPEN",
    }
    return store.insert("autonomous_positions", row | changes)


def actions(store: SqliteStore) -> list[tuple[str, int]]:
    return [(row["action"], row["success"]) for row in store.dump("autonomous_trade_log")]


# Who decides about an exit


@pytest.mark.parametrize(("adviser", "closed"), [(old_adviser(None), 0), (working_adviser(None), 1)])
def test_a_profit_is_taken_by_rule_only_where_the_rules_decide(adviser: Any, closed: int) -> None:
    chains = {THIS_FRIDAY: make_chains(contract(600.0, bid=3.0, ask=3.2))}
    trader, source, store = make_trader(chains=chains, exit_adviser=adviser)
    make_position(store)

    assert len(trader.auto_manage_positions(source)) == closed


def test_a_model_that_fails_holds() -> None:
    def ask(messages: Any, *, max_tokens: int, temperature: float) -> str:
        raise TimeoutError("late")

    chains = {THIS_FRIDAY: make_chains(contract(600.0, bid=3.0, ask=3.2))}
    trader, source, store = make_trader(chains=chains, exit_adviser=working_adviser(ask))
    make_position(store)

    assert trader.auto_manage_positions(source) == []


# A day of trading


def test_a_trade_is_bought_logged_and_remembered() -> None:
    trader, source, store = make_trader()

    assert trader.find_and_execute_daily_trade(source) == 1

    row = store.dump("autonomous_positions")[0]
    assert (row["strategy"], row["contracts"], row["entry_price"]) == ("Range-Bound Bullish", 8, 1.5)
    assert (row["expiration_date"], row["gex_regime"], row["status"]) == (THIS_FRIDAY, "GEX: $2.00B", "OPEN")
    assert trader.get_config("last_trade_date") == "2025-10-21"
    assert actions(store) == [("START", 1), ("EXECUTE", 1)]
    assert source.asked == [["get_net_gamma", "SPY"], ["get_skew_data", "SPY"]]


def test_only_one_trade_a_day_is_made() -> None:
    trader, source, store = make_trader()
    trader.find_and_execute_daily_trade(source)

    assert trader.find_and_execute_daily_trade(source) is None
    assert len(store.dump("autonomous_positions")) == 1
    assert actions(store)[-1] == ("SKIP", 1)


def test_nothing_is_searched_on_a_weekend() -> None:
    trader, source, _ = make_trader(clock="2025-10-25T10:30:00-04:00")

    assert trader.find_and_execute_daily_trade(source) is None
    assert source.asked == []


def test_without_conviction_a_condor_is_sold() -> None:
    trader, source, store = make_trader(gex=NEUTRAL)

    assert trader.find_and_execute_daily_trade(source) == 1

    row = store.dump("autonomous_positions")[0]
    assert (row["action"], row["option_type"], row["strike"]) == ("IRON_CONDOR", "iron_condor", 600.0)
    assert row["entry_price"] == pytest.approx(0.4 + 0.3)
    assert (row["contracts"], row["strategy"]) == (2, "Iron Condor (Collect $140 premium)")
    assert [action for action, _ in actions(store)] == ["START", "FALLBACK", "EXECUTE"]


def test_a_condor_without_credit_is_not_sold() -> None:
    flat = [contract(strike) for strike in (635.0, 640.0, 565.0, 560.0)]
    trader, source, store = make_trader(gex=NEUTRAL, chains={CONDOR_EXPIRY: make_chains(*flat)})

    assert trader.find_and_execute_daily_trade(source) is None
    assert actions(store)[-1] == ("ERROR", 0)


def test_a_condor_whose_price_is_unknown_is_refused_and_logged() -> None:
    calls = [contract(635.0, bid=math.nan), contract(640.0)]
    puts = [contract(565.0, bid=1.4, ask=1.6), contract(560.0, bid=1.1, ask=1.3)]
    trader, source, store = make_trader(gex=NEUTRAL, chains={CONDOR_EXPIRY: make_chains(*calls, puts=puts)})

    assert trader.find_and_execute_daily_trade(source) is None
    assert store.dump("autonomous_positions") == []
    assert actions(store)[-1] == ("ERROR", 0)
    assert trader.get_config("last_trade_date") == ""


@pytest.mark.parametrize(
    "gex", [{"error": "rate limit"}, {"net_gex": 2e9, "spot_price": 0}, {"net_gex": None, "spot_price": 600.0}]
)
def test_bad_data_is_logged_and_the_search_may_repeat(gex: dict[str, Any]) -> None:
    trader, source, store = make_trader(gex=gex)

    assert trader.find_and_execute_daily_trade(source) is None
    assert actions(store) == [("START", 1), ("ERROR", 0)]
    assert trader.should_trade_today()


def test_an_option_without_bid_and_ask_is_bought_at_its_last_price() -> None:
    chains = {THIS_FRIDAY: make_chains(contract(600.0, bid=0.0, ask=0.0, lastPrice=2.0))}
    trader, source, store = make_trader(chains=chains)

    trader.find_and_execute_daily_trade(source)

    assert store.dump("autonomous_positions")[0]["entry_price"] == 2.0


def test_a_trader_without_a_price_source_says_what_is_missing() -> None:
    store = SqliteStore(StandingClock(TUESDAY))
    trader = AutonomousPaperTrader(store=store, clock=store.clock)
    source = StubSource({"get_net_gamma": {"SPY": LONG_GAMMA}, "get_skew_data": {"SPY": {}}})

    assert trader.find_and_execute_daily_trade(source) is None
    assert "tickers=" in store.dump("autonomous_trade_log")[-1]["details"]


class LegKeeper(AutonomousPaperTrader):
    """What the application adds: it keeps the legs of condors and refuses what it cannot pay."""

    legs: dict[int, CondorStrikes]
    broke = False

    def condor_opened(self, position_id: int, strikes: CondorStrikes, quotes: Sequence[Mapping[str, Any]]) -> None:
        if self.broke:
            raise NoTradeError("The account cannot carry the risk")
        self.legs = {position_id: strikes}
        self.credit = condor_credit(quotes)


def make_keeper(*, broke: bool = False) -> tuple[LegKeeper, StubSource, SqliteStore]:
    _, source, store = make_trader(gex=NEUTRAL)
    keeper = LegKeeper(store=store, clock=store.clock, tickers=CannedTickers({"SPY": {CONDOR_EXPIRY: condor_chains()}}))
    keeper.broke = broke
    return keeper, source, store


def test_the_application_learns_the_four_legs() -> None:
    keeper, source, _ = make_keeper()

    assert keeper.find_and_execute_daily_trade(source) == 1
    assert keeper.legs == {1: CondorStrikes(call_sell=635, call_buy=640, put_sell=565, put_buy=560)}


def test_what_the_application_refuses_leaves_nothing_behind() -> None:
    keeper, source, store = make_keeper(broke=True)

    assert keeper.find_and_execute_daily_trade(source) is None
    assert store.dump("autonomous_positions") == []
    assert keeper.get_config("last_trade_date") == ""
    assert [action for action, _ in actions(store)] == ["START", "FALLBACK", "ERROR"]


# Managing


def test_a_lost_half_is_closed_and_logged_with_its_position() -> None:
    chains = {THIS_FRIDAY: make_chains(contract(600.0, bid=0.7, ask=0.8))}
    trader, source, store = make_trader(chains=chains, exit_adviser=old_adviser(None))
    position_id = make_position(store)

    (closed,) = trader.auto_manage_positions(source)

    assert (closed["position_id"], closed["pnl"], closed["pnl_pct"]) == (position_id, -150.0, -50.0)
    row, entry = store.dump("autonomous_positions")[0], store.dump("autonomous_trade_log")[0]
    assert (row["status"], row["exit_price"], row["realized_pnl"]) == ("CLOSED", 0.75, -150.0)
    assert (row["closed_date"], row["closed_time"]) == ("2025-10-21", "10:30:00")
    assert (entry["action"], entry["position_id"], entry["success"]) == ("CLOSE", position_id, 1)


def test_one_position_without_a_quote_does_not_stop_the_others() -> None:
    trader, source, store = make_trader(exit_adviser=old_adviser(None))
    make_position(store, expiration_date="2025-12-19")
    make_position(store)

    assert trader.auto_manage_positions(source) == []
    assert [row["current_price"] for row in store.dump("autonomous_positions")] == [None, 1.5]


def test_a_source_that_raises_once_costs_one_position_its_mark() -> None:
    answers = [{"__raise__": "RuntimeError"}, LONG_GAMMA]
    trader, source, store = make_trader(gex=answers, exit_adviser=old_adviser(None))
    make_position(store)
    make_position(store)

    assert trader.auto_manage_positions(source) == []
    assert [row["current_price"] for row in store.dump("autonomous_positions")] == [None, 1.5]


def test_a_missing_entry_gamma_is_nan_only_beside_other_positions() -> None:
    chains = {THIS_FRIDAY: make_chains(contract(600.0))}
    seen: list[Any] = []

    def listen(position: Mapping[str, Any], *rest: Any) -> dict[str, Any]:
        seen.append(position["entry_net_gex"])
        return {"should_close": False, "reason": ""}

    trader, source, store = make_trader(chains=chains, exit_adviser=listen)
    make_position(store, entry_net_gex=None)
    trader.auto_manage_positions(source)
    make_position(store)
    trader.auto_manage_positions(source)

    assert seen[0] is None
    assert math.isnan(seen[1])
    assert seen[2] == 2e9


def test_a_position_about_to_expire_is_closed_before_anyone_is_asked() -> None:
    trader, source, store = make_trader(clock="2025-10-23T10:30:00-04:00", exit_adviser=leave_to_rules)
    make_position(store)

    (closed,) = trader.auto_manage_positions(source)

    assert closed["reason"].startswith("Expiration")
