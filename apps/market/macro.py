"""VIX and macro figures with the regime the macro engine makes of them."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from apps.market import facts
from apps.market.data_cache import Fact
from apps.market.sources.protocol import Kind, Question
from apps.market.tickers import Ask, EngineClock, FactTicker, FredFacts
from legacy_engines.market.macro import SERIES, FREDIntegration

VIX = Question(kind=Kind.BARS, symbol="VIX", detail="1d:1d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Macro:
    """data: vix, ten_year_yield ... as the engine gives them (VIX points, percent). regime: what it makes of them.

    vix: the fact behind the VIX. stand_ins: the names in `data` whose values are the engine's fixed defaults, because
    nothing is known of them (no FRED account, no answer yet); pages must call them so.
    """

    data: dict[str, float]
    regime: dict[str, Any]
    vix: Fact
    stand_ins: tuple[str, ...]


def macro(at: datetime, *, ask: Ask | None = None) -> Macro:
    """Return the newest known figures; asking never waits unless `ask` does. A missing VIX is the engine's 20."""
    asking = ask or partial(facts.newest, at=at)
    has_series = facts.can_be_asked(Kind.MACRO)
    engine = _engine(at, asking, has_series=has_series)
    data = engine.get_economic_data()
    vix = asking(VIX)
    unknown = [name for name, series, _ in SERIES if not (has_series and _is_number(asking, series))]
    stand_ins = (*(() if vix.is_known else ("vix",)), *unknown)
    return Macro(data=data, regime=engine.get_regime(data), vix=vix, stand_ins=stand_ins)


def volatility_regime(vix: float, *, at: datetime) -> dict[str, Any]:
    """Return what the macro engine makes of a VIX alone: vol_regime, vol_signal. Nothing is looked up."""
    engine = _engine(at, partial(facts.newest, at=at), has_series=False)
    return {name: value for name, value in engine.get_regime({"vix": vix}).items() if name.startswith("vol_")}


def _engine(at: datetime, asking: Ask, *, has_series: bool) -> FREDIntegration:
    return FREDIntegration(
        clock=EngineClock(at),
        session=FredFacts(asking),
        tickers=lambda symbol: FactTicker(symbol, asking),
        # The engine asks for series only when it has a key; the real one stays with the source.
        environ={"FRED_API_KEY": "held by the source"} if has_series else {},
        settings={},
    )


def _is_number(asking: Ask, series: str) -> bool:
    """Return whether the newest observation holds a number: on holidays FRED prints a dot."""
    fact = asking(Question(kind=Kind.MACRO, symbol=series))
    return fact.is_known and bool(fact.value) and fact.value[0]["value"] != "."


def vix_close(at: datetime, *, ask: Ask | None = None) -> float:
    """Return the VIX's last close, 0.0 when it is not known (as the weekly gamma intelligence takes it)."""
    fact = (ask or partial(facts.newest, at=at))(VIX)
    closes = fact.value["close"] if fact.is_known else []
    return float(closes[-1]) if closes else 0.0
