"""The history of the levels: a day a point, over a month, a quarter or a year."""

from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse

from alphagex import clock
from apps.market.blocks import Block, NotReadyError
from apps.market.history import series
from apps.market.history.series import Day
from apps.market.line_charts import Band, Level, Panel, Trace, encoded, stacked
from apps.market.models import Snapshot
from apps.market.notices import BADGE_KINDS, Badge
from apps.market.templatetags.numbers import MISSING, percent, points, signed_class, signed_percent, strike, usd_compact
from legacy_engines.gex.charts import history as engine_chart

SPANS = {"month": 30, "quarter": 90, "year": 365}
_SHOWN = 20  # rows of the table: the rest is in the files
SIGNALS = tuple(engine_chart.SIGNALS.split("<br>")[1:])  # the first line is their heading


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    date: str
    close: str
    net: str
    net_tone: str
    flip: str
    walls: str
    volatility: str
    put_call: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One choice of the switch. panel: the id of what it shows. trend: of the flip over the span."""

    panel: str
    label: str
    figure: str
    trend: str
    trend_tone: str
    sessions: str


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    spans: list[Span]
    rows: list[Row]
    count: int
    signals: tuple[str, ...]
    badge: Badge
    files: list[tuple[str, str]]


def build(symbol: str, at: datetime) -> History:
    """Return the last year of the symbol. Raises NotReadyError before the first stored session."""
    last = _last_day(symbol, at)
    days = series.year(symbol, until=last, days=SPANS["year"])
    if not days:
        raise NotReadyError(
            "No history yet",
            "Each session leaves a day here, its first levels begin it. Staff can fetch the past: "
            f"manage.py backfill {symbol} --days 90.",
        )
    return History(
        spans=[_span(name, [one for one in days if (last - one.day).days < length]) for name, length in SPANS.items()],
        rows=[_row(one, today=last) for one in reversed(days[-_SHOWN:])],
        count=len(days),
        signals=SIGNALS,
        badge=_badge(days),
        files=[
            (form.upper(), f"{reverse('gex:history_file', args=[symbol, form])}?days={SPANS['year']}")
            for form in ("csv", "json")
        ],
    )


_NAMED_EACH = 6  # days that fit beside each other under the chart


def days_of(symbol: str, *, at: datetime, days: int) -> list[Day]:
    """Return the stored sessions of the last `days` calendar days, oldest first."""
    return series.year(symbol, until=_last_day(symbol, at), days=days)


def _last_day(symbol: str, at: datetime) -> date:
    """Return where the history ends: today; on a recorded chain the day it was recorded."""
    newest = Snapshot.objects.of(symbol).values_list("kind", "as_of").first()
    is_recorded = newest is not None and newest[0] == Snapshot.Kind.RECORDED
    return clock.in_new_york(newest[1] if newest and is_recorded else at).date()


def figure_of(days: list[Day]) -> dict[str, object]:
    """Return the chart: close and flip, net GEX, volatility, put/call ratio. A panel nobody knows is left out."""
    dates = [one.day.isoformat() for one in days]
    volatility = [None if one.implied_volatility is None else one.implied_volatility * 100 for one in days]
    ratios = [one.put_call_ratio for one in days]
    panels = [
        Panel(
            title="Close, flip dashed",
            height=1.4,
            traces=(
                Trace(name="close", values=[one.close for one in days], colour="var(--chart-spot)"),
                Trace(name="flip", values=[one.flip_point for one in days], kind="dashed", colour="var(--chart-flip)"),
            ),
            levels=_newest_close(days),
        ),
        Panel(
            title="Net GEX at the close, $bn per 1 %",
            traces=(Trace(name="net", values=[_billions(one.net_gex) for one in days], kind="bars", unit=" bn"),),
        ),
    ]
    known = [value for value in volatility if value is not None]
    if known:
        mean = sum(known) / len(known)
        trace = Trace(name="IV", values=volatility, kind="area", colour="var(--purple)", digits=".1f", unit=" %")
        title = f"Implied volatility, mean {percent(mean / 100, 1)} dotted"
        panels.append(Panel(title=title, levels=(Level(value=mean),), traces=(trace,)))
    counted = [ratio for ratio in ratios if ratio is not None]
    if counted:
        panels.append(_ratio_panel(ratios, counted))
    figure = stacked(dates, panels, is_category=False)
    if len(dates) <= _NAMED_EACH:
        # Left to itself the axis of a few days names hours of them, and days without a session.
        figure["layout"]["xaxis"]["tickvals"] = dates
    return figure


def _newest_close(days: list[Day]) -> tuple[Level, ...]:
    close = next((one.close for one in reversed(days) if one.close is not None), None)
    if close is None:
        return ()
    return (Level(value=close, text=f"newest {points(close)}", colour="var(--chart-spot)"),)


def _ratio_panel(ratios: list[float | None], known: list[float]) -> Panel:
    low = min(*known, engine_chart.BULLISH_BELOW) * 0.9
    high = max(*known, engine_chart.BEARISH_ABOVE) * 1.1
    bullish = Band(
        low=low, high=engine_chart.BULLISH_BELOW, colour="var(--chart-gain-area)", text="bullish", is_upper=False
    )
    bearish = Band(
        low=engine_chart.BEARISH_ABOVE, high=high, colour="var(--chart-loss-area)", text="bearish", is_upper=True
    )
    return Panel(
        title="Put/call ratio of open interest",
        traces=(Trace(name="put/call", values=ratios),),
        levels=(Level(value=engine_chart.NEUTRAL, text="neutral"),),
        bands=(bullish, bearish),
        span=(low, high),
    )


def _span(name: str, days: list[Day]) -> Span:
    flips = [one.flip_point for one in days if one.flip_point]
    change = flips[-1] / flips[0] - 1 if len(flips) > 1 else None
    return Span(
        panel=f"history-{name}",
        label=name.capitalize(),
        figure=encoded(figure_of(days)) if days else "",
        trend="" if change is None else f"Flip {_direction(change)}, {signed_percent(change, 1)}",
        trend_tone=signed_class(change),
        sessions=f"{len(days)} session{'' if len(days) == 1 else 's'}",
    )


def _direction(change: float) -> str:
    if change == 0:
        return "unchanged"
    return "rising" if change > 0 else "falling"


def _badge(days: list[Day]) -> Badge:
    last = days[-1]
    as_of = last.last_as_of or clock.session_on_or_before(last.day).closes
    seen = sum(one.snapshots > 0 for one in days)
    return {
        "kind": BADGE_KINDS[last.truth],  # type: ignore[index]
        "text": f"{last.label.partition(',')[0]} {last.day:%-d %b}",
        "label": "",
        "as_of": as_of,
        "stale_after": None,
        "origin": (
            f"{', '.join(dict.fromkeys(one.label for one in days))}, {days[0].day:%-d %b %Y} to {last.day:%-d %b %Y}: "
            f"{seen} of {len(days)} sessions seen by this desk, the others from the source's own history."
        ),
    }


def _row(one: Day, *, today: date) -> Row:
    # A day fetched later comes without walls; one the desk saw without a wall had none.
    absent = "none" if one.snapshots else MISSING
    walls = [absent if value is None else strike(value) for value in (one.put_wall, one.call_wall)]
    return Row(
        date=f"{one.day:%a %-d %b}" + ("" if one.is_final else ", so far" if one.day >= today else ", as last seen"),
        close=points(one.close),
        net=usd_compact(one.net_gex),
        net_tone=signed_class(one.net_gex),
        flip=absent if one.flip_point is None else points(one.flip_point),
        walls=absent if walls == [absent, absent] else " … ".join(walls),
        volatility=percent(one.implied_volatility, 1),
        put_call=points(one.put_call_ratio),
    )


def _billions(usd: float | None) -> float | None:
    return None if usd is None else usd / 1e9


BLOCK = Block(
    key="history", title="History", template="gex/past/history.html", build=build, kept_seconds=120, wide=True
)
