"""A seeded, arbitrage-free little market without network: every number is a function of (seed, symbol, moment)."""

from apps.market.sources.simulated.source import SimulatedSource

__all__ = ["SimulatedSource"]
