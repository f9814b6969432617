"""The week as a page and the API read it: plain JSON, whose numbers, and nothing of another source."""

import json
from datetime import timedelta
from statistics import mean, stdev

import pytest
from pytest_django.fixtures import Settings

from apps.market import configured, tracking
from apps.market.models import GammaDailySummary
from apps.market.tracking import gamma_history
from tests.market.tracking.material import ny, store, week_of_gamma
from tests.moments import OPEN_MARKET

pytestmark = pytest.mark.usefixtures("db", "_simulated")


@pytest.fixture
def _simulated(settings: Settings) -> None:
    settings.WATCHLIST = ["SPY", "QQQ"]
    settings.DATA_SOURCE = "simulated"
    configured.configured.cache_clear()


def test_before_the_first_record_there_is_no_data() -> None:
    week = tracking.week("SPY", at=OPEN_MARKET)
    assert week == {
        "symbol": "SPY", "source": "simulated", "truth": "", "label": "", "state": "NO_DATA", "metrics": [],
        "spy_strength": None, "insights": [], "days": [], "spy": [], "pattern": {},
    }  # fmt: skip


def test_three_recorded_days_make_a_week() -> None:
    cells = week_of_gamma(OPEN_MARKET.date(), [1e9])
    for place, day in enumerate(("2026-11-16", "2026-11-17", "2026-11-18")):
        for symbol in ("SPY", "QQQ"):
            for time, net in (("09:31", 1e9), ("12:02", 2e9), ("15:59", 3e9 + place)):
                store(symbol, ny(f"{day} {time}"), cells, net_gex=net, spot=100.0 + place)
        for slot in ("09:30", "12:00"):
            gamma_history.capture(ny(f"{day} {slot}"), ny(f"{day} {slot}") + timedelta(minutes=14))
        gamma_history.close_day(ny(f"{day} 16:20"), ny(f"{day} 16:45"))
    GammaDailySummary.objects.create(source="cboe", symbol="QQQ", date="2026-11-15", gex_change_pct=999.0)
    week = tracking.week("QQQ", at=ny("2026-11-18 16:30"))
    assert (week["state"], week["truth"], week["label"]) == ("TABLE", "simulated", "Simulated")
    assert dict(week["metrics"])["Week GEX Trend"] == "+600.0%"
    assert [insight["id"] for insight in week["insights"]] == ["GEX_UP_3D"]
    assert [row["date"] for row in week["days"]] == ["2026-11-18", "2026-11-17", "2026-11-16"]
    assert (week["days"][0]["snapshots_count"], week["days"][0]["gex_change_pct"]) == (3, pytest.approx(200.0))
    # Prices stood still, which the engine counts as a mismatch (gamma Q15).
    assert ([row["correlation_score"] for row in week["spy"]], week["spy_strength"]) == ([0.5] * 3, "Moderate")
    pattern = week["pattern"]
    assert (pattern["open_avg_gex"], pattern["days_analyzed"], pattern["total_snapshots"]) == (1e9, 3, 9)
    away = [(98.5 - spot) / spot * 100 for spot in (100.0, 101.0, 102.0)]
    assert pattern["hourly_patterns"][1] == {
        "hour": 12, "net_gex_mean": 2e9, "net_gex_std": 0.0, "spot_price_count": 3,
        "distance_to_flip_pct_mean": pytest.approx(mean(away)), "distance_to_flip_pct_std": pytest.approx(stdev(away)),
    }  # fmt: skip
    assert pattern["time_buckets"][0]["minute_bucket"] == 30
    assert json.loads(json.dumps(week, allow_nan=False)) == week
    assert tracking.week("SPY", at=ny("2026-11-18 16:30"))["spy_strength"] is None
