"""The setups as cards: what the engine proposes on the real levels, in its own words and numbers."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from apps.gex.setups import cards, game_plan, simulation
from apps.gex.setups.picture import picture_of
from apps.market.blocks import NotReadyError
from apps.market.models import Snapshot
from legacy_engines.options.monte_carlo import MonteCarloEngine
from legacy_engines.plans.regime import regime_from_gex
from legacy_engines.plans.setups import all_setups
from tests.market.tracking.material import ny
from tests.moments import OPEN_MARKET

pytestmark = pytest.mark.usefixtures("seconds_later")


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).replace("&#x27;", "'").replace("&quot;", '"')


def levels(snapshot: Snapshot) -> tuple[float, float, float, float, float]:
    assert snapshot.flip_point
    assert snapshot.call_wall
    assert snapshot.put_wall
    return float(snapshot.spot), snapshot.net_gex, snapshot.flip_point, snapshot.call_wall, snapshot.put_wall


def tab(client: Client) -> str:
    return text_of(client.get("/gex/SPX/setups/").content.decode())


def test_every_setup_of_the_engine_is_a_card_with_its_words(trader_client: Client, snapshot: Snapshot) -> None:
    spot, net_gex, flip, call_wall, put_wall = levels(snapshot)
    regime = regime_from_gex(net_gex, spot, flip, call_wall, put_wall)
    setups = all_setups("SPX", spot, net_gex, flip, call_wall, put_wall, "Wednesday", regime)
    page = tab(trader_client)
    assert regime["type"] in page
    assert regime["mm_behavior"].lower() in page
    for setup in setups:
        assert cards.plain(setup["strategy"]) in page
        for key in ("action", "strikes", "expiration", "entry", "reasoning", "win_rate", "size"):
            assert str(setup[key]) in page, (setup["strategy"], key)
        assert f"{setup['confidence']} %" in page
    assert "measured from the real ones" in page


def test_a_short_gamma_day_has_the_squeeze_on_top(trader_client: Client, snapshot: Snapshot) -> None:
    Snapshot.objects.update(net_gex=-2.5e9, flip_point=float(snapshot.spot) * 1.01)
    found = cards.build("SPX", OPEN_MARKET)
    assert (found.cards[0].strategy, found.cards[0].grade, found.cards[0].confidence) == (
        "GAMMA SQUEEZE LONG CALLS",
        "B",
        "75",
    )
    assert found.cards[0].stop == f"${float(snapshot.spot) * 0.99:.2f}"
    assert found.high_confidence == 0


def test_the_condor_counts_a_contract_and_wins_its_credit(snapshot: Snapshot) -> None:
    spot, call_wall, put_wall = float(snapshot.spot), 6350.0, 6150.0
    Snapshot.objects.update(call_wall=call_wall, put_wall=put_wall)
    condor = next(card for card in cards.build("SPX", OPEN_MARKET).cards if "CONDOR" in card.strategy)
    credit = round((abs(call_wall - spot) + abs(spot - put_wall)) * 0.015, 2)
    risk = round(10 - credit, 2)
    assert condor.stake is not None
    assert condor.stake.risk == f"${risk * 100:,.0f}"
    assert condor.stake.reward == f"${credit * 100:,.0f}"


def test_a_setup_that_names_no_risk_shows_none(snapshot: Snapshot) -> None:
    others = [card for card in cards.build("SPX", OPEN_MARKET).cards if "CONDOR" not in card.strategy]
    assert others
    assert all(card.stake is None for card in others)


def test_without_a_flip_nothing_is_proposed_and_the_reason_is_said(trader_client: Client, snapshot: Snapshot) -> None:
    Snapshot.objects.update(flip_point=None, flip_reason="Net gamma is positive at every spot checked.")
    with pytest.raises(NotReadyError, match="positive at every spot"):
        picture_of("SPX")
    assert "Setups are measured from the flip, and there is none: Net gamma is positive" in tab(trader_client)


def test_the_game_plan_is_the_engines_text(trader_client: Client, snapshot: Snapshot) -> None:
    plan = game_plan.build("SPX", OPEN_MARKET)
    assert plan.title == "SPX GAME PLAN - Wednesday 16:30 UTC (11:30 AM ET)"
    spot, net_gex, flip, call_wall, put_wall = levels(snapshot)
    page = tab(trader_client)
    for text in (
        f"Current: ${spot:.2f}",
        f"Flip Point: ${flip:.2f} ({(flip - spot) / spot * 100:+.2f}% from spot)",
        f"Call Wall: ${call_wall:.2f}",
        f"Put Wall: ${put_wall:.2f}",
        f"Net GEX: ${net_gex / 1e9:.2f}B",
        "Timing: CAUTION",
        plan.setups[0].action,
    ):
        assert re.sub(r"\s+", " ", text) in page.replace(" :", ":"), text


def test_the_weekend_has_no_timing_note(snapshot: Snapshot) -> None:
    assert "Timing" not in str(game_plan.build("SPX", OPEN_MARKET + timedelta(days=3)).text)


def test_the_simulation_shows_the_engines_figures_at_both_volatilities(snapshot: Snapshot) -> None:
    spot, _, flip, call_wall, _ = levels(snapshot)
    shown = simulation.build("SPX", OPEN_MARKET)
    assert snapshot.implied_volatility
    for run, volatility in zip(shown.runs, (0.2, snapshot.implied_volatility), strict=True):
        engine = MonteCarloEngine().simulate_squeeze_play(spot, flip, call_wall, volatility=volatility, days=5)
        assert run.hit_flip == f"{engine['probability_hit_flip']:.1f}\u202f%"
        assert run.hit_wall == f"{engine['probability_hit_wall']:.1f}\u202f%"
        assert run.expected == f"{engine['expected_final_price']:,.2f}"
        assert run.most.startswith(f"+{engine['max_gain_percent']:.1f}\u202f%")


def test_a_missing_call_wall_is_said_not_reached_by_every_path(snapshot: Snapshot) -> None:
    Snapshot.objects.update(call_wall=None)
    assert {run.hit_wall for run in simulation.build("SPX", OPEN_MARKET).runs} == {"no call wall"}


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2026-11-16T08:00", "Mon 16 Nov 09:30"),
        ("2026-11-20T17:00", "Mon 23 Nov 09:30"),
        ("2026-11-21T12:00", "Mon 23 Nov 09:30"),
        ("2026-11-26T11:00", "Fri 27 Nov 09:30"),
    ],
)
def test_while_the_exchange_is_closed_the_setups_say_from_when_on(snapshot: Snapshot, at: str, opens: str) -> None:
    said = f"The exchange is closed: nothing here can be traded before {opens} ET."
    assert (cards.build("SPX", ny(at)).closed, game_plan.build("SPX", ny(at)).closed) == (said, said)


def test_while_the_exchange_is_open_the_setups_say_nothing_of_it(trader_client: Client, snapshot: Snapshot) -> None:
    assert "exchange is closed" not in tab(trader_client)
    assert cards.build("SPX", OPEN_MARKET).closed == ""


def test_a_negative_net_gex_has_its_minus_before_the_dollar(snapshot: Snapshot) -> None:
    Snapshot.objects.update(net_gex=-2.5e9, flip_point=float(snapshot.spot) * 1.01)
    found = cards.build("SPX", OPEN_MARKET)
    assert found.net_gex == "−$2.50B"
    assert not any("$-" in card.why for card in found.cards)
