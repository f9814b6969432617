"""The auto trader's page: switched by its owner, seen by nobody else, every number the engine's or the ledger's."""

from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from apps.autotrader import running
from apps.autotrader.models import AutonomousDecision, AutonomousLog, AutonomousPosition, SchedulerState
from apps.autotrader.switches import state_of
from apps.ledger.accounts import account_in_use
from apps.ledger.models import Account, Change, Position
from tests.autotrader.simulated import check, market_says, moment, started
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
MONDAY = moment(23, 10)
TUESDAY = moment(24, 11)


def seen(client: Client, path: str = "", *, at: Any = MONDAY) -> str:
    with time_machine.travel(at, tick=False):
        answer = client.get(f"/autotrader/{path}")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def turn(client: Client, action: str, *, at: Any = MONDAY) -> Any:
    with time_machine.travel(at, tick=False):
        return client.post(f"/autotrader/switch/{action}/", headers={"HX-Request": "true"})


@pytest.fixture
def other(db: None) -> Client:
    User.objects.create_user("other", password=PASSWORD)
    client = Client()
    client.force_login(User.objects.get(username="other"))
    return client


def test_a_trader_that_was_never_started_says_so_and_can_be(trader_client: Client, trader: User) -> None:
    page = seen(trader_client)
    assert "Stopped" in page
    assert "No open trade" in page
    answer = turn(trader_client, "start")
    assert "The trader runs" in answer["HX-Trigger"]
    assert "Running" in answer.content.decode()
    assert state_of(trader).is_running == 1
    assert Change.objects.get(action="trader started").by == trader


@pytest.mark.parametrize(
    ("before", "action", "word"),
    [
        (["start"], "stop", "Stopped"),
        (["start"], "pause", "Paused"),
        (["start", "pause"], "resume", "Running"),
        (["start"], "kill", "Kill switch"),
        (["start", "kill"], "release", "Stopped"),
    ],
)
def test_the_switch_does_what_its_buttons_say(trader_client: Client, before: list[str], action: str, word: str) -> None:
    for one in before:
        turn(trader_client, one)
    answer = turn(trader_client, action)
    assert f">{word}</span>" in answer.content.decode()


def test_the_kill_switch_keeps_it_from_starting(trader_client: Client, trader: User) -> None:
    turn(trader_client, "kill")
    answer = turn(trader_client, "start")
    assert "Release it first" in answer["HX-Trigger"]
    assert state_of(trader).is_running == 0


def test_a_pause_ends_before_the_next_session(trader_client: Client, trader: User) -> None:
    turn(trader_client, "start")
    turn(trader_client, "pause")
    assert state_of(trader).paused_until == moment(24, 8, 30)


def test_an_unknown_switch_is_not_found(trader_client: Client) -> None:
    assert turn(trader_client, "explode").status_code == 404


def test_an_open_trade_stands_there_with_its_contracts_and_its_reasons(
    trader_client: Client, running_trader: User
) -> None:
    check(running_trader, TUESDAY)
    page = seen(trader_client, at=TUESDAY)
    row = AutonomousPosition.objects.get()
    assert row.strategy in page.replace("&#x27;", "'")
    assert page.count("<li>Sell ") == 2
    assert page.count("<li>Buy ") == 2
    assert "Trade of the day" in page
    assert ">made</dd>" in page
    decision = AutonomousDecision.objects.filter(outcome="traded").get()
    assert f"/autotrader/decisions/{decision.pk}/" in page


def test_a_decision_tells_what_it_was_made_of_and_that_it_comes_out_the_same(
    trader_client: Client, running_trader: User
) -> None:
    check(running_trader, TUESDAY)
    decision = AutonomousDecision.objects.filter(outcome="traded").get()
    page = seen(trader_client, f"decisions/{decision.pk}/", at=TUESDAY)
    assert "Decided again from the same inputs: the same." in page
    assert "Net gamma" in page
    assert page.count("<b>EXECUTE</b>") == 1
    listed = seen(trader_client, "decisions/", at=TUESDAY)
    assert f"/autotrader/decisions/{decision.pk}/" in listed


def test_everything_open_is_closed_once_by_hand_and_stands_in_the_record(
    trader_client: Client, running_trader: User
) -> None:
    check(running_trader, TUESDAY)
    with time_machine.travel(TUESDAY, tick=False):
        market_says(TUESDAY)
        for _ in range(2):
            trader_client.post("/autotrader/switch/close/", {"key": "one"}, headers={"HX-Request": "true"})
    position = Position.objects.get()
    assert (position.status, position.orders.count()) == ("CLOSED", 2)
    assert "No open trade" in seen(trader_client, at=TUESDAY)
    trades = seen(trader_client, "trades/", at=TUESDAY)
    assert "Closed by hand" in trades
    assert "By the ledger" in trades


def test_with_few_trades_the_performance_says_what_is_missing(trader_client: Client, running_trader: User) -> None:
    check(running_trader, TUESDAY)
    page = seen(trader_client, "performance/", at=TUESDAY)
    assert "come with 5 closed trades, 5 more than now" in page
    assert "$5,000" in page
    assert "auto-value-figure" in page


def test_the_log_is_shown_and_can_be_taken_along(trader_client: Client, running_trader: User) -> None:
    check(running_trader, TUESDAY)
    page = seen(trader_client, "log/", at=TUESDAY)
    assert "EXECUTE" in page
    with time_machine.travel(TUESDAY, tick=False):
        answer = trader_client.get("/autotrader/log.txt?lines=10")
        refused = trader_client.get("/autotrader/log.txt?lines=7")
    assert 'filename="autonomous_trader_log_20261124_110000.txt"' in answer["Content-Disposition"]
    lines = answer.content.decode().splitlines()
    assert len(lines) == AutonomousLog.objects.count()
    assert lines[0].startswith("2026-11-24 11:00:00 START")
    assert refused.status_code == 422


def test_the_silence_of_the_scheduler_is_an_alarm(trader_client: Client, running_trader: User) -> None:
    assert "Alarm." not in seen(trader_client, at=moment(23, 10, 1))
    assert "silent for" in seen(trader_client, at=moment(23, 11))


def test_fills_and_commission_are_kept_and_a_bad_figure_is_told(trader_client: Client, trader: User) -> None:
    with time_machine.travel(MONDAY, tick=False):
        bad = trader_client.post("/autotrader/settings/rules/", {"fill_model": "mid", "commission": "-1"})
        good = trader_client.post("/autotrader/settings/rules/", {"fill_model": "spread", "commission": "0.65"})
    assert bad.status_code == 422
    assert "greater than or equal to 0" in bad.content.decode()
    assert good.status_code == 204
    account = account_in_use(trader, Account.Kind.AUTONOMOUS, at=MONDAY)
    assert (account.fill_model, str(account.commission)) == ("spread", "0.6500")


def test_a_new_account_needs_all_trades_closed(trader_client: Client, running_trader: User) -> None:
    check(running_trader, TUESDAY)
    with time_machine.travel(TUESDAY, tick=False):
        refused = trader_client.post("/autotrader/settings/reset/", {"starting_cash": "8000"})
        assert refused.status_code == 422
        assert "Close the open positions first" in refused.content.decode()
        market_says(TUESDAY)
        trader_client.post("/autotrader/switch/close/", {"key": "one"}, headers={"HX-Request": "true"})
        assert trader_client.post("/autotrader/settings/reset/", {"starting_cash": "8000"}).status_code == 204
    assert "$8,000" in seen(trader_client, at=TUESDAY)


def test_another_user_sees_and_switches_only_their_own(
    trader_client: Client, running_trader: User, other: Client
) -> None:
    check(running_trader, TUESDAY)
    decision = AutonomousDecision.objects.filter(outcome="traded").get()
    with time_machine.travel(TUESDAY, tick=False):
        assert other.get(f"/autotrader/decisions/{decision.pk}/").status_code == 404
        assert "EXECUTE" not in other.get("/autotrader/log/").content.decode()
        assert other.get("/autotrader/log.txt?lines=10").content == b""
        assert "No closed trade yet" in other.get("/autotrader/trades/").content.decode()
        other.post("/autotrader/switch/kill/")
        other.post("/autotrader/switch/close/", {"key": "theirs"})
    assert state_of(running_trader).is_running == 1
    assert SchedulerState.objects.exclude(owner=running_trader).get().stopped_hard_at is not None
    assert Position.objects.get().status == "OPEN"


@pytest.mark.parametrize("path", ["", "performance/", "trades/", "decisions/", "log/", "settings/"])
def test_each_tab_costs_a_fixed_number_of_queries(
    trader_client: Client, running_trader: User, path: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for day in (23, 24, 25):
        check(running_trader, moment(day, 10))
    seen(trader_client, path, at=moment(25, 10))
    with django_assert_max_num_queries(24):
        seen(trader_client, path, at=moment(25, 10))


def test_a_stranger_is_sent_to_the_login(client: Client, running_trader: User) -> None:
    assert client.get("/autotrader/").status_code == 302
    assert client.post("/autotrader/switch/stop/").status_code == 302
    started(running_trader, MONDAY)
    assert state_of(running_trader).is_running == 1


def test_the_rules_are_told_with_their_figures(trader_client: Client) -> None:
    page = seen(trader_client, "settings/")
    for said in ("SPY only", "10:00 to 15:00", "70 % confidence", "25 %", "$1,250", "20 %", "−50 %", "+40 %", "−30 %"):
        assert said in page, said
    assert "75 % winners" in page


def test_an_empty_log_says_when_it_begins(trader_client: Client) -> None:
    assert "It begins with the first check." in seen(trader_client, "log/")


def test_the_schedule_stands_there_in_new_york_time(trader_client: Client, running_trader: User) -> None:
    check(running_trader, MONDAY)
    page = seen(trader_client, at=moment(23, 14, 30))
    assert "10:00 to 15:00 ET" in page
    assert 'Next check</dt><dd class="num ">15:00 ET' in page
    assert 'Last look for a trade</dt><dd class="num ">10:00 ET' in page
    assert "none today" in seen(trader_client, at=moment(26, 11))
    assert "10:00 to 12:00 ET" in seen(trader_client, at=moment(27, 11))


def test_the_last_problem_is_told(trader_client: Client, running_trader: User) -> None:
    running.note_failure(running_trader, MONDAY, RuntimeError("the disk is full"))
    assert "Last problem, 10:00 RuntimeError: the disk is full" in seen(trader_client)
