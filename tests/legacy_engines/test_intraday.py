"""Intraday tracking: snapshots, changes, insights, summary, dashboard, chart."""

from __future__ import annotations

import math
from datetime import datetime
from decimal import Decimal
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from legacy_engines import intraday_tracking
from legacy_engines.gamma.intraday import IntradayTracker, changes_between, safe_float, should_capture_snapshot
from legacy_engines.gamma.intraday_charts import create_intraday_charts
from legacy_engines.gamma.intraday_view import (
    get_intraday_summary,
    intraday_dashboard,
    intraday_insights,
    snapshot_widget,
)
from tests.parity.worlds import StandingClock

READING = {"spot_price": 500.0, "net_gex": 1e9, "flip_point": 498.0, "call_wall": 510.0, "put_wall": 490.0}


def make_tracker(stored: Any = None, at: str = "2025-10-29T14:05:10-04:00") -> IntradayTracker:
    session = {} if stored is None else {"intraday_snapshots": stored}
    return IntradayTracker(session=session, clock=StandingClock(at))


def make_snapshot(time_str: str = "09:31", day: str = "2025-10-29", **values: Any) -> dict[str, Any]:
    moment = {"timestamp": f"{day}T{time_str}:00", "time_str": time_str}
    return {**moment, **READING, "iv": 20.0, "pcr": 1.0, **values}


def make_changes(**values: float) -> dict[str, Any]:
    names = ("net_gex_change", "flip_change_pct", "price_change_pct", "iv_change", "pcr_change")
    return {**dict.fromkeys(names, 0.0), **values}


def test_the_old_module_name_gives_the_same_class() -> None:
    assert intraday_tracking.IntradayTracker is IntradayTracker


def test_a_snapshot_is_kept_in_the_session() -> None:
    tracker = make_tracker()
    tracker.capture_snapshot("SPY", READING, {"implied_volatility": "0.25", "pcr_oi": 1.2})
    (snapshot,) = tracker.session["intraday_snapshots"]["SPY"]
    assert snapshot == {
        "timestamp": datetime.fromisoformat("2025-10-29T14:05:10"),
        "time_str": "14:05",
        **READING,
        "iv": 25.0,
        "pcr": 1.2,
    }
    assert tracker.get_snapshot_count("SPY") == 1


def test_capturing_assigns_the_session_key_anew() -> None:
    tracker = make_tracker({"QQQ": []})
    before = tracker.session["intraday_snapshots"]
    tracker.capture_snapshot("SPY", READING)
    assert tracker.session["intraday_snapshots"] is not before
    assert before == {"QQQ": []}


def test_unreadable_readings_count_as_zero() -> None:
    tracker = make_tracker()
    tracker.capture_snapshot("SPY", {"spot_price": "x", "net_gex": None, "flip_point": "498.5"}, {})
    snapshot = tracker.get_snapshots("SPY")[0]
    assert [snapshot[name] for name in ("spot_price", "net_gex", "flip_point", "iv", "pcr")] == [0, 0, 498.5, 0, 0]


def test_one_snapshot_per_minute_and_only_today() -> None:
    stored = {"SPY": [make_snapshot("10:00", "2025-10-28"), None, make_snapshot("11:00")], "QQQ": ["kept"]}
    tracker = make_tracker(stored)
    tracker.capture_snapshot("SPY", READING)
    tracker.capture_snapshot("SPY", {**READING, "net_gex": 7.0})
    assert [snapshot["time_str"] for snapshot in tracker.get_snapshots("SPY")] == ["11:00", "14:05"]
    assert tracker.session["intraday_snapshots"]["QQQ"] == ["kept"]


def test_the_same_minute_of_another_day_blocks_and_stays() -> None:
    yesterday = make_snapshot("14:05", "2025-10-28")
    tracker = make_tracker({"SPY": [yesterday]})
    tracker.capture_snapshot("SPY", READING)
    assert tracker.get_snapshots("SPY") == [yesterday]


def test_an_undated_snapshot_is_not_of_today() -> None:
    tracker = make_tracker({"SPY": [make_snapshot("10:00") | {"timestamp": "soon"}]})
    tracker.capture_snapshot("SPY", READING)
    assert tracker.get_snapshot_count("SPY") == 1


@pytest.mark.parametrize(("symbol", "left"), [("SPY", {"SPY": [], "QQQ": [1]}), (None, {}), ("", {})])
def test_clearing(symbol: str | None, left: dict[str, Any]) -> None:
    tracker = make_tracker({"SPY": [2], "QQQ": [1]})
    tracker.clear_snapshots(symbol)
    assert tracker.session["intraday_snapshots"] == left


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, -1.0),
        (True, 1.0),
        (" 6.5 ", 6.5),
        ("-2e9", -2e9),
        ("", -1.0),
        ("1,000", -1.0),
        ("5" + "0" * 49, 5e49),
        ("5" + "0" * 50, -1.0),
        (Decimal("5"), -1.0),
        (np.int64(5), -1.0),
        (np.float64(5), 5.0),
        ([5], -1.0),
        (10**400, -1.0),
        ("inf", math.inf),
    ],
)
def test_tolerant_numbers(value: Any, expected: float) -> None:
    assert safe_float(value, -1.0) == expected
    assert make_tracker()._safe_float(value, -1.0) == expected


def test_changes_run_from_first_to_last_readable_snapshot() -> None:
    first = make_snapshot("09:31", net_gex=-2e9, flip_point=-100.0, spot_price=400.0, iv=20.0, pcr=1.0)
    last = make_snapshot("15:00", net_gex="-1e9", flip_point=50.0, spot_price=410.0, iv=18.0, pcr=1.25)
    tracker = make_tracker({"SPY": [None, first, make_snapshot("12:00", net_gex=9e9), "x", last]})
    assert tracker.calculate_changes("SPY") == {
        "net_gex_change": 1e9,
        "net_gex_change_pct": 50.0,
        "flip_change": 150.0,
        "flip_change_pct": -150.0,
        "price_change": 10.0,
        "price_change_pct": 2.5,
        "iv_change": -2.0,
        "pcr_change": 0.25,
        "num_snapshots": 3,
        "first_time": "09:31",
        "latest_time": "15:00",
    }


def test_snapshots_without_fields_give_zeros_and_no_times() -> None:
    changes = changes_between([{}, {"spot_price": 5.0}])
    assert changes is not None
    assert (changes["price_change"], changes["price_change_pct"], changes["first_time"]) == (5.0, 0, "N/A")


@pytest.mark.parametrize("stored", [[], [make_snapshot()], [None, make_snapshot()]])
def test_fewer_than_two_snapshots_have_no_changes(stored: list[Any]) -> None:
    assert make_tracker({"SPY": stored}).calculate_changes("SPY") is None


@pytest.mark.parametrize(
    ("clock_time", "expected"),
    [
        ("09:25:00", False),
        ("09:25:01", True),
        ("09:34:59", True),
        ("09:35:00", False),
        ("10:04:59", True),
        ("12:30:00", False),
        ("15:04:59", True),
        ("15:40:00", False),
        ("15:49:59", True),
        ("16:00:00", False),
        ("00:00:00", False),
    ],
)
def test_key_times(clock_time: str, expected: bool) -> None:
    assert should_capture_snapshot(clock=StandingClock(f"2025-11-01T{clock_time}-04:00")) is expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"net_gex_change": 1e9}, [("NO_SIGNIFICANT_CHANGES", None)]),
        ({"net_gex_change": -1.5e9}, [("GEX_REGIME_SHIFT", ["1.50"]), ("DEALERS_SHORT_GAMMA", None)]),
        ({"net_gex_change": 1.5e9}, [("GEX_REGIME_SHIFT", ["1.50"]), ("DEALERS_LONG_GAMMA", None)]),
        ({"flip_change_pct": 1.0}, [("NO_SIGNIFICANT_CHANGES", None)]),
        ({"flip_change_pct": 1.26}, [("FLIP_RISING", ["1.3"])]),
        ({"flip_change_pct": -1.26}, [("FLIP_FALLING", ["1.3"])]),
        ({"price_change_pct": 0.1, "flip_change_pct": -0.1}, [("DIVERGENCE_PRICE_UP_FLIP_DOWN", None)]),
        ({"price_change_pct": -0.1, "flip_change_pct": 0.1}, [("DIVERGENCE_PRICE_DOWN_FLIP_UP", None)]),
        ({"iv_change": 5}, [("NO_SIGNIFICANT_CHANGES", None)]),
        ({"iv_change": 5.5}, [("IV_SPIKING", ["5.5"])]),
        ({"iv_change": -5.5}, [("IV_CRUSHING", ["5.5"])]),
        ({"pcr_change": 0.2}, [("NO_SIGNIFICANT_CHANGES", None)]),
        ({"pcr_change": 0.25}, [("PUT_BUYING", ["+0.25"])]),
        ({"pcr_change": -0.25}, [("CALL_BUYING", ["-0.25"])]),
        ({"net_gex_change": math.nan, "iv_change": math.nan}, [("NO_SIGNIFICANT_CHANGES", None)]),
    ],
)
def test_insights(changes: dict[str, float], expected: list[tuple[str, list[str] | None]]) -> None:
    found = intraday_insights(make_changes(**changes))
    assert [(insight["id"], insight.get("values")) for insight in found] == expected
    assert all(value in insight["text"] for insight in found for value in insight.get("values", []))


@pytest.mark.parametrize(
    ("last", "line"),
    [
        ({}, "SPY: IV stable"),
        ({"net_gex": 3e9, "flip_point": 508.0, "iv": 26.0}, "SPY: GEX up $2.00B, Flip up 2.0%, IV spiking +6.0"),
        ({"net_gex": -1e9, "flip_point": 488.0, "iv": 14.0}, "SPY: GEX down $2.00B, Flip down 2.0%, IV crushing -6.0"),
        ({"net_gex": 2e9, "iv": 25.0}, "SPY: IV stable"),
    ],
)
def test_the_day_in_one_line(last: dict[str, Any], line: str) -> None:
    tracker = make_tracker({"SPY": [make_snapshot(), make_snapshot("10:00", **last)]})
    assert get_intraday_summary("SPY", tracker=tracker) == line
    assert get_intraday_summary("QQQ", tracker=tracker).startswith("QQQ: No data")


def test_the_dashboard_shows_tiles_chart_and_insights() -> None:
    last = make_snapshot("10:00", net_gex=-0.25e9, flip_point=497.5, spot_price=505.0, iv=18.5)
    shown = intraday_dashboard("SPY", tracker=make_tracker({"SPY": [make_snapshot(), None, last]}))
    assert shown["metrics"] == [
        ["Net GEX Change", "$-1.25B", "-125.0%"],
        ["Flip Point Move", "$-0.50", "-0.10%"],
        ["Price Move", "$5.00", "+1.00%"],
        ["IV Change", "-1.5%", None],
    ]
    assert (shown["state"], shown["can_clear"], len(shown["chart"]["data"])) == ("READY", True, 4)
    assert shown["insights"][0]["id"] == "GEX_REGIME_SHIFT"


@pytest.mark.parametrize(
    ("stored", "state", "can_clear"),
    [
        ([], "TOO_FEW", False),
        ([make_snapshot()], "TOO_FEW", False),
        ([make_snapshot(), None], "NO_CHANGES", False),
        (5, "FAILED", True),
        (None, "FAILED", True),
    ],
)
def test_the_dashboard_without_enough_to_show(stored: Any, state: str, can_clear: bool) -> None:
    shown = intraday_dashboard("SPY", tracker=make_tracker({"SPY": stored}))
    assert (shown["state"], shown["metrics"], shown["chart"], shown["can_clear"]) == (state, [], None, can_clear)


def test_the_widget_counts_and_hints() -> None:
    tracker = make_tracker({"SPY": [make_snapshot()]}, at="2025-10-29T10:01:00-04:00")
    assert snapshot_widget("SPY", tracker=tracker) == {"count": 1, "key_time_hint": True}


def test_the_chart_is_a_valid_figure_of_three_panels() -> None:
    rows = [make_snapshot("09:31", net_gex=0.0), None, make_snapshot("10:00", net_gex=2.5e9), {"iv": "x"}]
    chart = create_intraday_charts(rows)
    figure = go.Figure(chart)
    price, flip, bars, volatility = figure.data
    assert [trace.name for trace in figure.data] == ["Spot Price", "Flip Point", "Net GEX", "IV"]
    assert all(list(trace.x) == ["09:31", "10:00", "N/A"] for trace in figure.data)
    assert (list(bars.y), list(bars.marker.color), bars.opacity) == ([0.0, 2.5, 0.0], ["red", "green", "red"], 0.7)
    assert (price.line.color, flip.line.color, flip.line.dash) == ("white", "orange", "dash")
    assert (volatility.fill, list(volatility.y)) == ("tozeroy", [20.0, 20.0, 0.0])
    domains = [figure.layout[axis].domain for axis in ("yaxis", "yaxis2", "yaxis3")]
    assert [round(high - low, 3) for low, high in domains] == [0.36, 0.27, 0.27]
    assert (domains[0][1], domains[2][0], figure.layout.height) == (1, pytest.approx(0, abs=1e-9), 800)
    assert (figure.layout.xaxis2.matches, figure.layout.xaxis3.matches) == ("x", "x")


numbers = st.one_of(st.none(), st.floats(), st.integers(), st.text("0123456789.e-naif ", max_size=60), st.booleans())


@given(st.dictionaries(st.sampled_from(list(READING)), numbers), st.dictionaries(st.sampled_from(["pcr_oi"]), numbers))
def test_any_reading_gives_a_snapshot_of_floats(gex: dict[str, Any], skew: dict[str, Any]) -> None:
    tracker = make_tracker()
    tracker.capture_snapshot("SPY", gex, skew)
    (snapshot,) = tracker.get_snapshots("SPY")
    assert all(type(snapshot[name]) is float for name in (*READING, "iv", "pcr"))


@given(st.floats(-1e12, 1e12), st.floats(-1e12, 1e12))
def test_net_gex_rises_and_its_percentage_agrees_in_sign(first: float, last: float) -> None:
    changes = changes_between([{"net_gex": first}, {"net_gex": last}])
    assert changes is not None
    assert changes["net_gex_change"] == last - first
    assert first == 0 or (changes["net_gex_change_pct"] >= 0) == (last >= first)
