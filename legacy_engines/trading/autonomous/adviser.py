"""Whether to close a position: the adviser that is asked, and what it is told.

The trader takes any `ExitAdviser`. One that raises leaves the decision to the fallback rules.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

MAX_TOKENS: Final = 150
TEMPERATURE: Final = 0.3
LONGEST_REASON: Final = 100
BILLION: Final = 1e9

UNAVAILABLE: Final = "No model is connected, so the position is held"
FAILED: Final = "The model could not be asked, so the position is held: "
HOLD: Final = "The model holds the position"
ENTRY_REASONING: Final = "Why it was entered:"


class NoAdviserError(Exception):
    """Nobody can be asked; the fallback rules decide."""


class ExitAdviser(Protocol):
    """Say whether to close a position: `should_close` and, when it shall be closed, the `reason`.

    pnl_percent: of the entry value; price: US dollars per share; spot: points; dte: days.
    """

    def __call__(
        self,
        position: Mapping[str, Any],
        pnl_percent: float,
        price: float,
        spot: float,
        gex: Mapping[str, Any],
        dte: int,
    ) -> dict[str, Any]: ...


class Ask(Protocol):
    """Send a conversation to a model and return its text. Any failure is an exception."""

    def __call__(self, messages: Sequence[Mapping[str, str]], *, max_tokens: int, temperature: float) -> str: ...


class ModelAdviser:
    """Asks a model and parses its two lines. A call that fails means hold; facts that cannot be written down raise."""

    def __init__(self, ask: Ask) -> None:
        self.ask = ask

    def __call__(
        self,
        position: Mapping[str, Any],
        pnl_percent: float,
        price: float,
        spot: float,
        gex: Mapping[str, Any],
        dte: int,
    ) -> dict[str, Any]:
        prompt = exit_prompt(position, pnl_percent, price, spot, gex, dte)
        try:
            reply = self.ask([{"role": "user", "content": prompt}], max_tokens=MAX_TOKENS, temperature=TEMPERATURE)
            return parsed_decision(reply)
        except Exception as error:  # noqa: BLE001 - as specified, a failing call means hold
            return {"should_close": False, "reason": f"{FAILED}{error}"}


def hold_without_model(
    position: Mapping[str, Any], pnl_percent: float, price: float, spot: float, gex: Mapping[str, Any], dte: int
) -> dict[str, Any]:
    """Hold, as the old program did without a key: only the hard stop and expiry close a position (trading Q-1)."""
    return {"should_close": False, "reason": UNAVAILABLE}


def leave_to_rules(
    position: Mapping[str, Any], pnl_percent: float, price: float, spot: float, gex: Mapping[str, Any], dte: int
) -> dict[str, Any]:
    """Ask nobody: the fallback rules decide. What the application does without a key (trading Q-1, repaired)."""
    raise NoAdviserError("No model is connected. Pass ModelAdviser(ask) to have one asked.")


def old_adviser(ask: Ask | None) -> ExitAdviser:
    """Return the adviser of the recorded cases: hold without a model."""
    return hold_without_model if ask is None else ModelAdviser(ask)


def working_adviser(ask: Ask | None) -> ExitAdviser:
    """Return the adviser of the application: the fallback rules without a model."""
    return leave_to_rules if ask is None else ModelAdviser(ask)


def model_key(environment: Mapping[str, str], secrets: Mapping[str, str]) -> str | None:
    """Return the key of the model by its old names, the environment first; None without one."""
    found = environment.get("CLAUDE_API_KEY") or environment.get("claude_api_key") or secrets.get("claude_api_key")
    return found or None


def exit_prompt(
    position: Mapping[str, Any], pnl_percent: float, price: float, spot: float, gex: Mapping[str, Any], dte: int
) -> str:
    """Return the question to the model. A missing value (None) in the position raises TypeError or AttributeError."""
    entry_gex, current_gex = position["entry_net_gex"] / BILLION, gex.get("net_gex", 0) / BILLION
    return f"""You manage an options position for an experienced trader. Decide whether to close it now.

Position
- Strategy: {position["strategy"]}
- Action: {position["action"]}
- Contract: strike {position["strike"]:.0f} {position["option_type"].upper()}
- Price per share: entry ${position["entry_price"]:.2f}, now ${price:.2f}
- Profit or loss: {pnl_percent:+.1f}% of the entry value
- Days to expiry: {dte}
- Contracts: {position["contracts"]}

Dealer gamma, entry against now
- Net GEX in billion dollars: {entry_gex:.2f}, now {current_gex:.2f}
- Flip point: {position["entry_flip_point"]:.2f}, now {gex.get("flip_point", 0):.2f}
- SPY: {position["entry_spot_price"]:.2f}, now {spot:.2f}

{ENTRY_REASONING} {position["trade_reasoning"]}

Consider
- Does the reason for the entry still hold, or has the gamma regime turned?
- Does the profit so far justify the risk of keeping the position open?
- How much does time decay cost until expiry, and is the expected move still likely before then?
- Would you open this position now at this price?

Answer with exactly two lines:
DECISION: HOLD or CLOSE
REASON: one sentence"""


def parsed_decision(reply: str) -> dict[str, Any]:
    """Return the decision in a model's reply; anything without `DECISION: CLOSE` holds."""
    shouted = reply.upper()
    if "DECISION: CLOSE" not in shouted:
        return {"should_close": False, "reason": HOLD}
    # Deliberate: without `REASON:` the text starts at the seventh character of the reply.
    start = shouted.find("REASON:") + len("REASON:")
    reason = reply[start:].strip().split("\n")[0].strip()
    if len(reason) > LONGEST_REASON:
        reason = reason[:LONGEST_REASON] + "..."
    return {"should_close": True, "reason": reason}
