"""The market regime and the outlook for the day."""

from __future__ import annotations

from typing import Any

import pytest

from legacy_engines.gex.analyzer import GEXAnalyzer, GEXLevel
from legacy_engines.gex.regime import FADE_AT_WALLS, MOMENTUM_TIGHT_STOPS, WAIT, MarketRegimeAnalyzer


def analyzer(**state: Any) -> MarketRegimeAnalyzer:
    gex = GEXAnalyzer("QQQ")
    for name, value in {"spot_price": 100.0, "gamma_flip": 100.0, **state}.items():
        setattr(gex, name, value)
    return MarketRegimeAnalyzer(gex)


def walls(*names: str, strength: float = 15.1) -> dict[str, GEXLevel]:
    strikes = {"call_wall_1": 105.0, "put_wall_1": 95.0}
    return {name: GEXLevel(strikes[name], 1e8, name[:-2], strength, 0) for name in names}


@pytest.mark.parametrize(
    ("net", "kind", "volatility", "confidence"),
    [
        (2e9, "Transitional", "Normal", 50), (2.001e9, "Volatility Suppression", "Low", 80.005),
        (6e9, "Volatility Suppression", "Low", 95), (-1e9, "Transitional", "Normal", 50),
        (-1.001e9, "Volatility Amplification", "High", 75.005), (-9e9, "Volatility Amplification", "High", 95),
        (float("nan"), "Transitional", "Normal", 50),
    ],
)  # fmt: skip
def test_the_regime_follows_net_gex(net: float, kind: str, volatility: str, confidence: float) -> None:
    regime = analyzer(net_gex=net).get_regime()
    assert (regime["type"], regime["volatility_expectation"]) == (kind, volatility)
    assert regime["confidence"] == pytest.approx(confidence)
    assert regime["description"]


@pytest.mark.parametrize(
    ("net", "flip", "bias"),
    [
        (1e8, 98.9, "Bullish"), (-1e8, 98.9, "Bearish continuation"), (1e8, 101.1, "Bearish"),
        (-1e8, 101.1, "Bullish reversal potential"), (1e8, 99.0, "Neutral - Near gamma flip"),
        (1e8, 101.0, "Neutral - Near gamma flip"), (1e8, None, "Neutral - Near gamma flip"),
        (1e8, 0, "Neutral - Near gamma flip"),
    ],
)  # fmt: skip
def test_the_bias_follows_the_side_of_the_flip(net: float, flip: float | None, bias: str) -> None:
    assert analyzer(net_gex=net, gamma_flip=flip).get_regime()["trending_bias"] == bias


@pytest.mark.parametrize("net", [0, None])
def test_unknown_gex_is_an_unknown_regime(net: float | None) -> None:
    assert analyzer(net_gex=net).get_regime() == {
        "type": "Unknown",
        "volatility_expectation": "Normal",
        "trending_bias": "Neutral",
        "confidence": 0,
        "description": "",
    }


def test_a_regime_without_a_spot_price_raises() -> None:
    with pytest.raises(TypeError):
        analyzer(net_gex=1e8, spot_price=None).get_regime()
    with pytest.raises(ZeroDivisionError):
        analyzer(net_gex=1e8, spot_price=0.0).get_regime()


def test_suppressed_volatility_is_faded_at_the_walls() -> None:
    outlook = analyzer(net_gex=3e9, key_levels=walls("call_wall_1", "put_wall_1")).get_intraday_outlook()
    assert outlook == {
        "primary_range": {"upper": 105, "lower": 95, "strength": "Strong"},
        "breakout_levels": {"upside": 105 * 1.005, "downside": 95 * 0.995},
        "fade_levels": {"sell": 105, "buy": 95},
        "risk_level": "Medium",
        "recommended_strategy": FADE_AT_WALLS,
    }


def test_a_missing_wall_is_replaced_by_one_percent_and_gives_no_range() -> None:
    outlook = analyzer(net_gex=3e9, key_levels=walls("put_wall_1")).get_intraday_outlook()
    assert outlook["primary_range"] == {}
    assert outlook["breakout_levels"] == {"downside": 95 * 0.995}
    assert outlook["fade_levels"] == {"sell": 101, "buy": 95}
    other = analyzer(net_gex=3e9, key_levels=walls("call_wall_1")).get_intraday_outlook()
    assert other["fade_levels"] == {"sell": 105, "buy": 99}


def test_amplified_volatility_is_followed_and_everything_else_waits() -> None:
    levels = walls("call_wall_1", "put_wall_1", strength=15.0)
    wild = analyzer(net_gex=-3e9, key_levels=levels).get_intraday_outlook()
    assert (wild["risk_level"], wild["recommended_strategy"]) == ("High", MOMENTUM_TIGHT_STOPS)
    assert wild["primary_range"]["strength"] == "Moderate"
    assert wild["fade_levels"] == {}
    assert analyzer(net_gex=0, key_levels=levels).get_intraday_outlook()["recommended_strategy"] == WAIT
    assert analyzer(net_gex=3e9).get_intraday_outlook()["recommended_strategy"] == ""
