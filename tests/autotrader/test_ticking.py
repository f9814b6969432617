"""Each check is handed out once, at its hour, again if its worker died, and let go when it is too late."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from celery import current_app
from django.contrib.auth.models import User

from apps.autotrader import running, tasks, ticking
from apps.autotrader.models import AutonomousCheck, AutonomousDecision, AutonomousPosition, SchedulerState
from apps.autotrader.replaying import differences
from apps.market.models import Snapshot
from apps.market.watching import looked_at_symbols
from tests.autotrader.simulated import check, market_says, moment, started, tick_and_run


def test_a_check_is_handed_out_once(running_trader: User) -> None:
    assert ticking.tick(moment(23, 9, 59, 59)) == []
    (due,) = ticking.tick(moment(23, 10))
    assert (due.owner_id, due.slot) == (running_trader.pk, moment(23, 10))
    assert ticking.tick(moment(23, 10, 0, 30)) == []
    assert ticking.begin(due.owner_id, due.slot, at=moment(23, 10, 0, 1))
    assert not ticking.begin(due.owner_id, due.slot, at=moment(23, 10, 0, 2)), "the message came twice"
    ticking.finish(due.owner_id, due.slot, at=moment(23, 10, 0, 3))
    assert ticking.tick(moment(23, 10, 10)) == []
    assert not ticking.begin(due.owner_id, due.slot, at=moment(23, 10, 10)), "done is done"


def test_a_check_whose_worker_died_is_handed_out_again(running_trader: User) -> None:
    (due,) = ticking.tick(moment(23, 10))
    ticking.begin(due.owner_id, due.slot, at=moment(23, 10))
    assert ticking.tick(moment(23, 10, 2)) == []
    assert ticking.tick(moment(23, 10, 3)) == [due]
    assert ticking.begin(due.owner_id, due.slot, at=moment(23, 10, 3))


def test_a_message_that_was_lost_is_sent_again(running_trader: User) -> None:
    (due,) = ticking.tick(moment(23, 10))
    assert ticking.tick(moment(23, 10, 3)) == [due]


def test_a_check_missed_by_more_than_45_minutes_is_let_go(running_trader: User) -> None:
    (late,) = ticking.tick(moment(23, 11, 45))
    assert late.slot == moment(23, 11)
    (decision,) = AutonomousDecision.objects.all()
    assert decision.reason == "The check of 10:00 ET was missed by 105 minutes and let go."
    assert AutonomousCheck.objects.get(slot=moment(23, 10)).let_go == decision.reason
    assert not list(differences(decision))
    ticking.tick(moment(23, 11, 46))
    assert AutonomousDecision.objects.count() == 1, "said once"


def test_the_last_check_is_let_go_when_the_window_is_over(running_trader: User) -> None:
    for hour in (10, 11, 12, 13, 14):
        AutonomousCheck.objects.create(owner=running_trader, slot=moment(23, hour), done_at=moment(23, hour))
    assert ticking.tick(moment(23, 15, 5)) == []
    assert AutonomousCheck.objects.get(slot=moment(23, 15)).let_go


def test_only_running_traders_are_checked_and_none_on_a_holiday(trader: User) -> None:
    assert ticking.tick(moment(23, 10)) == []
    started(trader, moment(25, 16))
    assert ticking.tick(moment(26, 10)) == []
    assert len(ticking.tick(moment(27, 10))) == 1


def test_a_trader_started_at_noon_has_its_check_at_once_and_none_of_the_morning(trader: User) -> None:
    started(trader, moment(23, 12, 20))
    assert [due.slot for due in ticking.tick(moment(23, 12, 21))] == [moment(23, 12)]
    assert AutonomousCheck.objects.count() == 1


def test_a_running_trader_keeps_spy_fetched(running_trader: User) -> None:
    ticking.tick(moment(23, 10))
    assert "SPY" in looked_at_symbols(at=moment(23, 10))


def test_silence_is_heard_after_three_minutes_of_the_window(running_trader: User) -> None:
    ticking.tick(moment(23, 9, 50))
    assert ticking.silence(running_trader, moment(23, 9, 58)) is None, "nobody needs it before the window"
    assert ticking.silence(running_trader, moment(23, 10, 3)) is None
    quiet = ticking.silence(running_trader, moment(23, 10, 4))
    assert quiet is not None
    assert str(quiet) == "The scheduler has been silent for 4 minutes, since 10:00:00 ET."
    ticking.tick(moment(23, 10, 5))
    assert ticking.silence(running_trader, moment(23, 10, 6)) is None
    assert ticking.silence(running_trader, moment(26, 11)) is None, "a holiday"
    SchedulerState.objects.update(is_running=0)
    assert ticking.silence(running_trader, moment(23, 12)) is None


def test_the_tasks_are_doors(running_trader: User, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[list[Any]] = []

    def send(name: str, args: list[Any], **options: Any) -> None:
        if name == "autotrader.run":
            sent.append(args)

    monkeypatch.setattr(current_app, "send_task", send)
    with time_machine.travel(moment(23, 10), tick=False):
        market_says(moment(23, 10))
        tasks.tick()
        (args,) = sent
        tasks.run(*args)
        tasks.run(*args)
    assert AutonomousPosition.objects.count() == 1
    assert AutonomousCheck.objects.get().done_at == moment(23, 10)
    with time_machine.travel(moment(24, 9, 45), tick=False):
        market_says(moment(24, 9, 45))
        tasks.manage(Snapshot.objects.latest("pk").pk)
    assert (AutonomousPosition.objects.get().exit_reason or "").startswith("Profit taken")


def test_a_run_that_breaks_off_is_remembered(running_trader: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object) -> None:
        raise RuntimeError("no disk")

    ticking.tick(moment(23, 10))
    monkeypatch.setattr(running, "run", broken)
    with time_machine.travel(moment(23, 10), tick=False), pytest.raises(RuntimeError):
        tasks.run(running_trader.pk, moment(23, 10).isoformat())
    assert SchedulerState.objects.get().last_error == "RuntimeError: no disk"
    assert len(ticking.tick(moment(23, 10, 3))) == 1, "it is tried again"


def test_a_pass_between_checks_marks_but_stores_no_decision_while_all_is_held(running_trader: User) -> None:
    check(running_trader, moment(23, 10))
    before = AutonomousDecision.objects.count()
    at = moment(23, 10) + timedelta(seconds=30)
    market_says(at)
    with time_machine.travel(at, tick=False):
        tasks.manage(Snapshot.objects.latest("pk").pk)
    assert AutonomousDecision.objects.count() == before
    row = AutonomousPosition.objects.get()
    assert row.current_price != row.entry_price


def test_a_tick_and_its_checks_in_one_go(running_trader: User) -> None:
    market_says(moment(23, 10))
    assert [decision.outcome for decision in tick_and_run(moment(23, 10))] == ["traded", "held"]
    assert tick_and_run(moment(23, 10, 1)) == []
