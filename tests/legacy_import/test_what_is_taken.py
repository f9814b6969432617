"""Rows of the old tables arrive where they belong, in every shape, once."""

import sqlite3
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client

from apps.autotrader.models import AutonomousConfig, AutonomousLog, AutonomousPosition, SchedulerState
from apps.journal.models import JournalEntry
from apps.ledger.accounts import account_in_use, standing
from apps.ledger.models import Account, Position
from apps.ledger.reconciling import differences
from apps.legacy_import.models import GexHistory, ImportedRow, OldSetting, QuarantinedRow
from apps.market.models import GammaCorrelation
from apps.paper.models import PaperConfig, PaperPosition
from tests.legacy_import import old_databases as old
from tests.moments import OPEN_MARKET


def reasons() -> dict[str, str]:
    return {f"{row.table} {row.row_key}": row.reason for row in QuarantinedRow.objects.all()}


@pytest.mark.parametrize("shape", old.POSITIONS)
def test_own_trades_of_every_shape_keep_their_pnl_to_the_cent(trader: User, tmp_path: Path, shape: str) -> None:
    rows = [
        old.OWN_TRADE,
        # Seven units of a P&L that does not divide, a short, a loss beyond what the entry price allows.
        old.OWN_TRADE | {"pnl": 618.16, "size": 3500.0, "closed_at": "2025-09-10 15:01:00"},
        old.OWN_TRADE | {"pnl": 900.01, "direction": "SHORT", "status": "CLOSED "},
        old.OWN_TRADE | {"pnl": -1900.5, "size": 0.0},
        old.OWN_TRADE
        | {"status": "ACTIVE", "closed_at": None, "pnl": None, "target": "1,234.5", "current_price": "N/A"},
        # Another clock: closed before it was opened.
        old.OWN_TRADE | {"closed_at": "2025-09-08 10:00:00", "pnl": 1.0},
    ]
    report = old.run(old.create(tmp_path / "old.db", positions=(old.POSITIONS[shape], rows)))
    assert report["ok"], report
    assert report["tables"]["positions"]["imported"] == len(rows), reasons()
    assert list(differences()) == []
    kept = list(Position.objects.filter(account__owner=trader, account__kind=Account.Kind.OWN).order_by("pk"))
    assert [str(one.pnl.normalize()) for one in kept] == ["123.45", "618.16", "900.01", "-1900.5", "0", "1"]
    assert [one.quantity for one in kept] == [2, 7, 2, 1, 2, 2]
    assert {one.entry_price for one in kept} == {Decimal(500)}
    assert kept[0].opened_at == datetime(2025, 9, 8, 14, 30, tzinfo=UTC)
    assert (kept[4].status, kept[4].target, kept[4].current_price) == ("OPEN", Decimal("1234.5"), None)
    assert kept[5].opened_at == kept[5].closed_at
    assert JournalEntry.objects.filter(owner=trader).count() == 5
    account = account_in_use(trader, Account.Kind.OWN, at=OPEN_MARKET)
    assert standing(account).realized == Decimal("-257.88")


def test_engine_trades_come_with_their_ledger_positions_and_the_pages_show_them(
    trader: User, trader_client: Client, tmp_path: Path
) -> None:
    condor = old.AUTO_TRADE | {"strategy": "Iron Condor", "action": "IRON_CONDOR", "option_type": "iron_condor"}
    log = {"date": "2025-09-08", "time": "10:05:00", "action": "EXECUTE", "details": "bought"}
    path = old.create(
        tmp_path / "old.db",
        autonomous_positions=(old.AUTONOMOUS_POSITIONS, [old.AUTO_TRADE | {"id": 7}, condor | {"id": 9}]),
        autonomous_trade_log=(old.LOG, [log | {"position_id": 7}, log | {"position_id": 999_999, "success": None}]),
        paper_positions=(
            old.PAPER_POSITIONS,
            [old.PAPER_TRADE, old.PAPER_TRADE | {"status": "OPEN", "closed_at": None, "option_type": "spread"}],
        ),
        autonomous_config=(old.CONFIG, [{"key": "capital", "value": "5000"}, {"key": "note", "value": "été 🚀"}]),
        scheduler_state=(old.SCHEDULER, [{"id": 1, "is_running": 1, "last_trade_check": "2025-09-08 15:00:00-04:00"}]),
    )
    report = old.run(path)
    assert report["ok"], report
    assert not reasons()
    assert list(differences()) == []
    call, four_legs = AutonomousPosition.objects.filter(owner=trader).order_by("pk")
    assert call.position is not None
    assert (call.position.pnl, call.position.account.kind) == (Decimal(270), Account.Kind.AUTONOMOUS)
    assert call.position.legs.get().expiration == date(2025, 9, 12)
    assert call.account == four_legs.account
    assert not four_legs.has_legs
    assert list(AutonomousLog.objects.order_by("pk").values_list("position_id", flat=True)) == [call.pk, None]
    closed, is_open = PaperPosition.objects.filter(owner=trader).order_by("pk")
    assert closed.position is not None
    assert is_open.position is not None
    assert (closed.position.pnl, is_open.position.status) == (Decimal(-100), "OPEN")
    state = SchedulerState.objects.get(owner=trader)
    assert state.is_running == 0
    assert state.last_trade_check_at == datetime(2025, 9, 8, 19, tzinfo=UTC)
    assert AutonomousConfig.objects.get(owner=trader, key="note").value == "été 🚀"
    for page, text in (("/positions/", "QQQ"), ("/autotrader/", "Range-Bound"), ("/journal/", "PREMIUM_SELLING")):
        assert trader_client.get(page).status_code == 200, (page, text)


def test_the_same_rows_are_never_taken_twice_from_a_copy_a_later_shape_or_a_second_run(
    trader: User, tmp_path: Path
) -> None:
    rows = [old.OWN_TRADE | {"id": 3}, old.OWN_TRADE | {"id": 4}]  # a trade written down twice is two trades
    first = old.create(tmp_path / "first.db", positions=(old.POSITIONS["first"], rows))
    assert old.run(first)["tables"]["positions"]["imported"] == 2
    again = old.run(first)
    assert again["ok"]
    assert again["tables"]["positions"]["imported"] == 0
    copy = old.create(tmp_path / "copy.db", positions=(old.POSITIONS["migrated in place"], [*rows, old.OWN_TRADE]))
    assert old.run(copy)["tables"]["positions"] | {"checks": []} == {
        "source_rows": 3, "imported": 1, "quarantined": 0, "checks": [],
    }  # fmt: skip
    with sqlite3.connect(copy) as connection:
        connection.execute("UPDATE positions SET pnl = 5 WHERE id = 4")
    connection.close()
    changed = old.run(copy)
    assert changed["ok"]
    assert changed["tables"]["positions"]["quarantined"] == 1
    assert "in another state, from first.db" in reasons()["positions 4"]
    assert Position.objects.count() == 3
    # Another trader's copy is another trader's.
    User.objects.create_user("other")
    assert old.run(first, owner="other")["tables"]["positions"]["imported"] == 2
    assert Position.objects.filter(account__owner=trader).count() == 3


def test_settings_that_are_set_here_stay_and_the_old_ones_are_kept_aside(
    trader: User, trader_client: Client, tmp_path: Path
) -> None:
    PaperConfig.objects.create(owner=trader, key="enabled", value="false")
    rows = [
        {"key": "enabled", "value": "true"},
        {"key": "min_confidence", "value": "75"},
        {"key": "max_position_size", "value": "a tenth"},
    ]
    path = old.create(
        tmp_path / "old.db",
        paper_config=(old.CONFIG, rows),
        paper_config_v2=(old.CONFIG, [{"key": "capital", "value": "7"}]),
    )
    report = old.run(path)
    assert report["ok"]
    assert dict(PaperConfig.objects.values_list("key", "value")) == {"enabled": "false", "min_confidence": "75"}
    assert OldSetting.objects.get().value == "true"
    assert trader_client.get("/paper/").status_code == 200
    assert trader_client.get("/paper/?account=model").status_code == 200
    assert list(reasons().values()) == ["max_position_size: 'a tenth' is no number such a setting can have."]


def test_times_are_read_by_the_clock_that_wrote_them(trader: User, tmp_path: Path) -> None:
    written = {
        "2025-09-08 14:30:00": datetime(2025, 9, 8, 14, 30, tzinfo=UTC),  # CURRENT_TIMESTAMP
        "2025-09-08T14:30:00.25": datetime(2025, 9, 8, 14, 30, 0, 250_000, tzinfo=UTC),
        "2025-09-08T14:30:00Z": datetime(2025, 9, 8, 14, 30, tzinfo=UTC),
        "2025-09-08T10:30:00-04:00": datetime(2025, 9, 8, 14, 30, tzinfo=UTC),
        "09/08/2025 14:30": datetime(2025, 9, 8, 14, 30, tzinfo=UTC),
        "2025-09-08": datetime(2025, 9, 8, 4, tzinfo=UTC),  # a New York day
        1757341800: datetime(2025, 9, 8, 14, 30, tzinfo=UTC),
        "1757341800000": datetime(2025, 9, 8, 14, 30, tzinfo=UTC),
        "": None,
        None: None,
    }
    rows = [{"timestamp": text, "symbol": "spy", "net_gex": 1e9} for text in written]
    refused = [{"timestamp": text, "symbol": "SPY"} for text in ("soon", "0001-01-01", "2025-13-01", b"\x00\x01")]
    flags: list[dict[str, object]] = [{"filled": "true"}, {"filled": 0}, {"filled": None}, {"filled": 2}]
    path = old.create(
        tmp_path / "old.db",
        gex_history=(old.GEX_HISTORY, [*rows, *refused]),
        gamma_correlation=(
            old.GAMMA_CORRELATION,
            [
                {"timestamp": f"2025-09-0{n}", "symbol": "SPY", "gamma_decay_pct": "12.5%", **one}
                for n, one in enumerate(flags, 1)
            ]
            + [{"timestamp": "2025-09-01T09:30:00", "symbol": "SPY"}],
        ),
        autonomous_trade_log=(old.LOG, [{"date": "2025-09-08", "time": "14:30", "action": "START"}]),
    )
    report = old.run(path, machine_zone="UTC")
    assert report["ok"], report
    assert list(GexHistory.objects.order_by("pk").values_list("timestamp", flat=True)) == list(written.values())
    assert set(GexHistory.objects.values_list("symbol", flat=True)) == {"SPY"}
    days = GammaCorrelation.objects.order_by("timestamp").values_list(
        "timestamp", "filled", "gamma_decay_pct", "source"
    )
    assert list(days) == [(date(2025, 9, n), n == 1, 12.5, "old program") for n in (1, 2, 3)]
    line = AutonomousLog.objects.get()
    assert (line.date, line.time) == ("2025-09-08", "10:30:00")
    found = reasons()
    assert len(found) == 6
    assert found["gamma_correlation 4"] == "filled: 2 is neither yes nor no."
    assert found["gamma_correlation 5"] == "Row 1 of this database is another record of SPY at 2025-09-01."
    assert found["gex_history 11"] == "timestamp: 'soon' is no time."


def test_what_two_databases_say_differently_is_kept_side_by_side(trader: User, tmp_path: Path) -> None:
    rows = [{"timestamp": "2025-09-08", "symbol": "SPY", "gamma_decay_pct": 10.0}]
    one = old.create(tmp_path / "one.db", gamma_correlation=(old.GAMMA_CORRELATION, rows))
    two = old.create(tmp_path / "two.db", gamma_correlation=(old.GAMMA_CORRELATION, [rows[0] | {"vix": 20.0}]))
    report = old.run(one, two)
    assert report["tables"]["gamma_correlation"]["imported"] == 2
    sources = list(GammaCorrelation.objects.order_by("pk").values_list("source", flat=True))
    assert sources[0] == "old program"
    assert sources[1].startswith("old program ")


def test_unknown_tables_and_rows_that_cannot_be_kept_are_in_quarantine_whole(trader: User, tmp_path: Path) -> None:
    path = old.create(
        tmp_path / "old.db",
        holdings=("name TEXT, share REAL, picture BLOB", [{"name": "x\x00y", "share": 1e308 * 10, "picture": b"\xff"}]),
        positions=(old.POSITIONS["current"], [old.OWN_TRADE | {"pnl": "n/a"}, old.OWN_TRADE | {"quantity": 0}]),
        empty=("a INTEGER", []),
    )
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE VIEW wins AS SELECT * FROM positions")
        connection.execute("CREATE TRIGGER no_one AFTER INSERT ON positions BEGIN DELETE FROM positions; END")
    connection.close()
    report = old.run(path)
    assert report["ok"], report
    assert set(report["tables"]) == {"holdings", "positions", "empty"}
    kept = QuarantinedRow.objects.get(table="holdings")
    assert kept.reason == "The desk has no table for holdings."
    assert kept.raw == {"name": "X:780079", "share": "F:inf", "picture": "B:ff"}
    assert reasons()["positions 1"] == "It is closed, but pnl is missing."
    assert reasons()["positions 2"] == "quantity: 0 is not between 1 and 1,000,000."
    assert not ImportedRow.objects.exists()
