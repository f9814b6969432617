"""No snapshot, no price, no flip, no wall: a sentence each, and never the engine's zero as a price."""

import json

import pytest
from django.test import Client

from alphagex import clock
from apps.gex.plans.block import build
from apps.gex.plans.daily import DailyView
from apps.market.models import Snapshot
from tests.gex.plans.reading import PERIODS, panel, text_of

pytestmark = pytest.mark.usefixtures("seconds_later")
SHORT_GAMMA = -3e9  # USD of net GEX at which the engine proposes directional setups


def daily() -> DailyView:
    view = build("SPX", clock.now()).panels[0].plan
    assert isinstance(view, DailyView)
    return view


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("form", ["md", "json", "print"])
@pytest.mark.parametrize("period", PERIODS)
def test_before_the_first_levels_there_is_a_sentence(trader_client: Client, period: str, form: str) -> None:
    answer = trader_client.get(f"/gex/SPX/plans/{period}.{form}")
    assert answer.status_code == 404
    assert "The first SPX levels have not come." in text_of(answer.content.decode())


@pytest.mark.usefixtures("db")
def test_the_tab_waits_for_the_first_levels(trader_client: Client) -> None:
    assert "the first ones bring them here by themselves" in trader_client.get("/gex/SPX/plans/").content.decode()


def test_without_a_price_there_is_no_plan_and_no_failure(trader_client: Client, snapshot: Snapshot) -> None:
    Snapshot.objects.filter(pk=snapshot.pk).update(spot=0)
    page = trader_client.get("/gex/SPX/plans/trading-plans/").content.decode()
    for period in PERIODS:
        assert "have no price. The next ones bring the plan." in text_of(panel(page, period))
        assert trader_client.get(f"/gex/SPX/plans/{period}.md").status_code == 404
    assert "This part failed" not in page


@pytest.mark.parametrize("period", ["weekly", "monthly"])
@pytest.mark.parametrize(
    ("level", "name"), [("flip_point", "flip"), ("call_wall", "call wall"), ("put_wall", "put wall")]
)
def test_trades_at_an_unknown_level_are_not_planned(
    trader_client: Client, snapshot: Snapshot, period: str, level: str, name: str
) -> None:
    Snapshot.objects.filter(pk=snapshot.pk).update(**{level: None})
    answer = trader_client.get(f"/gex/SPX/plans/{period}.md")
    assert answer.status_code == 404
    assert f"There is no {name} (" in text_of(answer.content.decode())


def test_a_day_without_a_flip_says_unknown_and_leaves_out_what_leans_on_it(
    trader_client: Client, snapshot: Snapshot
) -> None:
    reason = "Net gamma is positive everywhere."
    Snapshot.objects.filter(pk=snapshot.pk).update(flip_point=None, flip_reason=reason, net_gex=SHORT_GAMMA)
    view = daily()
    assert next(figure.missing for figure in view.figures if figure.key == "flip_point") == f"Unknown: {reason}"
    assert ("Position", "unknown without a flip") in [(line.label, line.text) for line in view.regime]
    assert view.left_out == ["MOMENTUM CONTINUATION: it stands on the flip, which is unknown."]
    assert "MOMENTUM CONTINUATION" not in [card.strategy for card in view.setups]
    markdown = trader_client.get("/gex/SPX/plans/daily.md").content.decode()
    assert f"Unknown flip point: {reason}" in markdown.partition("\n")[0]
    assert f"flip unknown: {reason.rstrip('.')}" in markdown
    content = json.loads(trader_client.get("/gex/SPX/plans/daily.json").content)
    assert content["market_data"]["flip_point"] is None
    assert content["unknown"] == {"flip_point": reason.rstrip(".")}


def test_a_day_without_a_call_wall_has_no_target_of_zero(trader_client: Client, snapshot: Snapshot) -> None:
    above = float(snapshot.spot) * 1.01
    Snapshot.objects.filter(pk=snapshot.pk).update(call_wall=None, flip_point=above, net_gex=SHORT_GAMMA)
    view = daily()
    squeeze = next(card for card in view.setups if "SQUEEZE" in card.strategy)
    terms = {line.label: line.text for line in squeeze.terms}
    assert (terms["Target 1"], terms["Target 2"]) == (f"${above:.2f}", "unknown")
    assert next(figure.missing for figure in view.figures if figure.key == "range") == "Unknown without both walls."
    for form in ("md", "json", "print"):
        assert "$0.00" not in trader_client.get(f"/gex/SPX/plans/daily.{form}").content.decode()
