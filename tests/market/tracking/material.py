"""What the tracking tests stand on: a small exposure with numbers one can add up, and moments in New York."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np

from alphagex.clock import NEW_YORK
from apps.market import facts
from apps.market.chain import Origin
from apps.market.exposure.result import (
    Assumptions,
    ExpirationExposure,
    Exposure,
    Profile,
    StrikeExposure,
    Surface,
    Wall,
)
from apps.market.feed import store_observation
from apps.market.models import Snapshot
from apps.market.sources.protocol import Answer, Kind, Question

SIMULATED = Origin(source="simulated", kind="simulated", label="Simulated")
CBOE = Origin(source="cboe", kind="delayed", label="Cboe delayed", delay_seconds=900)

Cells = Mapping[tuple[date, str], Mapping[float, tuple[float, float]]]
"""(expiration, AM or PM) -> strike -> call and put gamma, USD; puts negative."""


def ny(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


def store(symbol: str, at: datetime, cells: Cells | None = None, **changes: Any) -> Snapshot:
    """Store an exposure that was seen at `at` (of the simulated market unless `origin` says otherwise)."""
    received_at = changes.pop("received_at", at)
    return store_observation(exposure(symbol, at, cells or {}, **changes), received_at=received_at).snapshot


def exposure(symbol: str, at: datetime, cells: Cells, **changes: Any) -> Exposure:
    strikes = sorted({strike for sides in cells.values() for strike in sides})
    calls = [sum(sides.get(strike, (0.0, 0.0))[0] for sides in cells.values()) for strike in strikes]
    puts = [sum(sides.get(strike, (0.0, 0.0))[1] for sides in cells.values()) for strike in strikes]
    nothing = np.zeros(len(strikes))
    found = [
        (strikes.index(strike), place, *sides[strike])
        for place, sides in enumerate(cells.values())
        for strike in sorted(sides)
    ]
    columns = np.array(found, dtype=float).reshape(-1, 4).T
    usual: dict[str, Any] = {
        "spot": 100.0,
        "origin": SIMULATED,
        "net_gex": sum(calls) + sum(puts),
        "flip_point": 98.5,
        "call_wall": _wall(strikes, calls),
        "put_wall": _wall(strikes, [-put for put in puts]),
        "implied_volatility": 0.16,
        "put_call_ratio": 1.5,
    }
    return Exposure(
        symbol=symbol, as_of=at, assumptions=Assumptions(), open_interest_date=None, contracts=len(found),
        contracts_used=len(found), excluded={}, warnings=(), gross_gex=sum(calls) - sum(puts), call_gex=sum(calls),
        put_gex=sum(puts), net_gex_feed_gamma=None, flips=(), flip_reason=None, flip_quality=None,
        zero_dte_share=None, net_dex=None, net_vex=None, net_chex=None, volume_gex=None, implied_move=None,
        implied_move_expiration=None, after_next=None,
        by_strike=StrikeExposure(
            strike=np.array(strikes), call_gex=np.array(calls), put_gex=np.array(puts), dex=nothing, vex=nothing,
            chex=nothing, volume_gex=nothing, call_open_interest=nothing, put_open_interest=nothing,
        ),
        by_expiration=tuple(_settlement(day, settlement) for day, settlement in cells),
        surface=Surface(
            strike_index=columns[0].astype(np.int16), expiration_index=columns[1].astype(np.int16),
            call_gex=columns[2].astype(np.float32), put_gex=columns[3].astype(np.float32),
        ),
        profile=Profile(spot=np.array([]), curves={}),
        **(usual | changes),
    )  # fmt: skip


def _wall(strikes: list[float], sizes: list[float]) -> Wall | None:
    if not strikes:
        return None
    most = int(np.argmax(sizes))
    return Wall(strike=strikes[most], gex=sizes[most], dominance=1.0, second_strike=None, second_gex=None)


def _settlement(day: date, settlement: Any) -> ExpirationExposure:
    return ExpirationExposure(
        expiration=day, settlement=settlement, settles_at=datetime.combine(day, time(16), NEW_YORK), roots=("SPY",),
        call_gex=0.0, put_gex=0.0, net_gex=0.0, gross_gex=0.0, dex=0.0, vex=0.0, chex=0.0, contracts_used=1,
    )  # fmt: skip


def answer(kind: Kind, symbol: str, value: Any, *, at: datetime, detail: str = "", origin: Origin = SIMULATED) -> None:
    """Let a source have answered a question at `at`."""
    question = Question(kind=kind, symbol=symbol, detail=detail)
    facts.put(Answer(question=question, value=value, as_of=at, origin=origin), source_name=origin.source, at=at)


def week_of_gamma(monday: date, totals: list[float]) -> dict[tuple[date, str], dict[float, tuple[float, float]]]:
    """Return cells whose expirations from Monday on have these totals of absolute net gamma, half of it negative."""
    return {
        (monday + timedelta(days=place), "PM"): {95.0: (0.0, -total / 2), 105.0: (total, -total / 2)}
        for place, total in enumerate(totals)
        if total
    }
