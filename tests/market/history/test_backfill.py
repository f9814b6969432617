"""History is filled in once, completely, from whoever has it; what the desk saw itself stays."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from alphagex.clock import NEW_YORK
from apps.market.history import days as market_days
from apps.market.history.backfill import BackfillError, Filled, backfill
from apps.market.history.sessions import finished_sessions
from apps.market.models import DayFigures
from apps.market.sources.protocol import Kind, OutOfBudget, SourceUnavailable, UnknownSymbol
from tests.market.history.rows import unsaved_snapshot
from tests.market.history.vendor import Vendor, yahoo
from tests.moments import OPEN_MARKET

COUNT = 50
SESSIONS = [session.day for session in finished_sessions(COUNT, at=OPEN_MARKET)]


def fill(*sources: Any, days: int = COUNT, at: datetime = OPEN_MARKET) -> Filled:
    return backfill("SPY", sources, days=days, at=at)


def stored() -> list[dict[str, Any]]:
    return [dict(row) for row in DayFigures.objects.order_by("day").values()]


def live_day(day: date, source: str = "tradingvolatility", **columns: Any) -> None:
    """A session the desk saw the end of, under a price no vendor has."""
    moment = datetime(day.year, day.month, day.day, 15, 59, tzinfo=NEW_YORK)
    market_days.record_snapshot(
        unsaved_snapshot(moment, spot=Decimal("123.45"), source=source, source_label="Seen", **columns)
    )


def test_every_finished_session_gets_its_figures(db: None) -> None:
    assert fill(Vendor(), yahoo()).added == COUNT
    rows = stored()
    assert [row["day"] for row in rows] == SESSIONS
    assert SESSIONS[-1] == date(2026, 11, 17), "today's session is not over"
    n = SESSIONS[-1].toordinal()
    last = rows[-1]
    middle = Decimal(n % 1000) + Decimal("0.5")
    assert [last[name] for name in ("open", "high", "low", "close")] == [middle - 1, middle + 2, middle - 2, middle]
    assert last["net_gex"] == (n % 7 - 3) * 1e9 + n
    assert (last["rating"], last["gamma_formation"]) == (n % 5 + 1, None)
    assert {row["is_final"] for row in rows} == {True}
    assert {row["source"] for row in rows} == {"tradingvolatility"}
    assert {row["label"] for row in rows} == {"Trading Volatility, prices: Yahoo"}
    assert {row["truth"] for row in rows} == {"delayed"}


def test_what_the_vendor_writes_as_nothing_is_unknown(db: None) -> None:
    fill(Vendor())
    for row in stored():
        n = row["day"].toordinal()
        assert (row["flip_point"] is None) == (n % 5 == 0)
        assert (row["put_call_ratio"] is None) == (n % 11 == 0)


def test_a_second_run_asks_nobody_and_changes_nothing(db: None) -> None:
    fill(Vendor(), yahoo())
    before, gamma, prices = stored(), Vendor(), yahoo()
    again = fill(gamma, prices)
    assert (again.added, again.completed, again.known) == (0, 0, COUNT)
    assert (gamma.asked, prices.asked) == ([], [])
    assert stored() == before


def test_only_what_is_missing_is_asked_for_and_filled(db: None) -> None:
    fill(Vendor(), yahoo())
    DayFigures.objects.filter(day__gte=SESSIONS[-10]).delete()
    gamma, prices = Vendor(), yahoo()
    again = fill(gamma, prices)
    assert (again.added, again.known) == (10, COUNT - 10)
    assert int(gamma.asked[0].detail) == (OPEN_MARKET.date() - SESSIONS[-10]).days + 1
    assert prices.asked[0].detail == "1d:1mo"
    assert len(stored()) == COUNT


def test_a_session_counts_as_finished_a_quarter_of_an_hour_after_its_close(db: None) -> None:
    close = OPEN_MARKET.replace(hour=16, minute=0)
    assert finished_sessions(1, at=close + timedelta(minutes=14))[0].day == date(2026, 11, 17)
    assert finished_sessions(1, at=close + timedelta(minutes=15))[0].day == date(2026, 11, 18)
    half_day = datetime(2026, 11, 27, 13, 15, tzinfo=NEW_YORK)
    assert [session.day.day for session in finished_sessions(3, at=half_day)] == [24, 25, 27]
    new_year = datetime(2027, 1, 3, 12, 0, tzinfo=NEW_YORK)
    assert finished_sessions(2, at=new_year)[-1].day == date(2026, 12, 31)


def test_what_the_desk_saw_stays_and_only_its_empty_columns_are_filled(db: None) -> None:
    live_day(SESSIONS[-1], net_gex=7.0)
    live_day(SESSIONS[-2], flip_point=99.0, put_call_ratio=9.0, net_gex=8.0)
    filled = fill(Vendor(), yahoo())
    assert (filled.added, filled.completed) == (COUNT - 2, 2)
    *_, before, last = stored()
    assert (last["close"], last["net_gex"], last["rating"]) == (
        Decimal("123.45"),
        7.0,
        SESSIONS[-1].toordinal() % 5 + 1,
    )
    assert (before["flip_point"], before["put_call_ratio"], before["snapshots"]) == (99.0, 9.0, 1)
    assert (last["is_final"], before["is_final"]) == (True, True)
    assert last["label"] == "Seen"


def test_gamma_seen_in_the_evening_gets_its_prices(db: None) -> None:
    evening = datetime(2026, 11, 17, 19, 0, tzinfo=NEW_YORK)
    market_days.record_snapshot(unsaved_snapshot(evening, source="cboe", source_label="Cboe delayed", net_gex=3.0))
    fill(Vendor(name="cboe", kinds=frozenset()), yahoo(), days=1)
    [row] = stored()
    assert (row["net_gex"], row["label"]) == (3.0, "Cboe delayed, prices: Yahoo")
    assert row["close"] is not None


def test_a_source_with_prices_alone_fills_prices_and_says_so(db: None) -> None:
    filled = fill(Vendor(name="cboe", kinds=frozenset()), yahoo())
    assert filled.added == COUNT
    assert "Past gamma is not to be had from cboe" in filled.notes[0]
    row = stored()[0]
    assert (row["source"], row["label"], row["net_gex"]) == ("cboe", "Yahoo", None)
    assert fill(Vendor(name="cboe", kinds=frozenset()), yahoo()).known == COUNT


def test_days_of_one_source_do_not_stand_for_those_of_another(db: None) -> None:
    fill(Vendor(name="simulated", kinds=frozenset({Kind.GAMMA_DAYS, Kind.BARS})))
    assert fill(Vendor(), yahoo()).added == COUNT
    assert DayFigures.objects.count() == 2 * COUNT


def test_days_the_vendor_lacks_are_told_and_asked_again(db: None) -> None:
    lacks = frozenset(SESSIONS[3:5])
    filled = fill(Vendor(lacks=lacks), yahoo(lacks=lacks))
    assert (filled.added, filled.absent) == (COUNT - 2, tuple(SESSIONS[3:5]))
    assert fill(Vendor(), yahoo()).added == 2
    assert [row["day"] for row in stored()] == SESSIONS


def test_one_half_of_the_history_does_not_wait_for_the_other(db: None) -> None:
    down = SourceUnavailable("Trading Volatility answered with an error (HTTP 500). Try again later.")
    filled = fill(Vendor(failing={Kind.GAMMA_DAYS: down}), yahoo())
    assert (filled.added, filled.problems) == (COUNT, (str(down),))
    again = fill(Vendor(), yahoo())
    assert (again.completed, again.problems) == (COUNT, ())
    assert {row["label"] for row in stored()} == {"Trading Volatility, prices: Yahoo"}
    assert all(row["net_gex"] is not None for row in stored())


@pytest.mark.parametrize(
    "error", [OutOfBudget("The request budget is spent.", 20.0), UnknownSymbol("No such symbol."), None]
)
def test_what_stops_a_backfill_passes_through(db: None, error: Any) -> None:
    down = SourceUnavailable("Down.")
    with pytest.raises(type(error or down)):
        fill(Vendor(failing={Kind.GAMMA_DAYS: error or down}), yahoo(failing={Kind.BARS: down}))
    assert stored() == []


@pytest.mark.parametrize("days", [0, -5, 2000])
def test_a_senseless_number_of_days_is_refused(db: None, days: int) -> None:
    with pytest.raises(BackfillError, match=r"from 1 to 1,240 .* was -?\d+"):
        fill(Vendor(), days=days)


def test_a_source_without_history_is_refused(db: None) -> None:
    with pytest.raises(BackfillError, match="replay has no history"):
        fill(Vendor(name="replay", kinds=frozenset()))


def test_five_years_are_asked_for_in_one_request_each(db: None) -> None:
    gamma, prices = Vendor(), yahoo()
    assert fill(gamma, prices, days=1_240).added == 1_240
    assert [question.detail for question in gamma.asked + prices.asked][1:] == ["1d:5y"]


def test_progress_runs_from_what_is_known_to_the_end(db: None) -> None:
    fill(Vendor(), yahoo(), days=5)
    told: list[tuple[str, int, int]] = []
    backfill("SPY", (Vendor(), yahoo()), days=COUNT, at=OPEN_MARKET, progress=lambda *step: told.append(step))
    assert told == [("SPY", done, COUNT) for done in (5, 25, 45, 50)]


def test_two_backfills_of_a_symbol_do_not_run_at_once(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from apps.market.history import backfill as module

    monkeypatch.setattr(module, "PATIENCE", "50ms")
    with connection.copy().cursor() as other:
        other.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", [module._LOCK, "tradingvolatility SPY"])
        with pytest.raises(BackfillError, match="Another backfill of SPY is running"):
            fill(Vendor(), yahoo())
        assert backfill("QQQ", (Vendor(), yahoo()), days=3, at=OPEN_MARKET).added == 3
        other.connection.close()
    assert fill(Vendor(), yahoo()).added == COUNT
    assert fill(Vendor(), yahoo()).known == COUNT, "the lock was given back"
