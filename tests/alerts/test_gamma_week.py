"""The gamma engine's warnings as rules: its words, once a day, and not where the week is not known."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User

from apps.alerts.evaluating import evaluate_snapshot
from apps.alerts.models import Alert, AlertEvent, Notification
from apps.gamma.seen import week_of
from apps.market.feed import store_observation
from apps.market.sources.simulated import SimulatedSource
from apps.market.tickers import EngineClock
from legacy_engines.gamma.alert_rules import GammaAlertSystem
from tests.alerts.market import rule
from tests.moments import OPEN_MARKET, WEEKEND

pytestmark = pytest.mark.django_db
MONDAY = OPEN_MARKET - timedelta(days=2)


def test_the_engines_warnings_come_in_its_words_once_a_day(trader: User) -> None:
    for condition in ("daily_impact", "gamma_cliff", "weekly_decay"):
        rule(trader, "gamma_week", condition, rearm="daily")
    for day in range(5):
        for hour in (0, 1):
            at = MONDAY + timedelta(days=day, hours=hour)
            with time_machine.travel(at, tick=False):
                snapshot = store_observation(
                    SimulatedSource(seed=42).fetch_chain("SPX", at=at), received_at=at
                ).snapshot
                fired = {one.title.removeprefix("Simulated: "): one for one in evaluate_snapshot(snapshot.pk, at=at)}
                week = week_of("SPX", at)
                engine = GammaAlertSystem(clock=EngineClock(at))
                said = engine.check_and_alert(week.intelligence, "SPX", float(snapshot.spot))
                if hour:
                    assert fired == {}
                    continue
                assert set(fired) == {one["title"] for one in said}
                for one in said:
                    assert fired[one["title"]].text.startswith(one["message"])
                    assert fired[one["title"]].url == "/gamma/SPX/"
    levels = dict(AlertEvent.objects.values_list("alert__condition", "level"))
    assert levels["gamma_cliff"] == "error"
    assert Notification.objects.filter(level="error", title__contains="Gamma cliff ahead").exists()


def test_weekends_and_weeks_with_holes_are_not_judged(trader: User) -> None:
    for condition in ("gamma_cliff", "weekly_decay"):
        rule(trader, "gamma_week", condition, rearm="recross")
    with time_machine.travel(WEEKEND, tick=False):
        chain = SimulatedSource(seed=42).fetch_chain("SPX", at=WEEKEND)
        snapshot = store_observation(chain, received_at=WEEKEND).snapshot
        assert evaluate_snapshot(snapshot.pk, at=WEEKEND) == []
    friday = OPEN_MARKET + timedelta(days=2)
    with time_machine.travel(friday, tick=False):  # of Monday to Thursday nothing was recorded
        chain = SimulatedSource(seed=42).fetch_chain("SPY", at=friday)
        snapshot = store_observation(chain, received_at=friday).snapshot
        Alert.objects.all().delete()
        rule(trader, "gamma_week", "weekly_decay", symbol="SPY")
        cliff = rule(trader, "gamma_week", "gamma_cliff", symbol="SPY")
        assert [one.alert_id for one in evaluate_snapshot(snapshot.pk, at=friday)] == [cliff.pk]
