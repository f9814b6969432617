"""The three views show the engine's numbers to the displayed digit, with every strategy."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from apps.gamma import views_of_week
from apps.gamma.words import TONES
from apps.gex.scale import scale_for
from apps.market.tracking import week_gamma
from tests.gamma.conftest import Seen
from tests.moments import OPEN_MARKET

LATER = OPEN_MARKET + timedelta(seconds=2)


@pytest.fixture
def engine(seen: Seen) -> Iterator[dict[str, Any]]:
    """The engine's answer for SPX on a Wednesday, with the clock standing there."""
    seen("SPX", OPEN_MARKET)
    with time_machine.travel(LATER, tick=False):
        yield week_gamma.intelligence("SPX", LATER).intelligence


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).replace("&#x27;", "'").replace("&quot;", '"')


def block(client: Client, key: str) -> str:
    return text_of(client.get(f"/gamma/SPX/{key}/").content.decode())


def test_the_daily_impact_is_the_engines(trader_client: Client, engine: dict[str, Any]) -> None:
    view = engine["daily_impact"]
    scale = scale_for([view["today_total_gamma"]])
    shown = block(trader_client, "daily")
    divisor = {"bn": 1e9, "mn": 1e6}[scale.unit]
    for usd in (view["today_total_gamma"], view["tomorrow_total_gamma"], view["expiring_today"]):
        assert f"{usd / divisor:,.{scale.digits}f}" in shown
    assert f"{view['impact_pct']:.0f} %" in shown
    assert view["risk_level"] in shown
    for limit in view["adjusted_thresholds"].values():
        assert f"{limit:g} %" in shown


def test_the_weekly_evolution_is_the_engines(trader_client: Client, engine: dict[str, Any]) -> None:
    view = engine["weekly_evolution"]
    scale = scale_for([view["monday_baseline"]])
    shown = block(trader_client, "weekly")
    assert scale.size(view["monday_baseline"]) in shown
    assert scale.size(view["friday_end"]) in shown
    assert f"{view['total_decay_pct']:.0f} %" in shown
    assert view["decay_pattern"].lower().replace("_", " ") in shown
    for day in view["daily_breakdown"]:
        assert f"{day['pct_of_week']:.0f} %" in shown
        assert scale.size(day["cumulative_gamma"]) in shown
    assert shown.count(" today ") == 1


def test_the_volatility_potential_is_the_engines(trader_client: Client, engine: dict[str, Any]) -> None:
    view = engine["volatility_potential"]
    shown = block(trader_client, "volatility")
    assert view["highest_risk_day"]["day_name"] in shown
    for day in view["by_day"]:
        assert re.search(rf"{day['day']} .*?{day['vol_pct']:.0f} % {day['risk_level']}", shown), day


@pytest.mark.parametrize(
    ("key", "name"),
    [("daily", "daily_impact"), ("weekly", "weekly_evolution"), ("volatility", "volatility_potential")],
)
def test_every_strategy_is_there_with_all_it_says(
    trader_client: Client, engine: dict[str, Any], key: str, name: str
) -> None:
    found = engine[name]["strategies"]
    strategies = list(found.values()) if isinstance(found, dict) else found
    assert strategies
    shown = block(trader_client, key)
    for strategy in strategies:
        for field, text in strategy.items():
            if field != "priority" and text != "N/A":
                assert str(text) in shown, (strategy["name"], field)


def test_each_level_of_the_engine_has_a_tone() -> None:
    assert set(TONES) == {"MINIMAL", "MODERATE", "ELEVATED", "EXTREME", "LOW", "HIGH"}
    assert TONES["EXTREME"] == "loss"


def test_the_tracker_and_the_play_of_the_day_are_there(trader_client: Client, engine: dict[str, Any]) -> None:
    tracker = block(trader_client, "zero-dte")
    assert "Wednesday 10:30 Central, 11:30 New York" in tracker
    assert "Expiration day" in tracker
    assert "turning, now" in tracker
    play = block(trader_client, "playbook")
    assert "0DTE short iron fly" in play
    assert re.search(r"Sell \$[\d.]+ call, Sell \$[\d.]+ put, Buy", play)


def test_the_views_stay_on_every_render(trader_client: Client, engine: dict[str, Any]) -> None:
    pages = {text_of(trader_client.get("/gamma/SPX/").content.decode()).count("Volatility potential") for _ in range(3)}
    assert pages == {1}


def test_an_unlisted_symbol_gets_the_views_of_its_own_chain(trader_client: Client, seen: Seen) -> None:
    seen("AAPL", OPEN_MARKET)
    with time_machine.travel(LATER, tick=False):
        page = text_of(trader_client.get("/gamma/AAPL/").content.decode())
    assert "AAPL is not among them" in page
    assert "Weekly evolution" in page


def test_before_the_first_levels_each_block_says_what_it_waits_for(trader_client: Client) -> None:
    page = text_of(trader_client.get("/gamma/SPY/").content.decode())
    assert page.count("No gamma of this week yet") == 4
    assert "No outcome yet" in page
    assert "This part failed" not in page


def test_weekly_percentages_of_the_view_come_out_for_a_moment_without_today(seen: Seen) -> None:
    saturday = datetime.fromisoformat("2026-11-21T11:00:00-05:00")
    seen("SPX", saturday)
    view = views_of_week.daily("SPX", saturday)
    assert view.day == "Mon 23 Nov"
