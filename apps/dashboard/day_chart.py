"""Spot through the session against the newest flip and walls, as the points of a small drawing of our own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alphagex import clock
from alphagex.clock import Session
from apps.market.history import series
from apps.market.history.series import Point
from apps.market.history.sessions import newest_session
from apps.market.models import Snapshot
from apps.market.notices import BADGE_KINDS, Badge, badge_of
from apps.market.templatetags.numbers import et, points, strike

_EVERY = timedelta(minutes=1)
_TICK = timedelta(minutes=90)
_LEAST = 0.002  # of spot: a quiet day must not look wild
_MARGIN = 0.08  # of the height, above and below


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A line across the drawing. at: per cent from the top; above: whether its label stands above the line."""

    kind: str
    at: str
    label: str
    above: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A time below the drawing. at: per cent from the left."""

    at: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DayChart:
    """path: "x,y x,y ..." in per cent from the left and the top; empty with `missing`, a sentence."""

    symbol: str
    title: str
    path: str = ""
    end_x: str = ""
    end_y: str = ""
    spot: str = ""
    levels: Sequence[Level] = ()
    ticks: Sequence[Tick] = ()
    outside: str = ""
    summary: str = ""
    missing: str = ""
    badge: Badge | None = None


def day_chart(symbol: str, *, at: datetime, newest: Snapshot | None = None) -> DayChart:
    """Return the session of the symbol's newest snapshot (`newest`, looked up where it is not given)."""
    newest = newest or Snapshot.objects.of(symbol).first()
    session = newest_session(newest.as_of if newest else at)
    is_today = session.day == clock.in_new_york(at).date()
    title = f"{symbol} today" if is_today else f"{symbol} on {session.day:%a %-d %b %Y}"
    seen = series.day(symbol, session.day, every=_EVERY)
    if newest is None or len(seen) < 2:
        return DayChart(symbol=symbol, title=title, missing=_missing(seen, session, at))
    badge = badge_of(newest) if seen[-1].seq == newest.seq else _of_then(seen[-1])
    return _drawn(symbol, title, seen, session, badge)


def _missing(seen: list[Point], session: Session, at: datetime) -> str:
    if session.opens <= at < session.closes:
        return "The line begins with the second minute that is seen of this session."
    if seen:
        return "Only one minute was seen of this session."
    return f"Nothing was seen of the session of {session.day:%a %-d %b}. The next line begins at the open."


def _of_then(point: Point) -> Badge:
    """Return the badge of a line that ends before the newest snapshot: it names its own moment and does not age."""
    label = point.label.partition(",")[0]
    return {
        "kind": BADGE_KINDS[point.truth],  # type: ignore[index]
        "text": f"{label} {point.as_of:%a %H:%M}",
        "label": "",
        "as_of": point.as_of,
        "stale_after": None,
        "origin": f"{point.label}, the last number as of {et(point.as_of, 'full')}, snapshot {point.seq}.",
    }


def _drawn(symbol: str, title: str, seen: list[Point], session: Session, badge: Badge) -> DayChart:
    prices = [point.spot for point in seen]
    last = seen[-1]
    middle, reach = (min(prices) + max(prices)) / 2, max((max(prices) - min(prices)) / 2, _LEAST * last.spot / 2)
    # A level further off than the day's own range would flatten the line: it is told in words instead.
    inside = [level for level in _levels(last) if abs(level[1] - middle) <= 3 * reach]
    low = min(middle - reach, *(price for _, price, _ in inside)) if inside else middle - reach
    high = max(middle + reach, *(price for _, price, _ in inside)) if inside else middle + reach
    margin = _MARGIN * (high - low)

    def y(price: float) -> float:
        return 100 * (high + margin - price) / (high - low + 2 * margin)

    path = [(_x(point.as_of, session), y(point.spot)) for point in seen]
    outside = [f"{text} lies outside" for kind, price, text in _levels(last) if (kind, price, text) not in inside]
    return DayChart(
        symbol=symbol,
        title=title,
        path=" ".join(f"{left:.2f},{top:.2f}" for left, top in path),
        end_x=f"{path[-1][0]:.2f}",
        end_y=f"{path[-1][1]:.2f}",
        spot=points(last.spot),
        levels=[
            Level(kind=kind, at=f"{y(price):.2f}", label=text, above=price >= middle) for kind, price, text in inside
        ],
        ticks=_ticks(session),
        outside=". ".join(outside),
        summary=(
            f"{symbol} from {points(prices[0])} at {et(seen[0].as_of)} to {points(last.spot)} at {et(last.as_of)}, "
            f"between {points(min(prices))} and {points(max(prices))}. "
            + ". ".join(text for _, _, text in _levels(last))
        ),
        badge=badge,
    )


def _levels(point: Point) -> list[tuple[str, float, str]]:
    """Return (kind, price, text) of what is known. Walls on one strike are one line."""
    flip, call, put = point.flip_point, point.call_wall, point.put_wall
    found = []
    if flip is not None:
        found.append(("flip", flip, f"Flip {points(flip)}"))
    if call is not None and call == put:
        return [*found, ("call", call, f"Both walls {strike(call)}")]
    if call is not None:
        found.append(("call", call, f"Call wall {strike(call)}"))
    if put is not None:
        found.append(("put", put, f"Put wall {strike(put)}"))
    return found


def _x(moment: datetime, session: Session) -> float:
    share: float = (moment - session.opens) / (session.closes - session.opens)
    return 100 * min(max(share, 0.0), 1.0)


def _ticks(session: Session) -> list[Tick]:
    moments = []
    moment = session.opens
    while moment < session.closes - _TICK / 2:
        moments.append(moment)
        moment += _TICK
    return [Tick(at=f"{_x(one, session):.2f}", label=et(one)) for one in [*moments, session.closes]]
