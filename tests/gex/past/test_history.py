"""The history tab and its files: the stored sessions, in a chart, in a table and to take along."""

import csv
import json
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from io import StringIO

import numpy as np
import plotly.graph_objects as go
import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from apps.gex.past import history
from apps.market.blocks import NotReadyError
from apps.market.models import DayFigures
from legacy_engines.gex.charts.history import history_chart
from tests.moments import OPEN_MARKET

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
    theirs = {trace["name"]: trace for trace in history_chart(gamma, skew, "SPX")["data"]}
    for name, old in (
        ("flip", "Flip Point"),
        ("net", "Net GEX"),
        ("IV", "Implied Vol"),
        ("put/call", "Put/Call Ratio"),
    ):
        np.testing.assert_allclose(ours[name]["y"], theirs[old]["y"], rtol=1e-5)
        assert [f"{day}T00:00:00" for day in ours[name]["x"]] == list(theirs[old]["x"])


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
    assert ", so far" in page
    assert 'href="/gex/SPX/history.csv"' in page
    assert "Simulated" in page


def test_csv_and_json_hold_the_same_days_with_their_source(trader_client: Client, days: list[DayFigures]) -> None:
    as_csv = trader_client.get("/gex/SPX/history.csv?days=30")
    assert as_csv["Content-Disposition"] == 'attachment; filename="SPX_history_2026-11-18.csv"'
    rows = list(csv.DictReader(StringIO(as_csv.content.decode())))
    found = json.loads(trader_client.get("/gex/SPX/history.json?days=30").content)["days"]
    assert len(rows) == len(found) == 30
    for row, day in zip(rows, found, strict=True):
        assert (row["day"], row["source"], float(row["close"])) == (day["day"], "simulated", day["close"])
        assert float(row["net_gex"]) == day["net_gex"]


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


def test_an_empty_history_says_how_it_fills(db: None) -> None:
    with pytest.raises(NotReadyError, match=r"manage\.py backfill SPX"):
        history.build("SPX", OPEN_MARKET)


def test_days_of_another_source_are_not_mixed_in(days: list[DayFigures], db: None) -> None:
    DayFigures.objects.filter(day=TODAY - timedelta(days=5)).update(source="cboe")
    assert len(history.days_of("SPX", at=OPEN_MARKET, days=30)) == 29
