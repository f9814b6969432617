"""The gamma map as it stood when a trade was opened and closed, and how price moved through it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from alphagex import clock
from apps.ledger.models import Position
from apps.market.models import Snapshot
from apps.market.notices import BADGE_KINDS, origin_line
from apps.market.templatetags.numbers import strike

LONGEST_GAP = timedelta(minutes=30)  # a map older than that is no longer the one a trade written by hand saw


class GammaMap(msgspec.Struct, frozen=True, kw_only=True):
    """Key figures of one snapshot. net_gex: USD per 1 % move. kind: of the source's badge."""

    spot: float
    net_gex: float | None = None
    flip: float | None = None
    call_wall: float | None = None
    put_wall: float | None = None
    as_of: datetime | None = None
    kind: str = ""
    label: str = ""
    origin: str = ""

    @property
    def is_long_gamma(self) -> bool | None:
        return None if self.net_gex is None else self.net_gex >= 0

    @property
    def is_above_flip(self) -> bool | None:
        return None if self.flip is None else self.spot >= self.flip


class Level(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the comparison. is_money: of USD per 1 %, else of points."""

    name: str
    entry: float | None
    exit: float | None
    is_money: bool = False

    @property
    def change(self) -> float | None:
        return None if self.entry is None or self.exit is None else self.exit - self.entry


def of_snapshot(snapshot: Snapshot) -> GammaMap:
    """Return the map a snapshot shows."""
    return GammaMap(
        spot=float(snapshot.spot),
        net_gex=snapshot.net_gex,
        flip=snapshot.flip_point,
        call_wall=snapshot.call_wall,
        put_wall=snapshot.put_wall,
        as_of=snapshot.as_of,
        kind=BADGE_KINDS[snapshot.kind],  # type: ignore[index]
        label=snapshot.source_label.partition(",")[0],
        origin=origin_line(snapshot),
    )


def at_entry(position: Position) -> GammaMap | None:
    """Return the map at a position's opening; of a snapshot let go since, what the position itself kept of it."""
    if position.entry_snapshot is not None:
        return of_snapshot(position.entry_snapshot)
    if position.entry_spot_price is None:
        return None
    return GammaMap(spot=position.entry_spot_price, net_gex=position.entry_net_gex, flip=position.entry_flip_point)


def snapshot_at(symbol: str, moment: datetime) -> Snapshot | None:
    """Return the newest snapshot known at a moment, None where it was not of that time."""
    known = Snapshot.objects.filter(symbol=symbol, as_of__lte=moment, as_of__gte=moment - LONGEST_GAP)
    return known.order_by("-as_of").first()


def stored(found: GammaMap | None) -> dict[str, Any] | None:
    """Return a map as JSON."""
    if found is None:
        return None
    plain: dict[str, Any] = msgspec.to_builtins(found)
    return plain


def read(kept: dict[str, Any] | None) -> GammaMap | None:
    """Return a map as `stored` wrote it. Raises msgspec.ValidationError."""
    return None if kept is None else msgspec.convert(kept, GammaMap)


def levels(entry: GammaMap | None, exit_map: GammaMap | None) -> list[Level]:
    """Return the two maps line by line; a level that neither has is left out."""
    names = (
        ("Spot", "spot"),
        ("Net GEX", "net_gex"),
        ("Flip", "flip"),
        ("Call wall", "call_wall"),
        ("Put wall", "put_wall"),
    )
    lines = [
        Level(
            name=name,
            entry=getattr(entry, field, None),
            exit=getattr(exit_map, field, None),
            is_money=field == "net_gex",
        )
        for name, field in names
    ]
    return [line for line in lines if line.entry is not None or line.exit is not None]


def crossings(entry: GammaMap | None, exit_map: GammaMap | None) -> Sequence[str]:
    """Return in words what price passed between the two moments; what lay between them is not looked at."""
    if entry is None or exit_map is None:
        return []
    found = [*_gamma_turned(entry, exit_map), *_flip_passed(entry, exit_map), *_walls_passed(entry, exit_map)]
    if found:
        return found
    if entry.flip is None and entry.call_wall is None and entry.put_wall is None:
        return []
    return ["Price passed neither the flip nor a wall of the entry."]


def _gamma_turned(entry: GammaMap, exit_map: GammaMap) -> list[str]:
    if None in (entry.is_long_gamma, exit_map.is_long_gamma) or entry.is_long_gamma == exit_map.is_long_gamma:
        return []
    words = ("long to short", "short to long")[bool(exit_map.is_long_gamma)]
    return [f"Dealers went from {words} gamma."]


def _flip_passed(entry: GammaMap, exit_map: GammaMap) -> list[str]:
    if None in (entry.is_above_flip, exit_map.is_above_flip) or entry.is_above_flip == exit_map.is_above_flip:
        return []
    start, end = ("below", "above") if exit_map.is_above_flip else ("above", "below")
    return [f"Price went from {start} the flip ({strike(entry.flip)}) to {end} it ({strike(exit_map.flip)})."]


def _walls_passed(entry: GammaMap, exit_map: GammaMap) -> list[str]:
    found = []
    if entry.call_wall is not None and entry.spot < entry.call_wall <= exit_map.spot:
        found.append(f"Price rose to or through the entry's call wall at {strike(entry.call_wall)}.")
    if entry.put_wall is not None and entry.spot > entry.put_wall >= exit_map.spot:
        found.append(f"Price fell to or through the entry's put wall at {strike(entry.put_wall)}.")
    return found


def moment_of(found: GammaMap | None) -> str:
    """Return 17 Nov 11:30 ET for a map's badge, empty where the moment is not known."""
    if found is None or found.as_of is None:
        return ""
    return f"{clock.in_new_york(found.as_of):%-d %b %H:%M} ET"
