"""What all clients of one account share: pacing, circuit breaker, counters and cached answers.

The owner of the account passes one object to every client; where it is kept (process, Redis) is the owner's business.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class CachedBody(NamedTuple):
    """An answer as decoded, and the epoch second it was stored."""

    data: Any
    stored_at: float


@dataclass(kw_only=True)
class ClientState:
    """Shared state of the clients. Times are epoch seconds, 0 for never; intervals are seconds."""

    last_request_time: float = 0
    min_request_interval: float = 20.0
    circuit_breaker_active: bool = False
    circuit_breaker_until: float = 0
    consecutive_rate_limit_errors: int = 0
    api_call_count: int = 0
    api_call_count_minute: int = 0
    minute_reset_time: float = 0
    cache: MutableMapping[str, CachedBody] = field(default_factory=dict)
    cache_duration: float = 300.0

    def fresh(self, key: str, *, now: float) -> CachedBody | None:
        """Return the entry under `key` while it is younger than the cache duration, else None."""
        entry = self.cache.get(key)
        return entry if entry is not None and now - entry.stored_at < self.cache_duration else None

    def remember(self, key: str, data: Any, *, now: float) -> None:
        """Keep `data` under `key`. Entries are never evicted, only replaced."""
        self.cache[key] = CachedBody(data, now)
