"""Alert rules of the old program: when they fire, what they say, and the five presets of a symbol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from legacy_engines.ports import Clock, local_now

Trigger = tuple[bool, str]
QUIET: Trigger = (False, "")
FAR_FROM_FLIP = 999.0
RECENTLY = timedelta(hours=24)
CHECK_INPUT = (1, 30, 5)
"""Input of the check frequency in minutes: least, most, default."""


class Alert:
    """One rule. threshold: percent for `flip_proximity` and `iv_spike`, unused otherwise."""

    def __init__(
        self, alert_type: str, symbol: str, condition: str, threshold: float, current_value: float | None = None
    ) -> None:
        self.alert_type = alert_type
        self.symbol = symbol
        self.condition = condition
        self.threshold = threshold
        self.current_value = current_value
        self.triggered = False
        self.trigger_time: datetime | None = None

    def check(self, market_data: Mapping[str, Any]) -> Trigger:
        """Return whether the rule fires on the data, and its message (empty when it does not)."""
        rules = {
            "flip_proximity": self._near_flip,
            "wall_break": self._wall_broken,
            "gex_regime": self._in_regime,
            "iv_spike": self._volatility_high,
        }
        rule = rules.get(self.alert_type)
        return rule(market_data) if rule else QUIET

    def to_dict(self) -> dict[str, Any]:
        """Return the rule and its state as a row."""
        return {
            "type": self.alert_type,
            "symbol": self.symbol,
            "condition": self.condition,
            "threshold": self.threshold,
            "current_value": self.current_value,
            "triggered": self.triggered,
            "trigger_time": self.trigger_time,
        }

    def _near_flip(self, data: Mapping[str, Any]) -> Trigger:
        spot, flip = data.get("spot_price", 0), data.get("flip_point", 0)
        distance = abs((flip - spot) / spot * 100) if spot else FAR_FROM_FLIP
        if distance <= self.threshold:
            return True, f"{self.symbol}: ${spot:.2f} is within {distance:.2f}% of the flip at ${flip:.2f}"
        return QUIET

    def _wall_broken(self, data: Mapping[str, Any]) -> Trigger:
        # Deliberate (plans Q13): `condition` is ignored, the call wall is looked at first. The application passes only
        # the wall that its rule is about.
        spot, call_wall, put_wall = (data.get(name, 0) for name in ("spot_price", "call_wall", "put_wall"))
        if call_wall and spot >= call_wall:
            return True, f"{self.symbol}: ${spot:.2f} has broken the call wall at ${call_wall:.2f}"
        if put_wall and spot <= put_wall:
            return True, f"{self.symbol}: ${spot:.2f} has broken the put wall at ${put_wall:.2f}"
        return QUIET

    def _in_regime(self, data: Mapping[str, Any]) -> Trigger:
        # Deliberate (plans Q13): a state, not a change.
        net_gex = data.get("net_gex", 0)
        if self.condition == "flip_negative" and net_gex < 0:
            return True, f"{self.symbol}: net GEX is negative at ${net_gex / 1e9:.2f}B, dealers add to moves"
        if self.condition == "flip_positive" and net_gex > 0:
            return True, f"{self.symbol}: net GEX is positive at ${net_gex / 1e9:.2f}B, dealers damp moves"
        return QUIET

    def _volatility_high(self, data: Mapping[str, Any]) -> Trigger:
        # Deliberate (plans Q13): reads `iv`, in percent, which the data client never gave. The application passes it.
        volatility = data.get("iv", 0)
        if volatility > self.threshold:
            return True, f"{self.symbol}: implied volatility {volatility:.1f}% is above {self.threshold:.1f}%"
        return QUIET


@dataclass
class AlertBook:
    """What one person's alerts have come to. history: `{time, message, alert}`, oldest first."""

    active_alerts: list[Alert] = field(default_factory=list)
    triggered_alerts: list[dict[str, Any]] = field(default_factory=list)
    alert_history: list[dict[str, Any]] = field(default_factory=list)


class AlertManager:
    """Checks the active alerts of a book. A fired alert leaves the active list."""

    def __init__(self, *, clock: Clock, book: AlertBook | None = None) -> None:
        self.clock = clock
        self.book = book if book is not None else AlertBook()

    def add_alert(self, alert: Alert) -> None:
        self.book.active_alerts.append(alert)

    def remove_alert(self, index: int) -> None:
        """Remove the active alert at `index`; an index that does not exist changes nothing."""
        if 0 <= index < len(self.book.active_alerts):
            self.book.active_alerts.pop(index)

    def check_alerts(self, market_data: Mapping[str, Any]) -> list[str]:
        """Return the messages of the alerts that fire. Data that a rule cannot read raises and leaves the rest."""
        symbol = market_data.get("symbol", "")
        messages: list[str] = []
        for alert in self.book.active_alerts:
            if alert.symbol != symbol:
                continue
            triggered, message = alert.check(market_data)
            if not triggered:
                continue
            alert.triggered, alert.trigger_time = True, local_now(self.clock)
            messages.append(message)
            self.book.triggered_alerts.append(alert.to_dict())
            entry = {"time": alert.trigger_time, "message": message, "alert": alert.to_dict()}
            self.book.alert_history.append(entry)
        self.book.active_alerts[:] = [alert for alert in self.book.active_alerts if not alert.triggered]
        return messages

    def get_active_count(self) -> int:
        return len(self.book.active_alerts)

    def get_triggered_count(self) -> int:
        """Return how many alerts fired within the last 24 hours."""
        since = local_now(self.clock) - RECENTLY
        return sum(entry["time"] > since for entry in self.book.alert_history)


def create_alert_presets(symbol: str) -> list[Alert]:
    """Return the five alerts that a symbol is usually watched with."""
    return [
        Alert("flip_proximity", symbol, "within", 1.0),
        Alert("wall_break", symbol, "call_wall", 0),
        Alert("wall_break", symbol, "put_wall", 0),
        Alert("gex_regime", symbol, "flip_negative", 0),
        Alert("iv_spike", symbol, "above", 50.0),
    ]


@dataclass(frozen=True)
class AlertInput:
    """The one further input of an alert type: a choice of conditions, or a threshold (low, high, default, step)."""

    label: str
    choices: tuple[str, ...] = ()
    threshold: tuple[float, float, float, float] | None = None
    condition: str = ""


ALERT_INPUTS = {
    "flip_proximity": AlertInput("Distance to Flip (%)", threshold=(0.1, 5.0, 1.0, 0.1), condition="within"),
    "wall_break": AlertInput("Direction", choices=("call_wall", "put_wall")),
    "gex_regime": AlertInput("Change To", choices=("flip_negative", "flip_positive")),
    "iv_spike": AlertInput("IV Threshold (%)", threshold=(10.0, 100.0, 50.0, 5.0), condition="above"),
}


def alert_from_inputs(alert_type: str, symbol: str = "SPY", value: Any = None) -> Alert:
    """Return the alert a form describes; `value` None takes the input's default. An unknown type raises KeyError."""
    wanted = ALERT_INPUTS[alert_type]
    if wanted.threshold:
        return Alert(alert_type, symbol.upper(), wanted.condition, wanted.threshold[2] if value is None else value)
    return Alert(alert_type, symbol.upper(), wanted.choices[0] if value is None else value, 0)


def describe_alert(alert: Alert) -> str:
    """Return the alert in one line."""
    with_threshold = alert.condition in ("within", "above")
    return f"{alert.symbol} - {alert.alert_type}" + (
        f" ({alert.condition} {alert.threshold}%)" if with_threshold else ""
    )


def alert_figures(manager: AlertManager, last_check: datetime | None) -> dict[str, Any]:
    """Return what the alert page shows: counts, time of the last check, the last five fired and the active ones."""
    recent: Sequence[Mapping[str, Any]] = manager.book.triggered_alerts[-5:]
    return {
        "metrics": [
            ("Active Alerts", manager.get_active_count()),
            ("Triggered (24h)", manager.get_triggered_count()),
            ("Last Check", last_check.strftime("%H:%M:%S") if last_check else "Never"),
        ],
        "recent_lines": [f"{row.get('symbol', 'N/A')}: {row.get('type', 'Unknown')}" for row in recent],
        "active_lines": [describe_alert(alert) for alert in manager.book.active_alerts],
    }


def monitor_messages(manager: AlertManager, market_data: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """Check the alerts and return what to tell: a warning with the count, the messages, how many still wait."""
    messages = manager.check_alerts(market_data)
    waiting = manager.get_active_count()
    told: list[tuple[str, list[str]]] = []
    if messages:
        told.append(("warning", [f"{len(messages)} alert{'s' * (len(messages) > 1)} fired"]))
        told += [("success", [message]) for message in messages]
    if waiting:
        told.append(("info", [f"{waiting} alert{'s' * (waiting > 1)} waiting"]))
    return told


def alert_settings(
    *, enabled: bool = True, check_frequency: int = CHECK_INPUT[2], sound: bool = False
) -> dict[str, Any]:
    """Return the monitoring settings. check_frequency: minutes, within `CHECK_INPUT`."""
    return {"enabled": True, "check_frequency": check_frequency, "sound": sound} if enabled else {"enabled": False}
