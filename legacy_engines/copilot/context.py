"""The market as the copilot sees it: figures, dealer state, weekday, and which symbol a question is about."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from legacy_engines.copilot.json_values import make_json_serializable
from legacy_engines.gex.mm_state import determine_mm_state
from legacy_engines.ports import Clock, new_york_now, utc_now

BILLION = 1e9
FRIDAY = 4
LONGEST_TICKER = 5
DEFAULT_SYMBOL = "SPY"


def build_context(market_data: Mapping[str, Any], *, clock: Clock) -> dict[str, Any]:
    """Return the market context. Prices are points, `net_gex` USD, `distance_to_flip` signed percent of spot.

    A `None` where a number is needed raises TypeError.
    """
    # Deliberate (intelligence 12): a missing price counts as 1 here, so the distance runs into the thousands.
    spot = market_data.get("spot_price", 1)
    net_gex = market_data.get("net_gex", 0)
    flip = market_data.get("flip_point", 0)
    now = new_york_now(clock)
    return {
        "symbol": market_data.get("symbol", DEFAULT_SYMBOL),
        "current_price": spot,
        "net_gex": net_gex,
        "net_gex_billions": net_gex / BILLION,
        "flip_point": flip,
        "distance_to_flip": (flip - spot) / spot * 100 if spot != 0 else 0,
        "call_wall": market_data.get("call_wall", 0),
        "put_wall": market_data.get("put_wall", 0),
        "mm_state": determine_mm_state(net_gex),
        "timestamp": market_data.get("timestamp", utc_now(clock).isoformat()),
        "day_of_week": f"{now:%A}",
        "dte_to_friday": (FRIDAY - now.weekday()) % 7,
    }


def mentioned_symbol(query: str) -> str | None:
    """Return the first word of the question that could be a ticker: up to five letters and nothing else.

    Deliberate (intelligence 9): ordinary words ("WHAT", "I") pass too; the application passes the page's symbol.
    """
    return next((word for word in query.upper().split() if len(word) <= LONGEST_TICKER and word.isalpha()), None)


def as_json(value: Any) -> str:
    """Return the value as the JSON shown to the model. A type JSON does not know raises TypeError."""
    return json.dumps(make_json_serializable(value), indent=2)
