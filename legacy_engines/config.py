"""The constants of the old configuration: dealer states, the strategy table and what it is called with.

Thresholds are USD of net GEX, distances are percent of spot, win rates are fractions of 1, confidences are percent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

TRADINGVOLATILITY_BASE: Final = "https://stocks.tradingvolatility.net/api"
# Deliberate (intelligence 1): declared and never used. The copilot is given its model id.
CLAUDE_MODEL: Final = "claude-3-5-sonnet-20241022"
DB_PATH: Final = "gex_copilot.db"
DEFAULT_SYMBOL: Final = "SPY"

# Deliberate (intelligence 3): this order, not the size of the thresholds, decides which state is found.
MM_STATES: Final[Mapping[str, Mapping[str, Any]]] = {
    "TRAPPED": {
        "threshold": -2e9,
        "behavior": "Dealers are short gamma and have no choice: they buy into strength and sell into weakness",
        "confidence": 85,
        "action": "HUNT: buy calls each time price comes up to the flip point",
    },
    "DEFENDING": {
        "threshold": 1e9,
        "behavior": "Dealers lean against every move: rallies are sold hard and dips are bought",
        "confidence": 70,
        "action": "FADE: sell calls into resistance and puts into support",
    },
    "HUNTING": {
        "threshold": -1e9,
        "behavior": "Dealers are building an aggressive position for one direction",
        "confidence": 60,
        "action": "WAIT: stand aside until their direction shows",
    },
    "PANICKING": {
        "threshold": -3e9,
        "behavior": "Dealers are giving up and covering at whatever price they get",
        "confidence": 90,
        "action": "RIDE: press the squeeze with full aggression",
    },
    "NEUTRAL": {
        "threshold": 0,
        "behavior": "Dealers are balanced and push price neither way",
        "confidence": 50,
        "action": "RANGE: sell iron condors between the walls",
    },
}

STRATEGIES: Final[Mapping[str, Mapping[str, Any]]] = {
    "NEGATIVE_GEX_SQUEEZE": {
        "conditions": {"net_gex_threshold": -1e9, "distance_to_flip": 1.5, "min_put_wall_distance": 1.0},
        "win_rate": 0.68,
        "risk_reward": 3.0,
        "typical_move": "2-3% in the direction of the trade",
        "best_days": ["Monday", "Tuesday"],
        "entry": "Break above the flip point",
        "exit": "Call wall reached or 100% profit",
    },
    "POSITIVE_GEX_BREAKDOWN": {
        "conditions": {"net_gex_threshold": 2e9, "proximity_to_flip": 0.3, "call_wall_rejection": True},
        "win_rate": 0.62,
        "risk_reward": 2.5,
        "typical_move": "1-2% down",
        "best_days": ["Wednesday", "Thursday"],
        "entry": "Break below the flip point",
        "exit": "Put wall reached or 75% profit",
    },
    "IRON_CONDOR": {
        "conditions": {"net_gex_threshold": 1e9, "min_wall_distance": 3.0, "iv_rank_below": 50},
        "win_rate": 0.72,
        "risk_reward": 0.3,
        "typical_move": "Range bound",
        "best_days": ["Any with 5-10 DTE"],
        "entry": "Short strikes at the walls",
        "exit": "50% profit or a breached short strike",
    },
    "PREMIUM_SELLING": {
        "conditions": {"wall_strength": 500e6, "distance_from_wall": 1.0, "positive_gex": True},
        "win_rate": 0.65,
        "risk_reward": 0.5,
        "typical_move": "Rejection at the levels",
        "best_days": ["Any 0-2 DTE"],
        "entry": "As price approaches a wall",
        "exit": "50% profit or time",
    },
}
