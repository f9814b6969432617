"""The history of the levels: a day a point, over a month, a quarter or a year."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from alphagex import clock
from apps.gex.past.line_charts import Panel, Trace, encoded, stacked
from apps.market.blocks import Block, NotReadyError
from apps.market.history import series
from apps.market.history.series import Day
from apps.market.templatetags.numbers import MISSING, percent, points, signed_class, signed_percent, strike, usd_compact
from legacy_engines.gex.charts.history import BEARISH_ABOVE, BULLISH_BELOW, NEUTRAL

SPANS = {"month": 30, "quarter": 90, "year": 365}
_SHOWN = 20  # rows of the table: the rest is in the files
SIGNALS = (
    "Price above the flip: dealers dampen moves, fade the extremes.",
    "Price below the flip: dealers amplify moves, trade the break.",
    "High implied volatility: sell premium. Low: buy options.",
    f"Put/call above {BEARISH_ABOVE}: puts are crowded. Below {BULLISH_BELOW}: calls are.",
)


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
    origin: str
    files: list[tuple[str, str]]


def build(symbol: str, at: datetime) -> History:
    """Return the last year of the symbol. Raises NotReadyError before the first stored session."""
    days = days_of(symbol, at=at, days=SPANS["year"])
    if not days:
        raise NotReadyError(
            "No history yet",
            "Each session leaves a day here after its close. Staff can fetch the past: "
            f"manage.py backfill {symbol} --days 90.",
        )
    today = clock.in_new_york(at).date()
    return History(
        spans=[_span(name, [one for one in days if (today - one.day).days < length]) for name, length in SPANS.items()],
        rows=[_row(one) for one in reversed(days[-_SHOWN:])],
        count=len(days),
        signals=SIGNALS,
        origin=", ".join(dict.fromkeys(one.label for one in days)),
        files=[(form.upper(), reverse("gex:history_file", args=[symbol, form])) for form in ("csv", "json")],
    )


def days_of(symbol: str, *, at: datetime, days: int) -> list[Day]:
    """Return the stored sessions of the last `days` calendar days, oldest first."""
    return series.year(symbol, until=clock.in_new_york(at).date(), days=days)


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
        ),
        Panel(
            title="Net GEX at the close, $bn per 1 %",
            traces=(Trace(name="net", values=[_billions(one.net_gex) for one in days], kind="bars", unit=" bn"),),
        ),
    ]
    known = [value for value in volatility if value is not None]
    if known:
        trace = Trace(name="IV", values=volatility, kind="area", digits=".1f", unit=" %")
        panels.append(
            Panel(title="Implied volatility, %, and its mean", level=sum(known) / len(known), traces=(trace,))
        )
    counted = [ratio for ratio in ratios if ratio is not None]
    if counted:
        top = max(*counted, BEARISH_ABOVE) * 1.1
        bands = (
            (0.0, BULLISH_BELOW, "var(--chart-gain-area)"),
            (BEARISH_ABOVE, top, "var(--chart-loss-area)"),
        )
        trace = Trace(name="put/call", values=ratios)
        panels.append(Panel(title="Put/call ratio", level=NEUTRAL, bands=bands, traces=(trace,)))
    return stacked(dates, panels, is_category=False)


def _span(name: str, days: list[Day]) -> Span:
    flips = [one.flip_point for one in days if one.flip_point]
    change = flips[-1] / flips[0] - 1 if len(flips) > 1 else None
    return Span(
        panel=f"history-{name}",
        label=name.capitalize(),
        figure=encoded(figure_of(days)) if days else "",
        trend="" if change is None else f"Flip {'rising' if change > 0 else 'falling'}, {signed_percent(change, 1)}",
        trend_tone=signed_class(change),
        sessions=f"{len(days)} session{'' if len(days) == 1 else 's'}",
    )


def _row(one: Day) -> Row:
    # A day fetched later comes without walls; one the desk saw without a wall had none.
    absent = "none" if one.snapshots else MISSING

    def wall(value: float | None) -> str:
        return absent if value is None else strike(value)

    return Row(
        date=f"{one.day:%a %-d %b}" + ("" if one.is_final else ", so far"),
        close=points(one.close),
        net=usd_compact(one.net_gex),
        net_tone=signed_class(one.net_gex),
        flip=absent if one.flip_point is None else points(one.flip_point),
        walls=f"{wall(one.put_wall)} … {wall(one.call_wall)}",
        volatility=MISSING if one.implied_volatility is None else percent(one.implied_volatility, 1),
        put_call=points(one.put_call_ratio),
    )


def _billions(usd: float | None) -> float | None:
    return None if usd is None else usd / 1e9


BLOCK = Block(
    key="history", title="History", template="gex/past/history.html", build=build, kept_seconds=120, wide=True
)
