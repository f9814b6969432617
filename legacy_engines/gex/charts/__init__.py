"""Charts of dealer gamma: strike profile, history of a month, fan of simulated paths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from legacy_engines.gex.charts.history import history_chart
from legacy_engines.gex.charts.monte_carlo import monte_carlo_chart
from legacy_engines.gex.charts.profile import profile_chart

__all__ = ["GEXVisualizer", "history_chart", "monte_carlo_chart", "profile_chart"]


class GEXVisualizer:
    """The charts as Plotly figures. The functions they come from give the same charts as plain, faster dictionaries."""

    @staticmethod
    def create_gex_profile(
        gex_data: Mapping[str, Any] | None, yesterday_data: Mapping[str, Any] | None = None
    ) -> go.Figure:
        """Return gamma by strike in USD millions, with spot, flip, walls and the one-day standard deviation."""
        return go.Figure(profile_chart(gex_data, yesterday_data))

    @staticmethod
    def create_historical_chart(
        gamma_history: Sequence[Mapping[str, Any]] | None, skew_history: Sequence[Mapping[str, Any]] | None, symbol: str
    ) -> go.Figure:
        """Return flip point and net GEX, implied volatility and put/call ratio by day."""
        return go.Figure(history_chart(gamma_history, skew_history, symbol))

    @staticmethod
    def create_monte_carlo_chart(simulation_results: Mapping[str, Any], current_price: float) -> go.Figure:
        """Return simulated paths with their bands; `price_paths_sample` is an array, paths by days + 1."""
        return go.Figure(monte_carlo_chart(simulation_results, current_price))
