"""Stored decisions can be made again; what comes out otherwise is found."""

from datetime import datetime
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from apps.autotrader.books_of_account import Held
from apps.autotrader.memory_rows import MemoryRows
from apps.autotrader.models import AutonomousDecision
from apps.autotrader.notebook import AnswerError, Notebook, UnaskedError, as_json, from_json
from tests.autotrader.simulated import check, moment


def replayed(*arguments: str) -> str:
    said = StringIO()
    call_command("replay_decisions", *arguments, stdout=said)
    return said.getvalue()


def test_every_decision_of_a_day_is_made_again(running_trader: User) -> None:
    for hour in (10, 11, 15):
        check(running_trader, moment(24, hour))
    assert replayed("--owner", "trader", "--day", "2026-11-24") == "6 decisions made again, 0 differ.\n"


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("result", "entry", "contracts"), 9, "result.entry.contracts: stored 9, now 1"),
        (("result", "entry", "strike"), 650.0, "result.entry.strike: stored 650"),
        (("inputs", "answers", "gamma", "SPY", "answer", "net_gex"), -5e9, "outcome: stored 'traded'"),
    ],
)
def test_what_was_changed_is_found(running_trader: User, path: tuple[str, ...], value: float, said: str) -> None:
    check(running_trader, moment(23, 10))
    decision = AutonomousDecision.objects.get(kind="search")
    place = getattr(decision, path[0])
    for key in path[1:-1]:
        place = place[key]
    place[path[-1]] = value
    decision.pk = None
    decision.save(force_insert=True)
    out = StringIO()
    with pytest.raises(CommandError, match="1 decisions differ"):
        call_command("replay_decisions", "--id", str(decision.pk), stdout=out)
    assert said in out.getvalue()


def test_nothing_to_make_again_is_said(db: None) -> None:
    with pytest.raises(CommandError, match="No decision was found"):
        replayed()
    with pytest.raises(CommandError, match="is no day"):
        replayed("--day", "yesterday")


def test_a_notebook_asks_once_and_a_closed_one_never() -> None:
    asked = []

    def ask() -> dict[str, float]:
        asked.append(1)
        return {"net": float("inf")}

    book = Notebook(is_open=True)
    for _ in range(2):
        assert book.answer("gamma", "SPY", ask) == {"net": float("inf")}
    assert asked == [1]
    again = Notebook(book.as_json())
    assert again.answer("gamma", "SPY", dict) == {"net": float("inf")}
    with pytest.raises(UnaskedError):
        again.answer("gamma", "SPX", dict)


def test_a_failure_to_answer_is_an_answer() -> None:
    def fail() -> None:
        raise TimeoutError("too slow")

    book = Notebook(is_open=True)
    with pytest.raises(AnswerError, match="too slow"):
        book.answer("advice", "1", fail)
    with pytest.raises(AnswerError, match="too slow"):
        book.closed().answer("advice", "1", dict)


def test_numbers_json_does_not_know_come_back() -> None:
    values = {"a": [float("nan"), float("-inf"), 1, 1.5, None, "text"], "b": {"c": True}}
    back = from_json(as_json(values))
    assert back["a"][0] != back["a"][0]
    assert back["a"][1:] == values["a"][1:]  # type: ignore[index]
    assert back["b"] == values["b"]


def test_rows_in_memory_behave_as_a_table() -> None:
    held = Held(config={"capital": "5000"}, positions=[], legs={})
    rows: MemoryRows = held.as_rows()
    line = {"date": "2026-11-23", "time": "10:00:00", "action": "START"}
    first = rows.insert("autonomous_trade_log", line)
    second = rows.insert("autonomous_trade_log", {**line, "action": "SKIP", "position_id": 7})
    assert (first, second) == (1, 2)
    found = rows.select("autonomous_trade_log", [("position_id", "<", 8)], order_by=["-id"])
    assert [row["action"] for row in found] == ["SKIP"], "a missing value never matches"
    assert [row["id"] for row in rows.select("autonomous_trade_log", order_by=["-action"])] == [1, 2]
    assert rows.select("autonomous_trade_log", [("position_id", "=", None)])[0]["id"] == 1
    assert rows.select("autonomous_trade_log", [("action", "in", ["SKIP", "START"]), ("id", "!=", 1)])[0]["id"] == 2
    with pytest.raises(RuntimeError):
        delete_and_break(rows)
    assert rows.update("autonomous_trade_log", {"success": 0}, []) == 2
    rows.replace("autonomous_config", {"key": "capital", "value": "1"}, ["key"])
    assert [row["value"] for row in rows.select("autonomous_config")] == ["1"]


def delete_and_break(rows: MemoryRows) -> None:
    with rows.atomic():
        rows.delete("autonomous_trade_log", [("id", ">=", 1)])
        raise RuntimeError


def test_moments_of_decisions_are_new_york_time(running_trader: User) -> None:
    search, _ = check(running_trader, moment(23, 10))
    assert datetime.fromisoformat(search.inputs["at"]).isoformat() == "2026-11-23T10:00:00-05:00"
