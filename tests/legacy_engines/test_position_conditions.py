from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legacy_engines.position_management_agent import PositionManagementAgent
from legacy_engines.trading.position_conditions import monitoring_notices, regime_of
from tests.legacy_engines.recording_store import RecordingStore
from tests.parity.worlds import SqliteStore

PRICES = st.floats(1, 10000)
GAMMAS = st.floats(-1e11, 1e11)


class Gamma:
    """Net GEX by symbol; a symbol without an answer fails."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self.answers = answers

    def get_net_gamma(self, symbol: str) -> Any:
        return self.answers[symbol]

    def get_skew_data(self, symbol: str) -> Any:
        return {}


def agent() -> PositionManagementAgent:
    return PositionManagementAgent(store=SqliteStore())


def entry(gex: float = 1e9, flip: float = 500.0, spot: float = 510.0) -> dict[str, Any]:
    return {
        "entry_net_gex": gex,
        "entry_flip_point": flip,
        "entry_spot_price": spot,
        "entry_regime": regime_of(gex, spot, flip),
    }


def now(gex: float = 1e9, flip: float = 500.0, spot: float = 510.0) -> dict[str, Any]:
    return {"net_gex": gex, "flip_point": flip, "spot_price": spot}


def alerts(position: dict[str, Any], current: dict[str, Any]) -> list[tuple[str, str]]:
    answer = agent().check_position_conditions(position, current)
    return [(alert["type"], alert["severity"]) for alert in answer["alerts"]]


@pytest.mark.parametrize(
    ("gex", "spot", "flip", "regime"),
    [
        (-1, 10, 9, "Negative GEX, Above Flip"),
        (0, 9, 10, "Positive GEX, Below Flip"),
        (1, 9, 9, "Positive GEX, At Flip"),
        (1, 0, 9, "Positive GEX, Unknown"),
        (-1, 9, 0, "Negative GEX, Unknown"),
    ],
)
def test_regime_names_sign_and_side(gex: float, spot: float, flip: float, regime: str) -> None:
    assert regime_of(gex, spot, flip) == regime


@pytest.mark.parametrize(
    ("current", "expected"),
    [
        (now(), []),
        (now(gex=1.5e9), []),
        (now(gex=1.51e9), [("gex_material_change", "warning")]),
        (now(gex=0.49e9), [("gex_material_change", "warning")]),
        (now(gex=-1.0), [("gex_regime_flip", "critical")]),
        (now(flip=505.0), []),
        (now(flip=505.1), [("flip_movement", "info")]),
        (now(flip=490.0), [("flip_movement", "info")]),
        (now(flip=489.9), [("flip_movement", "warning")]),
        (now(spot=500.0), [("flip_cross", "warning")]),
        (now(spot=535.5), [("stable_conditions", "info")]),
        (now(spot=535.51), [("large_price_move", "info")]),
        (now(spot=520.3), [("stable_conditions", "info")]),
    ],
)
def test_alert_thresholds(current: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert alerts(entry(), current) == expected


def test_a_move_of_exactly_two_percent_is_not_worth_a_word() -> None:
    assert alerts(entry(spot=600.0), now(spot=612.0)) == []


def test_alerts_keep_their_order_and_the_worst_decides() -> None:
    answer = agent().check_position_conditions(entry(), now(gex=-2e9, flip=520.0, spot=470.0))
    kinds = ["gex_regime_flip", "flip_movement", "flip_cross", "large_price_move"]
    assert [alert["type"] for alert in answer["alerts"]] == kinds
    assert answer["severity"] == "critical"
    assert all(alert["message"] and alert["suggestion"] for alert in answer["alerts"])


def test_zero_gamma_counts_as_positive() -> None:
    assert alerts(entry(gex=0.0), now(gex=5e9)) == []
    assert alerts(entry(gex=0.0), now(gex=-1.0)) == [("gex_regime_flip", "critical")]


@given(GAMMAS, GAMMAS, PRICES, PRICES, PRICES, PRICES)
def test_a_sign_change_and_a_cross_are_seen_from_both_sides(
    gex: float, gex_later: float, flip: float, flip_later: float, spot: float, spot_later: float
) -> None:
    there = alerts(entry(gex, flip, spot), now(gex_later, flip_later, spot_later))
    back = alerts(entry(gex_later, flip_later, spot_later), now(gex, flip, spot))
    for alert in (("gex_regime_flip", "critical"), ("flip_cross", "warning")):
        assert (alert in there) == (alert in back)


@given(GAMMAS, GAMMAS, PRICES, PRICES)
def test_changes_lead_from_entry_to_now(gex: float, gex_later: float, spot: float, spot_later: float) -> None:
    answer = agent().check_position_conditions(entry(gex, spot=spot), now(gex_later, spot=spot_later))
    changes = answer["changes"]
    assert gex + changes["gex_change"] == pytest.approx(gex_later, rel=1e-9, abs=1e-3)
    assert spot * (1 + changes["spot_change_pct"] / 100) == pytest.approx(spot_later, rel=1e-6, abs=1e-6)
    assert answer["severity"] in {"info", "warning", "critical"}


def test_an_unknown_regime_at_entry_must_be_a_text() -> None:
    with pytest.raises(TypeError):
        agent().check_position_conditions({**entry(), "entry_regime": None}, now())


def test_conditions_are_stored_with_the_position() -> None:
    made = agent()
    number = made.store.insert("positions", {"symbol": "SPY", "status": "OPEN"})
    made.store_entry_conditions(number, now(gex=-1e9, flip=520.0))
    made.store_entry_conditions(number + 1, now())
    row = made.store.select("positions")[0]
    assert (row["entry_net_gex"], row["entry_regime"]) == (-1e9, "Negative GEX, Below Flip")


def test_a_condition_that_is_not_a_number_is_stored_as_missing() -> None:
    store = RecordingStore()
    PositionManagementAgent(store=store).store_entry_conditions(1, now(gex=math.nan))
    assert store.written["entry_net_gex"] is None
    assert store.written["entry_regime"] == "Positive GEX, Above Flip"


def test_only_the_statuses_asked_for_count_as_open() -> None:
    made = agent()
    for status in ("OPEN", "ACTIVE", "CLOSED"):
        made.store.insert("positions", {"symbol": status, "status": status, "opened_at": "2025-10-01 10:00:00"})
    both = PositionManagementAgent(store=made.store, statuses=("OPEN", "ACTIVE"))
    assert list(made.get_active_positions_with_conditions()["symbol"]) == ["OPEN"]
    assert list(both.get_active_positions_with_conditions()["symbol"]) == ["OPEN", "ACTIVE"]


def test_times_in_two_formats_are_refused() -> None:
    made = agent()
    for moment in ("2025-10-01T10:00:00Z", "2025-10-01 10:00:00"):
        made.store.insert("positions", {"symbol": "SPY", "status": "OPEN", "opened_at": moment})
    with pytest.raises(ValueError):
        made.get_active_positions_with_conditions()


def test_monitoring_skips_what_it_cannot_judge() -> None:
    made = agent()
    for symbol, gex in (("SPY", 1e9), ("QQQ", 1e9), ("IWM", 1e9), ("DIA", 0.0), ("TSLA", None)):
        row = {**entry(), "entry_net_gex": gex, "symbol": symbol, "status": "OPEN", "opened_at": "2025-10-01 10:00:00"}
        made.store.insert("positions", row)
    turned = now(gex=-1e9)
    found = made.monitor_all_positions(Gamma({"SPY": turned, "IWM": {"error": "x"}, "DIA": turned, "TSLA": turned}))
    assert [each["symbol"] for each in found] == ["SPY"]
    assert found[0]["analysis"]["severity"] == "critical"


@pytest.mark.parametrize(
    ("severities", "levels"),
    [
        ([], []),
        (["info"], ["caption"]),
        (["warning", "info"], ["warning", "caption"]),
        (["warning", "critical"], ["error", "caption"]),
    ],
)
def test_the_sidebar_names_the_worst(severities: list[str], levels: list[str]) -> None:
    notices = monitoring_notices({"severity": severity} for severity in severities)
    assert [level for level, _ in notices] == levels
