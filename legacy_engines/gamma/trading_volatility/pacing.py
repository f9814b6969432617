"""How fast the account may be used: at least 20 s between requests, and a breaker that opens when the quota is gone."""

from __future__ import annotations

from legacy_engines.gamma.trading_volatility.state import ClientState
from legacy_engines.ports import Clock

BACK_OFF_SECONDS = (30, 60, 120, 300)
COUNTED_SECONDS = 60


def start_counting(state: ClientState, clock: Clock) -> None:
    """Begin the first counted minute, once per shared state."""
    if state.minute_reset_time == 0:
        state.minute_reset_time = clock.now().timestamp() + COUNTED_SECONDS


def wait_for_turn(state: ClientState, clock: Clock) -> None:
    """Wait until a request may be sent, and count it. The counters inform only; nothing caps them."""
    entered = clock.now().timestamp()
    if state.circuit_breaker_active:
        if entered < state.circuit_breaker_until:
            # Deliberate (gamma Q7): the breaker stays on after its wait; a later call notices that it has expired.
            clock.sleep(state.circuit_breaker_until - entered)
        else:
            state.circuit_breaker_active = False
            state.consecutive_rate_limit_errors = 0
    if entered >= state.minute_reset_time:
        state.api_call_count_minute = 0
        state.minute_reset_time = entered + COUNTED_SECONDS
    # Deliberate (gamma Q7): measured from the entry, so a breaker wait does not shorten this one.
    since_last = entered - state.last_request_time
    if since_last < state.min_request_interval:
        clock.sleep(state.min_request_interval - since_last)
    state.last_request_time = clock.now().timestamp()
    state.api_call_count += 1
    state.api_call_count_minute += 1


def open_breaker(state: ClientState, clock: Clock) -> None:
    """Note that the quota was exhausted: 30, 60, 120, then 300 s of silence."""
    state.consecutive_rate_limit_errors += 1
    step = min(state.consecutive_rate_limit_errors - 1, len(BACK_OFF_SECONDS) - 1)
    state.circuit_breaker_active = True
    state.circuit_breaker_until = clock.now().timestamp() + BACK_OFF_SECONDS[step]


def forget_errors(state: ClientState) -> None:
    """Start the back-off steps anew after a success. The breaker itself is left alone."""
    if state.consecutive_rate_limit_errors > 0:
        state.consecutive_rate_limit_errors = 0


def usage(state: ClientState, clock: Clock) -> dict[str, int]:
    """Return calls so far, calls of this minute, stored answers (expired ones too) and whole seconds to the reset."""
    return {
        "total_calls": state.api_call_count,
        "calls_this_minute": state.api_call_count_minute,
        "cache_size": len(state.cache),
        "time_until_minute_reset": max(0, int(state.minute_reset_time - clock.now().timestamp())),
    }
