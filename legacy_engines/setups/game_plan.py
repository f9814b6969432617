"""The day's game plan: what dealers are forced to do, the levels, the setups and how the weekday matters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from legacy_engines.config import MM_STATES
from legacy_engines.gex.mm_state import determine_mm_state
from legacy_engines.ports import Clock, new_york_now, utc_now

SHOWN_SETUPS = 3
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = range(5)


def game_plan(market_data: Mapping[str, Any], setups: Sequence[Mapping[str, Any]] | None, *, clock: Clock) -> str:
    """Return the plan as Markdown. A setup without strategy, action, entry, confidence ... raises KeyError."""
    here, utc = new_york_now(clock), utc_now(clock)
    symbol = market_data.get("symbol", "SPY")
    sections = [
        f"# {symbol} GAME PLAN - {here:%A} {utc:%H:%M} UTC ({here:%I:%M %p} ET)",
        *_positioning(market_data),
        *_levels(market_data),
        *(_setups(setups) if setups else _no_setups()),
        *_weekday(here.weekday()),
    ]
    return "\n".join(sections)


def _positioning(market_data: Mapping[str, Any]) -> Iterator[str]:
    net_gex = market_data.get("net_gex", 0)
    name = determine_mm_state(net_gex)
    state = MM_STATES[name]
    yield "\n## Market Maker Positioning"
    yield f"- **State:** {name}"
    yield f"- {state['behavior']}"
    yield f"- **Net GEX:** ${net_gex / 1e9:.2f}B"
    yield f"- **Action Required:** {state['action']}"
    yield f"- **Confidence:** {state['confidence']}%"


def _levels(market_data: Mapping[str, Any]) -> Iterator[str]:
    spot, flip = market_data.get("spot_price", 0), market_data.get("flip_point", 0)
    away = f"{(flip - spot) / spot * 100:+.2f}%" if spot != 0 else "N/A"
    yield "\n## Critical Levels"
    yield f"- **Current:** ${spot:.2f}"
    yield f"- **Flip Point:** ${flip:.2f} ({away} from spot)"
    yield f"- **Call Wall:** ${market_data.get('call_wall', 0):.2f}"
    yield f"- **Put Wall:** ${market_data.get('put_wall', 0):.2f}"


def _setups(setups: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield "\n## Active Setups Available"
    for number, setup in enumerate(setups[:SHOWN_SETUPS], start=1):
        yield f"\n### Setup #{number}: {setup['strategy']}"
        yield f"- **Action:** {setup['action']}"
        yield f"- **Entry:** {setup['entry_zone']}"
        yield f"- **Confidence:** {setup['confidence']}%"
        yield f"- **Risk/Reward:** 1:{setup['risk_reward']}"
        if setup.get("best_time", "N/A") != "N/A":
            yield f"- Expiration {setup['best_time']}"
        yield f"- **Reasoning:** {setup['reasoning']}"


def _no_setups() -> Iterator[str]:
    yield "\n## No High-Confidence Setups"
    yield "Nothing in the gamma picture pays for the risk right now. Keep cash and wait for price to reach a level."


def _weekday(weekday: int) -> Iterator[str]:
    if weekday in (MONDAY, TUESDAY):
        yield "\n## Timing: OPTIMAL"
        yield "Early in the week directional trades have time to work before decay bites."
    elif weekday == WEDNESDAY:
        yield "\n## Timing: CAUTION"
        yield "Close directional trades by 3 PM; decay takes over afterwards."
    elif weekday in (THURSDAY, FRIDAY):
        yield "\n## Timing: AVOID DIRECTIONALS"
        yield "Decay and pinning rule now. Sell premium, or trade 0DTE in small size only."
