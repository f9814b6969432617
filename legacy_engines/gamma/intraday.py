"""Snapshots of a trading day, kept in the session of who watches it, and what changed since the first."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from datetime import date, datetime, time
from typing import Any, Final

from legacy_engines.ports import Clock, local_now

Snapshot = dict[str, Any]
STORE_KEY: Final = "intraday_snapshots"
KEY_TIMES: Final = (time(9, 30), *(time(hour) for hour in range(10, 16)), time(15, 45))
KEY_TIME_SECONDS: Final = 300
LONGEST_NUMBER: Final = 50
LEVELS: Final = ("spot_price", "net_gex", "flip_point", "call_wall", "put_wall")


class IntradayTracker:
    """Keeps snapshots by symbol under `intraday_snapshots` of a session; each change assigns that key anew.

    session: any mapping that lives as long as the viewer's day. clock: its local time stamps the snapshots (gamma
    Q16: the application gives New York). Prices in points, net GEX in USD, `iv` in percent, `pcr` as a ratio.
    """

    def __init__(self, *, session: MutableMapping[str, Any], clock: Clock) -> None:
        self.session = session
        self.clock = clock
        if STORE_KEY not in session:
            session[STORE_KEY] = {}

    def capture_snapshot(
        self, symbol: str, gex_data: Mapping[str, Any], skew_data: Mapping[str, Any] | None = None
    ) -> None:
        """Add a snapshot unless the symbol has one of the same minute; adding one drops those of other dates.

        Deliberate (gamma Q17): a snapshot left from another day blocks its minute and then stays.
        """
        now = local_now(self.clock)
        stored = _valid(self.get_snapshots(symbol))
        minute = now.strftime("%H:%M")
        if any(snapshot.get("time_str") == minute for snapshot in stored):
            return
        today = [snapshot for snapshot in stored if _date_of(snapshot) == now.date()]
        self._keep(symbol, [*today, snapshot_of(now, gex_data, skew_data)])

    def get_snapshots(self, symbol: str) -> list[Snapshot]:
        """Return what is stored for the symbol, oldest first."""
        stored: list[Snapshot] = self.session[STORE_KEY].get(symbol, [])
        return stored

    def get_snapshot_count(self, symbol: str) -> int:
        """Return how many entries are stored for the symbol, readable or not."""
        return len(self.get_snapshots(symbol))

    def clear_snapshots(self, symbol: str | None = None) -> None:
        """Empty one symbol's list, or everything without a symbol."""
        if symbol:
            self._keep(symbol, [])
        else:
            self.session[STORE_KEY] = {}

    def calculate_changes(self, symbol: str) -> dict[str, Any] | None:
        """Return the changes from the first to the last readable snapshot, None with fewer than two."""
        return changes_between(self._validate_snapshots(self.get_snapshots(symbol)))

    def _validate_snapshots(self, snapshots: list[Any]) -> list[Snapshot]:
        return _valid(snapshots)

    def _safe_float(self, value: Any, default: float = 0.0) -> float:
        return safe_float(value, default)

    def _keep(self, symbol: str, snapshots: list[Snapshot]) -> None:
        # A session notices that a key is assigned, not that something inside it changed.
        self.session[STORE_KEY] = {**self.session[STORE_KEY], symbol: snapshots}


def _valid(snapshots: list[Any]) -> list[Snapshot]:
    return [dict(snapshot) for snapshot in snapshots if isinstance(snapshot, Mapping)]


def _date_of(snapshot: Mapping[str, Any]) -> date | None:
    """Return the date of a snapshot whose timestamp is a datetime or, after a session was stored as text, ISO text."""
    moment = snapshot.get("timestamp")
    if isinstance(moment, datetime):
        return moment.date()
    try:
        return datetime.fromisoformat(str(moment)).date()
    except ValueError:
        return None


def snapshot_of(now: datetime, gex_data: Mapping[str, Any], skew_data: Mapping[str, Any] | None) -> Snapshot:
    """Return one snapshot; what is missing or unreadable is 0.0."""
    skew = skew_data or {}
    return {
        "timestamp": now,
        "time_str": now.strftime("%H:%M"),
        **{name: safe_float(gex_data.get(name)) for name in LEVELS},
        "iv": safe_float(skew.get("implied_volatility")) * 100,
        "pcr": safe_float(skew.get("pcr_oi")),
    }


def safe_float(value: Any, default: float = 0.0) -> float:
    """Return the value as a float, or the default when it is missing or unreadable.

    Deliberate (gamma Q18): a Decimal or a numpy integer counts as unreadable; callers convert those first.
    """
    if not isinstance(value, (int, float, str)) or (isinstance(value, str) and len(value) > LONGEST_NUMBER):
        return default
    try:
        return float(value)
    except (ValueError, OverflowError):
        return default


def changes_between(snapshots: list[Snapshot]) -> dict[str, Any] | None:
    """Return the differences of last and first snapshot, percentages of the first; None with fewer than two.

    A first value of zero gives 0 percent. Net GEX is in percent of its size, so that plus means more; the others
    are in percent of the signed value.
    """
    if len(snapshots) < 2:
        return None
    first, last = snapshots[0], snapshots[-1]
    gex, gex_change = _from_to(first, last, "net_gex")
    flip, flip_change = _from_to(first, last, "flip_point")
    price, price_change = _from_to(first, last, "spot_price")
    return {
        "net_gex_change": gex_change,
        "net_gex_change_pct": _percent(gex_change, abs(gex)),
        "flip_change": flip_change,
        "flip_change_pct": _percent(flip_change, flip),
        "price_change": price_change,
        "price_change_pct": _percent(price_change, price),
        "iv_change": _from_to(first, last, "iv")[1],
        "pcr_change": _from_to(first, last, "pcr")[1],
        "num_snapshots": len(snapshots),
        "first_time": first.get("time_str", "N/A"),
        "latest_time": last.get("time_str", "N/A"),
    }


def _from_to(first: Snapshot, last: Snapshot, name: str) -> tuple[float, float]:
    start = safe_float(first.get(name))
    return start, safe_float(last.get(name)) - start


def _percent(change: float, base: float) -> float:
    return change / base * 100 if base != 0 else 0


def should_capture_snapshot(*, clock: Clock) -> bool:
    """Return whether a key time is less than five minutes away. Deliberate (gamma Q16): local time, on any day."""
    now = local_now(clock)
    return any(abs((now - datetime.combine(now.date(), key)).total_seconds()) < KEY_TIME_SECONDS for key in KEY_TIMES)
