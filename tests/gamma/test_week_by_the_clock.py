"""The week line through a week and a holiday week: weekends, Friday after the close, half days, the VIX."""

import re
from datetime import datetime

import pytest
import time_machine
from django.test import Client

from alphagex.clock import NEW_YORK
from apps.gamma import overview, views_of_week
from apps.ideas.models import TradeIdea
from apps.market import facts
from apps.market.chain import Origin
from apps.market.macro import VIX
from apps.market.sources.protocol import Answer
from tests.gamma.conftest import Seen


def ny(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


@pytest.mark.parametrize(
    ("at", "week", "today", "said"),
    [
        ("2026-11-16 08:00", "Mon 16 Nov to Fri 20 Nov 2026", "Monday", ()),
        ("2026-11-18 11:30", "Mon 16 Nov to Fri 20 Nov 2026", "Wednesday", ()),
        ("2026-11-20 15:59", "Mon 16 Nov to Fri 20 Nov 2026", "Friday", ()),
        ("2026-11-20 16:30", "Mon 16 Nov to Fri 20 Nov 2026", "Friday", ("expiration is over",)),
        ("2026-11-21 11:00", "Mon 23 Nov to Fri 27 Nov 2026", "Monday", ("It is the weekend", "holiday", "half day")),
        (
            "2026-11-24 10:00",
            "Mon 23 Nov to Fri 27 Nov 2026",
            "Tuesday",
            ("Thursday is an exchange holiday", "at 13:00"),
        ),
    ],
)
def test_what_is_unusual_about_the_week_is_said(
    seen: Seen, at: str, week: str, today: str, said: tuple[str, ...]
) -> None:
    moment = ny(at)
    if at.startswith("2026-11-20"):
        seen("SPX", ny("2026-11-20 10:00"))  # what expires that day is known from its morning
    seen("SPX", moment)
    found = overview.build("SPX", moment)
    assert (found.week, found.today) == (week, today)
    notes = " ".join(found.notes)
    for words in said:
        assert words in notes
    if not said:
        assert "weekend" not in notes
        assert "over" not in notes


def test_the_vix_behind_the_limits_is_named_or_said_to_be_unknown(seen: Seen) -> None:
    moment = ny("2026-11-18 11:30")
    seen("SPX", moment)
    assert "VIX unknown: asked for, not here yet." in overview.build("SPX", moment).vix
    bars = {"time": [moment.isoformat()], "volume": [0], **{name: [24.56] for name in ("open", "high", "low", "close")}}
    origin = Origin(source="simulated", kind="simulated", label="Simulated, seed 42")
    facts.put(Answer(question=VIX, value=bars, as_of=moment, origin=origin), source_name="simulated", at=moment)
    found = overview.build("SPX", moment)
    assert found.vix.startswith("VIX 24.56, Simulated as of Wed 18 Nov 2026 11:30 ET")


def test_gamma_alerts_stand_on_the_page(trader_client: Client, seen: Seen) -> None:
    moment = ny("2026-11-23 10:00")
    seen("SPX", moment)
    alerts = overview.build("SPX", moment).alerts
    with time_machine.travel(moment, tick=False):
        page = trader_client.get("/gamma/SPX/").content.decode()
    assert alerts
    for alert in alerts:
        assert alert.title in page


def test_a_strategy_and_the_play_are_handed_on_as_they_stand(trader_client: Client, seen: Seen) -> None:
    moment = ny("2026-11-18 11:30")
    seen("SPX", moment)
    with time_machine.travel(moment, tick=False):
        assert trader_client.post("/ideas/gamma/SPX/daily-0/log/").status_code == 204
        assert trader_client.post("/ideas/gamma/SPX/play/log/").status_code == 204
        gone = trader_client.post("/ideas/gamma/SPX/daily-99/log/")
    assert "Not proposed any more" in gone["HX-Trigger"]
    play, strategy = TradeIdea.objects.all()
    assert (strategy.origin, play.origin) == ("Gamma, daily impact", "Play of the day")
    assert [leg["quantity"] for leg in play.terms["legs"]] == [-1, -1, 1, 1]


def test_there_is_nothing_to_hand_on_at_the_weekend(trader_client: Client, seen: Seen) -> None:
    moment = ny("2026-11-21 11:00")
    seen("SPX", moment)
    with time_machine.travel(moment, tick=False):
        assert "Planning" in trader_client.get("/gamma/SPX/playbook/").content.decode()
        answer = trader_client.post("/ideas/gamma/SPX/play/log/")
    assert "before the next session" in answer["HX-Trigger"]


@pytest.mark.parametrize(
    ("at", "headline"),
    [
        ("2026-11-16 11:00", r"^\d+ % of the gamma ahead expires today; \d+ % is gone by Friday"),
        ("2026-11-18 11:30", r"^\d+ % of the gamma ahead expires today\.$"),  # Monday and Tuesday were not seen
        ("2026-11-20 17:00", r"^This week's gamma is gone\.$"),
        ("2026-11-26 11:00", r"^Nothing expires today: the exchange is closed\.$"),
        ("2026-11-21 11:00", r"^\d+ % of the gamma ahead expires on Monday; "),
    ],
)
def test_the_headline_claims_no_more_than_is_known(seen: Seen, at: str, headline: str) -> None:
    moment = ny(at)
    if at.startswith("2026-11-20"):
        seen("SPX", ny("2026-11-20 10:00"))
    seen("SPX", moment)
    found = overview.build("SPX", moment)
    assert re.match(headline, found.headline), found.headline
    assert found.pills[0].text.startswith("Monday" if at.startswith("2026-11-21") else "Today")


def test_after_the_close_the_play_is_over_and_is_not_handed_on(trader_client: Client, seen: Seen) -> None:
    moment = ny("2026-11-18 16:30")
    seen("SPX", moment)
    with time_machine.travel(moment, tick=False):
        page = trader_client.get("/gamma/SPX/playbook/").content.decode()
        answer = trader_client.post("/ideas/gamma/SPX/play/log/")
    assert "The session is over" in page
    assert "before the next session" in answer["HX-Trigger"]


def test_a_day_that_is_over_and_was_not_seen_is_not_said_to_come(seen: Seen) -> None:
    moment = ny("2026-11-20 11:00")
    seen("SPX", moment)
    notes = overview.build("SPX", moment).notes
    assert "Nothing is known of Monday, Tuesday, Wednesday, Thursday: counted as 0." in notes


def test_at_the_weekend_no_alert_speaks_of_today(seen: Seen) -> None:
    moment = ny("2026-11-21 12:00")
    seen("SPX", moment)
    alerts = overview.build("SPX", moment).alerts
    assert any("on Monday" in alert.title for alert in alerts)
    assert not any("today" in f"{alert.title} {alert.text}" for alert in alerts)


def test_a_week_that_is_over_warns_of_nothing(seen: Seen) -> None:
    seen("SPX", ny("2026-11-20 10:00"))
    moment = ny("2026-11-20 17:00")
    seen("SPX", moment)
    found = overview.build("SPX", moment)
    assert found.alerts == []
    assert [pill.text for pill in found.pills] == ["Today extreme, over"]


def test_on_a_holiday_today_has_no_level(seen: Seen) -> None:
    moment = ny("2026-11-26 11:00")
    seen("SPX", moment)
    assert [pill.text for pill in overview.build("SPX", moment).pills] == ["Today closed", "Friday extreme"]


@pytest.mark.parametrize(
    ("at", "closes"),
    [
        ("2026-11-18 11:30", "After 16:00"),
        ("2026-11-26 11:00", "After the day"),
        ("2026-11-27 12:30", "After 13:00"),
    ],
)
def test_the_days_gamma_goes_at_the_days_close(seen: Seen, at: str, closes: str) -> None:
    seen("SPX", ny(at))
    assert views_of_week.daily("SPX", ny(at)).closes == closes


def test_days_nothing_is_known_of_are_marked_and_their_sums_are_lower_bounds(seen: Seen) -> None:
    moment = ny("2026-11-18 11:30")
    seen("SPX", moment)
    week, risk = views_of_week.weekly("SPX", moment), views_of_week.volatility("SPX", moment)
    assert [day.note for day in week.days] == ["not known", "not known", "", "", ""]
    assert [day.value.startswith("≥") for day in week.days] == [True, True, False, False, False]
    assert week.monday.startswith("≥")
    assert week.decay.startswith("≥")
    assert [day.tone for day in risk.days[:2]] == ["muted", "muted"]


def test_a_week_seen_whole_has_no_lower_bounds(seen: Seen) -> None:
    moment = ny("2026-11-16 11:00")
    seen("SPX", moment)
    week = views_of_week.weekly("SPX", moment)
    assert "≥" not in f"{week.monday} {week.decay} {[day.value for day in week.days]}"
    assert not any(day.note for day in week.days)


@pytest.mark.parametrize(
    ("at", "opens"), [("2026-11-20 17:00", "Mon 23 Nov 09:30"), ("2026-11-26 11:00", "Fri 27 Nov 09:30")]
)
def test_a_play_that_cannot_be_done_says_so_above_its_orders(
    trader_client: Client, seen: Seen, at: str, opens: str
) -> None:
    seen("SPX", ny(at))
    with time_machine.travel(ny(at), tick=False):
        page = trader_client.get("/gamma/SPX/playbook/").content.decode()
    said = f"nothing of this can be done before {opens} ET."
    assert 0 < page.index(said) < page.index("<dl")


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("2026-11-18 15:59", ""),
        ("2026-11-18 16:30", "The session closed at 16:00: entries named for Wednesday have passed."),
        ("2026-11-21 12:00", ""),
        ("2026-11-26 11:00", ""),
        ("2026-11-27 13:30", "The session closed at 13:00: entries named for Friday have passed."),
    ],
)
def test_after_the_close_the_days_entries_have_passed(seen: Seen, at: str, said: str) -> None:
    seen("SPX", ny(f"{at[:10]} 10:00"))
    seen("SPX", ny(at))
    assert views_of_week.daily("SPX", ny(at)).over == said
