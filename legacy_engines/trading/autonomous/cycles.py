"""One run of the auto-trader as its two schedulers did it; who calls it when is the application's business."""

from __future__ import annotations

import traceback
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from legacy_engines.market.trading_hours import is_market_hours, is_market_open, is_morning_session
from legacy_engines.ports import Clock, GammaSource, Notify, new_york_now, say_nothing, utc_now
from legacy_engines.storage import RowStore
from legacy_engines.trading.autonomous.trader import AutonomousPaperTrader

STATE: Final = "scheduler_state"
THE_ROW: Final = 1


def run_cycle(
    trader: AutonomousPaperTrader, api_client: GammaSource, *, clock: Clock, notify: Notify = say_nothing
) -> dict[str, Any]:
    """Search for a trade in the morning, manage positions in market hours, and return the performance.

    A search or management that raises is reported and does not stop the rest.
    """
    if is_morning_session(clock=clock):
        try:
            trader.find_and_execute_daily_trade(api_client)
        except Exception as error:  # noqa: BLE001 - as specified, each step is guarded for itself
            notify("error", f"The search for a trade failed: {error}")
    if is_market_hours(clock=clock):
        try:
            trader.auto_manage_positions(api_client)
        except Exception as error:  # noqa: BLE001 - as specified, each step is guarded for itself
            notify("error", f"Managing the positions failed: {error}")
    return trader.get_performance()


@dataclass(frozen=True, slots=True, kw_only=True)
class SchedulerState:
    """What the hourly scheduler remembers. Times are aware New York times, or the texts they were stored as."""

    is_running: bool = False
    last_trade_check: datetime | str | None = None
    last_position_check: datetime | str | None = None
    execution_count: int = 0
    last_error: dict[str, str] | None = None


def load_state(store: RowStore) -> SchedulerState:
    """Return the stored state, not running, or a fresh one where nothing is stored."""
    rows = store.select(STATE, [("id", "=", THE_ROW)])
    if not rows:
        return SchedulerState()
    row = rows[0]
    return SchedulerState(
        execution_count=row["execution_count"] or 0,
        last_trade_check=row["last_trade_check"],
        last_position_check=row["last_position_check"],
    )


def save_state(state: SchedulerState, *, store: RowStore, clock: Clock) -> None:
    """Store the state in its one row; where that is missing, nothing is stored."""
    changes = {
        "is_running": int(state.is_running),
        "last_trade_check": _text(state.last_trade_check),
        "last_position_check": _text(state.last_position_check),
        "execution_count": state.execution_count,
        "updated_at": utc_now(clock).strftime("%Y-%m-%d %H:%M:%S"),
    }
    store.update(STATE, changes, [("id", "=", THE_ROW)])


def scheduled_trade_logic(
    trader: AutonomousPaperTrader, api_client: GammaSource, state: SchedulerState, *, store: RowStore, clock: Clock
) -> SchedulerState:
    """Do the hourly run while the market is open and return the new state, stored when all went well.

    Repaired (trading Q-2): a trade that was opened no longer ends the run; it is managed like the others.
    """
    if not is_market_open(clock=clock):
        return state
    state = replace(state, last_trade_check=new_york_now(clock))
    try:
        trader.find_and_execute_daily_trade(api_client)
        state = replace(state, last_position_check=new_york_now(clock))
        trader.auto_manage_positions(api_client)
        state = replace(state, execution_count=state.execution_count + 1, last_error=None)
        save_state(state, store=store, clock=clock)
    except Exception as error:  # noqa: BLE001 - as specified, a failing run is remembered and the next one tries again
        failure = {
            "timestamp": new_york_now(clock).isoformat(),
            "error": str(error),
            "traceback": traceback.format_exc(),
        }
        return replace(state, last_error=failure)
    return state


def _text(moment: datetime | str | None) -> str | None:
    return None if moment is None else str(moment)
