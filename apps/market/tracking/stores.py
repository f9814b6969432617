"""The engines that keep the old gamma tables, over our rows of one source."""

from datetime import datetime

import structlog

from apps.market import configured
from apps.market.models import GammaCorrelation, GammaDailySummary, GammaHistory, SpyCorrelation
from apps.market.rows import DjangoRowStore
from apps.market.tickers import EngineClock
from legacy_engines.gamma.correlation import GammaCorrelationTracker
from legacy_engines.gamma.tracking import GammaTrackingDB
from legacy_engines.ports import NoticeLevel

log = structlog.get_logger(__name__)


def own_source() -> str:
    """Return whose numbers this desk records: the configured source's. Imported chains are nobody's record."""
    return configured.chain_source().name


def gamma_tracking(at: datetime, *, source: str | None = None) -> GammaTrackingDB:
    """Return the engine that keeps history, daily summaries and the likeness to SPY, as of `at` (New York)."""
    store = DjangoRowStore(GammaHistory, GammaDailySummary, SpyCorrelation, scope={"source": source or own_source()})
    return GammaTrackingDB(store=store, clock=EngineClock(at), notify=_to_the_log)


def gamma_correlation(at: datetime, *, source: str | None = None) -> GammaCorrelationTracker:
    """Return the engine that keeps predictions and their outcomes, as of `at` (New York)."""
    store = DjangoRowStore(GammaCorrelation, scope={"source": source or own_source()})
    return GammaCorrelationTracker(store=store, clock=EngineClock(at), notify=_to_the_log)


def _to_the_log(level: NoticeLevel, text: str) -> None:
    log.warning("gamma_tracking_notice", level=level, text=text)
