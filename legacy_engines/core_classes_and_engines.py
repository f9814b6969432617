"""The old module name of the core engines."""

from legacy_engines.gex import GEXAnalyzer, GEXLevel
from legacy_engines.gex_setups import TradeSetup, TradingStrategy
from legacy_engines.monte_carlo import MonteCarloEngine
from legacy_engines.option_data import OptionsDataFetcher
from legacy_engines.pricing import BlackScholesPricer
from legacy_engines.regime import MarketRegimeAnalyzer
from legacy_engines.risk import RiskManager
from legacy_engines.trading_volatility import TradingVolatilityAPI

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
