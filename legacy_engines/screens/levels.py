"""What a refresh loaded, and the level figures beside the price (C-4, C-5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Data = dict[str, Any]
_FROM_PROFILE = ("spot_price", "flip_point", "call_wall", "put_wall")
_FROM_AGGREGATE = ("net_gex", "put_call_ratio", "implied_volatility", "collection_date")


def loaded(symbol: str, profile: Mapping[str, Any], net_gamma: Callable[[], Mapping[str, Any]]) -> Data:
    """Return the record a refresh kept (C-4).

    With the aggregate in the profile its flip is the one between strikes; without, `net_gamma` is asked, and the
    profile's walls fill in what it leaves at 0. Deliberate: an error answer is kept as it is.
    """
    aggregate = profile.get("aggregate_from_gammaOI")
    if aggregate:
        levels = {name: profile.get(name, 0) for name in _FROM_PROFILE}
        return {"symbol": symbol, **levels, **{name: aggregate.get(name, 0) for name in _FROM_AGGREGATE}}
    record = dict(net_gamma())
    if "error" not in record:
        for wall in ("call_wall", "put_wall"):
            record[wall] = record.get(wall) or profile.get(wall, 0)
    return record


def level_figures(record: Mapping[str, Any]) -> Data:
    """Return `flip_delta` (percent of spot), `wall_range` (points) and `position`, None where they were hidden (C-5).

    Deliberate: price exactly on the flip counts as below it.
    """
    spot, flip = record.get("spot_price", 0), record.get("flip_point", 0)
    call_wall, put_wall = record.get("call_wall", 0), record.get("put_wall", 0)
    return {
        "flip_delta": (flip - spot) / spot * 100 if spot else None,
        "wall_range": call_wall - put_wall if call_wall and put_wall else None,
        "position": ("above" if spot > flip else "below") if spot else None,
    }
