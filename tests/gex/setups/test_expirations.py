"""The expiration beside each setup: the engine's for its wanted days, and the session it really expires on."""

from datetime import date

import pytest
from django.test import Client

from apps.gex.setups import cards, game_plan
from apps.gex.setups.expiration import expiration_of
from apps.gex.setups.ideas import from_setups
from apps.market.models import Snapshot
from tests.gex.setups.test_cards import tab
from tests.market.tracking.material import ny
from tests.moments import OPEN_MARKET


@pytest.mark.parametrize(
    ("at", "wanted", "text", "more", "tone"),
    [
        ("2026-11-18T11:30", {"expiration": "2-5 DTE"}, "Nov 20 (2 DTE)", "Weekly, 2d 4h left", "loss"),
        ("2026-11-16T11:30", {"best_time": "5 DTE (range: 3-7)"}, "Nov 20 (4 DTE)", "Weekly, 4d 4h left", "warn"),
        ("2026-11-18T11:30", {"expiration": "7-14 DTE"}, "Nov 27 (9 DTE)", "Weekly+, 9d 1h left", "gain"),
        ("2026-11-18T11:30", {"expiration": "21-45 DTE"}, "Dec 18 (29 DTE)", "Monthly, 30d 4h left", "act"),
        ("2026-11-18T11:30", {}, "Nov 20 (2 DTE)", "Weekly, 2d 4h left", "loss"),
        ("2026-11-20T11:00", {}, "Nov 20 (0 DTE)", "Weekly, 5h 0m left", "loss"),
        ("2026-11-20T15:30", {}, "Nov 20 (0 DTE)", "Weekly, 30m left", "loss"),
        ("2026-11-20T17:00", {}, "Nov 27 (7 DTE)", "Weekly, 6d 20h left", "warn"),  # the day after Thanksgiving, 13:00
        ("2026-04-03T11:00", {}, "Apr 03 (0 DTE)", "Weekly, expired, no session that day, expires Apr 02", "loss"),
    ],
)
def test_the_wanted_days_become_a_date_with_its_urgency(
    at: str, wanted: dict[str, str], text: str, more: str, tone: str
) -> None:
    found = expiration_of({"strategy": "ANY", **wanted}, at=ny(at))
    assert (found.text, found.more, found.tone) == (text, more, tone)


def test_a_friday_without_a_session_expires_the_day_before() -> None:
    found = expiration_of({"strategy": "ANY", "best_time": "5 DTE"}, at=ny("2026-04-01T11:30"))
    assert found.text == "Apr 03 (2 DTE)"
    assert found.more == "Weekly, 1d 4h left, no session that day, expires Apr 02"
    assert found.day == date(2026, 4, 2)


@pytest.mark.usefixtures("seconds_later")
def test_each_card_and_the_game_plan_say_when_it_expires(trader_client: Client, snapshot: Snapshot) -> None:
    page = tab(trader_client)
    shown = cards.build("SPX", OPEN_MARKET).cards
    assert shown
    for card in shown:
        assert f"{card.expires.text} {card.expires.more}" in page
    (active,) = game_plan.build("SPX", OPEN_MARKET).setups
    assert active.expires.text in page


@pytest.mark.usefixtures("seconds_later")
def test_an_idea_carries_the_session_it_expires_on(snapshot: Snapshot) -> None:
    Snapshot.objects.update(call_wall=6350.0, put_wall=6150.0)
    condor = from_setups("SPX", "iron-condor-high-probability-income", OPEN_MARKET)
    assert condor.expiration == date(2026, 12, 18)
