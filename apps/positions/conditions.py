"""What the market was when a position was opened and what it is now: the position agent's checks."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from apps.ledger.models import Position
from apps.market.models import Snapshot
from legacy_engines.trading.position_conditions import (
    Conditions,
    condition_alerts,
    condition_changes,
    regime_of,
)

Severity = Literal["critical", "warning", "info", "stable", "unknown"]
_TONES: dict[str, str] = {"critical": "loss", "warning": "warn", "info": "act", "stable": "gain", "unknown": ""}
_WORDS = {
    "gex_regime_flip": "Regime flipped",
    "gex_material_change": "Net GEX moved",
    "flip_movement": "Flip moved",
    "flip_cross": "Flip crossed",
    "large_price_move": "Large move",
    "stable_conditions": "Stable",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One condition then and now. kind: usd, price or words; change: fraction, None where there is none to say."""

    name: str
    kind: Literal["usd", "price", "words"]
    entry: float | str
    now: float | str
    change: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SinceEntry:
    """The agent's judgement of one position. alerts: message and suggestion; missing: why there is none."""

    severity: Severity
    word: str
    alerts: list[dict[str, str]]
    lines: list[Line]
    missing: str = ""

    @property
    def tone(self) -> str:
        return _TONES[self.severity]


def since_entry(position: Position, newest: Snapshot | None) -> SinceEntry:
    """Return what has changed since the position was opened. newest: the symbol's newest levels."""
    if not position.entry_net_gex or position.entry_spot_price is None:
        return _unknown("The gamma map at entry is not known.")
    if newest is None:
        return _unknown(f"No levels of {position.symbol} yet.")
    entry = _at_entry(position)
    flip, spot = newest.flip_point or 0.0, float(newest.spot)
    now = Conditions(newest.net_gex, flip, spot, regime_of(newest.net_gex, spot, flip))
    changes = condition_changes(entry, now)
    alerts, severity = condition_alerts(entry, now, changes)
    worst = next((one for one in alerts if one["severity"] == severity), None)
    is_stable = worst is None or worst["type"] == "stable_conditions"
    return SinceEntry(
        severity="stable" if is_stable else severity,  # type: ignore[arg-type]
        word="Stable" if worst is None else _WORDS[worst["type"]],
        alerts=alerts,
        lines=[
            Line(name="Net GEX, bn", kind="usd", entry=entry.net_gex, now=now.net_gex,
                 change=changes["gex_change_pct"] / 100),
            Line(name="Flip", kind="price", entry=entry.flip_point, now=now.flip_point,
                 change=changes["flip_change_pct"] / 100),
            Line(name="Spot", kind="price", entry=entry.spot_price, now=now.spot_price,
                 change=changes["spot_change_pct"] / 100),
            Line(name="Regime", kind="words", entry=entry.regime, now=now.regime),
        ],
    )  # fmt: skip


def counted(found: Iterable[SinceEntry]) -> Counter[Severity]:
    """Return how many positions have which severity."""
    return Counter(one.severity for one in found)


def _at_entry(position: Position) -> Conditions:
    net, flip, spot = position.entry_net_gex or 0.0, position.entry_flip_point or 0.0, position.entry_spot_price or 0.0
    return Conditions(net, flip, spot, position.entry_regime or regime_of(net, spot, flip))


def _unknown(why: str) -> SinceEntry:
    return SinceEntry(severity="unknown", word="Not known", alerts=[], lines=[], missing=why)
