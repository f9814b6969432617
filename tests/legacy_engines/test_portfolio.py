"""Positions looked at together."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legacy_engines.risk import portfolio
from legacy_engines.risk.portfolio import PortfolioAnalyzer

POSITIONS = st.lists(
    st.fixed_dictionaries(
        {
            "symbol": st.sampled_from(["SPY", "QQQ", "AAPL", "NVDA", "XOM", "aapl"]),
            "type": st.sampled_from(["call", "PUT", "Long Call", "iron condor"]),
            "max_risk": st.integers(0, 6000),
        }
    ),
    min_size=1,
    max_size=12,
)


@given(POSITIONS)
def test_every_position_is_counted_once_in_each_view(positions: list[dict[str, Any]]) -> None:
    answer = PortfolioAnalyzer.analyze_portfolio(positions)
    for view in ("symbol_counts", "sector_exposure", "directional_bias"):
        assert sum(answer[view].values()) == answer["total_positions"] == len(positions)
    assert answer["total_risk"] == sum(position["max_risk"] for position in positions)


@given(POSITIONS)
def test_doubling_a_portfolio_keeps_its_one_sidedness(positions: list[dict[str, Any]]) -> None:
    def one_sided(chosen: list[dict[str, Any]]) -> bool:
        warnings = PortfolioAnalyzer.analyze_portfolio(chosen)["warnings"]
        return any(warning["type"] == "DIRECTIONAL_BIAS" for warning in warnings)

    assert one_sided(positions) == one_sided(positions * 2)


@pytest.mark.parametrize("nothing", [[], None, ()])
def test_no_positions_are_an_empty_portfolio(nothing: Any) -> None:
    assert PortfolioAnalyzer.analyze_portfolio(nothing) == {"status": "empty", "warnings": []}


def test_warnings_show_their_figures_in_the_old_order() -> None:
    positions = [{"symbol": "AAPL", "max_risk": 3000}] * 4 + [{"symbol": "SPY", "type": "put"}]
    warnings = PortfolioAnalyzer.analyze_portfolio(positions)["warnings"]
    assert [w["type"] for w in warnings] == ["OVERCONCENTRATION", "SECTOR_RISK", "DIRECTIONAL_BIAS", "TOTAL_RISK"]
    assert "4 positions in AAPL" in warnings[0]["message"]
    assert "4 of 5" in warnings[2]["message"]
    assert "$12,000" in warnings[3]["message"]


def test_a_portfolio_of_puts_is_never_called_one_sided() -> None:
    assert PortfolioAnalyzer.analyze_portfolio([{"symbol": "XOM", "type": "put"}])["warnings"] == []


def test_risk_of_exactly_the_limit_is_accepted() -> None:
    assert PortfolioAnalyzer.analyze_portfolio([{"symbol": "A", "type": "x", "max_risk": 10_000}])["warnings"] == []


@pytest.mark.parametrize(
    ("distinct", "label"), [(8, portfolio.EXCELLENT), (7, portfolio.GOOD), (3, portfolio.MODERATE), (2, portfolio.POOR)]
)
def test_diversification_by_share_of_own_symbols(distinct: int, label: str) -> None:
    counts = {f"S{i}": 1 for i in range(distinct)}
    assert PortfolioAnalyzer._calculate_diversification(counts, 10) == label


def test_one_position_is_not_said_to_be_spread_over_many_symbols() -> None:
    label = PortfolioAnalyzer.analyze_portfolio([{"symbol": "XOM", "type": "put"}])["diversification_score"]
    assert label == portfolio.EXCELLENT
    assert "many" not in label


def test_missing_type_and_risk_raise() -> None:
    with pytest.raises(AttributeError):
        PortfolioAnalyzer.analyze_portfolio([{"type": None}])
    with pytest.raises(TypeError):
        PortfolioAnalyzer.analyze_portfolio([{"max_risk": None}])
