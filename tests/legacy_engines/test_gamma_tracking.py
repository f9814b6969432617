"""The tracking database: snapshots, summaries, likeness to SPY, the pattern of the day, the weekly view."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from legacy_engines import gamma_tracking_database
from legacy_engines.gamma.tracking import GammaTrackingDB, day_summary, likeness, regime_label, snapshot_values
from legacy_engines.gamma.tracking_view import strength, weekly_tracking_view
from tests.parity.worlds import SqliteStore, StandingClock

WEDNESDAY = "2025-10-29T16:05:10-04:00"
READING = {"spot_price": 100.0, "net_gex": -2e9, "flip_point": 102.0, "call_wall": 105.0, "put_wall": 95.0}
amounts = st.floats(-1e12, 1e12)


def make_db(
    tables: dict[str, list[dict[str, Any]]] | None = None, at: str = WEDNESDAY, zone: str = "America/New_York"
) -> tuple[GammaTrackingDB, SqliteStore, list[str]]:
    clock = StandingClock(at, zone)
    store = SqliteStore(clock)
    store.load(tables or {})
    told: list[str] = []
    return GammaTrackingDB(store=store, clock=clock, notify=lambda level, text: told.append(level)), store, told


def make_snapshot(timestamp: str, net_gex: float = 1e9, **values: Any) -> dict[str, Any]:
    defaults = {"spot_price": 100.0, "flip_point": 99.0, "implied_volatility": 0.2, "distance_to_flip_pct": -1.0}
    moment = {"timestamp": timestamp, "date": timestamp[:10], "time_of_day": timestamp[11:16]}
    return {"symbol": "SPY", **moment, "net_gex": net_gex, **defaults, **values}


def make_summary(date: str, symbol: str = "SPY", **values: Any) -> dict[str, Any]:
    defaults = {"gex_change_pct": 2.0, "flip_change_pct": 1.5, "price_change_pct": 0.5, "avg_iv": 0.2}
    return {"symbol": symbol, "date": date, **defaults, "snapshots_count": 4, **values}


def test_the_old_module_name_gives_the_same_class() -> None:
    assert gamma_tracking_database.GammaTrackingDB is GammaTrackingDB


def test_a_snapshot_is_stored_with_its_regime_and_distance() -> None:
    db, store, _ = make_db()
    db.store_gamma_snapshot("SPY", READING, {"implied_volatility": "0.25", "pcr_oi": 1.5})
    (row,) = store.dump("gamma_history")
    assert (row["timestamp"], row["date"], row["time_of_day"]) == ("2025-10-29 16:05:10", "2025-10-29", "16:05")
    assert (row["implied_volatility"], row["put_call_ratio"]) == (0.25, 1.5)
    assert row["distance_to_flip_pct"] == 2.0
    assert row["regime"] == "Negative GEX, Below Flip"


def test_a_snapshot_carries_the_local_time_of_the_clock() -> None:
    db, store, _ = make_db(at="2025-10-29T21:30:00-04:00", zone="UTC")
    db.store_gamma_snapshot("SPY", READING)
    assert store.dump("gamma_history")[0]["timestamp"] == "2025-10-30 01:30:00"


def test_a_second_snapshot_in_the_same_second_replaces_the_first() -> None:
    db, store, _ = make_db()
    db.store_gamma_snapshot("SPY", READING)
    db.store_gamma_snapshot("SPY", {**READING, "net_gex": 3e9})
    assert [(row["id"], row["net_gex"]) for row in store.dump("gamma_history")] == [(2, 3e9)]


@pytest.mark.parametrize(("symbol", "net_gex"), [(None, 1e9), ("SPY", math.nan), ("SPY", "nan")])
def test_a_refused_snapshot_is_only_reported(symbol: Any, net_gex: Any) -> None:
    db, store, told = make_db()
    db.store_gamma_snapshot(symbol, {**READING, "net_gex": net_gex})
    assert (store.dump("gamma_history"), told) == ([], ["warning"])


@pytest.mark.parametrize(
    ("gex", "skew", "error"),
    [
        ({**READING, "call_wall": None}, None, TypeError),
        (READING, {"implied_volatility": None}, TypeError),
        ({**READING, "net_gex": "much"}, None, ValueError),
    ],
)
def test_an_unreadable_number_is_an_error(gex: dict[str, Any], skew: Any, error: type[Exception]) -> None:
    db, store, _ = make_db()
    with pytest.raises(error):
        db.store_gamma_snapshot("SPY", gex, skew)
    assert store.dump("gamma_history") == []


def test_missing_numbers_count_as_zero_and_own_volatility_is_ignored() -> None:
    values = snapshot_values({"implied_volatility": 0.3, "put_call_ratio": 2}, {})
    assert {value for name, value in values.items() if name != "regime"} == {0.0}
    assert values["regime"] == "Negative GEX"


@pytest.mark.parametrize(
    ("net_gex", "spot", "flip", "label"),
    [
        (1, 101, 100, "Positive GEX, Above Flip"),
        (1, 100, 100, "Positive GEX, Below Flip"),
        (0, 100, 101, "Negative GEX, Below Flip"),
        (-1, 101, 100, "Negative GEX, Above Flip"),
        (1, 0, 100, "Positive GEX"),
        (1, 100, 0, "Positive GEX"),
    ],
)
def test_regime_labels(net_gex: float, spot: float, flip: float, label: str) -> None:
    assert regime_label(net_gex, spot, flip) == label


def test_windows_include_their_first_day() -> None:
    days = ["2025-10-21", "2025-10-22", "2025-10-29"]
    db, _, _ = make_db(
        {
            "gamma_history": [make_snapshot(f"{day} 10:00:00") for day in reversed(days)],
            "gamma_daily_summary": [make_summary(day) for day in days],
            "spy_correlation": [{"date": day, "symbol": "SPY", "correlation_score": 0.5} for day in days],
        }
    )
    assert list(db.get_snapshots_for_date_range("SPY")["timestamp"].dt.day) == [22, 29]
    assert list(db.get_weekly_summary("SPY")["date"].dt.day) == [29, 22]
    assert list(db.get_correlation_history("SPY", 8)["date"].dt.day) == [29, 22, 21]
    assert db.get_snapshots_for_date_range("QQQ").empty


def test_missing_values_in_frames() -> None:
    db, _, _ = make_db(
        {
            "gamma_history": [
                make_snapshot("2025-10-29 10:00:00", implied_volatility=None, regime=None),
                make_snapshot("2025-10-29 11:00:00", time_of_day=None),
            ]
        }
    )
    frame = db.get_snapshots_for_date_range("SPY")
    assert frame["time_of_day"].tolist() == ["10:00", None]
    assert frame["call_wall"].tolist() == [None, None]
    assert math.isnan(frame["implied_volatility"].iloc[0])


def test_a_daily_summary_runs_from_first_to_last_snapshot() -> None:
    db, store, _ = make_db(
        {
            "gamma_history": [
                make_snapshot("2025-10-29 15:30:00", -1e9, spot_price=102.0, flip_point=101.0, implied_volatility=None),
                make_snapshot("2025-10-29 09:31:00", -2e9, spot_price=100.0, flip_point=100.0, implied_volatility=0.2),
                make_snapshot("2025-10-29 12:00:00", 5e9, spot_price=50.0, flip_point=60.0, implied_volatility=0.3),
                make_snapshot("2025-10-28 12:00:00", 9e9),
            ]
        }
    )
    db.calculate_daily_summary("SPY", "2025-10-29")
    (row,) = store.dump("gamma_daily_summary")
    assert (row["open_gex"], row["close_gex"], row["high_gex"], row["low_gex"]) == (-2e9, -1e9, 5e9, -2e9)
    assert (row["gex_change"], row["gex_change_pct"]) == (1e9, 50.0)
    assert (row["flip_change"], row["flip_change_pct"]) == (1.0, 1.0)
    assert (row["price_change_pct"], row["avg_iv"], row["snapshots_count"]) == (2.0, 0.25, 3)
    db.calculate_daily_summary("SPY", "2025-10-29")
    assert [row["id"] for row in store.dump("gamma_daily_summary")] == [2]


def test_a_day_without_snapshots_has_no_summary() -> None:
    db, store, _ = make_db()
    db.calculate_daily_summary("SPY", "2025-10-29")
    assert store.dump("gamma_daily_summary") == []


def test_a_day_that_opens_at_zero_has_no_percentages() -> None:
    zero = make_snapshot("2025-10-29 10:00:00", 0.0, spot_price=0.0, flip_point=0.0, implied_volatility=None)
    summary = day_summary([zero, make_snapshot("2025-10-29 11:00:00", implied_volatility=None)])
    assert [summary[name] for name in ("gex_change_pct", "flip_change_pct", "price_change_pct")] == [0, 0, 0]
    assert math.isnan(summary["avg_iv"])


@pytest.mark.parametrize(
    ("spy", "other", "score"),
    [
        ((1, 1), (2, 11), 0.9),
        ((1, 1), (2, 90), 1.0),
        ((-1, -1), (-2, -1), 0.8),
        ((1, 1), (-2, 1), 0.5),
        ((1, 1), (2, -1), 0.5),
        ((1, 1), (-2, -1), -0.5),
        ((0, 1), (0, 1), 0.5),
    ],
)
def test_likeness_scores(spy: tuple[float, float], other: tuple[float, float], score: float) -> None:
    rows = [{"gex_change_pct": gex, "price_change_pct": price} for gex, price in (spy, other)]
    assert likeness(*rows)["correlation_score"] == pytest.approx(score, rel=1e-12)


def test_likeness_is_stored_for_others_with_both_summaries() -> None:
    day = "2025-10-29"
    db, store, _ = make_db({"gamma_daily_summary": [make_summary(day), make_summary(day, "QQQ")]})
    for symbol in ("SPY", "IWM", "QQQ"):
        db.calculate_spy_correlation(symbol, day)
    assert [(row["symbol"], row["correlation_score"]) for row in store.dump("spy_correlation")] == [("QQQ", 0.8)]


def test_a_summary_without_change_cannot_be_compared() -> None:
    day = "2025-10-29"
    db, store, _ = make_db({"gamma_daily_summary": [make_summary(day), make_summary(day, "QQQ", gex_change_pct=None)]})
    with pytest.raises(TypeError):
        db.calculate_spy_correlation("QQQ", day)
    assert store.dump("spy_correlation") == []


def test_the_pattern_groups_by_hour_and_quarter() -> None:
    times = ["2025-10-28 09:30:00", "2025-10-29 09:44:59", "2025-10-29 09:45:00", "2025-10-29 15:59:00"]
    rows = [make_snapshot(moment, gex) for moment, gex in zip(times, (1e9, 2e9, 6e9, -4e9), strict=True)]
    rows[0]["distance_to_flip_pct"] = None
    pattern = make_db({"gamma_history": rows})[0].get_intraday_gamma_pattern("SPY")
    nine, three = pattern["hourly_patterns"]
    assert (nine[("hour", "")], nine[("net_gex", "mean")], nine[("spot_price", "count")]) == (9, 3e9, 3)
    assert nine[("net_gex", "std")] == pytest.approx(np.std([1e9, 2e9, 6e9], ddof=1))
    assert math.isnan(three[("net_gex", "std")])
    assert [record[("minute_bucket", "")] for record in pattern["time_buckets"]] == [30, 45, 45]
    first = pattern["time_buckets"][0]
    assert (first[("net_gex", "min")], first[("net_gex", "max")]) == (1e9, 2e9)
    assert first[("distance_to_flip_pct", "mean")] == -1.0
    assert (pattern["open_avg_gex"], pattern["close_avg_gex"]) == (3e9, -4e9)
    assert (pattern["total_snapshots"], pattern["days_analyzed"]) == (4, 2)


def test_the_pattern_without_distances_open_or_close() -> None:
    db, _, _ = make_db({"gamma_history": [make_snapshot("2025-10-29 11:00:00", distance_to_flip_pct=None)]})
    pattern = db.get_intraday_gamma_pattern("SPY")
    assert math.isnan(pattern["hourly_patterns"][0][("distance_to_flip_pct", "mean")])
    assert (pattern["open_avg_gex"], pattern["close_avg_gex"]) == (0, 0)
    assert db.get_intraday_gamma_pattern("QQQ") == {}


def test_cleaning_counts_the_last_table_only() -> None:
    old, kept = "2025-07-30", "2025-07-31"
    db, store, _ = make_db(
        {
            "gamma_history": [make_snapshot(f"{day} {hour}:00:00") for day in (old, kept) for hour in (10, 11)],
            "gamma_daily_summary": [make_summary(old), make_summary(kept)],
            "spy_correlation": [{"date": day, "symbol": "QQQ"} for day in (old, kept)],
        }
    )
    assert db.cleanup_old_data() == 1
    tables = ("gamma_history", "gamma_daily_summary", "spy_correlation")
    assert {row["date"] for table in tables for row in store.dump(table)} == {kept}


def test_the_weekly_view_of_nothing() -> None:
    view = weekly_tracking_view("SPY", make_db()[0])
    assert (view["state"], view["metrics"], view["insights"]) == ("NO_DATA", [], [])


def test_the_weekly_view_shows_streaks_volatility_and_likeness() -> None:
    days = ["2025-10-26", "2025-10-27", "2025-10-28", "2025-10-29"]
    # The oldest day breaks the streak but is the one volatility is compared with.
    summaries = [make_summary(days[0], "QQQ", gex_change_pct=-9.0, flip_change_pct=0.0, avg_iv=0.1)]
    summaries += [make_summary(day, "QQQ") for day in days[1:]]
    scores = [
        {"date": day, "symbol": "QQQ", "correlation_score": score}
        for day, score in zip(days, (-1, -1, -1, -0.2), strict=True)
    ]
    view = weekly_tracking_view("QQQ", make_db({"gamma_daily_summary": summaries, "spy_correlation": scores})[0])
    assert view["metrics"] == [
        ["Week GEX Trend", "-3.0%"],
        ["Avg Flip Move", "+1.12%"],
        ["Week Price Move", "+2.00%"],
        ["Avg Snapshots/Day", "4"],
        ["QQQ - SPY Correlation", "-0.80"],
    ]
    assert [insight["id"] for insight in view["insights"]] == ["GEX_UP_3D", "FLIP_UP_3D", "IV_EXPANDING"]
    assert view["insights"][2]["value"] == "10.0"
    assert "10.0" in view["insights"][2]["text"]
    assert view["spy_strength"] == "Strong"
    assert [table["Date"].iloc[0] for table in view["tables"]] == ["2025-10-29", "2025-10-29"]
    assert list(view["tables"][1])[2] == "QQQ Price %"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([{"gex_change_pct": -1, "flip_change_pct": -1.1}] * 3, ["GEX_DOWN_3D", "FLIP_DOWN_3D"]),
        ([{"gex_change_pct": 0, "flip_change_pct": 1}] * 3, ["MORE_DATA_NEEDED"]),
        ([{"gex_change_pct": 0, "flip_change_pct": -1}] * 3, ["MORE_DATA_NEEDED"]),
        ([{}] * 2, ["MORE_DATA_NEEDED"]),
        ([{"avg_iv": 0.3}, {"avg_iv": 0.2}], ["IV_CONTRACTING"]),
        ([{"avg_iv": 0.2}, {"avg_iv": 0.25}], ["MORE_DATA_NEEDED"]),
        ([{"avg_iv": 0.0}, {"avg_iv": 0.05}], ["MORE_DATA_NEEDED"]),
        ([{"avg_iv": 0.05}, {"avg_iv": 0.0}], ["MORE_DATA_NEEDED"]),
        ([{"avg_iv": None}, {"avg_iv": 0.9}], ["MORE_DATA_NEEDED"]),
        ([{"avg_iv": 0.9}], ["MORE_DATA_NEEDED"]),
    ],
)
def test_weekly_insights(changes: list[dict[str, Any]], expected: list[str]) -> None:
    rows = [make_summary(f"2025-10-{day}", **change) for day, change in enumerate(changes, start=27)]
    view = weekly_tracking_view("SPY", make_db({"gamma_daily_summary": rows})[0])
    assert [insight["id"] for insight in view["insights"]] == expected
    assert view["spy_strength"] is None


def test_the_weekly_view_without_scores_says_so() -> None:
    view = weekly_tracking_view("QQQ", make_db({"gamma_daily_summary": [make_summary("2025-10-29", "QQQ")]})[0])
    assert (view["spy_strength"], len(view["tables"])) == ("NO_DATA", 1)


def test_the_weekly_likeness_looks_back_seven_days() -> None:
    scores = [{"date": f"2025-10-{day}", "symbol": "QQQ", "correlation_score": day / 100} for day in (21, 22)]
    tables = {"gamma_daily_summary": [make_summary("2025-10-29", "QQQ")], "spy_correlation": scores}
    assert weekly_tracking_view("QQQ", make_db(tables)[0])["metrics"][-1] == ["QQQ - SPY Correlation", "0.22"]


@pytest.mark.parametrize(("score", "label"), [(0.71, "Strong"), (0.7, "Moderate"), (-0.41, "Moderate"), (0.4, "Weak")])
def test_strength(score: float, label: str) -> None:
    assert strength(score) == label


@given(st.lists(amounts, min_size=1, max_size=12))
def test_a_summary_lies_between_its_extremes(readings: list[float]) -> None:
    summary = day_summary([make_snapshot("2025-10-29 10:00:00", gex) for gex in readings])
    assert summary["low_gex"] <= min(summary["open_gex"], summary["close_gex"])
    assert summary["high_gex"] >= max(summary["open_gex"], summary["close_gex"])
    assert summary["gex_change"] == summary["close_gex"] - summary["open_gex"]
    assert summary["gex_change_pct"] * summary["gex_change"] >= 0


@given(st.tuples(amounts, amounts), st.tuples(amounts, amounts))
def test_likeness_is_symmetric_and_bounded(one: tuple[float, float], other: tuple[float, float]) -> None:
    first, second = ({"gex_change_pct": gex, "price_change_pct": price} for gex, price in (one, other))
    score = likeness(first, second)["correlation_score"]
    assert score == likeness(second, first)["correlation_score"]
    assert score in (-0.5, 0.5) or 0.8 <= score <= 1.0
