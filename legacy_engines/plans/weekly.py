"""The weekly plan: the levels and one day plan per trading day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from legacy_engines.plans.levels import Levels, billions, dollars, floor_to_five, nearest_five
from legacy_engines.plans.premium import Pricer
from legacy_engines.plans.regime import regime_from_gex
from legacy_engines.plans.trading_days import (
    friday_trades,
    monday_trades,
    thursday_trades,
    tuesday_trades,
    wednesday_trades,
)


def weekly_plan(symbol: str, market_data: Mapping[str, Any], *, today: datetime, pricer: Pricer) -> dict[str, Any]:
    """Return the plan of the week `today` lies in. NaN levels are a ValueError, None a TypeError.

    Deliberate (plans Q7): `week_of` is today, not Monday, and a weekend plan describes the week that just ended.
    """
    at = Levels.of(market_data)
    regime = regime_from_gex(at.net_gex, at.spot, at.flip, at.call_wall, at.put_wall)
    nearest_five(at.spot)  # unused, but it is what refuses a spot that is not a number
    return {
        "symbol": symbol,
        "week_of": today.strftime("%B %d, %Y"),
        "current_price": dollars(at.spot),
        "net_gex": billions(at.net_gex),
        "regime": regime["type"],
        "flip_point": dollars(at.flip),
        "call_wall": dollars(at.call_wall),
        "put_wall": dollars(at.put_wall),
        "days": _days(symbol, at, today - timedelta(days=today.weekday()), pricer),
    }


def _days(symbol: str, at: Levels, monday: datetime, pricer: Pricer) -> dict[str, Any]:
    flip = nearest_five(at.flip)
    call, put = floor_to_five(at.call_wall), floor_to_five(at.put_wall)
    tuesday, wednesday, thursday, friday = (monday + timedelta(days=days) for days in range(1, 5))
    return {
        "Monday": monday_trades(
            symbol, at.spot, at.flip, flip, at.call_wall, call, at.put_wall, at.net_gex, pricer, monday
        ),
        "Tuesday": tuesday_trades(symbol, at.spot, at.flip, flip, at.call_wall, call, at.net_gex, pricer, tuesday),
        "Wednesday": wednesday_trades(symbol, at.spot, at.flip, at.call_wall, wednesday),
        "Thursday": thursday_trades(symbol, at.spot, call, put, pricer, thursday),
        "Friday": friday_trades(symbol, at.spot, call, put, friday),
    }
