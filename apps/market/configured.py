"""The sources this desk uses: who is asked for chains, and who for everything else. One set per process."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import redis
import structlog
from django.conf import settings

from alphagex import clock
from apps.market import replay_clock
from apps.market.budget import Priority, RedisMeter
from apps.market.chain import Chain
from apps.market.exposure.result import Assumptions, Exposure
from apps.market.redis_client import short_questions
from apps.market.sources.protocol import DataSource, Kind, MarketSource, Upstream
from apps.market.sources.registry import SourceOptions, build_sources, chosen_name

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Configured:
    """sources: the one for chains first; each kind is asked of the first that has it. meters: by source name."""

    sources: tuple[MarketSource, ...]
    meters: dict[str, RedisMeter]

    @property
    def main(self) -> MarketSource:
        return self.sources[0]


def build_configured(
    name: str | None = None, *, priority: Priority = Priority.PERSON, patience_seconds: float = 0.0
) -> Configured:
    """Return the sources of ALPHAGEX_DATA_SOURCE, or of `name`, spending from the shared budgets. Raises ValueError.

    Workers do not wait for their turn, the line does that for them; a command that backfills may.
    """
    chosen = chosen_name(name or settings.DATA_SOURCE, has_key=bool(settings.TRADING_VOLATILITY_API_KEY))
    meters = {
        service: RedisMeter(upstream, priority=priority, patience_seconds=patience_seconds)
        for service, upstream in _upstreams().items()
    }
    options = SourceOptions(
        seed=settings.SIMULATED_SEED,
        replay_path=Path(settings.REPLAY_PATH) if settings.REPLAY_PATH else None,
        replay_speed=settings.REPLAY_SPEED,
        replay_started_at=replay_clock.started_at(clock.now()) if chosen == "replay" else None,
        cboe_base_url=settings.CBOE_URL,
        trading_volatility_key=settings.TRADING_VOLATILITY_API_KEY,
        trading_volatility_url=settings.TRADING_VOLATILITY_URL,
        trading_volatility_version=_VersionInRedis(_account(settings.TRADING_VOLATILITY_API_KEY)),
        yahoo_url=settings.YAHOO_URL,
        fred_key=settings.FRED_API_KEY,
        fred_url=settings.FRED_URL,
        timeout_seconds=settings.SOURCE_TIMEOUT_SECONDS,
    )
    return Configured(build_sources(chosen, options=options, meters=meters), meters)


@lru_cache(maxsize=1)
def configured() -> Configured:
    """Return this process's sources."""
    return build_configured()


def chain_source() -> MarketSource:
    """Return the source of chains (ChainSource) or of ready-made gamma (ExposureSource)."""
    return configured().main


def data_source(kind: Kind) -> DataSource | None:
    """Return who answers questions of this kind, None if nobody does."""
    for source in configured().sources:
        if kind in getattr(source, "kinds", ()):
            return source  # type: ignore[return-value]
    return None


def upstream_of(source_name: str) -> Upstream:
    """Return the service behind a source; a local one has no pace."""
    meter = configured().meters.get(source_name)
    return meter.upstream if meter else Upstream(name=source_name, seconds_per_request=0.0, burst=50)


def upstreams() -> list[Upstream]:
    """Return the services of all configured sources, each once."""
    return [upstream_of(source.name) for source in configured().sources]


def turn_taken(source_name: str) -> AbstractContextManager[None]:
    """Open a block whose first request to this source goes on a token that was spent for it already."""
    meter = configured().meters.get(source_name)
    return meter.turn_taken() if meter else nullcontext()


def assumptions() -> Assumptions:
    """Return the rates of the settings with every other assumption at its default."""
    return Assumptions(rate=settings.RATE, dividend_yield=settings.DIVIDEND_YIELD)


def observe(symbol: str, *, at: datetime) -> Chain | Exposure:
    """Return what the source of chains says of `symbol`. Raises SourceError, ChainError."""
    source: Any = chain_source()
    for method in ("observe", "fetch_exposure"):
        if hasattr(source, method):
            return getattr(source, method)(symbol, at=at)  # type: ignore[no-any-return]
    return source.fetch_chain(symbol, at=at)  # type: ignore[no-any-return]


def _upstreams() -> dict[str, Upstream]:
    accounts = {
        "tradingvolatility": _account(settings.TRADING_VOLATILITY_API_KEY),
        "fred": _account(settings.FRED_API_KEY),
    }
    return {
        name: Upstream(
            name=name, seconds_per_request=seconds, burst=settings.REQUEST_BURST[name], account=accounts.get(name, "")
        )
        for name, seconds in settings.SECONDS_PER_REQUEST.items()
    }


def _account(key: str) -> str:
    """Return what tells accounts apart without telling the key."""
    return sha256(key.encode()).hexdigest()[:12] if key else ""


class _VersionInRedis:
    """Which version of Trading Volatility's service this account belongs to, found out once for all processes."""

    def __init__(self, account: str) -> None:
        self._place = f"alphagex:tradingvolatility:version:{account}"

    def read(self) -> str:
        try:
            return str(short_questions().get(self._place) or "")
        except redis.RedisError as error:
            log.warning("version_not_remembered", error=type(error).__name__)
            return ""

    def write(self, version: str) -> None:
        try:
            short_questions().set(self._place, version)
        except redis.RedisError as error:
            log.warning("version_not_remembered", error=type(error).__name__)
