"""What the setup engines are given: the newest levels in the old program's dictionary, and where they came from."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from alphagex import clock
from apps.market.blocks import NotReadyError
from apps.market.models import Snapshot
from apps.market.notices import Badge, badge_of
from apps.market.tracking import engine_dictionaries

REAL_WALLS = "The old program passed walls of 0 here; these are measured from the real ones."


def closed_note(at: datetime) -> str:
    """Return from when on the setups can be traded, where they cannot at `at`; empty while the market is open."""
    status = clock.market_status(at)
    if status.is_open:
        return ""
    return f"The exchange is closed: nothing here can be traded before {status.changes_at:%a %-d %b %H:%M} ET."


@dataclass(frozen=True, slots=True)
class Picture:
    """data: spot_price, flip_point, call_wall, put_wall in points, net_gex in USD, symbol, implied_volatility ..."""

    data: dict[str, Any]
    snapshot: Snapshot

    @property
    def badge(self) -> Badge:
        return badge_of(self.snapshot)


def picture_of(symbol: str) -> Picture:
    """Return the newest picture. Raises NotReadyError before the first levels, and where there is no flip.

    The engines take a missing flip for price standing on it (plans Q15), which would be made up.
    """
    snapshot = engine_dictionaries.newest_with_detail(symbol)
    sourced = engine_dictionaries.net_gamma(symbol) if snapshot else None
    if snapshot is None or sourced is None:
        raise NotReadyError("No levels yet", "The first ones come by themselves, and this part with them.")
    if not sourced.value.get("flip_point"):
        reason = snapshot.flip_reason or "the source reports none."
        raise NotReadyError("No flip", f"Setups are measured from the flip, and there is none: {reason}")
    return Picture(sourced.value, snapshot)
