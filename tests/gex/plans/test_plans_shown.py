"""The Plans tab says everything the engine's Markdown says, with the engine's figures."""

import re
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from alphagex import clock
from apps.gex.plans.block import build
from apps.market.models import Snapshot
from legacy_engines.plans.daily_markdown import edge_of
from tests.gex.plans.reading import PERIODS, bare, leaves, markdown_of, panel, plan_of, text_of

pytestmark = pytest.mark.usefixtures("seconds_later")
BILLION = 1e9
# Said above as figures, in the desk's own form.
AS_FIGURES = {"current_price", "net_gex", "gamma_flip", "flip_point", "call_wall", "put_wall", "expected_range"}


@pytest.fixture
def page(trader_client: Client, snapshot: Snapshot) -> str:
    return trader_client.get("/gex/SPX/plans/").content.decode()


def stated_in_words(plan: dict[str, Any]) -> list[str]:
    """Return the plan's texts that are not level figures."""
    rest = {key: value for key, value in plan.items() if key not in AS_FIGURES}
    if "market_context" in rest:
        rest["market_context"] = {"key_insight": rest["market_context"]["key_insight"]}
        rest["regime"] = {key: rest["regime"][key] for key in ("type", "trend", "position", "mm_behavior")}
    return list(leaves(rest))


@pytest.mark.parametrize("period", PERIODS)
def test_nothing_the_engines_text_says_is_missing(page: str, snapshot: Snapshot, period: str) -> None:
    plan = plan_of(period, snapshot, clock.now())
    markdown, shown = bare(markdown_of(period, plan, clock.now())), bare(text_of(panel(page, period)))
    told = [text for text in stated_in_words(plan) if bare(text) in markdown]
    assert len(told) > {"daily": 40, "weekly": 55, "monthly": 35}[period]
    assert [text for text in told if bare(text) not in shown] == []


@pytest.mark.parametrize("period", ["daily", "weekly"])
def test_the_headline_figures_are_those_of_the_levels(page: str, snapshot: Snapshot, period: str) -> None:
    shown = text_of(panel(page, period))
    spot = float(snapshot.spot)
    assert f"Current price {spot:,.2f}" in shown
    assert f"Net GEX {snapshot.net_gex / BILLION:+.2f} bn" in shown
    for label, level, text in (
        ("Flip", snapshot.flip_point, f"{snapshot.flip_point:,.2f}"),
        ("Call wall", snapshot.call_wall, f"{snapshot.call_wall:,.0f}"),
        ("Put wall", snapshot.put_wall, f"{snapshot.put_wall:,.0f}"),
    ):
        assert level
        distance = f"{(level - spot) / spot * 100:+.2f} %".replace("-", "\u2212")
        assert f"{label} {text} {distance}" in shown


def test_real_walls_give_the_condor_the_earlier_program_never_had(trader_client: Client, snapshot: Snapshot) -> None:
    spot = float(snapshot.spot)
    Snapshot.objects.filter(pk=snapshot.pk).update(call_wall=spot * 1.02, put_wall=spot * 0.98)
    page = trader_client.get("/gex/SPX/plans/trading-plans/").content.decode()
    shown = text_of(panel(page, "daily"))
    assert "IRON CONDOR - HIGH PROBABILITY INCOME" in shown
    assert "$0.00" not in shown
    assert "the earlier program passed walls of 0 here" in text_of(page)


def test_a_setup_has_one_star_per_twenty_percent_and_says_why_it_works(page: str, snapshot: Snapshot) -> None:
    setups = plan_of("daily", snapshot, clock.now())["exact_trades"]
    daily = panel(page, "daily")
    assert re.findall(r">([★☆]{5})<", daily) == [
        "★" * (setup["confidence"] // 20) + "☆" * (5 - setup["confidence"] // 20) for setup in setups
    ]
    for setup in setups:
        assert f"{setup['confidence']}% confidence" in daily
        assert f"Why this works: the {setup['win_rate']} holds as long as {edge_of(setup['reasoning'])}." in text_of(
            daily
        )


def test_the_plan_names_the_central_hour_it_goes_by(page: str) -> None:
    shown = text_of(panel(page, "daily"))
    assert "Wednesday 10:30 AM CT" in shown
    assert "What to do right now EXECUTE" in shown


def test_the_week_is_a_table_and_five_days(page: str) -> None:
    weekly = panel(page, "weekly")
    rows = re.findall(r'<th scope="row">(\w+)', weekly)
    assert rows == ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]
    assert len(re.findall(r'class="plan-day"', weekly)) == 5
    assert re.search(r'class="is-selected"><th scope="row">Wednesday<small>today', weekly)


def test_the_month_has_four_weeks_targets_dates_and_six_rules(page: str) -> None:
    monthly = panel(page, "monthly")
    shown = text_of(monthly)
    assert re.findall(r'<th scope="row">([^<]+)', monthly) == ["Week 1", "Week 2", "Week 3 (OPEX WEEK)", "Week 4"]
    assert "OPEX November 20, 2026" in shown
    assert "Total +23-37% for the month" in shown
    assert "CPI Second Tuesday of the month, 8:30 AM CT" in shown
    assert monthly.partition("plan-rules")[2].count("<li>") == 6
    assert "Wednesday 3PM Rule: Directionals are closed by 3PM, in the expiration week by 12PM." in shown


def test_one_switch_chooses_the_period(page: str) -> None:
    assert re.findall(r'aria-controls="(plan-\w+)" aria-selected="(\w+)"', page) == [
        ("plan-daily", "true"),
        ("plan-weekly", "false"),
        ("plan-monthly", "false"),
    ]
    assert re.search(r'id="plan-weekly" role="tabpanel"[^>]*hidden', page)


def test_the_source_is_named_in_the_head(page: str) -> None:
    head = page[page.index("block-trading-plans-title") : page.index('id="plan-daily"')]
    assert 'data-kind="simulated"' in head


def test_a_loss_below_zero_is_not_left_uncommented(snapshot: Snapshot) -> None:
    Snapshot.objects.filter(pk=snapshot.pk).update(spot=6000, flip_point=5950, call_wall=6500, put_wall=5500)
    page = build("SPX", clock.now())
    daily = page.panels[0].plan
    condor = next(card for card in daily.setups if "CONDOR" in card.strategy)  # type: ignore[union-attr]
    # 0.015 of the 1000 points to both walls is a credit of 15 against a wing of 10.
    assert ("Maximum loss", "\u2212$5.00") in [(line.label, line.text) for line in condor.terms]
    assert "Go by the quotes" in condor.caution


def test_a_plan_follows_the_clock_of_the_day(trader_client: Client, snapshot: Snapshot) -> None:
    at = datetime(2026, 11, 18, 15, 30, tzinfo=clock.NEW_YORK)
    view = build("SPX", at).panels[0].plan
    assert view.now.label == "EXIT MODE"  # type: ignore[union-attr]
    assert view.moment == "Wednesday 02:30 PM CT"  # type: ignore[union-attr]
