from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from legacy_engines.trade_journal_agent import TradeJournalAgent, create_performance_chart
from tests.parity.worlds import SqliteStore, StandingClock

NOON = "2025-11-20T12:00:00-05:00"
RESULTS = st.lists(st.integers(-500000, 500000).map(lambda cents: cents / 100), min_size=1, max_size=25)


def journal() -> TradeJournalAgent:
    clock = StandingClock(NOON)
    return TradeJournalAgent(store=SqliteStore(clock), clock=clock)


def trades(*pnl: float | None, hold: list[float] | None = None, by: str = "Squeeze", on: str = "SPY") -> pd.DataFrame:
    values = pd.Series(pnl, dtype=float)
    table = pd.DataFrame({"symbol": on, "strategy": by, "pnl": values, "winner": values > 0})
    return table if hold is None else table.assign(hold_time=hold)


def closed(
    made: TradeJournalAgent, at: str | None, pnl: float | None = 10.0, opened: str = "2025-11-01 10:00:00"
) -> None:
    row = {"symbol": "SPY", "strategy": "S", "status": "CLOSED", "opened_at": opened, "closed_at": at, "pnl": pnl}
    made.store.insert("positions", row)


def titles(texts: list[str]) -> list[str]:
    return [text.split(":")[0] for text in texts]


def insights(table: pd.DataFrame) -> list[str]:
    return titles(journal().detect_patterns(table)["insights"])


def advice(table: pd.DataFrame, **metrics: float) -> list[str]:
    usual = {"win_rate": 60, "profit_factor": 1.8, "total_trades": 20, "expectancy": 10}
    return titles(journal().generate_recommendations(table, {**usual, **metrics}))


def test_the_period_ends_at_the_second_in_utc() -> None:
    made = journal()
    closed(made, "2025-11-13 16:59:59")
    closed(made, "2025-11-13 17:00:00")
    assert len(made.get_closed_trades(7)) == 1


def test_the_period_is_thirty_days_unless_told() -> None:
    made = journal()
    closed(made, "2025-10-21 17:00:00")
    closed(made, "2025-10-21 16:59:59")
    assert len(made.get_closed_trades()) == 1


def test_closed_trades_come_newest_first_with_hold_time_and_winner() -> None:
    made = journal()
    closed(made, "2025-11-15 10:00:00", -5.0)
    closed(made, "2025-11-18 22:00:00", None)
    closed(made, None)
    table = made.get_closed_trades()
    assert list(table["hold_time"]) == [17 * 24 + 12, 14 * 24]
    assert list(table["winner"]) == [False, False]


def test_no_closed_trades_give_an_empty_table_without_added_columns() -> None:
    table = journal().get_closed_trades()
    assert table.empty
    assert "winner" not in table


def test_times_in_two_formats_are_refused() -> None:
    made = journal()
    closed(made, "2025-11-19 10:00:00")
    closed(made, "2025-11-18")
    with pytest.raises(ValueError):
        made.get_closed_trades()


def test_metrics_of_nothing_are_zero() -> None:
    metrics = journal().calculate_performance_metrics(pd.DataFrame())
    assert set(metrics.values()) == {0}
    assert "winners" not in metrics


def test_break_even_is_a_loss_without_losing_dollars() -> None:
    metrics = journal().calculate_performance_metrics(trades(10.0, 0.0))
    assert (metrics["winners"], metrics["losers"], metrics["profit_factor"]) == (1, 1, math.inf)


def test_an_unknown_result_is_a_trade_but_neither_win_nor_loss() -> None:
    metrics = journal().calculate_performance_metrics(trades(10.0, None, -5.0))
    assert (metrics["total_trades"], metrics["winners"], metrics["losers"]) == (3, 1, 1)
    assert metrics["win_rate"] == pytest.approx(100 / 3)


def test_a_text_for_a_result_is_refused() -> None:
    with pytest.raises(ValueError, match="N/A"):
        journal().calculate_performance_metrics(pd.DataFrame({"pnl": ["N/A"], "winner": [False]}))


@given(RESULTS)
def test_metrics_hold_together(results: list[float]) -> None:
    metrics = journal().calculate_performance_metrics(trades(*results))
    gained, lost = sum(x for x in results if x > 0), -sum(x for x in results if x < 0)
    assert metrics["winners"] + metrics["losers"] == metrics["total_trades"] == len(results)
    assert 0 <= metrics["win_rate"] <= 100
    assert metrics["total_pnl"] == pytest.approx(sum(results), abs=1e-6)
    assert metrics["expectancy"] * len(results) == pytest.approx(metrics["total_pnl"], abs=1e-6)
    assert metrics["worst_trade"] <= metrics["expectancy"] + 1e-9
    assert metrics["expectancy"] <= metrics["best_trade"] + 1e-9
    assert metrics["avg_win"] >= 0 >= metrics["avg_loss"]
    if lost > 0:
        assert metrics["profit_factor"] == pytest.approx(gained / lost)
    else:
        assert metrics["profit_factor"] == math.inf


@given(st.lists(st.tuples(st.sampled_from("ABC"), st.floats(-5000, 5000)), min_size=1, max_size=25))
def test_results_by_strategy_add_up_to_the_whole(rows: list[tuple[str, float]]) -> None:
    table = trades(*(pnl for _, pnl in rows)).assign(strategy=[name for name, _ in rows])
    groups = journal().analyze_by_strategy(table)
    assert groups["total_trades"].sum() == len(rows)
    assert groups["wins"].sum() == table["winner"].sum()
    assert groups["total_pnl"].sum() == pytest.approx(table["pnl"].sum(), abs=0.02)
    assert groups["win_rate"].between(0, 100).all()
    assert groups["total_pnl"].is_monotonic_decreasing


def test_equal_totals_stay_in_alphabetical_order() -> None:
    table = pd.concat([trades(pnl, by=name) for name, pnl in (("D", 5.0), ("B", 9.0), ("C", 9.0), ("A", 5.0))])
    assert list(journal().analyze_by_strategy(table)["strategy"]) == ["B", "C", "A", "D"]


def test_cents_win_and_lose() -> None:
    metrics = journal().calculate_performance_metrics(trades(0.5, -0.25))
    assert (metrics["winners"], metrics["losers"], metrics["profit_factor"]) == (1, 1, 2.0)
    assert insights(trades(0.75, -0.25, hold=[1.0, 2.0])) == ["Excellent risk/reward", "Timing issue"]


def test_break_even_trades_are_no_winners() -> None:
    made = journal()
    closed(made, "2025-11-15 10:00:00", 0.0)
    closed(made, "2025-11-14 10:00:00", 0.01)
    assert list(made.get_closed_trades()["winner"]) == [False, True]


def test_a_group_without_results_has_no_win_rate() -> None:
    groups = journal().analyze_by_symbol(trades(None, None))
    assert groups.iloc[0]["total_pnl"] == 0
    assert math.isnan(groups.iloc[0]["win_rate"])


@pytest.mark.parametrize(
    ("wins", "losses", "expected"),
    [(7, 3, True), (6, 4, False), (69, 31, False)],
)
def test_a_strategy_is_best_from_seventy_percent(wins: int, losses: int, expected: bool) -> None:
    assert ("Best strategy" in insights(trades(*[20.0] * wins, *[-10.0] * losses))) == expected


@pytest.mark.parametrize(("losses", "struggling"), [(11, False), (12, True)])
def test_a_strategy_struggles_below_forty_five_percent(losses: int, struggling: bool) -> None:
    weak = trades(*[10.0] * 9, *[-20.0] * losses, by="Weak")
    assert ("Struggling strategy" in insights(pd.concat([trades(20.0, -10.0), weak]))) == struggling
    assert "Struggling strategy" not in insights(weak)


@pytest.mark.parametrize(
    ("win", "title"),
    [(14.9, "Risk/reward issue"), (15.0, None), (25.0, None), (25.1, "Excellent risk/reward")],
)
def test_average_win_against_average_loss(win: float, title: str | None) -> None:
    found = {"Risk/reward issue", "Excellent risk/reward"} & set(insights(trades(win, -10.0)))
    assert found == ({title} if title else set())


def test_losers_that_broke_even_give_the_warning_and_say_so() -> None:
    (text,) = journal().detect_patterns(trades(10.0, 0.0))["insights"]
    assert text.startswith("Risk/reward issue: the average win is $10.00, the average loss $0.00, a ratio of 0.00.")
    assert "broke even" in text


def test_a_best_strategy_that_loses_money_is_not_recommended() -> None:
    text = journal().detect_patterns(trades(*[1.0] * 8, -100.0, -100.0))["insights"][0]
    assert "80%" in text
    assert "$-192.00" in text
    assert "priority" not in text


@pytest.mark.parametrize(("hours", "slow"), [(15.0, False), (15.1, True)])
def test_losers_held_half_as_long_again_are_an_issue(hours: float, slow: bool) -> None:
    assert ("Timing issue" in insights(trades(20.0, -10.0, hold=[10.0, hours]))) == slow


def test_losers_alone_are_a_timing_issue() -> None:
    (text,) = journal().detect_patterns(trades(-10.0, hold=[1.0]))["insights"]
    assert text.startswith("Timing issue: losers are held 1.0 hours on average, winners 0.0 hours (none yet).")


def test_a_best_symbol_needs_a_second_one() -> None:
    assert "Best symbol" not in insights(trades(10.0))
    assert "Best symbol" in insights(pd.concat([trades(10.0), trades(-10.0, on="QQQ")]))


@pytest.mark.parametrize(
    ("recent_wins", "older_wins", "older", "title"),
    [
        (10, 0, 10, "Hot streak"),
        (0, 10, 10, "Cold streak"),
        (8, 5, 10, None),
        (5, 8, 10, None),
    ],
)
def test_streaks_need_more_than_fifteen_points(
    recent_wins: int, older_wins: int, older: int, title: str | None
) -> None:
    flags = [True] * recent_wins + [False] * (10 - recent_wins) + [True] * older_wins + [False] * (older - older_wins)
    table = trades(*(20.0 if won else -10.0 for won in flags))
    assert ({"Hot streak", "Cold streak"} & set(insights(table))) == ({title} if title else set())


def test_nine_trades_are_too_few_for_a_streak() -> None:
    assert not {"Hot streak", "Cold streak"} & set(insights(trades(*[-10.0] * 9)))


def test_there_is_always_an_insight_but_not_always_advice() -> None:
    assert len(insights(pd.DataFrame())) == len(insights(trades(20.0, -10.0))) == 1
    assert len(journal().generate_recommendations(pd.DataFrame(), {})) == 1
    assert advice(trades(20.0, -10.0)) == []


@pytest.mark.parametrize(
    ("metrics", "expected"),
    [
        ({"win_rate": 49.9}, ["Focus on quality"]),
        ({"win_rate": 50}, []),
        ({"win_rate": 70}, []),
        ({"win_rate": 70.1}, ["Excellent win rate"]),
        ({"profit_factor": 1.49}, ["Improve risk/reward"]),
        ({"profit_factor": 1.5}, []),
        ({"profit_factor": 2.0}, []),
        ({"profit_factor": math.inf}, ["Strong edge"]),
        ({"total_trades": 4}, ["Build sample size"]),
        ({"total_trades": 5}, []),
        ({"expectancy": 50}, []),
        ({"expectancy": 50.1}, ["Positive expectancy"]),
        ({"expectancy": 0}, []),
        ({"expectancy": -0.01}, ["Negative expectancy"]),
    ],
)
def test_advice_thresholds(metrics: dict[str, Any], expected: list[str]) -> None:
    assert advice(trades(20.0, -10.0), **metrics) == expected


def test_winning_strategies_are_named_from_sixty_five_percent() -> None:
    good = trades(*[10.0] * 13, *[-5.0] * 7, by="Fade")
    fair = trades(*[10.0] * 12, *[-5.0] * 7, by="Break")
    text = journal().generate_recommendations(
        pd.concat([good, fair]), {"win_rate": 60, "profit_factor": 1.8, "total_trades": 39, "expectancy": 10}
    )
    assert titles(text) == ["Winning strategies"]
    assert "Fade." in text[0]
    assert "Break" not in text[0]


def test_the_chart_adds_up_in_closing_order() -> None:
    days = ["2025-11-12T10:00:00", "2025-11-10T10:00:00", "2025-11-11T10:00:00"]
    chart = create_performance_chart(trades(1.0, 2.0, -4.0).assign(closed_at=days))
    assert chart is not None
    assert chart["data"][0]["x"] == sorted(days)
    assert chart["data"][0]["y"] == [2.0, -2.0, -1.0]
    assert create_performance_chart(pd.DataFrame()) is None


def test_a_trade_without_a_closing_time_comes_last_in_the_chart() -> None:
    times = pd.Series([None, "2025-11-12T10:00:00"], dtype=object)
    chart = create_performance_chart(trades(1.0, 2.0).assign(closed_at=times))
    assert chart is not None
    assert (chart["data"][0]["x"], chart["data"][0]["y"]) == (["2025-11-12T10:00:00", None], [2.0, 3.0])
