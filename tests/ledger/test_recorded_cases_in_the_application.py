"""The application's own path gives the recorded answers: conditions of a position, and the journal over its entries."""

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from django.contrib.auth.models import User
from django.db import transaction

from alphagex import clock
from apps.journal.frames import frame_of
from apps.journal.models import JournalEntry
from apps.ledger.models import Position
from apps.market.models import Snapshot
from apps.positions.conditions import since_entry
from tests.parity.areas import trading_paper
from tests.parity.areas.trading_paper_text import figures
from tests.parity.binding import Binding, run_case
from tests.parity.bindings import ENTRIES
from tests.parity.cases import Case, documents, vectors_directory

TRADING = [each for each in documents(vectors_directory()) if each.area == "trading"]
AT_ENTRY = ("entry_net_gex", "entry_flip_point", "entry_spot_price", "entry_regime")
NOW = ("net_gex", "flip_point", "spot_price")


def cases_of(prefix: str) -> Iterator[Case]:
    for document in TRADING:
        if document.callable.startswith(prefix):
            yield from document.cases


def is_known(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, int | float) and math.isfinite(value))


def test_conditions_since_entry_are_judged_as_recorded() -> None:
    judged = 0
    for case in cases_of("position_management_agent.PositionManagementAgent.check_position_conditions"):
        entry, now = case.args
        if not all(is_known(entry.get(name)) for name in AT_ENTRY) or not all(is_known(now.get(name)) for name in NOW):
            continue  # a position and a snapshot have all of them, or the page says that they are not known
        if case.raises or not entry["entry_net_gex"]:
            continue
        position = Position(symbol="SPY", **{name: entry[name] for name in AT_ENTRY})
        newest = Snapshot(
            symbol="SPY", net_gex=now["net_gex"], flip_point=now["flip_point"], spot=Decimal(repr(now["spot_price"]))
        )
        found = since_entry(position, newest)
        told = [(one["type"], one["severity"], figures(one["message"])) for one in found.alerts]
        wanted = [(one["type"], one["severity"], one["message_numbers"]) for one in case.expected["alerts"]]
        assert told == wanted, case.id
        is_stable = all(kind == "stable_conditions" for kind, _, _ in told)
        assert found.severity == ("stable" if is_stable else case.expected["severity"]), case.id
        changes = case.expected["changes"]
        shown = [changes[f"{name}_change_pct"] / 100 for name in ("gex", "flip", "spot")]
        assert [line.change for line in found.lines[:3]] == pytest.approx(shown), case.id
        judged += 1
    assert judged > 140


def entries_of(owner: User, trades: dict[str, Any]) -> list[JournalEntry]:
    """Return the trades of a case as entries; newest first as the case has them."""
    made = []
    for row in trades["rows"]:
        trade = dict(zip(trades["columns"], row, strict=True))
        closed = datetime.fromisoformat(trade.get("closed_at") or "2025-11-10T10:00:00").replace(tzinfo=clock.NEW_YORK)
        held = timedelta(hours=trade.get("hold_time") or 0)
        made.append(
            JournalEntry(
                owner=owner, symbol=trade["symbol"], strategy=trade["strategy"], direction="LONG", quantity=1,
                closed_at=closed, opened_at=(closed.astimezone(UTC) - held), entry_price=1,
                pnl=Decimal(repr(float(trade["pnl"]))),
            )
        )  # fmt: skip
    return made


def has_all_of_an_entry(trades: Any) -> bool:
    if not isinstance(trades, dict) or not {"symbol", "strategy", "pnl", "hold_time"} <= set(trades["columns"]):
        return False
    rows = [dict(zip(trades["columns"], row, strict=True)) for row in trades["rows"]]
    return all(
        row["symbol"] and row["strategy"] and is_known(row["pnl"]) and is_known(row["hold_time"])
        and (row["hold_time"] * 3600).is_integer() and round(row["pnl"], 6) == row["pnl"]  # as money is kept
        for row in rows
    )  # fmt: skip


def test_the_journal_says_of_its_entries_what_is_recorded(trader: User, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[pd.DataFrame] = []
    monkeypatch.setattr(trading_paper, "arguments", lambda case: [kept[-1], *case.args[1:]])
    passed, failures = 0, []
    for case in cases_of("trade_journal_agent."):
        binding = ENTRIES[case.callable]
        if not isinstance(binding, Binding) or binding.not_law(case) or not case.args:
            continue
        if not has_all_of_an_entry(case.args[0]):
            continue
        with transaction.atomic():
            JournalEntry.objects.bulk_create(reversed(entries_of(trader, case.args[0])))
            kept.append(frame_of(JournalEntry.objects.all()))
            transaction.set_rollback(True)
        problems = run_case(case, binding)
        passed += not problems
        failures += [f"{case.id}: {'; '.join(problems[:3])}"] if problems else []
    assert not failures, "\n".join(failures)
    assert passed > 40
