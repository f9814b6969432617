"""Alerts over the API: made, changed and deleted by their owner, and nobody else's."""

from datetime import datetime

from django.contrib.auth.models import User

from apps.alerts.models import Alert, AlertEvent
from apps.ledger.models import Account
from tests.api.own import program, reader, stranger
from tests.ledger.market import Market
from tests.positions.conftest import at, market, own
from tests.positions.trading import held

__all__ = ["at", "market", "own"]


def test_a_rule_is_made_once_changed_and_deleted(at: datetime, market: Market, own: Account, trader: User) -> None:
    mine = program(trader)
    kinds = {one["key"]: one for one in mine.get("alerts/types")}
    priced = next(one for one in kinds.values() if one["subject"] == "symbol" and one["unit"])
    asked = {
        "alert_type": priced["key"], "condition": priced["conditions"][0]["key"], "symbol": "spy",
        "threshold": priced["most"], "note": "Look",
    }  # fmt: skip
    status, rule = mine.send("POST", "alerts", asked, key="one")
    assert (status, rule["symbol"], rule["state"], rule["note"]) == (201, "SPY", "armed", "Look")
    assert rule["sentence"]
    status, same = mine.send("POST", "alerts", asked, key="one")
    assert (status, same["number"]) == (200, rule["number"])

    path = f"alerts/{rule['number']}"
    status, changed = mine.send("PUT", path, asked | {"rearm": "after", "pause_minutes": 15, "is_sent_out": False})
    assert (status, changed["rearm"], changed["pause_minutes"], changed["is_sent_out"]) == (200, "after", 15, False)
    assert mine.get("alerts", state="armed", symbol="spy")["total"] == 1
    assert mine.get("alerts", state="off")["total"] == 0

    of_position = next(one for one in kinds.values() if one["subject"] == "position")
    asked_of_position = {
        "alert_type": of_position["key"], "condition": of_position["conditions"][0]["key"],
        "position": held(own).pk, "threshold": of_position["least"],
    }  # fmt: skip
    status, second = mine.send("POST", "alerts", asked_of_position)
    assert (status, second["position"]) == (201, asked_of_position["position"])
    assert stranger().send("POST", "alerts", asked_of_position)[0] == 422

    assert mine.send("DELETE", path) == (204, None)
    assert mine.send("GET", path)[0] == 404
    assert [one["number"] for one in mine.get("alerts")["items"]] == [second["number"]]


def test_faulty_rules_are_named(at: datetime, market: Market, trader: User) -> None:
    mine = program(trader)
    usual = {"alert_type": "flip_proximity", "condition": "x", "symbol": "no symbol", "threshold": 10**11}
    status, problem = mine.send("POST", "alerts", usual)
    assert status == 422
    assert {"condition", "symbol", "threshold"} <= problem["errors"].keys()
    assert mine.send("POST", "alerts", usual | {"alert_type": "nothing"})[1]["errors"]["alert_type"]
    assert not Alert.objects.exists()


def test_the_history_is_paged_filtered_and_written_as_csv(at: datetime, trader: User) -> None:
    for number in range(3):
        AlertEvent.objects.create(
            owner=trader, number=number, symbol="SPY", alert_type="spot", title=f"SPY {number}", text="=1+1",
            value=600.5, fired_at=at, as_of=at, source="simulated", truth="simulated",
        )  # fmt: skip
    mine = program(trader)
    found = mine.get("alerts/history", symbol="spy", limit=2)
    assert (found["total"], [one["title"] for one in found["items"]]) == (3, ["SPY 2", "SPY 1"])
    assert found["items"][0]["source"]["truth"] == "simulated"
    assert mine.get("alerts/history", alert_type="flip")["items"] == []
    lines = mine.get("alerts/history", format="csv").splitlines()
    assert len(lines) == 4
    assert "'=1+1" in lines[1]
    assert stranger().get("alerts/history")["total"] == 0


def test_nobody_else_and_no_reader_touches_a_rule(at: datetime, market: Market, trader: User) -> None:
    kind = next(one for one in program(trader).get("alerts/types") if one["key"] == "gamma_week")
    asked = {"alert_type": "gamma_week", "condition": kind["conditions"][0]["key"], "symbol": "SPY"}
    _, rule = program(trader).send("POST", "alerts", asked)
    assert rule["threshold"] is None
    other, mine, path = stranger(), reader(trader), f"alerts/{rule['number']}"
    assert other.get("alerts")["total"] == 0
    for method, body in (("GET", None), ("PUT", asked), ("DELETE", None)):
        assert other.send(method, path, body)[0] == 404
    for method, where, body in (("POST", "alerts", asked), ("PUT", path, asked), ("DELETE", path, None)):
        assert mine.send(method, where, body)[0] == 403
    assert Alert.objects.get().owner == trader
