"""The gamma levels plans are written around, and how they become strikes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

BILLION = 1e9


@dataclass(frozen=True, slots=True)
class Levels:
    """spot, flip, call_wall, put_wall: points; net_gex: USD, negative when dealers are short gamma."""

    spot: float
    net_gex: float
    flip: float
    call_wall: float
    put_wall: float

    @classmethod
    def of(cls, market_data: Mapping[str, Any]) -> Levels:
        """Read the levels. A missing key is 0; a None stays None and fails at the first comparison."""
        return cls(
            spot=market_data.get("spot_price", 0),
            net_gex=market_data.get("net_gex", 0),
            flip=market_data.get("flip_point", 0),
            call_wall=market_data.get("call_wall", 0),
            put_wall=market_data.get("put_wall", 0),
        )


class CondorStrikes(NamedTuple):
    """Strikes of an iron condor, points."""

    short_call: int
    long_call: int
    short_put: int
    long_put: int


def floor_to_five(price: float) -> int:
    """Return the price cut to a multiple of 5, toward zero. NaN is a ValueError."""
    return int(price / 5) * 5


def nearest_five(price: float) -> int:
    """Return the multiple of 5 next to the price; exactly 2.5 above a multiple goes down. NaN is a ValueError."""
    below = floor_to_five(price)
    return below + 5 if price % 5 > 2.5 else below


def condor_at_walls(call_wall: float, put_wall: float, *, wing: int = 10) -> CondorStrikes:
    """Return a condor that sells the walls, cut to multiples of 5, and buys `wing` points further out."""
    short_call, short_put = floor_to_five(call_wall), floor_to_five(put_wall)
    return CondorStrikes(short_call, short_call + wing, short_put, short_put - wing)


def percent_from(level: float, spot: float) -> float:
    """Return how far the level lies from spot, in percent of spot. Spot zero is a ZeroDivisionError."""
    return (level - spot) / spot * 100


def signed_percent(value: float) -> str:
    return f"{value:+.2f}%"


def dollars(price: float) -> str:
    return f"${price:.2f}"


def billions(net_gex: float, digits: int = 2) -> str:
    """Return USD as billions; a negative amount reads `$-3.40B`."""
    return f"${net_gex / BILLION:.{digits}f}B"
