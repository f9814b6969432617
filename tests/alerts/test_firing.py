"""When rules fire: each condition, each way of arming anew, snoozed ones, stale numbers, another source."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from apps.alerts import rules
from apps.alerts.models import Alert, AlertCheck, AlertEvent, Notification, NotificationSettings
from apps.alerts.rule_types import TYPES
from tests.alerts.market import judged, rule
from tests.moments import OPEN_MARKET
from tests.parity.cases import OWN_VECTORS, documents

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)

# Type, condition, threshold, figures that do not fire, figures that do.
CASES: tuple[tuple[str, str, float, dict[str, Any], dict[str, Any]], ...] = (
    ("price", "above", 6010, {"spot": 6009.99}, {"spot": 6010}),
    ("price", "below", 5990, {"spot": 5990.01}, {"spot": 5990}),
    ("price", "crosses", 6010, {"spot": 6000}, {"spot": 6011}),
    ("price", "crosses", 5990, {"spot": 6000}, {"spot": 5989}),
    ("flip_proximity", "within", 1, {"flip_point": 5900}, {"flip_point": 5940}),
    ("wall_break", "call_wall", 0, {"spot": 6099, "put_wall": 6200}, {"spot": 6100}),
    ("wall_break", "put_wall", 0, {"spot": 5801, "call_wall": 5700}, {"spot": 5800}),
    ("wall_distance", "call_wall", 1, {"spot": 6000}, {"spot": 6050}),
    ("wall_distance", "put_wall", 1, {"spot": 6000}, {"spot": 5850}),
    ("gex_regime", "flip_negative", 0, {"net_gex": 1e9}, {"net_gex": -1e9}),
    ("gex_regime", "flip_positive", 0, {"net_gex": -1e9}, {"net_gex": 1e9}),
    ("net_gex", "below", -1.5, {"net_gex": -1.49e9}, {"net_gex": -1.5e9}),
    ("iv_spike", "above", 50, {"implied_volatility": 0.5}, {"implied_volatility": 0.501}),
    ("gamma_cliff", "today", 60, {"zero_dte_share": 0.59}, {"zero_dte_share": 0.6}),
)


def test_every_condition_fires_when_it_holds_and_not_before(trader: User) -> None:
    for number, (alert_type, condition, threshold, quiet, loud) in enumerate(CASES):
        Alert.objects.all().delete()
        made = rule(trader, alert_type, condition, threshold)
        at = OPEN_MARKET + number * MINUTE
        assert judged(at, **quiet) == [], made.figure
        (event,) = judged(at + MINUTE / 2, **loud)
        assert (event.alert_id, event.symbol, event.owner) == (made.pk, "SPX", trader)
        assert "Test feed" in event.text
    assert {(alert_type, condition) for alert_type, condition, *_ in CASES} >= {
        (key, condition)
        for key, one in TYPES.items()
        if one.subject == "symbol" and key not in ("gamma_week",)
        for condition in one.conditions
        if (key, condition) not in {("net_gex", "above"), ("net_gex", "crosses"), ("gamma_cliff", "next")}
    }


def test_the_old_rules_fire_as_recorded(trader: User) -> None:
    """Every recorded check of the engine that a stored rule can state, through our tables and the bulk statement."""
    (recorded,) = (one.cases for one in documents(OWN_VECTORS) if one.callable.endswith("Alert.check"))
    compared = 0
    for number, case in enumerate(recorded):
        told, data = case.init, case.args[0]
        condition = TYPES[told["alert_type"]].conditions.get(told["condition"]) if told["alert_type"] in TYPES else None
        spot = data.get("spot_price")
        if condition is None or case.raises or not spot or not isinstance(told["threshold"], int | float):
            continue
        if told["alert_type"] in ("gex_regime", "wall_break"):  # decided otherwise: on a change, its own wall only
            continue
        Alert.objects.all().delete()
        AlertCheck.objects.all().delete()
        rule(trader, told["alert_type"], told["condition"], told["threshold"])
        figures = {
            "spot": round(spot, 4),
            "net_gex": data.get("net_gex", 0),
            "flip_point": data.get("flip_point", 0),
            "implied_volatility": data["iv"] / 100 if "iv" in data else None,
        }
        if spot != figures["spot"]:
            continue
        fired = judged(OPEN_MARKET + number * MINUTE, **figures)
        assert bool(fired) is case.expected["triggered"], case.id
        for figure in (case.expected["message"] or {}).get("figures", ()):
            assert figure in fired[0].text, case.id
        compared += 1
    assert compared >= 19


def test_a_regime_that_stands_does_not_fire_and_a_change_does(trader: User) -> None:
    rule(trader, "gex_regime", "flip_negative", rearm="recross")
    assert judged(net_gex=-1e9) == []
    assert judged(OPEN_MARKET + MINUTE, net_gex=1e9) == []
    (event,) = judged(OPEN_MARKET + 2 * MINUTE, net_gex=-1e9)
    assert event.title == "SPX net GEX turns negative"
    assert "net GEX is negative at $-1.00B" in event.text
    assert judged(OPEN_MARKET + 3 * MINUTE, net_gex=-2e9) == []


def test_arming_once_on_recross_after_a_pause_and_daily(trader: User) -> None:
    ways = {way: rule(trader, threshold=6010, rearm=way, pause_minutes=30) for way in Alert.Rearm.values}
    spots = [(0, 6020), (1, 6020), (2, 6000), (3, 6020), (31, 6020), (24 * 60, 6020), (24 * 60 + 1, 6020)]
    fired: dict[str, list[int]] = {way: [] for way in ways}
    for minute, spot in spots:
        for event in judged(OPEN_MARKET + minute * MINUTE, spot=spot):
            (way,) = (name for name, one in ways.items() if one.pk == event.alert_id)
            fired[way].append(minute)
    assert fired == {"once": [0], "recross": [0, 3], "after": [0, 31, 1440], "daily": [0, 1440]}
    assert Alert.objects.get(pk=ways["once"].pk).state == "fired"
    assert AlertEvent.objects.count() == Notification.objects.count() == 8
    rules.arm(ways["once"])
    assert len(judged(OPEN_MARKET + 1442 * MINUTE, spot=6020)) == 1  # armed anew


def test_a_snoozed_rule_is_silent_and_fires_afterwards_if_it_still_holds(trader: User) -> None:
    state = rule(trader, threshold=6010, rearm="recross")
    change = rule(trader, "gex_regime", "flip_negative", rearm="recross")
    judged(spot=6000, net_gex=1e9)
    for one in (state, change):
        rules.snooze(one, "15", at=OPEN_MARKET)
    assert judged(OPEN_MARKET + MINUTE, spot=6020, net_gex=-1e9) == []
    fired = judged(OPEN_MARKET + 16 * MINUTE, spot=6020, net_gex=-1e9)
    assert [event.alert_id for event in fired] == [state.pk]
    rules.switch_off(state)
    assert judged(OPEN_MARKET + 17 * MINUTE, spot=6000) == judged(OPEN_MARKET + 18 * MINUTE, spot=6020) == []
    assert rules.snooze(change, "session", at=OPEN_MARKET) == OPEN_MARKET.replace(day=19, hour=9, minute=30)


def test_stale_numbers_fire_nothing_and_the_page_can_say_so(trader: User) -> None:
    rule(trader, threshold=6010)
    assert judged(spot=6020, late=True) == []
    assert "not judged" in AlertCheck.objects.get(subject="SPX").problem
    assert len(judged(OPEN_MARKET + MINUTE, spot=6020)) == 1
    assert AlertCheck.objects.get(subject="SPX").problem == ""


def test_nothing_crosses_between_two_sources_and_titles_name_numbers_that_are_not_real(trader: User) -> None:
    rule(trader, condition="crosses", threshold=6010)
    state = rule(trader, threshold=6010)
    judged(spot=6000)
    (event,) = judged(OPEN_MARKET + MINUTE, spot=6020, kind="simulated", source="simulated", source_label="Simulated")
    assert event.alert_id == state.pk
    assert event.title == "Simulated: SPX at or above 6,010.00"
    assert "Nothing of it is real." in event.text


def test_what_a_snapshot_does_not_know_is_not_judged(trader: User) -> None:
    rule(trader, "flip_proximity", "within", 5)
    rule(trader, "wall_break", "call_wall")
    rule(trader, "iv_spike", "above", 10)
    assert judged(flip_point=None, call_wall=None, implied_volatility=None) == []


def test_switched_off_checking_and_other_symbols_fire_nothing(trader: User, owner: User) -> None:
    rule(trader, threshold=6010)
    rule(owner, threshold=6010)
    rule(trader, threshold=6010, symbol="SPY")
    NotificationSettings.objects.create(user=owner, is_on=False)
    assert [event.owner for event in judged(spot=6020)] == [trader]


def test_many_at_once_are_one_message_with_all_of_them_in_the_history(trader: User) -> None:
    for level in range(25):
        rule(trader, threshold=6000 + level)
    assert len(judged(spot=6050)) == 25
    told = Notification.objects.get()
    assert told.title == "25 alerts fired"
    assert "and 5 more" in told.text
    assert "Test feed" in told.text
