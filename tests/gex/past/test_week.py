"""The last days beside SPY and by the hour: the engine's figures to the shown digit, unknown ones in words."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import plotly.graph_objects as go
import pytest
import time_machine
from django.test import Client
from pytest_django.fixtures import Settings

from apps.gex.past import hours, week
from apps.market import configured
from apps.market.blocks import NotReadyError
from apps.market.models import GammaDailySummary, SpyCorrelation
from apps.market.tracking import gamma_history, stores, weekly_view
from legacy_engines.gamma.tracking_view import weekly_tracking_view
from tests.gex.past.reading import text_of
from tests.market.tracking.material import ny, store
from tests.moments import OPEN_MARKET

THIN = "\u202f"
EVENING = ny("2026-11-18 17:00")
DAYS = ("2026-11-16", "2026-11-17", "2026-11-18")


@pytest.fixture(autouse=True)
def _standing(settings: Settings) -> Iterator[None]:
    settings.WATCHLIST = ["SPY", "QQQ"]
    settings.DATA_SOURCE = "simulated"
    configured.configured.cache_clear()
    with time_machine.travel(EVENING, tick=False):
        yield


@pytest.fixture
def recorded(db: None) -> None:
    """Three sessions of SPY and QQQ as the desk records them: gamma triples through each, prices go apart."""
    for place, day in enumerate(DAYS):
        for symbol, slope in (("SPY", 1.0), ("QQQ", -0.5)):
            for step, time in enumerate(("09:31", "12:02", "15:47", "15:59")):
                net, spot = (step + 1) * 1e9 + place * 1e8, 100.0 + slope * step
                store(symbol, ny(f"{day} {time}"), net_gex=net, spot=spot, flip_point=98.5 + place - step * 0.5)
        for slot in ("09:30", "12:00", "15:45"):
            gamma_history.capture(ny(f"{day} {slot}"), ny(f"{day} {slot}") + timedelta(minutes=14))
        gamma_history.close_day(ny(f"{day} 16:20"), ny(f"{day} 16:45"))


def percent(value: float, digits: int = 2) -> str:
    sign = "−" if value < 0 else "+"
    return f"{sign}{abs(value):,.{digits}f}{THIN}%"


@pytest.mark.usefixtures("recorded")
def test_the_week_shows_the_engines_table_tiles_and_insights(trader_client: Client) -> None:
    page = trader_client.get("/gex/QQQ/week/").content.decode()
    words = text_of(page)
    engine = weekly_tracking_view("QQQ", stores.gamma_tracking(EVENING))
    tiles = [(label, text) for label, text in engine["metrics"] if "SPY" not in label]
    assert len(tiles) == 4
    for label, text in tiles:
        assert f"{label} {text.replace('-', '−')}" in words
    assert [one["id"] for one in engine["insights"]] == ["GEX_UP_3D", "FLIP_DOWN_3D"]
    for one in engine["insights"]:
        assert one["text"] in words
    rows = engine["tables"][0].to_dict("records")
    assert [row["Date"] for row in rows] == list(reversed(DAYS))
    for row, name in zip(rows, ("Wed 18 Nov", "Tue 17 Nov", "Mon 16 Nov"), strict=True):
        gex, flip = percent(row["GEX Change %"], 1), percent(row["Flip Change %"])
        shown = [name, gex, flip, percent(row["Price Change %"]), f"{row['Avg IV'] * 100:.1f} %", str(row["Snapshots"])]
        assert " ".join(shown).replace(THIN, " ") in words.replace(THIN, " ")
    assert 'data-kind="simulated"' in page


@pytest.mark.usefixtures("recorded")
def test_the_likeness_to_spy_has_its_strength_and_days(trader_client: Client) -> None:
    engine = weekly_tracking_view("QQQ", stores.gamma_tracking(EVENING))
    found = week.likeness("QQQ", EVENING)
    assert (found.score, found.strength) == (dict(engine["metrics"])["QQQ - SPY Correlation"], engine["spy_strength"])
    assert (found.score, found.strength) == ("0.50", "Moderate")  # gamma went along, prices did not
    words = text_of(trader_client.get("/gex/QQQ/week/").content.decode())
    assert "QQQ - SPY correlation 0.50 Strength Moderate" in words
    for row, day in zip(engine["tables"][1].to_dict("records"), found.days, strict=True):
        assert (day.spy_price, day.price) == (percent(row["SPY Price %"]), percent(row["QQQ Price %"]))
        assert (day.spy_gex, day.gex) == (percent(row["SPY GEX %"], 1), percent(row["QQQ GEX %"], 1))
        assert day.score == f"{row['Correlation']:+.2f}"


@pytest.mark.usefixtures("recorded")
def test_a_symbol_that_goes_against_spy_has_a_minus_before_its_score() -> None:
    SpyCorrelation.objects.update(correlation_score=-0.5)
    found = week.likeness("QQQ", EVENING)
    assert (found.score, found.strength, found.days[0].score) == ("−0.50", "Moderate", "−0.50")


def test_spy_is_not_compared_with_itself(trader_client: Client, db: None) -> None:
    with pytest.raises(NotReadyError, match="Choose another symbol"):
        week.likeness("SPY", EVENING)
    assert "SPY is the measure" in trader_client.get("/gex/SPY/week/").content.decode()


@pytest.mark.usefixtures("recorded")
def test_flips_nobody_knows_are_said_to_be_unknown() -> None:
    GammaDailySummary.objects.filter(symbol="QQQ", date=DAYS[0]).update(flip_change_pct=None)
    tile = next(one for one in week.week("QQQ", EVENING).tiles if one.label == "Avg Flip Move")
    assert tile.context == "known on 2 of 3 days"


@pytest.mark.usefixtures("recorded")
def test_a_mean_of_nothing_is_unknown_and_no_zero() -> None:
    GammaDailySummary.objects.filter(symbol="QQQ").update(flip_change_pct=None, gex_change_pct=None, avg_iv=None)
    found = week.week("QQQ", EVENING)
    tiles = {one.label: (one.value, one.context) for one in found.tiles}
    assert tiles["Avg Flip Move"] == tiles["Week GEX Trend"] == ("unknown", "known on none of the days")
    assert (found.days[0].flip, found.days[0].volatility) == ("unknown", "unknown")


@pytest.mark.usefixtures("recorded")
def test_gamma_by_the_hour_is_the_engines_pattern(trader_client: Client) -> None:
    pattern: dict[str, Any] = weekly_view.week("QQQ", at=EVENING)["pattern"]
    found = hours.build("QQQ", EVENING)
    assert found.basis == f"{pattern['days_analyzed']} days, {pattern['total_snapshots']} records"
    assert [row["hour"] for row in pattern["hourly_patterns"]] == [9, 12, 15, 16]
    for row, shown in zip(pattern["hourly_patterns"], found.hours, strict=True):
        assert shown.hour == f"{row['hour']:02d}:00"
        assert shown.net == f"+{row['net_gex_mean'] / 1e9:.2f}{THIN}bn"
        assert shown.net_spread == f"± {row['net_gex_std'] / 1e6:.2f}{THIN}mn"
        assert shown.distance == percent(row["distance_to_flip_pct_mean"])
        assert shown.records == str(row["spot_price_count"])
    assert found.at_open == f"+{pattern['open_avg_gex'] / 1e9:.2f}{THIN}bn"
    assert found.at_close == f"+{pattern['close_avg_gex'] / 1e9:.2f}{THIN}bn"
    page = trader_client.get("/gex/QQQ/week/").content.decode()
    assert "This part failed" not in page
    assert f"{found.hours[0].net}" in page


@pytest.mark.usefixtures("recorded")
def test_the_chart_of_the_hours_has_each_quarter() -> None:
    buckets = weekly_view.week("QQQ", at=EVENING)["pattern"]["time_buckets"]
    figure = json.loads(hours.build("QQQ", EVENING).figure)
    go.Figure(figure)
    net, distance = figure["data"]
    assert net["x"] == distance["x"] == ["09:30", "12:00", "15:45", "16:00"]
    assert net["y"] == pytest.approx([row["net_gex_mean"] / 1e9 for row in buckets], rel=1e-5)
    assert distance["y"] == pytest.approx([row["distance_to_flip_pct_mean"] for row in buckets], rel=1e-5)


def test_an_hour_without_records_is_unknown_and_one_record_has_no_spread(db: None) -> None:
    store("QQQ", ny("2026-11-18 12:02"), flip_point=None)
    gamma_history.capture(ny("2026-11-18 12:00"), ny("2026-11-18 12:40"))
    found = hours.build("QQQ", EVENING)
    assert (found.at_open, found.at_close, found.basis) == ("unknown", "unknown", "1 day, 1 record")
    assert (found.hours[0].net_spread, found.hours[0].distance) == ("one record", "no flip")
    assert [trace["name"] for trace in json.loads(found.figure)["data"]] == ["net"]


@pytest.mark.usefixtures("recorded")
def test_another_record_is_seen_at_once() -> None:
    assert hours.build("QQQ", EVENING).basis == "3 days, 12 records"
    figures = {"spot_price": 100.0, "net_gex": 1e9, "flip_point": 98.5}
    stores.gamma_tracking(ny("2026-11-18 13:00")).store_gamma_snapshot("QQQ", figures)
    assert hours.build("QQQ", EVENING).basis == "3 days, 13 records"


def test_before_the_first_close_the_week_says_when_it_begins(trader_client: Client, db: None) -> None:
    page = text_of(trader_client.get("/gex/QQQ/week/").content.decode())
    assert "The first line comes with the first close it sees." in page
    assert "Each close the desk sees of both adds one." in page
    assert "the first record begins it." in page
    assert "This part failed" not in page


def test_records_of_another_source_are_not_shown(db: None) -> None:
    GammaDailySummary.objects.create(source="cboe", symbol="QQQ", date=OPEN_MARKET.date(), gex_change_pct=1.0)
    with pytest.raises(NotReadyError):
        week.week("QQQ", EVENING)
