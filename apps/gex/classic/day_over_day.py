"""What changed since the session before, metric by metric, as the old program compared them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from apps.market.blocks import Block, NotReadyError
from apps.market.history import changes, series
from apps.market.history.changes import DayOverDay
from apps.market.models import Snapshot
from apps.market.notices import Badge, badge_of
from apps.market.templatetags.numbers import MISSING, percent, points, signed, signed_percent, usd_compact
from legacy_engines.gamma.trading_volatility.day_over_day import METRICS

_TRENDS = {"↑": "up", "↓": "down", "→": "flat"}
_VENDORS_OWN = ("rating", "gamma_formation")
_NEGATIVE_BASE = "The old formula divides by a negative figure here, which turns the sign of its percentage around."


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """How one metric reads."""

    label: str
    value: Callable[[float | None], str]
    change: Callable[[float], str]


_METRICS = {
    "flip_point": Metric(label="Flip", value=points, change=signed),
    "net_gex": Metric(label="Net GEX", value=usd_compact, change=usd_compact),
    "implied_volatility": Metric(
        label="Implied vol", value=percent, change=lambda change: f"{signed(change * 100, 1)} points"
    ),
    "put_call_ratio": Metric(label="Put/call", value=points, change=signed),
    "rating": Metric(label="Rating", value=points, change=signed),
    "gamma_formation": Metric(label="Gamma formation", value=points, change=signed),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """change with its percentage and trend (arrow and word), or `missing`: why nothing is compared."""

    key: str
    label: str
    now: str
    before: str
    change: str = ""
    share: str = ""
    arrow: str = ""
    trend: str = ""
    missing: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """days: which sessions, of whose numbers. notes: what needs saying about them."""

    days: str
    now_head: str
    before_head: str
    rows: list[Row]
    notes: list[str]
    badge: Badge


def build(symbol: str, at: datetime) -> Comparison:
    """Return the newest snapshot against the session before. Raises NotReadyError where that is not known."""
    snapshot = Snapshot.objects.of(symbol).first()
    found = changes.day_over_day(symbol)
    if snapshot is None or found.day is None or found.previous_day is None:
        raise NotReadyError("No levels yet", "The first ones come by themselves, and this part with them.")
    if found.problem:
        raise NotReadyError("No session to compare with", found.problem)
    rows = _rows(found)
    return Comparison(
        days=f"{found.day:%a %-d %b} against {found.previous_day:%a %-d %b}, both {snapshot.source_label}",
        now_head=f"{found.day:%a %-d %b}",
        before_head=f"{found.previous_day:%a %-d %b}",
        rows=rows,
        notes=_notes(found, rows),
        badge=badge_of(snapshot),
    )


def _rows(found: DayOverDay) -> list[Row]:
    now = series.newest(found.symbol)
    assert found.day is not None  # noqa: S101 (asked only with a session)
    then = changes.yesterday(found.symbol, found.day, source=found.source) or {}
    rows = []
    for ours, theirs in METRICS:
        if ours in found.changes:
            rows.append(_compared(ours, found))
        elif ours not in _VENDORS_OWN or theirs in then:
            rows.append(_not_compared(ours, getattr(now, ours, None), then.get(theirs)))
    return rows


def _compared(key: str, found: DayOverDay) -> Row:
    metric, change = _METRICS[key], found.changes[key]
    return Row(
        key=key,
        label=metric.label,
        now=metric.value(change["current"]),
        before=metric.value(change["yesterday"]),
        change=metric.change(change["change"]),
        share=signed_percent(change["pct_change"] / 100),
        arrow=change["trend"],
        trend=_TRENDS[change["trend"]],
    )


def _not_compared(key: str, now: float | None, then: float | None) -> Row:
    metric = _METRICS[key]
    if key in _VENDORS_OWN:
        why = "Not compared: it comes once a day."
    elif now is None or then is None:
        why = "Not compared."
    else:
        why = "No percentage of 0."
    return Row(key=key, label=metric.label, now=_known(metric, now), before=_known(metric, then), missing=why)


def _known(metric: Metric, value: float | None) -> str:
    return MISSING if value is None else metric.value(value)


def _notes(found: DayOverDay, rows: list[Row]) -> list[str]:
    shown = {row.key for row in rows}
    notes = ["Flat: less than half a percent."]
    if any(change["yesterday"] < 0 for change in found.changes.values()):
        notes.append(_NEGATIVE_BASE)
    if not shown & set(_VENDORS_OWN):
        notes.append("Rating and gamma formation: only Trading Volatility's daily history has them.")
    return notes


BLOCK = Block(
    key="day-over-day", title="Since the session before", template="gex/classic/day_over_day.html", build=build
)
