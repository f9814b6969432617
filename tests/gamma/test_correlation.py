"""What the gamma that went led to: the desk's own log, as the engine's report has it."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from apps.market.models import GammaCorrelation
from apps.market.tracking import correlation
from tests.moments import OPEN_MARKET

LATER = OPEN_MARKET + timedelta(seconds=2)


@pytest.fixture
def outcomes(db: None) -> list[GammaCorrelation]:
    """Twelve filled predictions: the more gamma went, the further price moved."""
    rows = []
    for place in range(12):
        day = OPEN_MARKET.date() - timedelta(days=place + 1)
        decay = 5.0 + 5 * place
        rows.append(
            GammaCorrelation(
                source="simulated",
                timestamp=day,
                symbol="SPX",
                day_of_week=f"{day:%A}",
                gamma_decay_pct=decay,
                weekly_decay_pct=50.0,
                risk_level="EXTREME" if decay >= 30 else "MODERATE",
                vix=18.0,
                next_day_open=6000.0,
                actual_price_move_pct=0.1 * (place + 1) * (-1) ** place,
                actual_intraday_range_pct=0.2 * (place + 1),
                actual_realized_vol=0.1 * (place + 1),
                filled=True,
            )
        )
    return GammaCorrelation.objects.bulk_create(rows)


@pytest.mark.usefixtures("outcomes")
def test_the_report_shows_each_outcome_and_the_correlations(trader_client: Client) -> None:
    with time_machine.travel(LATER, tick=False):
        page = trader_client.get("/gamma/SPX/correlation/").content.decode()
        figures = correlation.report("SPX", 30, at=LATER)["figures"]
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert figures["corr_decay_vs_abs_move"] == "1.000"  # both rise by equal steps
    assert f"Decay and move {figures['corr_decay_vs_abs_move']}" in text
    assert f"Decay and range {figures['corr_decay_vs_range']}" in text
    assert "12 outcomes" in text
    assert "2026-11-17 Moderate 5 % +0.10 % 0.20 %" in text
    assert "told wild sessions from calm ones best" in text


def test_without_an_outcome_it_says_when_the_first_comes(trader_client: Client, db: None) -> None:
    page = trader_client.get("/gamma/SPX/correlation/").content.decode()
    assert "The first line comes after two sessions." in page
