"""The Trading Volatility client: paced and cached requests, and the dictionaries the engines read."""

from legacy_engines.gamma.trading_volatility.client import TradingVolatilityAPI
from legacy_engines.gamma.trading_volatility.state import CachedBody, ClientState

__all__ = ["CachedBody", "ClientState", "TradingVolatilityAPI"]
