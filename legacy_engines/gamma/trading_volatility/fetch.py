"""One upstream request and what can be wrong with its answer.

The order of the checks is part of the behaviour: status, quota text, blank body, JSON, content.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from legacy_engines.gamma.trading_volatility.pacing import forget_errors, open_breaker, wait_for_turn
from legacy_engines.gamma.trading_volatility.state import ClientState
from legacy_engines.ports import Clock, HttpSession

TIMEOUT_SECONDS = 120
LIMIT_TEXT = "API limit exceeded"
NO_PARAMS: Mapping[str, str] = {}

FailureKind = Literal["no_user", "status", "limit", "blank", "not_json", "no_symbol", "no_strikes", "exception"]


class UpstreamError(Exception):
    """The answer cannot be used; `str(error)` is the label that callers show."""

    def __init__(self, kind: FailureKind, label: str) -> None:
        super().__init__(label)
        self.kind = kind


@dataclass(frozen=True, kw_only=True)
class Upstream:
    """The account at the vendor: how it is reached, as whom, and the state shared with other clients."""

    session: HttpSession
    clock: Clock
    state: ClientState
    endpoint: str
    user_name: str

    def require_user(self) -> None:
        """Refuse before anything else when no account is configured."""
        if not self.user_name:
            raise UpstreamError("no_user", "API key not configured")

    def cached_body(self, path: str, symbol: str, *, key: str, params: Mapping[str, str] = NO_PARAMS) -> Any:
        """Return the decoded answer, from the cache while it is fresh.

        Any decoded body is kept, even one without the symbol (gamma Q24); falsy ones are kept and
        fetched again. Raise UpstreamError, or what the transport raises.
        """
        entry = self.state.fresh(key, now=self.clock.now().timestamp())
        if entry is not None and entry.data:
            return entry.data
        body = self.body(path, symbol, params=params)
        self.state.remember(key, body, now=self.clock.now().timestamp())
        return body

    def body(
        self, path: str, symbol: str, *, params: Mapping[str, str] = NO_PARAMS, any_limit_text: bool = False
    ) -> Any:
        """Ask upstream in turn and return the decoded answer. Same errors as `cached_body`.

        any_limit_text: take `rate limit` in any letter case for an exhausted quota too; only the history does.
        """
        wait_for_turn(self.state, self.clock)
        response = self.session.get(
            self.endpoint + path,
            params={"ticker": symbol, "username": self.user_name, "format": "json", **params},
            headers={"Accept": "application/json"},
            timeout=TIMEOUT_SECONDS,
        )
        # Deliberate (gamma Q6): the status comes first, so a 403 or 429 with the quota text opens no breaker.
        if response.status_code != 200:
            raise UpstreamError("status", f"API returned {response.status_code}")
        text = response.text
        # Deliberate (gamma Q6): the vendor's words are matched to the letter.
        if LIMIT_TEXT in text or (any_limit_text and "rate limit" in text.lower()):
            open_breaker(self.state, self.clock)
            raise UpstreamError("limit", "API rate limit exceeded")
        if not text.strip():
            raise UpstreamError("blank", "Empty response from API")
        try:
            decoded = response.json()
        except ValueError as error:
            raise UpstreamError("not_json", f"Invalid JSON: {error}") from error
        forget_errors(self.state)
        return decoded


def fields_of(body: Any) -> Mapping[str, Any]:
    """Return the body as an object, or raise TypeError."""
    if not isinstance(body, dict):
        raise TypeError(f"Expected a JSON object from Trading Volatility, got {type(body).__name__}: {body!r:.80}")
    return body


def entry_of(body: Any, symbol: str) -> Any:
    """Return what the body holds for the symbol. Raise UpstreamError when that is missing or empty."""
    entry = fields_of(body).get(symbol)
    if not entry:
        raise UpstreamError("no_symbol", "No ticker data in response")
    return entry
