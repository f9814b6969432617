"""Switches and the exchange's calendar come before anything the engine says."""

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User

from apps.autotrader import running, switches
from apps.autotrader.market_answers import MarketAnswers
from apps.autotrader.models import AutonomousDecision, AutonomousPosition, SchedulerState
from apps.autotrader.replaying import differences
from apps.autotrader.window import next_slot, why_no_entry, window_on
from apps.ledger.models import Change, Order
from tests.autotrader.simulated import check, market_says, moment, started

IN_THE_WINDOW = moment(23, 10)


def hours(day: int) -> list[str]:
    window = window_on(moment(day, 0).date())
    return [f"{slot:%H:%M}" for slot in window.slots] if window else []


def test_checks_are_hourly_on_real_sessions() -> None:
    assert hours(23) == ["10:00", "11:00", "12:00", "13:00", "14:00", "15:00"]
    assert hours(26) == [], "Thanksgiving"
    assert hours(27) == ["10:00", "11:00", "12:00"], "a half day ends one hour before its close"
    assert hours(28) == [], "a Saturday"


@pytest.mark.parametrize(
    ("at", "following"),
    [
        (moment(23, 8), moment(23, 10)),
        (moment(23, 10), moment(23, 11)),
        (moment(25, 15), moment(27, 10)),
        (moment(27, 12), datetime.fromisoformat("2026-11-30T10:00:00-05:00")),
    ],
)
def test_the_next_check_is_known(at: datetime, following: datetime) -> None:
    assert next_slot(at) == following


@pytest.mark.parametrize(
    "at", [moment(23, 9, 59, 59), moment(23, 15, 5), moment(27, 12, 5), moment(26, 11), moment(28, 11)]
)
def test_outside_the_window_nothing_is_opened(running_trader: User, at: datetime) -> None:
    assert why_no_entry(at)
    market_says(at)
    (search,) = running.run(running_trader, at)
    assert (search.kind, search.outcome) == ("skip", "no trade")
    assert not Order.objects.exists()
    assert not list(differences(search))


def test_a_trader_that_was_never_started_does_nothing(trader: User) -> None:
    (search,) = check(trader, IN_THE_WINDOW)
    assert search.reason == "The trader is stopped."
    assert not Order.objects.exists()


def test_stop_ends_exits_too_and_pause_only_entries(running_trader: User) -> None:
    check(running_trader, IN_THE_WINDOW)
    switches.pause(running_trader, until=moment(25, 9), at=moment(23, 11), by=running_trader)
    search, manage = check(running_trader, moment(24, 10))
    assert search.reason == "Paused until 2026-11-25 09:00 ET."
    assert manage.outcome == "closed", "the profit of the first trade is taken"
    switches.stop(running_trader, at=moment(24, 11), by=running_trader)
    (search,) = check(running_trader, moment(25, 10))
    assert search.reason == "The trader is stopped."
    started(running_trader, moment(25, 10, 30))
    assert check(running_trader, moment(25, 11))[0].outcome == "traded"


def test_the_kill_switch_stops_everything_until_it_is_released(running_trader: User) -> None:
    check(running_trader, IN_THE_WINDOW)
    switches.throw_kill_switch(running_trader, at=moment(23, 11), by=running_trader)
    (search,) = check(running_trader, moment(24, 10))
    assert "kill switch" in search.reason
    with pytest.raises(switches.SwitchError, match="Release it first"):
        switches.start(running_trader, at=moment(24, 10), by=running_trader)
    switches.release_kill_switch(running_trader, at=moment(24, 11), by=running_trader)
    assert not SchedulerState.objects.get().is_running, "released is not started"
    started(running_trader, moment(24, 11))
    assert check(running_trader, moment(24, 11))[0].outcome == "traded"


def test_the_kill_switch_may_close_everything_and_the_engines_rows_follow(running_trader: User) -> None:
    check(running_trader, IN_THE_WINDOW)
    market_says(moment(23, 11))
    switches.throw_kill_switch(running_trader, at=moment(23, 11), by=running_trader)
    for _ in range(2):
        orders = switches.close_everything(running_trader, at=moment(23, 11), by=running_trader, key="kill:1")
    assert orders == [], "closed already"
    switches.release_kill_switch(running_trader, at=moment(24, 9), by=running_trader)
    started(running_trader, moment(24, 9))
    check(running_trader, moment(24, 10))
    row = AutonomousPosition.objects.order_by("pk")[0]
    assert row.position is not None
    assert (row.status, row.closed_date, row.closed_time) == ("CLOSED", "2026-11-23", "11:00:00")
    assert row.exit_reason == "Closed by hand: kill switch"
    assert row.realized_pnl == pytest.approx(float(row.position.pnl))


def test_switching_is_written_down(running_trader: User) -> None:
    switches.pause(running_trader, until=moment(25, 9), at=moment(23, 11), by=running_trader)
    switches.resume(running_trader, at=moment(23, 12), by=running_trader)
    switches.resume(running_trader, at=moment(23, 12), by=running_trader)
    assert [change.action for change in Change.objects.filter(action__startswith="trader").order_by("pk")] == [
        "trader started",
        "trader paused",
        "trader resumed",
    ]


def test_a_pause_must_lie_ahead_and_needs_a_running_trader(trader: User) -> None:
    with pytest.raises(switches.SwitchError, match="Start it"):
        switches.pause(trader, until=moment(25, 9), at=moment(23, 11), by=trader)
    started(trader, moment(23, 9))
    with pytest.raises(switches.SwitchError, match="still to come"):
        switches.pause(trader, until=moment(23, 11), at=moment(23, 11), by=trader)


def test_a_switch_turned_while_the_run_looks_ahead_is_obeyed(
    running_trader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    market_says(IN_THE_WINDOW)

    class SwitchedOffMeanwhile(MarketAnswers):
        def skew(self, symbol: str) -> dict[str, object]:
            switches.throw_kill_switch(running_trader, at=IN_THE_WINDOW, by=running_trader)
            return {}

    monkeypatch.setattr(running, "MarketAnswers", SwitchedOffMeanwhile)
    (search,) = running.run(running_trader, IN_THE_WINDOW + timedelta(seconds=1))
    assert "kill switch" in search.reason
    assert not Order.objects.exists()


def test_checks_are_noted_as_the_old_scheduler_did(running_trader: User) -> None:
    check(running_trader, IN_THE_WINDOW)
    state = SchedulerState.objects.get()
    assert state.last_trade_check == "2026-11-23 10:00:00-05:00"
    assert state.last_trade_check_at == state.last_position_check_at == IN_THE_WINDOW
    assert (state.execution_count, state.updated_at, state.last_error) == (1, "2026-11-23 15:00:00", "")
    assert AutonomousDecision.objects.count() == 2
