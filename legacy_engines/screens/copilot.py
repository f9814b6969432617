"""What the copilot's page did with what was typed into it (C-11 to C-14)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from legacy_engines.options.monte_carlo import seeded_generator

Route = Literal["challenge", "teach", "analyze"]
CHALLENGE = ("challenge", "wrong", "disagree", "bad idea", "risky", "why not", "what if i")
TEACH = ("teach", "explain", "how does", "what is", "help me understand", "why")
CONTRACT = 100
LIKELY = 60  # percent
EXAMPLE_POSITION: dict[str, Any] = {
    "symbol": "SPY",
    "type": "call",
    "strike": 585.0,
    "entry_price": 4.50,
    "quantity": 7,
    "delta": 0.45,
    "theta": -0.12,
    "current_price": 582.50,
}
"""The position scenarios are shown for as long as none is open (C-12)."""


def route(text: str, *, is_challenging: bool) -> Route:
    """Return who answers (C-11). Deliberate: words count wherever they stand, so "why" in any sentence teaches."""
    lowered = text.lower()
    if is_challenging or any(word in lowered for word in CHALLENGE):
        return "challenge"
    return "teach" if any(word in lowered for word in TEACH) else "analyze"


def scenario_name(price_change_percent: float, days: int) -> str:
    """Return the scenario's title (C-12)."""
    return f"{price_change_percent:+.1f}% move in {days} days"


def post_mortem_input(entry: float, exit_price: float, gex_billions: float) -> dict[str, float]:
    """Return `pnl` (US dollars of one contract) and `entry_gex` (US dollars) of the form's entries (C-13)."""
    return {"pnl": (exit_price - entry) * CONTRACT, "entry_gex": gex_billions * 1e9}


@dataclass(frozen=True)
class Probability:
    """Final prices against a strike. Shares in percent, prices in points; std is that of the population."""

    final: np.ndarray[Any, np.dtype[np.float64]]
    above: float
    below: float
    at: float
    mean: float
    std: float
    low: float
    high: float
    view: Literal["bullish", "bearish", "neutral"]


def probability(price: float, strike: float, volatility_percent: float, days: int, simulations: int) -> Probability:
    """Return where price ends after `days` calendar days (C-14): no drift, no variance correction, seed 42."""
    step = volatility_percent / 100 * np.sqrt(days / 365)
    final = price * np.exp(seeded_generator().normal(0, step, simulations))
    above, below = float(np.mean(final > strike)) * 100, float(np.mean(final < strike)) * 100
    low, high = np.percentile(final, [5, 95])
    return Probability(
        final=final,
        above=above,
        below=below,
        at=float(np.mean(np.abs(final - strike) < 1)) * 100,
        mean=float(np.mean(final)),
        std=float(np.std(final)),
        low=float(low),
        high=float(high),
        view="bullish" if above > LIKELY else "bearish" if below > LIKELY else "neutral",
    )
