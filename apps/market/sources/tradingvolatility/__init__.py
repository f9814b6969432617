"""Trading Volatility, the service the old program used: its first and second interface behind one adapter."""

from apps.market.sources.tradingvolatility.source import TradingVolatilitySource

__all__ = ["TradingVolatilitySource"]
