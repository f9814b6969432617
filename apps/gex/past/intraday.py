"""The session so far: what changed since its first snapshot, and what that means, by the old tracker's rules."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.gex.past.line_charts import Panel, Trace, encoded, stacked
from apps.market.blocks import Block, NotReadyError
from apps.market.history import series
from apps.market.history.series import Point
from apps.market.history.sessions import newest_session
from apps.market.models import Snapshot
from apps.market.notices import Badge, badge_of
from apps.market.templatetags.numbers import signed, signed_class, signed_percent, usd_compact
from legacy_engines.gamma.intraday import Snapshot as Record
from legacy_engines.gamma.intraday import changes_between
from legacy_engines.gamma.intraday_view import intraday_insights

_EVERY = timedelta(minutes=1)
# What a snapshot may not know: the column, and the engine's insights that rest on it.
_MAY_LACK = {
    "flip": ("flip_point", ("FLIP", "DIVERGENCE")),
    "volatility": ("implied_volatility", ("IV",)),
    "put/call": ("put_call_ratio", ("PUT", "CALL")),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    label: str
    value: str
    tone: str
    context: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intraday:
    """span: from when to when, and how many snapshots. unknown: what the session's snapshots did not all know."""

    day: str
    span: str
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
            f"Two minutes of the session of {session.day:%A %-d %B} are needed, {len(seen)} seen. "
            "The desk captures by itself while the market is open.",
        )
    changes = changes_between([record_of(seen[0]), record_of(seen[-1])])
    assert changes is not None  # noqa: S101 (two records were given)
    missing = _unknown(seen[0], seen[-1])
    return Intraday(
        day=f"{session.day:%a %-d %b %Y}",
        span=f"{seen[0].as_of:%H:%M} to {seen[-1].as_of:%H:%M}, {len(seen)} snapshots",
        tiles=_tiles(changes, missing),
        insights=_insights(changes, missing),
        unknown=f"Not known at both ends: {', '.join(missing)}." if missing else "",
        figure=encoded(_figure(seen)),
        badge=badge_of(newest),
    )


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
    """Return what is not known at both ends: the engine would take it for 0 and report a move."""
    return [word for word, (name, _) in _MAY_LACK.items() if None in (getattr(first, name), getattr(last, name))]


def _insights(changes: dict[str, float], missing: list[str]) -> list[str]:
    """Return the engine's insights, without those that rest on what is missing."""
    left_out = tuple(prefix for word in missing for prefix in _MAY_LACK[word][1])
    return [one["text"] for one in intraday_insights(changes) if not (left_out and one["id"].startswith(left_out))]


def _tiles(changes: dict[str, float], missing: list[str]) -> list[Tile]:
    flip_known, volatility_known = "flip" not in missing, "volatility" not in missing
    ratio_known = "put/call" not in missing
    return [
        Tile(
            label="Net GEX",
            value=usd_compact(changes["net_gex_change"]),
            tone=signed_class(changes["net_gex_change"]),
            context=signed_percent(changes["net_gex_change_pct"] / 100, 1),
        ),
        Tile(
            label="Flip",
            value=signed(changes["flip_change"]) if flip_known else "not known",
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
            value=f"{signed(changes['iv_change'], 1)} points" if volatility_known else "not known",
            tone="" if volatility_known else "muted",
        ),
        Tile(
            label="Put/call",
            value=signed(changes["pcr_change"]) if ratio_known else "not known",
            tone="" if ratio_known else "muted",
        ),
    ]


def _figure(seen: list[Point]) -> dict[str, object]:
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
                traces=(Trace(name="IV", values=volatility, colour="var(--chart-after)", digits=".1f", unit=" %"),),
            )
        )
    return stacked(times, panels, is_category=True)


BLOCK = Block(key="intraday", title="The session so far", template="gex/past/intraday.html", build=build, wide=True)
