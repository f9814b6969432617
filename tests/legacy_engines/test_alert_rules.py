"""Alert rules: when they fire, that they fire once, and what data they cannot read does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legacy_engines.setups.alert_rules import ALERT_INPUTS, Alert, AlertBook, AlertManager, alert_from_inputs
from tests.parity.worlds import StandingClock

NOON = "2025-10-14T12:00:00-04:00"
PRICES = st.floats(min_value=0.5, max_value=20_000)


@given(spot=PRICES, flip=PRICES, threshold=st.floats(min_value=0, max_value=50))
def test_flip_proximity_fires_exactly_within_the_threshold(spot: float, flip: float, threshold: float) -> None:
    fired, message = Alert("flip_proximity", "SPY", "within", threshold).check({"spot_price": spot, "flip_point": flip})
    assert fired == (abs((flip - spot) / spot * 100) <= threshold)
    assert bool(message) == fired


@pytest.mark.parametrize("spot", [0, None])
def test_without_a_spot_price_the_flip_is_never_near(spot: float | None) -> None:
    assert Alert("flip_proximity", "SPY", "within", 5.0).check({"spot_price": spot, "flip_point": 500}) == (False, "")


def test_the_call_wall_is_looked_at_first_whatever_the_condition_says() -> None:
    fired, message = Alert("wall_break", "SPY", "put_wall", 0).check(
        {"spot_price": 600, "call_wall": 590, "put_wall": 610}
    )
    assert fired
    assert "call wall at $590.00" in message


def test_a_number_that_is_text_raises() -> None:
    with pytest.raises(TypeError):
        Alert("iv_spike", "SPY", "above", 50.0).check({"iv": "55"})


def test_a_fired_alert_leaves_the_active_list_and_is_counted_for_a_day() -> None:
    clock, book = StandingClock(NOON), AlertBook()
    manager = AlertManager(clock=clock, book=book)
    manager.add_alert(Alert("iv_spike", "SPY", "above", 20.0))
    assert len(manager.check_alerts({"symbol": "SPY", "iv": 30.0})) == 1
    assert manager.check_alerts({"symbol": "SPY", "iv": 30.0}) == []
    assert (manager.get_active_count(), manager.get_triggered_count()) == (0, 1)
    clock.advance(24 * 3600)
    assert manager.get_triggered_count() == 0


def test_data_a_rule_cannot_read_leaves_the_alerts_armed() -> None:
    book = AlertBook([Alert("iv_spike", "SPY", "above", 20.0)])
    with pytest.raises(TypeError):
        AlertManager(clock=StandingClock(NOON), book=book).check_alerts({"symbol": "SPY", "iv": None})
    assert len(book.active_alerts) == 1


def test_an_alert_that_fired_before_another_failed_leaves_with_the_next_check() -> None:
    fires, fails = Alert("gex_regime", "SPY", "flip_negative", 0), Alert("iv_spike", "SPY", "above", 20.0)
    manager = AlertManager(clock=StandingClock(NOON), book=AlertBook([fires, fails]))
    with pytest.raises(TypeError):
        manager.check_alerts({"symbol": "SPY", "net_gex": -1e9, "iv": None})
    assert (manager.get_active_count(), manager.get_triggered_count()) == (2, 1)
    assert manager.check_alerts({"symbol": "SPY", "net_gex": 1e9, "iv": 10.0}) == []
    assert manager.book.active_alerts == [fails]


@pytest.mark.parametrize("kind", ALERT_INPUTS)
def test_every_kind_of_alert_can_be_made_from_its_defaults(kind: str) -> None:
    alert = alert_from_inputs(kind, "spy")
    assert (alert.alert_type, alert.symbol) == (kind, "SPY")
    assert alert.condition
