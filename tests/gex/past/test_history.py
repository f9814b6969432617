"""The history tab and its files: the stored sessions, in a chart, in a table and to take along."""

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from apps.gex.past import history
from apps.market.blocks import NotReadyError
from apps.market.chain import Chain, Origin
from apps.market.feed import store_observation
from apps.market.models import DayFigures
from legacy_engines.gex.charts.history import SIGNALS, history_chart
from tests.gex.past.reading import text_of
from tests.moments import OPEN_MARKET

THIN = "\u202f"

TODAY = OPEN_MARKET.date()


@pytest.fixture
def standing() -> Iterator[None]:
    with time_machine.travel(OPEN_MARKET, tick=False):
        yield


@pytest.fixture
def days(db: None, standing: None) -> list[DayFigures]:
    """A year of sessions, rising; the oldest without volatility."""
    rows = [
        DayFigures(
            symbol="SPX",
            day=TODAY - timedelta(days=back),
            source="simulated",
            truth="simulated",
            label="Simulated",
            close=Decimal("6000") - back,
            net_gex=(-1) ** back * (1 + back) * 1e9,
            flip_point=5900.0 - back,
            call_wall=6100.0,
            put_wall=5800.0,
            implied_volatility=None if back > 300 else 0.15 + back / 10_000,
            put_call_ratio=0.6 + back / 400,
            is_final=back > 0,
            updated_at=OPEN_MARKET,
        )
        for back in range(360)
    ]
    return DayFigures.objects.bulk_create(rows)


def test_the_chart_has_the_points_of_the_old_one(days: list[DayFigures]) -> None:
    shown = history.days_of("SPX", at=OPEN_MARKET, days=30)
    ours = {trace["name"]: trace for trace in history.figure_of(shown)["data"]}  # type: ignore[attr-defined]
    gamma = [
        {
            "collection_date": one.day.isoformat(),
            "gex_flip_price": one.flip_point,
            "skew_adjusted_gex": one.net_gex,
            "spot_price": one.close,
        }
        for one in shown
    ]
    skew = [
        {
            "collection_date": one.day.isoformat(),
            "implied_volatility": one.implied_volatility,
            "pcr_oi": one.put_call_ratio,
        }
        for one in shown
    ]
    old_chart = history_chart(gamma, skew, "SPX")
    theirs = {trace["name"]: trace for trace in old_chart["data"]}
    for name, old in (
        ("flip", "Flip Point"),
        ("net", "Net GEX"),
        ("IV", "Implied Vol"),
        ("put/call", "Put/Call Ratio"),
    ):
        np.testing.assert_allclose(ours[name]["y"], theirs[old]["y"], rtol=1e-5)
        assert [f"{day}T00:00:00" for day in ours[name]["x"]] == list(theirs[old]["x"])


def test_the_chart_has_the_lines_zones_and_trend_of_the_old_one(days: list[DayFigures]) -> None:
    shown = history.days_of("SPX", at=OPEN_MARKET, days=30)
    layout: dict[str, Any] = history.figure_of(shown)["layout"]  # type: ignore[assignment]
    words = [note["text"] for note in layout["annotations"]]
    mean = np.mean([one.implied_volatility for one in shown if one.implied_volatility is not None]) * 100
    for text in (
        "newest 6,000.00",
        f"Implied volatility, mean {mean:.1f}{THIN}% dotted",
        "bullish",
        "neutral",
        "bearish",
    ):
        assert text in words
    zones = [(shape["y0"], shape["y1"]) for shape in layout["shapes"] if shape["type"] == "rect"]
    assert [zones[0][1], zones[1][0]] == [0.7, 1.3]
    assert next(shape["y0"] for shape in layout["shapes"] if shape.get("yref") == "y4" and shape["type"] == "line") == 1
    low, high = layout["yaxis4"]["range"]
    assert (low, high) == (pytest.approx(0.54), pytest.approx(1.43))


def test_the_signals_are_the_engines(trader_client: Client, days: list[DayFigures]) -> None:
    page = text_of(trader_client.get("/gex/SPX/history/").content.decode())
    lines = SIGNALS.split("<br>")[1:]
    assert len(lines) == 6
    for line in lines:
        assert line in page


def test_a_flip_that_stayed_is_neither_rising_nor_falling(days: list[DayFigures]) -> None:
    DayFigures.objects.update(flip_point=5900.0)
    assert history.build("SPX", OPEN_MARKET).spans[0].trend == f"Flip unchanged, 0.0{THIN}%"


def test_what_nobody_knows_of_a_day_is_said_so(days: list[DayFigures]) -> None:
    DayFigures.objects.filter(day=TODAY).update(snapshots=5, flip_point=None, call_wall=None, put_wall=None)
    unknown = {"flip_point": None, "call_wall": None, "put_wall": None, "implied_volatility": None, "net_gex": None}
    DayFigures.objects.filter(day=TODAY - timedelta(days=1)).update(**unknown, put_call_ratio=None, close=None)
    seen, fetched = history.build("SPX", OPEN_MARKET).rows[:2]
    assert (seen.flip, seen.walls) == ("none", "none")
    texts = (fetched.close, fetched.net, fetched.flip, fetched.walls, fetched.volatility, fetched.put_call)
    assert set(texts) == {"unknown"}


def test_a_recorded_chain_has_the_history_up_to_its_day(db: None, standing: None, spx_chain: Chain) -> None:
    then = OPEN_MARKET - timedelta(days=1100)
    origin = Origin(source="replay", kind="recorded", label="Recorded")
    store_observation(replace(spx_chain, as_of=then, origin=origin), received_at=OPEN_MARKET)
    DayFigures.objects.all().delete()
    DayFigures.objects.create(
        symbol="SPX", day=then.date(), source="replay", truth="recorded", label="Recorded", updated_at=OPEN_MARKET
    )
    found = history.build("SPX", OPEN_MARKET)
    assert (found.count, found.badge["kind"]) == (1, "replay")


def test_the_badge_says_how_many_days_the_desk_saw_itself(days: list[DayFigures]) -> None:
    DayFigures.objects.filter(day__gt=TODAY - timedelta(days=7)).update(snapshots=300)
    badge = history.build("SPX", OPEN_MARKET).badge
    assert (badge["kind"], badge["text"]) == ("simulated", "Simulated 18 Nov")
    assert "7 of 360 sessions seen by this desk" in badge["origin"]


def test_plotly_takes_each_span_and_they_are_a_month_a_quarter_and_a_year(days: list[DayFigures]) -> None:
    spans = history.build("SPX", OPEN_MARKET).spans
    assert [(span.label, span.sessions) for span in spans] == [
        ("Month", "30 sessions"),
        ("Quarter", "90 sessions"),
        ("Year", "360 sessions"),
    ]
    for span in spans:
        go.Figure(json.loads(span.figure))
    assert spans[0].trend == f"Flip rising, +{(5900 / 5871 - 1) * 100:.1f}\u202f%"


def test_the_page_shows_the_newest_sessions_and_the_files(trader_client: Client, days: list[DayFigures]) -> None:
    page = trader_client.get("/gex/SPX/history/").content.decode()
    assert "6,000.00" in page
    assert "5,900.00" in page
    assert page.count(", so far") == 1
    assert 'href="/gex/SPX/history.csv?days=365"' in page
    assert "Simulated" in page


def test_csv_and_json_hold_the_same_days_with_their_source(trader_client: Client, days: list[DayFigures]) -> None:
    as_csv = trader_client.get("/gex/SPX/history.csv?days=30")
    assert as_csv["Content-Disposition"] == 'attachment; filename="SPX_history_2026-11-18_30d.csv"'
    rows = list(csv.DictReader(StringIO(as_csv.content.decode())))
    found = json.loads(trader_client.get("/gex/SPX/history.json?days=30").content)["days"]
    assert len(rows) == len(found) == 30
    for row, day in zip(rows, found, strict=True):
        assert (row["day"], row["source"], float(row["close"])) == (day["day"], "simulated", day["close"])
        assert float(row["net_gex"]) == day["net_gex"]


def test_without_a_span_the_files_hold_the_old_thirty_days(trader_client: Client, days: list[DayFigures]) -> None:
    found = json.loads(trader_client.get("/gex/SPX/history.json").content)["days"]
    assert (len(found), found[-1]["day"]) == (30, TODAY.isoformat())
    assert (found[0]["put_wall"], found[0]["call_wall"], found[0]["truth"]) == (5800.0, 6100.0, "simulated")


def test_an_empty_file_still_names_its_columns(trader_client: Client) -> None:
    lines = trader_client.get("/gex/SPX/history.csv").content.decode().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("day,source,truth,label,")


@pytest.mark.parametrize(("query", "status"), [("?days=0", 400), ("?days=x", 400), ("?days=99999", 400), ("", 200)])
def test_a_span_that_is_none_is_refused_with_a_word(trader_client: Client, query: str, status: int) -> None:
    answer = trader_client.get(f"/gex/SPX/history.csv{query}")
    assert answer.status_code == status
    if status == 400:
        assert "days must be a number from 1" in answer.content.decode()


def test_other_forms_are_not_found_and_strangers_are_sent_to_the_login(client: Client, trader: User) -> None:
    assert client.get("/gex/SPX/history.csv").status_code == 302
    client.force_login(trader)
    assert client.get("/gex/SPX/history.xls").status_code == 404


def test_an_empty_history_says_how_it_fills(trader_client: Client) -> None:
    with pytest.raises(NotReadyError, match=r"manage\.py backfill SPX --days 90"):
        history.build("SPX", OPEN_MARKET)
    assert "manage.py backfill SPX --days 90" in trader_client.get("/gex/SPX/history/").content.decode()


def test_days_of_another_source_are_not_mixed_in(days: list[DayFigures], db: None) -> None:
    DayFigures.objects.filter(day=TODAY - timedelta(days=5)).update(source="cboe")
    assert len(history.days_of("SPX", at=OPEN_MARKET, days=30)) == 29


@pytest.mark.usefixtures("days")
def test_under_a_few_days_only_those_days_are_named() -> None:
    few = history.days_of("SPX", at=OPEN_MARKET, days=3)
    dates = [one.day.isoformat() for one in few]
    layout: Any = history.figure_of(few)["layout"]
    assert layout["xaxis"]["tickvals"] == dates
    many: Any = history.figure_of(history.days_of("SPX", at=OPEN_MARKET, days=90))["layout"]
    assert "tickvals" not in many["xaxis"]
