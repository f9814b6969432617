"""The old tables in PostgreSQL give the engines what SQLite gave the old program: the recorded cases say what."""

from datetime import datetime
from typing import Any

import pytest
from django.db import DataError, IntegrityError, connection

from apps.market.models import (
    DayFigures,
    Feed,
    GammaCorrelation,
    GammaDailySummary,
    GammaHistory,
    SpyCorrelation,
)
from apps.market.rows import DjangoRowStore
from legacy_engines.storage import Row
from tests.moments import OPEN_MARKET
from tests.parity.areas import gamma_tracking
from tests.parity.bindings import outcome
from tests.parity.cases import Case, Document, documents, vectors_directory

TABLES = (GammaHistory, GammaDailySummary, SpyCorrelation, GammaCorrelation)
STORED = ("gamma_tracking_database.", "gamma_correlation_tracker.")
DOCUMENTS = [each for each in documents(vectors_directory()) if each.callable.startswith(STORED)]


class RecordedTables(DjangoRowStore):
    """Our tables in the state of a case: emptied, ids counted from 1."""

    def __init__(self, case: Case) -> None:
        super().__init__(*TABLES, scope={"source": "recorded"})
        names = ", ".join(model._meta.db_table for model in TABLES)
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {names} RESTART IDENTITY")
        for table, rows in (case.env.get("db_rows") or {}).items():
            for row in rows:
                self.insert(table, row)

    def dump(self, table: str) -> list[Row]:
        return self.select(table)


@pytest.fixture
def _recorded_cases_in_our_tables(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gamma_tracking, "_store", RecordedTables)


@pytest.mark.usefixtures("_recorded_cases_in_our_tables")
@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_recorded_cases_pass_over_our_tables(document: Document) -> None:
    result = outcome(document)
    assert not result.failures, "\n".join(result.failures)
    assert result.passed + len(result.deviations) == len(document.cases) or result.shell


def test_the_recorded_cases_are_here() -> None:
    assert len(DOCUMENTS) == 16, "a document per recorded callable of the two classes, and the weekly view"


def history(source: str = "simulated") -> DjangoRowStore:
    return DjangoRowStore(GammaHistory, scope={"source": source})


def snapshot(symbol: str = "SPY", **columns: Any) -> Row:
    row = {"symbol": symbol, "timestamp": "2026-11-18 11:30:00", "date": "2026-11-18"}
    return {**row, "spot_price": 1.0, "net_gex": 1.0, "flip_point": 1.0, **columns}


def test_sources_do_not_see_each_other(db: None) -> None:
    one, other = history("simulated"), history("cboe")
    one.insert("gamma_history", snapshot(net_gex=1.0))
    other.replace("gamma_history", snapshot(net_gex=2.0), ("symbol", "timestamp"))
    assert [row["net_gex"] for row in one.select("gamma_history")] == [1.0]
    assert "source" not in one.select("gamma_history")[0]
    assert other.update("gamma_history", {"net_gex": 3.0}, []) == 1
    assert other.delete("gamma_history", []) == 1
    assert [row["net_gex"] for row in one.select("gamma_history")] == [1.0]
    with pytest.raises(LookupError, match="no column 'source'"):
        one.update("gamma_history", {"source": "cboe"}, [])


def test_comparisons_follow_sql_with_missing_values(db: None) -> None:
    store = history()
    for symbol, wall in (("A", None), ("B", 1.0), ("C", 2.0), ("D", float("nan"))):
        store.insert("gamma_history", snapshot(symbol, call_wall=wall))

    def found(*condition: Any) -> list[str]:
        return [row["symbol"] for row in store.select("gamma_history", [condition])]

    assert found("call_wall", "=", None) == ["A", "D"], "NaN is stored as missing"
    assert found("call_wall", "=", float("nan")) == []
    assert found("call_wall", "!=", 1.0) == ["C"]
    assert found("call_wall", "!=", None) == []
    assert found("call_wall", "<", None) == []
    assert found("call_wall", "<=", 1.0) == ["B"]
    assert found("call_wall", "in", [1.0, None, 2.0]) == ["B", "C"]
    assert found("call_wall", "in", []) == []
    assert found("call_wall", ">", 1) == ["C"]


def test_order_puts_missing_values_first_and_ties_as_inserted(db: None) -> None:
    store = history()
    for symbol, wall in (("b", 2.0), ("A", None), ("B", 2.0), ("a", 1.0)):
        store.insert("gamma_history", snapshot(symbol, call_wall=wall))

    def ordered(*names: str) -> list[str]:
        return [row["symbol"] for row in store.select("gamma_history", order_by=names)]

    assert ordered() == ["b", "A", "B", "a"]
    assert ordered("call_wall") == ["A", "a", "b", "B"]
    assert ordered("-call_wall") == ["b", "B", "a", "A"]
    assert ordered("symbol") == ["A", "B", "a", "b"], "by code points, as SQLite"
    assert [row["symbol"] for row in store.select("gamma_history", [("symbol", "<", "a")])] == ["A", "B"]


def test_a_broken_constraint_is_an_integrity_error_and_the_transaction_goes_on(db: None) -> None:
    store = history()
    store.insert("gamma_history", snapshot())
    with pytest.raises(IntegrityError):
        store.insert("gamma_history", snapshot())
    with pytest.raises(IntegrityError):
        store.insert("gamma_history", snapshot(None))  # type: ignore[arg-type]
    store.insert("gamma_history", snapshot("QQQ"))
    with pytest.raises(IntegrityError):
        add_and_break(store)
    assert [row["symbol"] for row in store.select("gamma_history")] == ["SPY", "QQQ"], "stored as a whole or not at all"


def add_and_break(store: DjangoRowStore) -> None:
    with store.atomic():
        store.insert("gamma_history", snapshot("IWM"))
        store.update("gamma_history", {"net_gex": None}, [])


def test_replacing_gives_a_new_id(db: None) -> None:
    store = history()
    first = store.insert("gamma_history", snapshot(call_wall=5.0))
    second = store.replace("gamma_history", snapshot(), ("symbol", "timestamp"))
    assert second > first
    assert store.select("gamma_history") == [
        {
            **dict.fromkeys(
                ("time_of_day", "call_wall", "put_wall", "implied_volatility", "put_call_ratio",
                 "distance_to_flip_pct", "regime")
            ),
            **snapshot(),
            "id": second,
        }
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "read", "utc"),
    [
        ("2026-03-08 01:59:59", "2026-03-08 01:59:59", "2026-03-08T06:59:59+00:00"),
        ("2026-03-08 02:30:00", "2026-03-08 03:30:00", "2026-03-08T07:30:00+00:00"),  # no such time
        ("2026-11-01 01:30:00", "2026-11-01 01:30:00", "2026-11-01T05:30:00+00:00"),  # the first of two
        ("2026-11-01 02:30:00", "2026-11-01 02:30:00", "2026-11-01T07:30:00+00:00"),
        ("2024-02-29T09:30:00", "2024-02-29 09:30:00", "2024-02-29T14:30:00+00:00"),
        ("2026-12-31T23:59:59+00:00", "2026-12-31 18:59:59", "2026-12-31T23:59:59+00:00"),
    ],
)
def test_timestamps_are_new_york_wall_clock(db: None, written: str, read: str, utc: str) -> None:
    store = history()
    store.insert("gamma_history", snapshot(timestamp=written))
    assert store.select("gamma_history", [("timestamp", "=", written)])[0]["timestamp"] == read
    assert GammaHistory.objects.get().timestamp == datetime.fromisoformat(utc)


def test_both_passes_of_the_doubled_hour_read_back_the_same(db: None) -> None:
    store = history()
    store.insert("gamma_history", snapshot(timestamp="2026-11-01T06:30:00+00:00"))
    assert store.select("gamma_history")[0]["timestamp"] == "2026-11-01 01:30:00"


def test_decimals_dates_and_truths_are_floats_texts_and_bits(db: None) -> None:
    days = DjangoRowStore(DayFigures, scope={"source": "simulated", "truth": "simulated", "label": "Simulated"})
    row = {"symbol": "SPY", "day": "2024-02-29", "close": 0.1 + 0.2, "updated_at": OPEN_MARKET, "is_final": 1}
    days.insert("market_day", row)
    (stored,) = days.select("market_day", [("close", "=", 0.3), ("is_final", "=", 1)])
    assert (stored["close"], stored["day"], stored["is_final"], stored["snapshots"]) == (0.3, "2024-02-29", 1, 0)
    assert days.select("market_day", [("is_final", "=", 0)]) == []
    with pytest.raises(ValueError, match="keeps whole numbers"):
        days.update("market_day", {"snapshots": 1.5}, [])
    assert days.update("market_day", {"snapshots": 2.0}, [("day", ">=", "2024-02-29")]) == 1


def test_a_table_without_ids_gives_none(db: None) -> None:
    feeds = DjangoRowStore(Feed)
    assert feeds.insert("market_feed", {"symbol": "SPY", "next_poll_at": "2026-11-18 11:30:00"}) == 0
    assert [row["symbol"] for row in feeds.select("market_feed", [("seq", "=", 0)])] == ["SPY"]


def test_what_the_models_do_not_have_is_said(db: None) -> None:
    with pytest.raises(LookupError, match="no table 'spy_correlation' here, only gamma_history"):
        history().select("spy_correlation")
    with pytest.raises(LookupError, match="no column 'colour'"):
        history().select("gamma_history", [("colour", "=", "red")])
    with pytest.raises(DataError):
        history().insert("gamma_history", snapshot("MUCHTOOLONGASYMBOL"))
