"""The old module name of the core engines."""

from legacy_engines.gamma.trading_volatility import TradingVolatilityAPI
from legacy_engines.gex.analyzer import GEXAnalyzer, GEXLevel
from legacy_engines.gex.regime import MarketRegimeAnalyzer
from legacy_engines.gex.setups import TradeSetup, TradingStrategy
from legacy_engines.options.monte_carlo import MonteCarloEngine
from legacy_engines.options.pricing import BlackScholesPricer
from legacy_engines.options.yahoo_chain import OptionsDataFetcher
from legacy_engines.risk.limits import RiskManager

__all__ = [
    "BlackScholesPricer",
    "GEXAnalyzer",
    "GEXLevel",
    "MarketRegimeAnalyzer",
    "MonteCarloEngine",
    "OptionsDataFetcher",
    "RiskManager",
    "TradeSetup",
    "TradingStrategy",
    "TradingVolatilityAPI",
]
