"""How the market has changed since a position was opened: conditions at entry, alerts, and what the sidebar says."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from legacy_engines.ports import GammaSource
from legacy_engines.row_frames import frame_of, parse_dates, without_nan
from legacy_engines.storage import RowStore

POSITIONS: Final = "positions"
BILLION: Final = 1e9
MATERIAL_GEX_CHANGE_PERCENT: Final = 50
FLIP_MOVE_PERCENT: Final = 1.0
FLIP_WARNING_PERCENT: Final = 2
LARGE_MOVE_PERCENT: Final = 5
NOTEWORTHY_MOVE_PERCENT: Final = 2

COLUMNS: Final = (
    "id",
    "symbol",
    "strategy",
    "entry_price",
    "quantity",
    "opened_at",
    "entry_net_gex",
    "entry_flip_point",
    "entry_spot_price",
    "entry_regime",
    "notes",
)
TEXTS: Final = frozenset({"symbol", "strategy", "opened_at", "entry_regime", "notes"})


@dataclass(frozen=True)
class Conditions:
    """The market at one moment. net_gex: US dollars per 1 % move; prices in US dollars."""

    net_gex: float
    flip_point: float
    spot_price: float
    regime: str


def regime_of(net_gex: float, spot_price: float, flip_point: float) -> str:
    """Return sign of dealer gamma and side of the flip, e.g. `Negative GEX, Below Flip`. Zero gamma is positive."""
    sign = "Negative" if net_gex < 0 else "Positive"
    if spot_price == 0 or flip_point == 0:
        side = "Unknown"
    elif spot_price > flip_point:
        side = "Above Flip"
    else:
        side = "Below Flip" if spot_price < flip_point else "At Flip"
    return f"{sign} GEX, {side}"


def condition_changes(entry: Conditions, now: Conditions) -> dict[str, float]:
    """Return the changes since entry, absolute and in percent of entry; a percentage of zero is 0."""
    gex = now.net_gex - entry.net_gex
    flip = now.flip_point - entry.flip_point
    spot = now.spot_price - entry.spot_price
    return {
        "gex_change": gex,
        "gex_change_pct": gex / abs(entry.net_gex) * 100 if entry.net_gex != 0 else 0,
        "flip_change": flip,
        "flip_change_pct": flip / entry.flip_point * 100 if entry.flip_point != 0 else 0,
        "spot_change": spot,
        "spot_change_pct": spot / entry.spot_price * 100 if entry.spot_price != 0 else 0,
    }


def condition_alerts(
    entry: Conditions, now: Conditions, changes: Mapping[str, float]
) -> tuple[list[dict[str, str]], str]:
    """Return the alerts in their fixed order, and the overall severity: info, warning or critical."""
    found = [rule(entry, now, changes) for rule in (_gex_alert, _flip_alert, _cross_alert, _price_alert)]
    alerts = [alert for alert in found if alert]
    if not alerts and abs(changes["spot_change_pct"]) > NOTEWORTHY_MOVE_PERCENT:
        alerts = [_stable_alert(changes)]
    severities = {alert["severity"] for alert in alerts}
    return alerts, next((level for level in ("critical", "warning") if level in severities), "info")


def _alert(kind: str, severity: str, message: str, suggestion: str) -> dict[str, str]:
    return {"type": kind, "message": message, "severity": severity, "suggestion": suggestion}


def _gex_alert(entry: Conditions, now: Conditions, changes: Mapping[str, float]) -> dict[str, str] | None:
    was, is_now = entry.net_gex / BILLION, now.net_gex / BILLION
    if (entry.net_gex < 0) != (now.net_gex < 0):
        return _alert(
            "gex_regime_flip",
            "critical",
            f"Net GEX has changed sign since entry: ${was:.2f}B then, ${is_now:.2f}B now",
            "Dealers now hedge the other way. Close or cut the position if its thesis needs the old regime.",
        )
    if abs(changes["gex_change_pct"]) > MATERIAL_GEX_CHANGE_PERCENT:
        return _alert(
            "gex_material_change",
            "warning",
            f"Net GEX has moved {changes['gex_change_pct']:+.1f}% since entry: ${was:.2f}B then, ${is_now:.2f}B now",
            "The regime is the same but its strength is not. Check targets and stops against the new levels.",
        )
    return None


def _flip_alert(entry: Conditions, now: Conditions, changes: Mapping[str, float]) -> dict[str, str] | None:
    percent = changes["flip_change_pct"]
    if not abs(percent) > FLIP_MOVE_PERCENT:
        return None
    return _alert(
        "flip_movement",
        "warning" if abs(percent) > FLIP_WARNING_PERCENT else "info",
        f"Flip point has moved {percent:+.2f}%: from ${entry.flip_point:.2f} to ${now.flip_point:.2f}",
        "Move targets and stops that were set by the old flip point.",
    )


def _cross_alert(entry: Conditions, now: Conditions, changes: Mapping[str, float]) -> dict[str, str] | None:
    if ("Above Flip" in entry.regime) == ("Above Flip" in now.regime):
        return None
    return _alert(
        "flip_cross",
        "warning",
        f"Spot is not on the side of the flip point recorded at entry: entered at ${entry.spot_price:.2f}, "
        f"flip now ${now.flip_point:.2f}, spot now ${now.spot_price:.2f}",
        "Expect a different kind of trading on this side of the flip. Hold only if the trade works there too.",
    )


def _price_alert(entry: Conditions, now: Conditions, changes: Mapping[str, float]) -> dict[str, str] | None:
    percent = changes["spot_change_pct"]
    if not abs(percent) > LARGE_MOVE_PERCENT:
        return None
    return _alert(
        "large_price_move",
        "info",
        f"Spot has moved {percent:+.2f}% since entry: from ${entry.spot_price:.2f} to ${now.spot_price:.2f}",
        "Take part of a profit or tighten the stop; on the wrong side, check whether the thesis still stands.",
    )


def _stable_alert(changes: Mapping[str, float]) -> dict[str, str]:
    return _alert(
        "stable_conditions",
        "info",
        f"GEX conditions are close to those at entry while spot has moved {changes['spot_change_pct']:+.2f}%",
        "Nothing speaks against the thesis. Manage the position by its plan.",
    )


def monitoring_notices(analyses: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Return what the sidebar says about analyses, as level and text: the worst severity counted, then a caption."""
    severities = [analysis["severity"] for analysis in analyses]
    if not severities:
        return []
    pointer = ("caption", "Details are on the Positions page.")
    critical, warnings = severities.count("critical"), severities.count("warning")
    if critical:
        return [("error", f"Positions with a critical change: {critical}"), pointer]
    return [("warning", f"Positions with a warning: {warnings}"), pointer] if warnings else [pointer]


class PositionManagementAgent:
    """Compares the market now with the market at entry.

    store: holds `positions`. statuses: which rows count as open. Deliberate (trading Q-13): only `OPEN` by default,
    while forms store `ACTIVE`; the application names both.
    """

    def __init__(self, *, store: RowStore, statuses: Collection[str] = ("OPEN",)) -> None:
        self.store = store
        self.statuses = tuple(statuses)

    def _determine_regime(self, net_gex: float, spot_price: float, flip_point: float) -> str:
        return regime_of(net_gex, spot_price, flip_point)

    def store_entry_conditions(self, position_id: int, gex_data: Mapping[str, Any]) -> None:
        """Store the market at entry with a position; an unknown id changes nothing."""
        net_gex = gex_data.get("net_gex", 0)
        flip, spot = gex_data.get("flip_point", 0), gex_data.get("spot_price", 0)
        changes = {
            "entry_net_gex": net_gex,
            "entry_flip_point": flip,
            "entry_spot_price": spot,
            "entry_regime": regime_of(net_gex, spot, flip),
        }
        self.store.update(POSITIONS, without_nan(changes), [("id", "=", position_id)])

    def get_active_positions_with_conditions(self) -> pd.DataFrame:
        """Return the open positions, newest first by the text of `opened_at`, which is then read as a time.

        The format of the first one is that of all: another one, or zones on some only, is a ValueError.
        """
        rows = self.store.select(POSITIONS, [("status", "in", self.statuses)], ["-opened_at"])
        return parse_dates(frame_of(rows, COLUMNS, texts=TEXTS), ["opened_at"])

    def check_position_conditions(self, position: Mapping[str, Any], current_gex: Mapping[str, Any]) -> dict[str, Any]:
        """Return alerts, overall severity, changes since entry, and the market at entry and now."""
        entry = Conditions(
            position.get("entry_net_gex", 0),
            position.get("entry_flip_point", 0),
            position.get("entry_spot_price", 0),
            position.get("entry_regime", "Unknown"),
        )
        net_gex, flip, spot = (current_gex.get(key, 0) for key in ("net_gex", "flip_point", "spot_price"))
        now = Conditions(net_gex, flip, spot, regime_of(net_gex, spot, flip))
        changes = condition_changes(entry, now)
        alerts, severity = condition_alerts(entry, now, changes)
        return {
            "alerts": alerts,
            "severity": severity,
            "changes": changes,
            "entry": vars(entry).copy(),
            "current": vars(now).copy(),
        }

    def monitor_all_positions(self, api_client: GammaSource) -> list[dict[str, Any]]:
        """Return the positions with alerts. Those without conditions at entry, or that fail, are skipped."""
        positions: list[dict[str, Any]] = self.get_active_positions_with_conditions().to_dict("records")  # type: ignore[assignment]
        known = [row for row in positions if not pd.isna(row["entry_net_gex"]) and row["entry_net_gex"] != 0]
        results: list[dict[str, Any]] = []
        for row in known:
            try:
                gex = api_client.get_net_gamma(row["symbol"])
                analysis = self.check_position_conditions(row, gex) if gex and not gex.get("error") else None
            except Exception:  # noqa: BLE001, S112 - as specified, one failing position must not stop the others
                continue
            if analysis and analysis["alerts"]:
                results.append(_monitored(row, analysis))
        return results


def _monitored(row: Mapping[str, Any], analysis: dict[str, Any]) -> dict[str, Any]:
    return {
        "position_id": row["id"],
        "symbol": row["symbol"],
        "strategy": row["strategy"],
        "opened_at": row["opened_at"],
        "analysis": analysis,
    }
