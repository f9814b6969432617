"""Answers without the model: a market analysis and a challenged idea, from the figures alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from legacy_engines.copilot.context import BILLION, DEFAULT_SYMBOL, mentioned_symbol
from legacy_engines.gex.mm_state import determine_mm_state

SQUEEZE_GEX, PREMIUM_GEX = -1, 2  # billions of USD of net GEX
MOST_ALTERNATIVES = 2

GENERIC_ALTERNATIVES: Final[Mapping[str, tuple[str, str]]] = {
    "TRAPPED": ("Put spreads below support", "At-the-money straddle"),
    "DEFENDING": ("Iron condors", "Calendar spreads"),
    "OTHER": ("Directional trades with momentum", "Straddle"),
}
"""What to look at when the optimiser has nothing, by dealer state."""

CALLS_VS_DEFENDING = (
    "Dealers are DEFENDING: they sell rallies, so long calls run into supply.",
    "Above 2B of net GEX, 72% of call buys fail.",
    "Better: sell call spreads at resistance and let time work for you.",
)
CALLS_WITH_TRAPPED = (
    "Dealers are TRAPPED: long calls are the right direction.",
    "The risk is being too early: until price is above the flip, dealers can still press it down.",
    "Better: wait for a break of the flip with volume, then buy.",
)
PUTS_VS_TRAPPED = (
    "Dealers are TRAPPED: they must buy dips, so a fall can turn before your puts pay.",
    "Below -1B of net GEX, puts win 30% of the time.",
    "Better: wait for the squeeze to finish, or buy calls with it.",
)

PINNED = "net GEX is above 2B: dealers sell rallies, so price meets supply before the short strike"
UNFORCED = "net GEX forces no large hedging: decay pays while price stays below the short strike"
CREDIT = "Entry is the credit: the target keeps all of it, the negative stop is a loss of {times} times the credit"


@dataclass(frozen=True, slots=True, kw_only=True)
class FallbackTrade:
    """A trade derived from spot alone. Prices are points per share; probability is percent."""

    text: str
    entry: float
    target: float
    stop: float
    strategy: str
    probability: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """The figures a fallback reads. Prices are points, `net_gex` USD."""

    symbol: str
    net_gex: float
    spot: float
    flip: float
    call_wall: float
    put_wall: float
    mm_state: str


def fallback_market(market_data: Mapping[str, Any], user_query: str, *, symbol: str | None = None) -> Market:
    """Read the figures, with the fallback's own stand-ins for missing ones. A `symbol` passed in wins."""
    # Deliberate (intelligence 9): a word of the question that could be a ticker overrides the symbol of the data.
    symbol = symbol or mentioned_symbol(user_query) or market_data.get("symbol", DEFAULT_SYMBOL)
    # Deliberate (intelligence 12): a missing price counts as 100 here.
    spot = market_data.get("spot_price", 100)
    net_gex = market_data.get("net_gex", 0)
    return Market(
        symbol=symbol,
        net_gex=net_gex,
        spot=spot,
        flip=market_data.get("flip_point", spot),
        call_wall=market_data.get("call_wall", spot * 1.02),
        put_wall=market_data.get("put_wall", spot * 0.98),
        mm_state=determine_mm_state(net_gex),
    )


def fallback_trade(market: Market) -> FallbackTrade:
    """Return the trade that fits dealer state and net GEX.

    Deliberate (intelligence 3, 14): DEFENDING includes the neutral band, so premium is sold there and condors come up
    only from 1 to 2 billion; the credit trades show no gain at target and a negative stop.
    """
    billions = market.net_gex / BILLION
    if market.mm_state == "TRAPPED" or billions < SQUEEZE_GEX:
        return _squeeze(market.symbol, market.spot)
    if market.mm_state == "DEFENDING" or billions > PREMIUM_GEX:
        return _premium(market.symbol, market.spot, PINNED if billions > PREMIUM_GEX else UNFORCED)
    return _condor(market.symbol, market.spot)


def fallback_analysis(
    market: Market, *, record: str, opportunity: str, alternatives: Sequence[Mapping[str, Any]]
) -> str:
    """Return the analysis as text. A spot of zero raises ZeroDivisionError, a price of None TypeError.

    `record` is the text of the trading memory, `opportunity` that of the zones, `alternatives` the optimiser's entries.
    """
    trade = fallback_trade(market)
    gain = (trade.target / trade.entry - 1) * 100
    sections = [
        f"# {market.symbol}: analysis without Claude",
        f"Dealers: {market.mm_state}\nNet GEX: ${market.net_gex / BILLION:.2f}B\n"
        f"Price: ${market.spot:.2f}\nFlip: ${market.flip:.2f}",
        f"## Trade\n{trade.text}\nEntry: ${trade.entry:.2f}\nTarget: ${trade.target:.2f} (gain {gain:.0f}%)\n"
        f"Stop: ${trade.stop:.2f}",
        f"Strategy: {trade.strategy}\nProbability: {trade.probability}%\nReason: {trade.reason}",
        *([f"## Your record\n{record}"] if record else []),
        f"## Levels\nCall wall: ${market.call_wall:.2f}\nPut wall: ${market.put_wall:.2f}",
        f"Opportunity: {opportunity}",
        "## Alternatives\n" + "\n".join(_alternatives(alternatives, market.mm_state)),
        f"## Before you trade\n- Size so that the stop costs what you planned to risk.\n"
        f"- A probability of {trade.probability}% still loses often; take the stop when it trades.\n"
        "- Close directional trades by Wednesday 15:00 ET.",
    ]
    return "\n\n".join(sections)


def fallback_challenge(idea: str, market_data: Mapping[str, Any]) -> str:
    """Return what speaks against an idea: three lines for each objection, or three that say there is none."""
    text = idea.lower()
    state = determine_mm_state(market_data.get("net_gex", 0))
    lines: list[str] = []
    if "buy calls" in text or "long calls" in text:
        # Deliberate (intelligence 3): the warning about 2B shows below 1B, where the state is DEFENDING.
        lines += {"DEFENDING": CALLS_VS_DEFENDING, "TRAPPED": CALLS_WITH_TRAPPED}.get(state, ())
    if ("buy puts" in text or "long puts" in text) and state == "TRAPPED":
        lines += PUTS_VS_TRAPPED
    return "\n".join(lines or _no_objection(state))


def _squeeze(symbol: str, spot: float) -> FallbackTrade:
    entry = spot * 0.015
    return FallbackTrade(
        text=f"BUY {symbol} {int(spot * 1.01)} Call",
        entry=entry,
        target=entry * 1.8,
        stop=entry * 0.7,
        strategy="NEGATIVE_GEX_SQUEEZE",
        probability=68,
        reason="net GEX is below -1B: dealers are short gamma, so a rally forces them to buy and feeds itself",
    )


def _premium(symbol: str, spot: float, reason: str) -> FallbackTrade:
    entry = spot * 0.008
    return FallbackTrade(
        text=f"SELL {symbol} {int(spot * 1.02)}/{int(spot * 1.04)} Call Spread",
        entry=entry,
        target=entry,
        stop=entry * -3,
        strategy="PREMIUM_SELLING",
        probability=65,
        reason=f"{reason}. {CREDIT.format(times=3)}",
    )


def _condor(symbol: str, spot: float) -> FallbackTrade:
    entry = spot * 0.01
    strikes = "/".join(str(int(spot * factor)) for factor in (0.98, 0.99, 1.01, 1.02))
    return FallbackTrade(
        text=f"{symbol} {strikes} Iron Condor",
        entry=entry,
        target=entry,
        stop=entry * -2,
        strategy="IRON_CONDOR",
        probability=72,
        reason=f"gamma is positive and not extreme: price tends to stay between the walls. {CREDIT.format(times=2)}",
    )


def _alternatives(entries: Sequence[Mapping[str, Any]], mm_state: str) -> list[str]:
    if entries:
        ranked = enumerate(entries[:MOST_ALTERNATIVES], 1)
        return [f"{rank}. {entry['name']}, expected value ${entry['expected_value']:.2f}" for rank, entry in ranked]
    generic = GENERIC_ALTERNATIVES.get(mm_state, GENERIC_ALTERNATIVES["OTHER"])
    return [f"- {alternative}" for alternative in generic]


def _no_objection(state: str) -> tuple[str, str, str]:
    return (
        f"Dealers are {state}: nothing in the gamma regime speaks against this idea in particular.",
        "Name the strike, the expiration, the stop and the size before you enter.",
        "Then say what would prove you wrong.",
    )
