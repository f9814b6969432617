"""What the scorecard's tests stand on: snapshots with chosen levels, sessions quoted from open to close, daily bars."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from alphagex.clock import session_on
from apps.market.exposure.result import ExpirationExposure, Wall
from apps.market.feed import store_observation
from apps.market.models import FrozenLevel, Snapshot
from apps.market.sources.protocol import Kind
from tests.market.tracking.material import SIMULATED, answer, exposure, ny

CBOE_LEVEL = {"source": "cboe", "truth": "delayed", "label": "Cboe delayed"}
FLIP, CALL_WALL, PUT_WALL = 99.0, 105.0, 95.0
PUT_AND_CALL = {(date(2026, 11, 18), "PM"): {PUT_WALL: (0.0, -1e8), CALL_WALL: (1e8, 0.0)}}


def snapshot(symbol: str, at: str, *, received: str = "", move: float | None = 2.0, **changes: Any) -> Snapshot:
    """Store SPY-like levels: flip 99, walls 105 and 95, and one sigma of two points by the close of `until`."""
    moment = ny(at)
    until = changes.pop("until", moment.date())
    morning: date | None = changes.pop("morning", None)
    seen = exposure(symbol, moment, PUT_AND_CALL, flip_point=changes.pop("flip_point", FLIP), **changes)
    seen = replace(seen, implied_move=move, implied_move_expiration=until if move else None)
    if morning:
        seen = replace(seen, by_expiration=(*seen.by_expiration, _opening_settlement(seen.by_expiration[0], morning)))
    return store_observation(seen, received_at=ny(received) if received else moment).snapshot


def without_levels(symbol: str, at: str) -> Snapshot:
    """Store a snapshot that knows only its price."""
    seen = exposure(symbol, ny(at), {}, flip_point=None, implied_volatility=None)
    return store_observation(seen, received_at=ny(at)).snapshot


def wall(strike: float) -> Wall:
    return Wall(strike=strike, gex=1e8, dominance=1.0, second_strike=None, second_gex=None)


def bars(symbol: str, at: str, *, origin: Any = SIMULATED, **days: tuple[float, float, float, float]) -> None:
    """Let the source have answered at `at` with daily bars: d2026_11_18=(open, high, low, close) ..."""
    names = ("open", "high", "low", "close")
    value: dict[str, list[Any]] = {
        name: [prices[place] for prices in days.values()] for place, name in enumerate(names)
    }
    value |= {"time": [f"{name[1:].replace('_', '-')}T00:00:00-05:00" for name in days], "volume": [1.0] * len(days)}
    answer(Kind.BARS, symbol, value, at=ny(at), detail="1d:1mo", origin=origin)


def quoted(symbol: str, day: str, spots: list[float], *, every: timedelta, origin: Any = SIMULATED) -> None:
    """Store quotes from the open of a session on, one each `every`."""
    session = session_on(date.fromisoformat(day))
    assert session is not None
    for place, spot in enumerate(spots):
        at = session.opens + place * every
        store_observation(exposure(symbol, at, {}, spot=spot, origin=origin), received_at=at)


def frozen(symbol: str = "SPY", day: str = "2026-11-18", **columns: Any) -> FrozenLevel:
    """Return a stored level: a call wall of 105 with spot at 100 unless the columns say otherwise."""
    usual: dict[str, Any] = {
        "source": "simulated", "truth": "simulated", "label": "Simulated", "kind": FrozenLevel.Kind.CALL_WALL,
        "spot": 100.0, "as_of": ny(f"{day} 09:24"), "frozen_at": ny(f"{day} 09:25"),
    }  # fmt: skip
    if "lower" not in columns:
        usual["level"] = 105.0
    return FrozenLevel.objects.create(symbol=symbol, day=date.fromisoformat(day), **(usual | columns))


def _opening_settlement(like: ExpirationExposure, day: date) -> ExpirationExposure:
    opens = datetime.fromisoformat(f"{day} 09:30").replace(tzinfo=like.settles_at.tzinfo)
    return replace(like, expiration=day, settlement="AM", settles_at=opens)
