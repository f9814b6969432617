"""Through the session: what changed since its first snapshot, and what that means, by the old tracker's rules."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from alphagex import clock
from alphagex.clock import Session
from apps.market.blocks import Block, NotReadyError
from apps.market.history import series
from apps.market.history.series import Point
from apps.market.history.sessions import newest_session
from apps.market.line_charts import Panel, Trace, encoded, stacked
from apps.market.models import Snapshot
from apps.market.notices import Badge, badge_of
from apps.market.templatetags.numbers import points, signed, signed_class, signed_percent, usd_compact
from apps.market.tickers import EngineClock
from legacy_engines.gamma.intraday import STORE_KEY, IntradayTracker
from legacy_engines.gamma.intraday import Snapshot as Record
from legacy_engines.gamma.intraday_view import get_intraday_summary, intraday_insights

_EVERY = timedelta(minutes=1)
# What a snapshot may not know: the column, and where the engine keeps it.
_MAY_LACK = {
    "flip": ("flip_point", "flip_point"),
    "implied volatility": ("implied_volatility", "iv"),
    "put/call ratio": ("put_call_ratio", "pcr"),
}
_NOT_COMPARED = "not compared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    label: str
    value: str
    tone: str
    context: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intraday:
    """span: from when to when, and how many snapshots. summary: the session in one line, the engine's.

    unknown: what the first or the last snapshot does not know.
    """

    day: str
    span: str
    summary: str
    tiles: list[Tile]
    insights: list[str]
    unknown: str
    figure: str
    badge: Badge


def build(symbol: str, at: datetime) -> Intraday:
    """Return the session of the newest snapshot. Raises NotReadyError before its second minute."""
    newest = Snapshot.objects.of(symbol).first()
    session = newest_session(newest.as_of if newest else at)
    seen = series.day(symbol, session.day, every=_EVERY)
    if newest is None or len(seen) < 2:
        raise NotReadyError(
            "Nothing to compare yet",
            f"{_too_few(len(seen), session, at)} The desk captures by itself while the market is open.",
        )
    missing = _unknown(seen[0], seen[-1])
    tracker = _tracker(symbol, seen, missing, at)
    changes = tracker.calculate_changes(symbol)
    assert changes is not None  # noqa: S101 (two readable records were given)
    insights = [one["text"] for one in intraday_insights(changes)]
    if calm := _still_calm(insights, seen[-1]):
        insights.append(calm)
    return Intraday(
        day=f"{session.day:%a %-d %b %Y}",
        span=f"{seen[0].as_of:%H:%M} to {seen[-1].as_of:%H:%M}, {len(seen)} snapshots",
        summary=_summary(symbol, tracker, missing),
        tiles=_tiles(changes, missing),
        insights=insights,
        unknown=_unknown_line(missing),
        figure=encoded(figure_of(seen)),
        badge=_badge(newest, seen[-1]),
    )


def _too_few(minutes: int, session: Session, at: datetime) -> str:
    """Return why there is no comparison; of a session that is over nothing more will come."""
    if at < session.closes:
        return f"Two minutes of the session of {session.day:%A %-d %B} are needed, {minutes} seen."
    seen = "Nothing" if not minutes else "One minute"
    found = f"{seen} was seen of the session of {session.day:%A %-d %B}"
    status = clock.market_status(at)
    return f"{found}." if status.is_open else f"{found}; the next opens {status.changes_at:%a %-d %b %H:%M} ET."


def _still_calm(insights: list[str], last: Point) -> str:
    """Return what the old tracker's sentence on divergence leaves out: on which side of the flip price ended."""
    if last.flip_point is None or last.spot < last.flip_point:
        return ""
    if not any("negative gamma" in text for text in insights):
        return ""
    return f"Price is still {points(last.spot - last.flip_point)} above the flip: gamma there is not negative yet."


def _badge(newest: Snapshot, last: Point) -> Badge:
    """Return the badge of the last snapshot shown. A session that is over does not age."""
    if last.seq == newest.seq:
        return badge_of(newest)
    shown = badge_of(Snapshot.objects.get(symbol=newest.symbol, seq=last.seq))
    return {**shown, "label": "", "stale_after": None}


def record_of(point: Point) -> Record:
    """Return a snapshot as the old tracker kept it: volatility in percent, 0 where nothing is known."""
    return {
        "timestamp": point.as_of,
        "time_str": f"{point.as_of:%H:%M}",
        "spot_price": point.spot,
        "net_gex": point.net_gex,
        "flip_point": point.flip_point or 0.0,
        "call_wall": point.call_wall or 0.0,
        "put_wall": point.put_wall or 0.0,
        "iv": (point.implied_volatility or 0.0) * 100,
        "pcr": point.put_call_ratio or 0.0,
    }


def _unknown(first: Point, last: Point) -> list[str]:
    return [word for word, (name, _) in _MAY_LACK.items() if None in (getattr(first, name), getattr(last, name))]


def _tracker(symbol: str, seen: list[Point], missing: list[str], at: datetime) -> IntradayTracker:
    """Return the engine's tracker over the session.

    What one end of it does not know is left out of all records: the engine takes it for 0 and would report a move.
    """
    left_out = {_MAY_LACK[word][1]: 0.0 for word in missing}
    records = [record_of(point) | left_out for point in seen]
    return IntradayTracker(session={STORE_KEY: {symbol: records}}, clock=EngineClock(at))


def _summary(symbol: str, tracker: IntradayTracker, missing: list[str]) -> str:
    text = get_intraday_summary(symbol, tracker=tracker)
    # Left out, volatility did not move, which the engine calls stable.
    return text.replace("IV stable", "IV not known") if "implied volatility" in missing else text


def _unknown_line(missing: list[str]) -> str:
    if not missing:
        return ""
    words = " and ".join([", ".join(missing[:-1]), missing[-1]] if len(missing) > 1 else missing)
    return f"The first or the last snapshot has no {words}: no move of it is computed."


def _tiles(changes: dict[str, float], missing: list[str]) -> list[Tile]:
    flip_known, volatility_known = "flip" not in missing, "implied volatility" not in missing
    ratio_known = "put/call ratio" not in missing
    return [
        Tile(
            label="Net GEX",
            value=usd_compact(changes["net_gex_change"]),
            tone=signed_class(changes["net_gex_change"]),
            context=signed_percent(changes["net_gex_change_pct"] / 100, 1),
        ),
        Tile(
            label="Flip",
            value=signed(changes["flip_change"]) if flip_known else _NOT_COMPARED,
            tone=signed_class(changes["flip_change"]) if flip_known else "muted",
            context=signed_percent(changes["flip_change_pct"] / 100) if flip_known else "",
        ),
        Tile(
            label="Price",
            value=signed(changes["price_change"]),
            tone=signed_class(changes["price_change"]),
            context=signed_percent(changes["price_change_pct"] / 100),
        ),
        Tile(
            label="Implied vol",
            value=f"{signed(changes['iv_change'], 1)} points" if volatility_known else _NOT_COMPARED,
            tone="" if volatility_known else "muted",
        ),
        Tile(
            label="Put/call",
            value=signed(changes["pcr_change"]) if ratio_known else _NOT_COMPARED,
            tone="" if ratio_known else "muted",
        ),
    ]


def figure_of(seen: list[Point]) -> dict[str, object]:
    """Return price and flip, net GEX, and volatility where it is known, over the session's minutes."""
    times = [f"{point.as_of:%H:%M}" for point in seen]
    volatility = [None if point.implied_volatility is None else point.implied_volatility * 100 for point in seen]
    panels = [
        Panel(
            title="Price, flip dashed",
            height=1.4,
            traces=(
                Trace(name="spot", values=[point.spot for point in seen], colour="var(--chart-spot)"),
                Trace(
                    name="flip", values=[point.flip_point for point in seen], kind="dashed", colour="var(--chart-flip)"
                ),
            ),
        ),
        Panel(
            title="Net GEX, $bn per 1 %",
            traces=(Trace(name="net", values=[point.net_gex / 1e9 for point in seen], kind="bars", unit=" bn"),),
        ),
    ]
    if any(value is not None for value in volatility):
        panels.append(
            Panel(
                title="Implied volatility, %",
                traces=(Trace(name="IV", values=volatility, colour="var(--purple)", digits=".1f", unit=" %"),),
            )
        )
    return stacked(times, panels, is_category=True)


BLOCK = Block(key="intraday", title="Through the session", template="gex/past/intraday.html", build=build, wide=True)
