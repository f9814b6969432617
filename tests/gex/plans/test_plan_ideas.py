"""A trade of a plan is handed over as it stands now, with its contracts where the plan names them."""

import re
from datetime import date, datetime, timedelta

import pytest
from django.test import Client

from alphagex import clock
from apps.gex.plans.proposals import find
from apps.ideas.idea import Leg
from apps.ideas.models import TradeIdea
from apps.ideas.sources import IdeaGoneError
from apps.market.models import Snapshot
from tests.gex.plans.reading import plan_of
from tests.moments import OPEN_MARKET

pytestmark = pytest.mark.usefixtures("seconds_later")
MONDAY = OPEN_MARKET - timedelta(days=2)


@pytest.fixture
def levels(snapshot: Snapshot) -> Snapshot:
    """Levels with every kind of setup within reach."""
    Snapshot.objects.filter(pk=snapshot.pk).update(
        spot=6000, net_gex=2e9, flip_point=5951, call_wall=6102, put_wall=5903
    )
    snapshot.refresh_from_db()
    return snapshot


@pytest.mark.usefixtures("levels")
def test_every_button_finds_its_trade(trader_client: Client) -> None:
    page = trader_client.get("/gex/SPX/plans/").content.decode()
    references = set(re.findall(r"/plans/SPX/([\w-]+)/log/", page))
    assert len(references) >= 6
    for reference in references:
        idea = find("SPX", reference, clock.now())
        assert idea.spot == 6000
        assert idea.action
        assert idea.size


def test_a_setup_keeps_the_plans_words(levels: Snapshot) -> None:
    setup = next(
        one for one in plan_of("daily", levels, clock.now())["exact_trades"] if one["action"] == "SELL CALL SPREAD"
    )
    idea = find("SPX", "daily-bear-call-spread-at-resistance", clock.now())
    assert idea.origin == "Daily plan, Wednesday"
    assert (idea.entry, idea.size, idea.confidence) == (setup["entry"], setup["size"], setup["confidence"])
    assert idea.details == setup
    assert idea.legs == (
        Leg(quantity=-1, option_type="call", strike=6102.0),
        Leg(quantity=1, option_type="call", strike=6107.0),
    )


@pytest.mark.usefixtures("levels")
def test_the_condor_is_four_legs() -> None:
    idea = find("SPX", "daily-iron-condor-high-probability-income", clock.now())
    assert [(leg.quantity, leg.option_type, leg.strike) for leg in idea.legs] == [
        (-1, "call", 6100.0),
        (1, "call", 6110.0),
        (-1, "put", 5900.0),
        (1, "put", 5890.0),
    ]


@pytest.mark.usefixtures("levels")
def test_the_put_spread_sells_the_wall() -> None:
    legs = find("SPX", "daily-bull-put-spread-at-support", clock.now()).legs
    assert [(leg.quantity, leg.option_type, leg.strike) for leg in legs] == [(-1, "put", 5903.0), (1, "put", 5898.0)]


@pytest.mark.usefixtures("levels")
def test_a_calendar_without_dates_has_no_legs() -> None:
    assert find("SPX", "daily-calendar-spread-theta-machine", clock.now()).legs == ()


def test_the_squeeze_is_its_first_call(snapshot: Snapshot) -> None:
    Snapshot.objects.filter(pk=snapshot.pk).update(spot=6000, net_gex=-2e9, flip_point=6050)
    idea = find("SPX", "daily-gamma-squeeze-long-calls", clock.now())
    assert idea.legs == (Leg(quantity=1, option_type="call", strike=6000.0),)
    assert (idea.target, idea.stop) == ("$6050.00", "$5940.00")


@pytest.mark.usefixtures("levels")
def test_weekly_trades_carry_their_expiration() -> None:
    monday = find("SPX", "weekly-monday-1", MONDAY)
    assert monday.legs == (Leg(quantity=1, option_type="call", strike=5950.0, expiration=date(2026, 11, 20)),)
    assert find("SPX", "weekly-tuesday-2", MONDAY).expiration == date(2026, 11, 20)
    condor = find("SPX", "weekly-thursday-1", MONDAY)
    assert condor.expiration == date(2026, 12, 10)
    assert [leg.strike for leg in condor.legs] == [6100.0, 6110.0, 5900.0, 5890.0]


@pytest.mark.usefixtures("levels")
def test_an_expiration_on_a_holiday_is_left_open() -> None:
    # Good Friday 2027 is 26 March; the plan of that week writes it as expiration.
    idea = find("SPX", "weekly-monday-1", datetime(2027, 3, 22, 10, 0, tzinfo=clock.NEW_YORK))
    assert idea.expiration is None


@pytest.mark.usefixtures("levels")
def test_an_expiration_after_new_year_is_next_years() -> None:
    idea = find("SPX", "weekly-thursday-1", datetime(2026, 12, 14, 10, 0, tzinfo=clock.NEW_YORK))
    assert idea.expiration == date(2027, 1, 7)


@pytest.mark.usefixtures("levels")
def test_the_months_key_trade_expires_on_its_weeks_friday() -> None:
    idea = find("SPX", "monthly-3", clock.now())
    assert idea.origin == "Monthly plan, Week 3 (OPEX WEEK)"
    assert idea.expiration == date(2026, 11, 20)


@pytest.mark.usefixtures("levels")
@pytest.mark.parametrize(
    "reference",
    [
        "daily-gamma-squeeze-long-calls",  # not in long gamma
        "weekly-monday-1",  # over
        "weekly-wednesday-1",  # closes, opens nothing
        "weekly-sunday-1",
        "monthly-1",  # over
        "monthly-4",  # sits out
        "yearly-1",
        "",
    ],
)
def test_what_is_not_proposed_cannot_be_handed_over(reference: str) -> None:
    with pytest.raises(IdeaGoneError):
        find("SPX", reference, clock.now())


@pytest.mark.usefixtures("levels")
def test_a_holidays_trade_is_not_offered() -> None:
    with pytest.raises(IdeaGoneError):
        find("SPX", "weekly-thursday-1", datetime(2026, 11, 23, 10, 0, tzinfo=clock.NEW_YORK))


@pytest.mark.usefixtures("db")
def test_without_levels_the_idea_is_gone() -> None:
    with pytest.raises(IdeaGoneError, match="levels have not come"):
        find("SPX", "daily-calendar-spread-theta-machine", clock.now())


@pytest.mark.usefixtures("levels")
def test_the_log_button_keeps_the_trade(trader_client: Client) -> None:
    page = trader_client.get("/gex/SPX/plans/").content.decode()
    found = re.search(r'hx-post="([^"]+/weekly-thursday-1/log/)"', page)
    assert found
    assert trader_client.post(found[1]).status_code == 204
    assert TradeIdea.objects.get().origin == "Weekly plan, Thursday"
