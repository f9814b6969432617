"""What the trader's own rows say."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legacy_engines.copilot.trade_memory import LOOKED_UP_AT_ONCE, TradingRAG
from tests.parity.worlds import SOME_TUESDAY, SqliteStore, StandingClock

MONDAY, TUESDAY = "2025-10-20 15:00:00", "2025-10-21 15:00:00"
PNLS = st.lists(st.none() | st.integers(-500, 500), max_size=12)


def memory(**rows: list[dict[str, Any]]) -> TradingRAG:
    clock = StandingClock(SOME_TUESDAY)
    store = SqliteStore(clock)
    store.load(rows)
    return TradingRAG(store, clock=clock)


def trade(
    at: str, pnl: float | None = 10.0, net_gex: float | None = 1e9, **more: Any
) -> dict[str, list[dict[str, Any]]]:
    return {
        "recommendations": [{"timestamp": at, "strategy": "LONG_CALL", "pnl": pnl, **more}],
        "gex_history": [{"timestamp": at, "net_gex": net_gex}],
    }


def closed(*pnls: float | None, at: str = MONDAY) -> list[dict[str, Any]]:
    return [{"opened_at": at, "status": "CLOSED", "strategy": "LONG_CALL", "pnl": pnl} for pnl in pnls]


def without_tables() -> TradingRAG:
    clock = StandingClock(SOME_TUESDAY)
    return TradingRAG(SqliteStore(clock, tables=False), clock=clock)


@given(PNLS)
def test_totals_add_up(pnls: list[float | None]) -> None:
    stats = memory(positions=closed(*pnls)).get_personal_stats()
    known = [pnl for pnl in pnls if pnl is not None]
    assert stats["total_trades"] == len(pnls)
    assert stats["total_pnl"] == sum(known)
    assert 0 <= stats["win_rate"] <= 100
    assert stats["avg_loss"] <= 0 <= stats["avg_win"]
    assert sum(day["trades"] for day in stats["day_stats"]) == len(pnls)


@given(PNLS)
def test_success_rate_is_the_share_of_winners(pnls: list[float | None]) -> None:
    rows = [trade(f"2025-10-{day:02d} 15:00:00", pnl) for day, pnl in enumerate(pnls, 1)]
    joined = {name: [row for each in rows for row in each[name]] for name in ("recommendations", "gex_history")}
    wins = sum(pnl is not None and pnl > 0 for pnl in pnls)
    assert memory(**joined).get_pattern_success_rate({}) == pytest.approx(wins / len(pnls) * 100 if pnls else 0)


def test_a_lost_trade_without_result_counts_in_the_total_only() -> None:
    stats = memory(positions=closed(None, 10.0)).get_personal_stats()
    assert stats["win_rate"] == 50.0
    assert stats["day_stats"] == [{"day_of_week": "1", "trades": 2, "win_rate": 0.5, "avg_pnl": 10.0}]


def test_a_day_without_results_has_no_average_or_nan_beside_days_that_have_one() -> None:
    assert memory(positions=closed(None)).get_personal_stats()["day_stats"][0]["avg_pnl"] is None
    mixed = memory(positions=closed(None) + closed(5.0, at=TUESDAY)).get_personal_stats()["day_stats"]
    assert math.isnan(mixed[0]["avg_pnl"])
    assert mixed[1]["avg_pnl"] == 5.0


def test_unreadable_dates_come_first() -> None:
    days = memory(positions=closed(1.0) + closed(1.0, at="garbage")).get_personal_stats()["day_stats"]
    assert [day["day_of_week"] for day in days] == [None, "1"]


def test_a_strategy_narrows_the_totals_but_not_the_days() -> None:
    rows = [*closed(10.0), {"opened_at": TUESDAY, "status": "CLOSED", "strategy": "LONG_PUT", "pnl": -5.0}]
    stats = memory(positions=rows).get_personal_stats("LONG_PUT")
    assert stats["total_trades"] == 1
    assert len(stats["day_stats"]) == 2


def test_opposite_infinities_add_up_to_nothing() -> None:
    assert memory(positions=closed(math.inf, -math.inf)).get_personal_stats()["total_pnl"] == 0


def test_only_positions_that_say_closed_in_capitals_count() -> None:
    rows = [{"opened_at": MONDAY, "status": status, "pnl": 1.0} for status in ("CLOSED", "closed", "ACTIVE")]
    assert memory(positions=rows).get_personal_stats()["total_trades"] == 1


def test_an_apostrophe_or_a_missing_table_gives_zeros() -> None:
    zeros = {
        "total_trades": 0,
        "win_rate": 0,
        "avg_win": 0,
        "avg_loss": 0,
        "total_pnl": 0,
        "day_stats": [],
        "early_win_rate": 45,
    }
    assert memory(positions=closed(1.0)).get_personal_stats("O'Neil") == zeros
    assert without_tables().get_personal_stats() == zeros


def test_similar_means_less_than_a_fifth_away() -> None:
    rag = memory(
        recommendations=[{"timestamp": f"2025-10-{day:02d} 15:00:00"} for day in (1, 2, 3)],
        gex_history=[
            {"timestamp": f"2025-10-{day:02d} 15:00:00", "net_gex": gex}
            for day, gex in ((1, 0.8e9), (2, 1.1e9), (3, 1.2e9))
        ],
    )
    assert [row["id"] for row in rag.get_similar_trades({"net_gex": 1e9})] == [2]


def test_similar_trades_come_newest_first_and_meet_every_gex_row_of_their_moment() -> None:
    rag = memory(
        recommendations=[{"timestamp": MONDAY, "pnl": 1.0}, {"timestamp": TUESDAY}],
        gex_history=[
            {"timestamp": at, "net_gex": 1e9, "symbol": s} for at in (MONDAY, TUESDAY) for s in ("SPY", "QQQ")
        ],
    )
    found = rag.get_similar_trades({"net_gex": 1e9}, 3)
    assert [row["timestamp"] for row in found] == [TUESDAY, TUESDAY, MONDAY]
    assert list(found[0])[-5:] == ["pnl", "net_gex", "flip_point", "call_wall", "put_wall"]
    assert math.isnan(found[0]["pnl"])
    assert found[0]["flip_point"] is None


@pytest.mark.parametrize("setup", [{}, {"net_gex": 0}, {"net_gex": None}, {"net_gex": math.nan}, {"net_gex": "much"}])
def test_nothing_is_similar_to_nothing(setup: dict[str, Any]) -> None:
    assert memory(**trade(MONDAY)).get_similar_trades(setup) == []


def test_a_setup_may_hold_a_number_as_text_and_no_setup_is_an_error_without_trades() -> None:
    rag = memory(**trade(MONDAY))
    assert rag.get_similar_trades({"net_gex": "1e9"}) == rag.get_similar_trades({"net_gex": 1e9}) != []
    assert rag.get_similar_trades(None) == []  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("limit", "count"), [(0, 0), (1, 1), (-1, 2), (None, 0), (1.0, 1), ("1", 1), (1.5, 0), (math.inf, 0), ("all", 0)]
)
def test_limits_mean_what_they_mean_in_sql(limit: Any, count: int) -> None:
    rows = trade(MONDAY)
    rows["gex_history"] *= 2
    assert len(memory(**rows).get_similar_trades({"net_gex": 1e9}, limit)) == count


@pytest.mark.parametrize(
    ("pattern", "rate"),
    [
        ({"net_gex_range": [1e9, 1e9]}, 100.0),
        ({"net_gex_range": [2e9, 1e9]}, 0),
        ({"net_gex_range": [1]}, 0),
        ({"net_gex_range": None}, 0),
        ({"net_gex_range": [None, 1e9]}, 0),
        ({"net_gex_range": ["0", "1e9"]}, 100.0),
        ({"net_gex_range": [-math.inf, math.inf]}, 100.0),
        ({"net_gex_range": [math.nan, 1e9]}, 0),
        ({"day_of_week": "1"}, 100.0),
        ({"day_of_week": 1}, 0),
        ({"day_of_week": None}, 0),
        ({"strategy": "LONG_CALL", "delta_range": [5, 6]}, 100.0),
        ({"strategy": "LONG_PUT"}, 0),
        ({"strategy": None}, 0),
        ({"colour": "red"}, 100.0),
    ],
)
def test_patterns(pattern: dict[str, Any], rate: float) -> None:
    assert memory(**trade(MONDAY)).get_pattern_success_rate(pattern) == rate


def test_rows_without_gex_never_fit_a_range() -> None:
    assert memory(**trade(MONDAY, net_gex=None)).get_pattern_success_rate({"net_gex_range": [-9e9, 9e9]}) == 0
    assert memory(**trade(MONDAY, net_gex=None)).get_pattern_success_rate({}) == 100.0


def test_histories_longer_than_one_question_to_the_store_are_read_whole() -> None:
    moments = [f"2025-10-20 {n // 60:02d}:{n % 60:02d}:00" for n in range(LOOKED_UP_AT_ONCE + 7)]
    rag = memory(
        recommendations=[{"timestamp": at, "pnl": 1.0 if n else -1.0} for n, at in enumerate(moments)],
        gex_history=[{"timestamp": at, "net_gex": 1e9} for at in moments],
    )
    assert rag.get_pattern_success_rate({}) == pytest.approx(100 * (len(moments) - 1) / len(moments))
    assert len(rag.get_similar_trades({"net_gex": 1e9}, len(moments))) == len(moments)


def test_context_shows_trades_record_and_the_rate_of_the_weekday_before() -> None:
    # The clock stands on a Tuesday: its number, 1, is Monday in the table.
    text = memory(**trade(MONDAY, 12.345), positions=closed(10.0, -4.0)).build_context_for_claude({"net_gex": 1e9}, "?")
    assert text.split("\n") == [
        "Your most recent trades with similar net GEX:",
        f"- {MONDAY} | LONG_CALL | net GEX $1.0B | WON $12.35",
        "Your closed trades:",
        "- Win rate: 50.0%",
        "- Average win: $10.00",
        "- Average loss: $-4.00",
        "- Total P&L: $6.00",
        "By weekday of entry:",
        "- Mon: 50% won, average $3.00",
        "Success rate of this pattern: 100.0%",
    ]


def test_context_is_empty_without_a_history() -> None:
    assert memory().build_context_for_claude({"net_gex": 1e9}, "?") == ""
    assert without_tables().build_context_for_claude({}, "?") == ""
    assert without_tables().get_similar_trades({"net_gex": 1e9}) == []
    assert without_tables().get_pattern_success_rate({}) == 0


def test_the_range_of_a_negative_gex_matches_nothing() -> None:
    text = memory(**trade(MONDAY, net_gex=-1e9)).build_context_for_claude({"net_gex": -1e9}, "?")
    assert "Success rate" not in text


@pytest.mark.parametrize(
    "rag",
    [memory(**trade(MONDAY, None)), memory(positions=closed(None)), memory(positions=closed(1.0, at="garbage"))],
    ids=["no result", "no average", "no weekday"],
)
def test_gaps_in_the_context_raise(rag: TradingRAG) -> None:
    with pytest.raises(TypeError):
        rag.build_context_for_claude({"net_gex": 1e9}, "?")


def test_no_net_gex_raises_in_the_context() -> None:
    with pytest.raises(TypeError):
        memory().build_context_for_claude({"net_gex": None}, "?")
