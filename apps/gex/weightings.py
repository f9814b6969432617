"""The same gamma counted four ways: everything, what settles today, without the next settlement, by volume."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alphagex.clock import in_new_york
from apps.market.chain import FloatArray
from apps.market.exposure.result import Exposure

LABELS = {"all": "All", "zero_dte": "0DTE", "ex_next": "Ex-next", "volume": "Volume"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighted:
    """Gamma by strike and re-priced, USD per 1 %. call_gex, put_gex: None where only the net is known (by volume).

    curve: None where gamma cannot be re-priced.

    missing: why there is nothing to show, else empty.
    """

    key: str
    label: str
    call_gex: FloatArray | None
    put_gex: FloatArray | None
    net_gex: FloatArray
    curve: FloatArray | None
    missing: str = ""


def weightings(exposure: Exposure) -> list[Weighted]:
    """Return the four countings, in the order of the switch."""
    return [_everything(exposure), _today(exposure), _without_next(exposure), _by_volume(exposure)]


def _everything(exposure: Exposure) -> Weighted:
    strikes = exposure.by_strike
    return Weighted(
        key="all",
        label=LABELS["all"],
        call_gex=strikes.call_gex,
        put_gex=strikes.put_gex,
        net_gex=strikes.call_gex + strikes.put_gex,
        curve=exposure.profile.curves.get("all"),
    )


def _today(exposure: Exposure) -> Weighted:
    day = in_new_york(exposure.as_of).date()
    chosen = np.array([in_new_york(row.settles_at).date() == day for row in exposure.by_expiration], dtype=bool)
    return _of_settlements(exposure, chosen, "zero_dte", f"Nothing settles later on {day:%a %-d %b}.")


def _without_next(exposure: Exposure) -> Weighted:
    moments = [row.settles_at for row in exposure.by_expiration]
    chosen = np.array([moment > min(moments) for moment in moments], dtype=bool)
    return _of_settlements(exposure, chosen, "ex_next", "Nothing is open beyond the next settlement.")


def _of_settlements(exposure: Exposure, chosen: NDArray[np.bool_], key: str, missing: str) -> Weighted:
    surface, size = exposure.surface, len(exposure.by_strike.strike)
    if exposure.is_by_strike_only:
        missing = "The source gives no gamma by expiration."
    cells = chosen[surface.expiration_index] if len(chosen) else np.zeros(0, dtype=bool)
    index = surface.strike_index[cells]
    calls = np.bincount(index, weights=surface.call_gex[cells], minlength=size).astype(np.float64)
    puts = np.bincount(index, weights=surface.put_gex[cells], minlength=size).astype(np.float64)
    return Weighted(
        key=key,
        label=LABELS[key],
        call_gex=calls,
        put_gex=puts,
        net_gex=calls + puts,
        curve=exposure.profile.curves.get(key),
        missing="" if len(index) else missing,
    )


def _by_volume(exposure: Exposure) -> Weighted:
    curve = exposure.profile.curves.get("volume")
    missing = "The source gives no volume." if curve is None else ""
    if curve is not None and not exposure.volume_gex:
        missing = "Nothing has been traded yet."
    return Weighted(
        key="volume",
        label=LABELS["volume"],
        call_gex=None,
        put_gex=None,
        net_gex=exposure.by_strike.volume_gex,
        curve=curve,
        missing=missing,
    )
