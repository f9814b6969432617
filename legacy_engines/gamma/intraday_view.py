"""What the intraday tracking shows: insights, the one-line summary, the dashboard, the capture widget."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from legacy_engines.gamma.intraday import IntradayTracker, should_capture_snapshot
from legacy_engines.gamma.intraday_charts import create_intraday_charts

BIG_GEX_MOVE: Final = 1e9
FLIP_MOVE_PERCENT: Final = 1.0
VOLATILITY_MOVE_POINTS: Final = 5
PUT_CALL_MOVE: Final = 0.2


def intraday_insights(changes: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what the changes of the day mean, in fixed order: {id, text}, and `values` where figures belong to it.

    changes: `IntradayTracker.calculate_changes`.
    """
    found = [
        *_gex_shift(changes["net_gex_change"]),
        *_flip_move(changes["flip_change_pct"]),
        *_divergence(changes["price_change_pct"], changes["flip_change_pct"]),
        *_volatility_move(changes["iv_change"]),
        *_put_call_move(changes["pcr_change"]),
    ]
    return found or [_insight("NO_SIGNIFICANT_CHANGES", "No significant change since the first snapshot.")]


def _insight(code: str, text: str, *values: str) -> dict[str, Any]:
    return {"id": code, **({"values": list(values)} if values else {}), "text": text}


def _gex_shift(change: float) -> list[dict[str, Any]]:
    if not abs(change) > BIG_GEX_MOVE:
        return []
    size = f"{abs(change) / 1e9:.2f}"
    shift = _insight("GEX_REGIME_SHIFT", f"Net GEX moved by ${size}B today: the regime is shifting.", size)
    if change < 0:
        return [shift, _insight("DEALERS_SHORT_GAMMA", "Dealers move towards short gamma: expect more volatility.")]
    return [shift, _insight("DEALERS_LONG_GAMMA", "Dealers move towards long gamma: expect moves to be damped.")]


def _flip_move(percent: float) -> list[dict[str, Any]]:
    size = f"{abs(percent):.1f}"
    if percent > FLIP_MOVE_PERCENT:
        return [_insight("FLIP_RISING", f"The flip rose by {size}%: the pivot of the day moves up.", size)]
    if percent < -FLIP_MOVE_PERCENT:
        return [_insight("FLIP_FALLING", f"The flip fell by {size}%: the pivot of the day moves down.", size)]
    return []


def _divergence(price_percent: float, flip_percent: float) -> list[dict[str, Any]]:
    if price_percent > 0 > flip_percent:
        text = "Price is up while the flip falls: the advance gains distance from its pivot, watch for a stall."
        return [_insight("DIVERGENCE_PRICE_UP_FLIP_DOWN", text)]
    if price_percent < 0 < flip_percent:
        text = "Price is down while the flip rises: the decline runs deeper into negative gamma, watch for speed."
        return [_insight("DIVERGENCE_PRICE_DOWN_FLIP_UP", text)]
    return []


def _volatility_move(points: float) -> list[dict[str, Any]]:
    size = f"{abs(points):.1f}"
    if points > VOLATILITY_MOVE_POINTS:
        return [_insight("IV_SPIKING", f"Implied volatility is up {size} points: options are being bid.", size)]
    if points < -VOLATILITY_MOVE_POINTS:
        return [_insight("IV_CRUSHING", f"Implied volatility is down {size} points: long options lose value.", size)]
    return []


def _put_call_move(change: float) -> list[dict[str, Any]]:
    size = f"{change:+.2f}"
    if change > PUT_CALL_MOVE:
        return [_insight("PUT_BUYING", f"Put/call ratio {size}: puts are in demand, traders hedge.", size)]
    if change < -PUT_CALL_MOVE:
        return [_insight("CALL_BUYING", f"Put/call ratio {size}: calls are in demand, traders reach for upside.", size)]
    return []


def get_intraday_summary(symbol: str, *, tracker: IntradayTracker) -> str:
    """Return the day in one line: the symbol, then large moves of net GEX and flip, then implied volatility."""
    changes = tracker.calculate_changes(symbol)
    if changes is None:
        return f"{symbol}: No data yet (two snapshots needed)"
    return f"{symbol}: {', '.join(_summary_parts(changes))}"


def _summary_parts(changes: Mapping[str, Any]) -> list[str]:
    gex, flip, volatility = changes["net_gex_change"], changes["flip_change_pct"], changes["iv_change"]
    parts = []
    if abs(gex) > BIG_GEX_MOVE:
        parts.append(f"GEX {'down' if gex < 0 else 'up'} ${abs(gex) / 1e9:.2f}B")
    if abs(flip) > FLIP_MOVE_PERCENT:
        parts.append(f"Flip {'down' if flip < 0 else 'up'} {abs(flip):.1f}%")
    if volatility > VOLATILITY_MOVE_POINTS:
        return [*parts, f"IV spiking {volatility:+.1f}"]
    if volatility < -VOLATILITY_MOVE_POINTS:
        return [*parts, f"IV crushing {volatility:+.1f}"]
    return [*parts, "IV stable"]


def intraday_metrics(changes: Mapping[str, Any]) -> list[list[str | None]]:
    """Return the tiles of the dashboard: label, value, change."""
    return [
        ["Net GEX Change", f"${changes['net_gex_change'] / 1e9:.2f}B", f"{changes['net_gex_change_pct']:+.1f}%"],
        ["Flip Point Move", f"${changes['flip_change']:.2f}", f"{changes['flip_change_pct']:+.2f}%"],
        ["Price Move", f"${changes['price_change']:.2f}", f"{changes['price_change_pct']:+.2f}%"],
        ["IV Change", f"{changes['iv_change']:+.1f}%", None],
    ]


def intraday_dashboard(symbol: str, *, tracker: IntradayTracker) -> dict[str, Any]:
    """Return the dashboard of a symbol: state, metrics, chart, insights, and whether clearing is offered.

    state: READY; TOO_FEW below two entries; NO_CHANGES when fewer than two of them are readable; FAILED with `error`
    when what is stored cannot be read at all, which clearing repairs.
    """
    empty: dict[str, Any] = {"metrics": [], "chart": None, "insights": [], "can_clear": False}
    try:
        if tracker.get_snapshot_count(symbol) < 2:
            return {"state": "TOO_FEW", **empty}
        changes = tracker.calculate_changes(symbol)
    except (TypeError, AttributeError, KeyError) as error:
        text = f"The snapshots of {symbol} cannot be read ({error}). Clear them to start again."
        return {"state": "FAILED", **empty, "error": text, "can_clear": True}
    if changes is None:
        return {"state": "NO_CHANGES", **empty}
    return {
        "state": "READY",
        "metrics": intraday_metrics(changes),
        "chart": create_intraday_charts(tracker.get_snapshots(symbol)),
        "insights": intraday_insights(changes),
        "can_clear": True,
    }


def snapshot_widget(symbol: str, *, tracker: IntradayTracker) -> dict[str, Any]:
    """Return what stands beside the capture button: snapshots so far, and whether it is time for another one."""
    return {
        "count": tracker.get_snapshot_count(symbol),
        "key_time_hint": should_capture_snapshot(clock=tracker.clock),
    }
