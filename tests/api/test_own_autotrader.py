"""The auto trader over the API: switched and set by its owner, and nobody else."""

from datetime import datetime

from django.contrib.auth.models import User

from apps.autotrader.models import AutonomousDecision, AutonomousLog, AutonomousPosition, SchedulerState
from apps.autotrader.switches import state_of
from tests.api.own import program, reader, stranger
from tests.positions.conftest import at

__all__ = ["at"]


def test_it_is_started_paused_resumed_killed_and_released(at: datetime, trader: User) -> None:
    mine = program(trader)
    first = mine.get("autotrader/status")
    assert (first["state"], first["next_check"], first["money"]["equity"]) == ("stopped", None, "5000.000000")
    status, problem = mine.send("POST", "autotrader/pause")
    assert (status, problem["detail"]) == (409, "The trader is stopped. Start it before pausing it.")

    status, running = mine.send("POST", "autotrader/start")
    assert (status, running["state"]) == (200, "running")
    assert running["next_check"].startswith("2026-11-18T")
    assert running["window_opens"] < running["window_closes"]
    paused = mine.send("POST", "autotrader/pause")[1]
    assert (paused["state"], paused["paused_until"][:10]) == ("paused", "2026-11-19")
    assert mine.send("POST", "autotrader/resume")[1]["state"] == "running"
    assert mine.send("POST", "autotrader/stop")[1]["state"] == "stopped"
    assert mine.send("POST", "autotrader/kill")[1]["state"] == "killed"
    status, problem = mine.send("POST", "autotrader/start")
    assert (status, problem["detail"]) == (409, "The kill switch is thrown. Release it first.")
    assert mine.send("POST", "autotrader/release")[1]["state"] == "stopped"


def test_its_settings_are_read_and_changed(at: datetime, trader: User) -> None:
    mine = program(trader)
    assert mine.get("autotrader/config")["fill_model"] == "mid"
    asked = {"fill_model": "spread", "commission": "0.65"}
    status, kept = mine.send("PUT", "autotrader/config", asked)
    assert (status, kept["fill_model"], float(kept["commission"])) == (200, "spread", 0.65)
    assert mine.get("autotrader/config") == kept
    assert mine.send("PUT", "autotrader/config", asked | {"commission": 101})[0] == 422
    assert mine.send("PUT", "autotrader/config", asked | {"fill_model": "luck"})[0] == 422


def test_trades_log_and_decisions_are_its_owners(at: datetime, trader: User) -> None:
    row = AutonomousPosition.objects.create(
        owner=trader, symbol="SPY", strategy="Long Call", action="BUY_CALL", entry_date="2026-11-17",
        entry_time="10:00:00", strike=600, option_type="call", expiration_date="2026-11-27", contracts=1,
        entry_price=2.5, status="CLOSED", realized_pnl=50.0,
    )  # fmt: skip
    AutonomousLog.objects.create(owner=trader, date="2026-11-17", time="10:00:00", action="EXECUTE", details="Bought")
    made = AutonomousDecision.objects.create(
        owner=trader, at=at, trading_day=at.date(), kind="search", outcome="traded", reason="Squeeze", opened=row,
        inputs={"setting": {}}, engine_version="1",
    )  # fmt: skip
    mine, other = program(trader), stranger()
    assert mine.get("autotrader/positions", status="open")["total"] == 0
    assert mine.get("autotrader/positions")["items"][0]["realized_pnl"] == 50.0
    assert len(mine.get("autotrader/positions", format="csv", status="closed").splitlines()) == 2
    assert mine.get("autotrader/logs")["items"][0]["details"] == "Bought"
    assert "EXECUTE" in mine.get("autotrader/logs", format="csv")
    assert mine.get("autotrader/decisions")["items"][0]["opened"] == row.pk
    assert mine.get(f"autotrader/decisions/{made.pk}")["inputs"] == {"setting": {}}
    for page in ("positions", "logs", "decisions"):
        assert other.get(f"autotrader/{page}")["total"] == 0
    assert other.send("GET", f"autotrader/decisions/{made.pk}")[0] == 404


def test_nobody_else_and_no_reader_turns_a_switch(at: datetime, trader: User) -> None:
    mine, other = reader(trader), stranger()
    for name in ("start", "stop", "pause", "resume", "kill", "release"):
        assert mine.send("POST", f"autotrader/{name}")[0] == 403
    assert mine.send("PUT", "autotrader/config", {"fill_model": "spread", "commission": 1})[0] == 403
    other.send("POST", "autotrader/start")
    assert not state_of(trader).is_running
    assert SchedulerState.objects.count() == 1
