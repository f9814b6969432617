"""A card down to its figures: what stands on the page for setups that name a target, a stop, or a risk."""

from typing import Any

import pytest
from django.test import Client

from apps.gex.setups import cards
from apps.gex.setups.ideas import from_game_plan, from_setups
from apps.gex.setups.picture import picture_of
from apps.ideas.sizing import sizing_of
from apps.ideas.sources import IdeaGoneError
from apps.market.models import Snapshot
from legacy_engines.plans.daily_markdown import edge_of
from tests.gex.setups.test_cards import levels, tab
from tests.moments import OPEN_MARKET

pytestmark = pytest.mark.usefixtures("seconds_later")
CONDOR = "iron-condor-high-probability-income"


def short_gamma(snapshot: Snapshot, *, flip: float) -> None:
    """Bend the stored levels: dealers short 2.5 billion, the flip at a fraction of spot."""
    Snapshot.objects.update(net_gex=-2.5e9, flip_point=float(snapshot.spot) * flip)


def test_the_squeeze_has_its_entry_both_targets_stop_and_size(trader_client: Client, snapshot: Snapshot) -> None:
    short_gamma(snapshot, flip=1.01)
    spot, _, _, call_wall, _ = levels(snapshot)
    page = tab(trader_client)
    assert "1. GAMMA SQUEEZE LONG CALLS" in page
    assert "Grade B" in page
    assert f"Entry ${spot:.2f}, give or take $0.50" in page
    assert f"Target ${spot * 1.01:.2f}, then ${call_wall:.2f}" in page
    assert f"Stop ${spot * 0.99:.2f}" in page
    assert "3-5% of capital" in page


def test_why_it_wins_is_chosen_by_the_reasoning(trader_client: Client, snapshot: Snapshot) -> None:
    page = tab(trader_client)
    for setup in cards.proposed(picture_of("SPX"), at=OPEN_MARKET)[1]:
        assert f"The {setup['win_rate']} holds as long as {edge_of(setup['reasoning'])}." in page


def test_the_bars_of_risk_and_reward_stand_in_proportion(trader_client: Client, snapshot: Snapshot) -> None:
    spot, call_wall, put_wall = float(snapshot.spot), 6350.0, 6150.0
    Snapshot.objects.update(call_wall=call_wall, put_wall=put_wall)
    credit = round((abs(call_wall - spot) + abs(spot - put_wall)) * 0.015, 2)
    risk = round(10 - credit, 2)
    html = trader_client.get("/gex/SPX/setups/").content.decode()
    longest = max(risk, credit)
    assert f'<rect class="bar-put" width="{100 * risk / longest:.1f}"' in html
    assert f'<rect class="bar-call" y="6" width="{100 * credit / longest:.1f}"' in html


@pytest.mark.parametrize(("confidence", "shown"), [(79, False), (80, True)])
def test_the_banner_counts_high_confidence_only(
    trader_client: Client, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch, confidence: int, shown: bool
) -> None:
    found = cards.proposed(picture_of("SPX"), at=OPEN_MARKET)
    surer: tuple[dict[str, Any], list[dict[str, Any]]] = (found[0], [found[1][0] | {"confidence": confidence}])
    monkeypatch.setattr(cards, "proposed", lambda picture, at: surer)
    assert ("1 of high confidence" in tab(trader_client)) is shown


def test_setups_below_half_confidence_are_left_out_and_none_is_said(
    trader_client: Client, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    regime, (first, *_) = cards.proposed(picture_of("SPX"), at=OPEN_MARKET)
    monkeypatch.setattr(cards, "all_setups", lambda *levels: [first | {"confidence": 49}])
    assert cards.proposed(picture_of("SPX"), at=OPEN_MARKET) == (regime, [])
    assert "None reaches 50 % confidence on these levels." in tab(trader_client)


def test_a_credit_wider_than_the_wing_names_no_risk(trader_client: Client, snapshot: Snapshot) -> None:
    spot = float(snapshot.spot)
    Snapshot.objects.update(call_wall=round(spot * 1.08), put_wall=round(spot * 0.92))
    condor = next(card for card in cards.build("SPX", OPEN_MARKET).cards if card.reference == CONDOR)
    assert condor.stake is None
    assert condor.stop == "Risk unknown: the estimated credit is more than the wing is wide"
    idea = from_setups("SPX", CONDOR, OPEN_MARKET)
    assert idea.max_risk == ""
    sizing = sizing_of(idea, account_size=50_000, risk_percent=2)
    assert sizing.contracts == int(50_000 * 0.02 * 0.72 / 250)
    assert "The idea names no risk a contract; its premium is taken for it." in sizing.notes


def test_another_setup_in_its_place_is_not_taken_for_the_one_that_was_shown(snapshot: Snapshot) -> None:
    squeeze = "gamma-squeeze-long-calls"
    short_gamma(snapshot, flip=1.01)
    assert from_setups("SPX", squeeze, OPEN_MARKET).strategy == "GAMMA SQUEEZE LONG CALLS"
    short_gamma(snapshot, flip=0.99)
    with pytest.raises(IdeaGoneError, match="not proposed for SPX any more"):
        from_setups("SPX", squeeze, OPEN_MARKET)


@pytest.mark.parametrize(
    ("net_gex", "flip", "strategy"),
    [
        (-2.5e9, 1.004, "negative-gex-squeeze"),
        (-0.5e9, 1.03, "bullish-call-spread"),
        (-0.5e9, 0.97, "bearish-put-spread"),
        (2.5e9, 0.99, "iron-condor"),
    ],
)
def test_the_game_plans_setup_is_handed_on_with_its_terms(
    snapshot: Snapshot, net_gex: float, flip: float, strategy: str
) -> None:
    spot = float(snapshot.spot)
    walls = {"call_wall": round(spot * 1.03), "put_wall": round(spot * 0.97)}
    Snapshot.objects.update(net_gex=net_gex, flip_point=spot * flip, **walls)
    idea = from_game_plan("SPX", strategy, OPEN_MARKET)
    assert idea.origin == "Game plan"
    assert idea.expiration is not None
    assert idea.details["risk_reward"] > 0
    assert idea.confidence
    sizing = sizing_of(idea, account_size=100_000, risk_percent=1)
    assert sizing.contracts >= 1
