"""Where price may end, by simulation, with a histogram."""

from dataclasses import dataclass
from urllib.parse import urlencode

import numpy as np
from django.http import QueryDict

from apps.copilot.panels.forms import ProbabilityForm
from apps.market.models import Snapshot
from legacy_engines.screens.copilot import Probability, probability

BINS = 50
_WIDTH, _HEIGHT = 500.0, 160.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HistogramBar:
    """A bin in a drawing 500 wide and 160 high."""

    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """bars, and where strike and price lie; None where they are off the drawing. low, high: its ends, points."""

    bars: list[HistogramBar]
    strike: str | None
    price: str | None
    low: float
    high: float
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """found: the engine's figures, None while the form has faults. now: query with today's figures of a symbol."""

    form: ProbabilityForm
    found: Probability | None
    histogram: Histogram | None
    symbol: str
    now: str

    @property
    def above(self) -> float:
        return self.found.above / 100 if self.found else 0.0

    @property
    def below(self) -> float:
        return self.found.below / 100 if self.found else 0.0

    @property
    def implication(self) -> str:
        """What the view means for a trade, with how sure it is (A-32)."""
        if self.found is None:
            return ""
        if self.found.view == "bullish":
            return f"{self.found.above:.1f} % of the runs end above the strike: calls have the better odds."
        if self.found.view == "bearish":
            return f"{self.found.below:.1f} % of the runs end below the strike: puts have the better odds."
        sure = max(self.found.above, self.found.below)
        return f"Neither side reaches 60 % (the larger has {sure:.1f} %): condors and time decay fit better."

    @property
    def tone(self) -> str:
        return {"bullish": "gain", "bearish": "loss"}.get(self.found.view, "") if self.found else ""


def chance_of(given: QueryDict, *, symbol: str) -> Chance:
    """Return the panel."""
    form = ProbabilityForm({name: given.get(name, value) for name, value in ProbabilityForm.FIRST.items()})
    found, drawn = None, None
    if form.is_valid():
        asked = form.cleaned_data
        found = probability(asked["price"], asked["strike"], asked["volatility"], asked["days"], asked["simulations"])
        drawn = histogram_of(found, price=asked["price"], strike=asked["strike"])
    return Chance(form=form, found=found, histogram=drawn, symbol=symbol, now=_now(symbol))


def histogram_of(found: Probability, *, price: float, strike: float) -> Histogram:
    """Return the drawing of the final prices."""
    counts, edges = np.histogram(found.final, bins=BINS)
    low, high, most = float(edges[0]), float(edges[-1]), int(counts.max())
    step = _WIDTH / BINS

    def place(value: float) -> str | None:
        return f"{(value - low) / (high - low) * _WIDTH:.1f}" if low <= value <= high else None

    bars = []
    for number, count in enumerate(counts):
        height = float(count) / most * _HEIGHT
        bars.append(
            HistogramBar(
                x=f"{number * step:.1f}", y=f"{_HEIGHT - height:.1f}", width=f"{step - 1:.1f}", height=f"{height:.1f}"
            )
        )
    return Histogram(bars=bars, strike=place(strike), price=place(price), low=low, high=high, most=most)


def _now(symbol: str) -> str:
    """Return the form's query with a symbol's newest price, nearest wall and volatility; empty where unknown."""
    newest = Snapshot.objects.of(symbol).first()
    if newest is None or not newest.implied_volatility:
        return ""
    spot = float(newest.spot)
    strike = newest.call_wall or newest.flip_point or round(spot)
    return urlencode(
        {
            "price": f"{spot:.2f}",
            "strike": f"{strike:g}",
            "volatility": f"{newest.implied_volatility * 100:.1f}",
            "days": "7",
            "simulations": "10000",
        }
    )
