"""Yahoo Finance: option quotes, prices and the VIX, through yfinance."""

from apps.market.sources.yahoo.source import NEAREST_EXPIRATIONS, YahooSource

__all__ = ["NEAREST_EXPIRATIONS", "YahooSource"]
