"""Gamma over time: the Trading Volatility client, the week in three views, tracking, correlation, intraday, alerts."""
