"""The Trading Volatility client: paced and cached requests, and the dictionaries the engines read."""

from legacy_engines.trading_volatility.client import TradingVolatilityAPI
from legacy_engines.trading_volatility.state import CachedBody, ClientState

__all__ = ["CachedBody", "ClientState", "TradingVolatilityAPI"]
