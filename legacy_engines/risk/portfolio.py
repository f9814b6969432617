"""Concentration, one-sidedness and total risk of a set of positions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

TECH = frozenset({"AAPL", "MSFT", "GOOGL", "AMZN", "META", "TSLA", "NVDA", "AMD"})
MARKET = frozenset({"SPY", "QQQ", "IWM", "DIA"})
BULLISH = frozenset({"call", "long call"})
BEARISH = frozenset({"put", "long put"})
TOTAL_RISK_LIMIT = 10_000

EXCELLENT = "EXCELLENT - nearly every position has a symbol of its own"
GOOD = "GOOD - reasonably spread, some symbols repeat"
MODERATE = "MODERATE - many positions share a symbol"
POOR = "POOR - most positions are in the same few symbols"


class PortfolioAnalyzer:
    """Look at open positions together."""

    @staticmethod
    def analyze_portfolio(positions: Sequence[Mapping[str, Any]] | None) -> dict[str, Any]:
        """Return counts, exposure, total risk (USD) and warnings. Reads `symbol`, `type` and `max_risk` (USD)."""
        if not positions:
            return {"status": "empty", "warnings": []}
        total = len(positions)
        symbols = dict(Counter(position.get("symbol", "Unknown") for position in positions))
        sectors = _counted(("tech", "market", "other"), (_sector(p.get("symbol", "Unknown")) for p in positions))
        biases = _counted(("bullish", "bearish", "neutral"), (_bias(p.get("type", "call")) for p in positions))
        risk = sum(position.get("max_risk", 0) for position in positions)
        return {
            "status": "analyzed",
            "total_positions": total,
            "symbol_counts": symbols,
            "sector_exposure": sectors,
            "directional_bias": biases,
            "total_risk": risk,
            "warnings": list(_warnings(symbols, sectors, biases["bullish"], total, risk)),
            "diversification_score": PortfolioAnalyzer._calculate_diversification(symbols, total),
        }

    @staticmethod
    def _calculate_diversification(symbol_counts: Mapping[str, int], total: int) -> str:
        """Return a label by how many of the positions are in symbols of their own."""
        distinct = len(symbol_counts)
        for share, label in ((0.8, EXCELLENT), (0.5, GOOD), (0.3, MODERATE)):
            if distinct >= total * share:
                return label
        return POOR


def _counted(names: Sequence[str], found: Iterator[str]) -> dict[str, int]:
    counts = Counter(found)
    return {name: counts[name] for name in names}


def _sector(symbol: str) -> str:
    return "tech" if symbol in TECH else "market" if symbol in MARKET else "other"


def _bias(option_type: str) -> str:
    kind = option_type.lower()
    return "bullish" if kind in BULLISH else "bearish" if kind in BEARISH else "neutral"


def _warnings(
    symbols: Mapping[str, int], sectors: Mapping[str, int], bullish: int, total: int, risk: float
) -> Iterator[dict[str, str]]:
    for symbol, count in symbols.items():
        if count >= 3:
            yield _warning("OVERCONCENTRATION", "high", f"{count} positions in {symbol}: they win or lose together.")
    if sectors["tech"] >= 4:
        yield _warning("SECTOR_RISK", "high", f"{sectors['tech']} positions in technology: they will move together.")
    if sectors["market"] >= 3:
        yield _warning("MARKET_RISK", "medium", f"{sectors['market']} positions in index funds: this is one bet.")
    # Deliberate (intelligence 10): a portfolio of puts only is never called one-sided.
    if bullish >= total * 0.75:
        yield _warning("DIRECTIONAL_BIAS", "medium", f"{bullish} of {total} positions are bullish: consider a hedge.")
    if risk > TOTAL_RISK_LIMIT:
        yield _warning("TOTAL_RISK", "high", f"Total risk is ${risk:,.0f}: reduce size before adding anything.")


def _warning(kind: str, severity: str, message: str) -> dict[str, str]:
    return {"type": kind, "severity": severity, "message": message}
