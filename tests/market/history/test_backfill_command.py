"""manage.py backfill: in one go, killed in the middle and started again, and refused in one line."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from io import StringIO
from typing import Any

import psycopg
import pytest
import stamina
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django.fixtures import Settings

from alphagex import clock
from apps.market import configured
from apps.market.fake_upstream.server import FakeUpstream
from apps.market.history.sessions import finished_sessions
from apps.market.models import DayFigures
from tests.desk import ROOT, NotYetError, database_url, wait_until
from tests.moments import OPEN_MARKET

DAYS = 45
SMALL = "DIS"  # few contracts: quick to work out


def backfill(*arguments: str) -> str:
    out = StringIO()
    call_command("backfill", *arguments, stdout=out)
    return out.getvalue()


def figures() -> list[dict[str, Any]]:
    rows = DayFigures.objects.order_by("symbol", "day").values()
    return [{name: value for name, value in row.items() if name not in {"id", "updated_at"}} for row in rows]


@pytest.fixture
def _at_noon() -> Iterator[None]:
    with time_machine.travel(OPEN_MARKET, tick=False):
        yield


@pytest.mark.usefixtures("_at_noon")
def test_a_simulated_history_is_whole_and_filled_once(transactional_db: None) -> None:
    assert "SPY (simulated): 30 sessions added" in backfill("spy", "--days", "30")
    first = figures()
    assert len(first) == 30
    assert all(row["truth"] == "simulated" and row["is_final"] for row in first)
    assert all(row["net_gex"] is not None and row["low"] <= row["close"] <= row["high"] for row in first)
    assert "0 sessions added, 0 completed, 30 of 30 were there" in backfill("SPY", "--days", "30")
    assert figures() == first


@pytest.mark.usefixtures("_at_noon")
def test_several_symbols_are_filled_and_a_misspelt_one_is_told(transactional_db: None) -> None:
    with pytest.raises(CommandError, match=r"SPYX.*Check the spelling"):
        backfill("SPYX", "SPY", "spy", "--days", "3")
    assert DayFigures.objects.filter(symbol="SPY").count() == 3


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("SPY", "--days", "0"), "from 1 to 1,240"),
        (("not a symbol",), "is not a symbol"),
        (("SPY", "--source", "bloomberg"), "no data source 'bloomberg'"),
    ],
)
def test_a_backfill_that_cannot_be_is_refused_in_one_line(
    transactional_db: None, arguments: tuple[str, ...], told: str
) -> None:
    with pytest.raises(CommandError, match=told) as refused:
        backfill(*arguments)
    assert "\n" not in str(refused.value)
    assert refused.value.returncode != 0
    assert not DayFigures.objects.exists()


def test_another_source_is_asked_without_changing_the_desks(transactional_db: None, settings: Settings) -> None:
    settings.DATA_SOURCE = "cboe"
    configured.configured.cache_clear()
    assert "SPY (simulated): 2 sessions added" in backfill("SPY", "--days", "2", "--source", "simulated")
    assert settings.DATA_SOURCE == "cboe"
    assert configured.chain_source().name == "cboe"


def blocked_insert_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            " AND query LIKE 'INSERT INTO \"market_day\"%'"
        )
        return bool(cursor.fetchone()[0])


def backend_is_gone() -> bool:
    """Whether PostgreSQL has noticed that the killed client is."""
    with connection.cursor() as cursor:
        # In this database alone: tests that run beside this one hold locks of their own.
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND database ="
            " (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        return not cursor.fetchone()[0]


def test_a_cboe_desk_gets_prices_over_http_and_is_told_that_past_gamma_is_not_to_be_had(
    transactional_db: None, settings: Settings
) -> None:
    with FakeUpstream(seed=42) as upstream:
        settings.DATA_SOURCE, settings.YAHOO_URL = "cboe", f"{upstream.url}/yahoo"
        told = backfill("SPY", "--days", "30")
        assert "SPY (cboe): 30 sessions added" in told
        assert "Past gamma is not to be had from cboe" in told
        asked = len(upstream.requests)
        assert asked > 0
        assert "30 of 30 were there" in backfill("SPY", "--days", "30")
        assert len(upstream.requests) == asked
    assert {(row["source"], row["net_gex"]) for row in figures()} == {("cboe", None)}
    assert all("Yahoo" in row["label"] for row in figures())


def test_a_refused_request_stores_nothing_and_says_what_to_do(transactional_db: None, settings: Settings) -> None:
    with FakeUpstream(seed=42) as upstream:
        settings.DATA_SOURCE, settings.YAHOO_URL = "cboe", f"{upstream.url}/yahoo"
        upstream.set_fault("yahoo", "500")
        with pytest.raises(CommandError, match=r"^SPY: ") as refused:
            backfill("SPY", "--days", "5")
    assert "\n" not in str(refused.value)
    assert not DayFigures.objects.exists()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_backfill_stopped_in_the_middle_goes_on_where_it_was(transactional_db: None, how: signal.Signals) -> None:
    sessions = [session.day for session in finished_sessions(DAYS, at=clock.now())]
    process = None
    with psycopg.connect(database_url()) as other:
        # An uncommitted row of the third chunk holds the command in the middle of storing it.
        hold_back(other, sessions[42])
        try:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "backfill", SMALL, "--days", str(DAYS), "--source", "simulated"],
                cwd=ROOT,
                env={**os.environ, "DATABASE_URL": database_url()},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            wait_until_blocked(process)
            process.send_signal(how)
            _, told = process.communicate(timeout=20)
        finally:
            if process and process.poll() is None:
                process.kill()
        other.rollback()
    if how == signal.SIGINT:
        assert process.returncode == 130
        assert "Stopped. What was filled is stored" in told
        assert "Traceback" not in told
    wait_until(backend_is_gone)
    assert [row["day"] for row in figures()] == sessions[:40], "two chunks are stored, of the third nothing"

    assert "5 sessions added, 0 completed, 40 of 45 were there" in backfill(SMALL, "--days", str(DAYS))
    resumed = figures()
    assert [row["day"] for row in resumed] == sessions
    DayFigures.objects.all().delete()
    backfill(SMALL, "--days", str(DAYS))
    assert figures() == resumed, "as if it had never been stopped"


def hold_back(other: "psycopg.Connection[Any]", day: date) -> None:
    other.execute(
        "INSERT INTO market_day (symbol, day, source, truth, label, snapshots, is_final, updated_at)"
        " VALUES (%s, %s, 'simulated', '', '', 0, false, now())",
        [SMALL, day],
    )


@stamina.retry(on=NotYetError, timeout=60, attempts=None, wait_initial=0.05, wait_max=0.2)
def wait_until_blocked(process: "subprocess.Popen[str]") -> None:
    """Return when the command waits for the row of the other connection."""
    assert process.poll() is None, process.communicate()[1]
    if not blocked_insert_waits():
        raise NotYetError
