"""The page's view model: every text and number the template prints, prepared once per snapshot."""

from dataclasses import dataclass

import msgspec

from apps.gex import charts
from apps.gex.expirations import Expirations, expirations
from apps.gex.figures import Figure, key_figures
from apps.gex.heat import Heat, heat_map
from apps.gex.ladder import Ladder, price_ladder, spot_and_flip
from apps.gex.method import Fact, Method, exposures, method_of
from apps.gex.ruler import Ruler, price_ruler
from apps.gex.weightings import weightings
from apps.gex.window import price_window
from apps.gex.words import ActLevel, Pill, explanation, headline, levels_to_act_on, pills, verdict_day
from apps.market.exposure.result import Exposure
from apps.market.models import Snapshot
from apps.market.notices import Badge, badge_of

# What phones show one at a time.
VIEWS = [
    {"label": "Strike", "panel": "gex-ladder"},
    {"label": "Curve", "panel": "gex-by-price"},
    {"label": "Expiry", "panel": "gex-by-expiration"},
    {"label": "Heat", "panel": "gex-heatmap"},
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartPanel:
    """One choice of the chart's switch. figure: JSON, empty with `missing`, a sentence."""

    panel: str
    label: str
    figure: str
    summary: str
    missing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Panels:
    """What templates/gex/_panels.html needs. day: with the word that joins it to a sentence."""

    symbol: str
    seq: int
    day: str
    badge: Badge
    short_badge: Badge
    views: list[dict[str, str]]
    pills: list[Pill]
    headline: str
    explanation: str
    ruler: Ruler
    act_levels: list[ActLevel]
    figures: list[Figure]
    charts: list[ChartPanel]
    chart_note: str
    ladder: Ladder
    lines: dict[str, str]
    expirations: Expirations
    heat: Heat
    exposures: list[Fact]
    method: Method


def build_panels(snapshot: Snapshot, exposure: Exposure) -> Panels:
    """Return the view model of a stored snapshot. It depends on nothing but its arguments: no clock, no viewer."""
    return Panels(
        symbol=exposure.symbol,
        seq=snapshot.seq,
        day=verdict_day(exposure),
        badge=badge_of(snapshot),
        short_badge=badge_of(snapshot, short=True),
        views=VIEWS,
        pills=pills(exposure),
        headline=headline(exposure),
        explanation=explanation(exposure),
        ruler=price_ruler(exposure),
        act_levels=levels_to_act_on(exposure),
        figures=key_figures(exposure),
        charts=_charts(exposure),
        chart_note=_counted(exposure),
        ladder=price_ladder(exposure),
        lines=spot_and_flip(exposure),
        expirations=expirations(exposure),
        heat=heat_map(exposure),
        exposures=exposures(exposure),
        method=method_of(snapshot, exposure),
    )


def _counted(exposure: Exposure) -> str:
    """Return what the figures are summed over."""
    if exposure.is_by_strike_only:
        return "all expiries together"
    interest = exposure.open_interest_date
    return f"{len(exposure.by_expiration)} expiries" + (f", OI {interest:%-d %b}" if interest else "")


def _charts(exposure: Exposure) -> list[ChartPanel]:
    window = price_window(exposure)
    return [
        ChartPanel(
            panel=f"gex-chart-{weighted.key.replace('_', '-')}",
            label=weighted.label,
            figure="" if weighted.missing else _json(charts.gamma_by_price(exposure, weighted, window)),
            summary=charts.chart_summary(exposure, weighted),
            missing=weighted.missing,
        )
        for weighted in weightings(exposure)
    ]


def _json(figure: charts.Figure) -> str:
    """Return the figure for a script element: "<" is written so that no text of it can end the element."""
    return msgspec.json.encode(figure).decode().replace("<", "\\u003c")
