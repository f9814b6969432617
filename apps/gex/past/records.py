"""The gamma records of the last days, as all parts of the week tab read them, and whose they are."""

from datetime import datetime
from typing import Any

import redis
import structlog
from django.core.cache import cache
from django.db.models import Max

from alphagex import clock
from apps.market.models import GammaDailySummary, GammaHistory, SpyCorrelation
from apps.market.notices import BADGE_KINDS, Badge
from apps.market.tracking import stores, weekly_view

log = structlog.get_logger(__name__)
_KEPT_SECONDS = 600
NO_RECORDS = (
    "The desk records gamma every quarter of an hour of a session and sums each day up after its close. "
    "The first line comes with the first close it sees."
)


def last_days(symbol: str, *, at: datetime) -> dict[str, Any]:
    """Return what `weekly_view.week` does, and `badge`: None where nothing of the source's was ever stored.

    Kept until there is another record: the engine's tables cost tens of milliseconds, and three parts read them.
    """
    source = stores.own_source()
    place = f"last-days:{symbol}:{source}:{clock.in_new_york(at).date()}:{_newest_records(symbol, source)}"
    try:
        kept = cache.get(place)
    except redis.RedisError as error:
        log.warning("last_days_not_kept", error=type(error).__name__)
        return _read(symbol, source, at)
    if kept is None:
        kept = _read(symbol, source, at)
        cache.set(place, kept, timeout=_KEPT_SECONDS)
    found: dict[str, Any] = kept
    return found


def day_name(iso: str) -> str:
    """Return Tue 17 Nov for 2026-11-17."""
    return f"{datetime.fromisoformat(iso):%a %-d %b}"


def _newest_records(symbol: str, source: str) -> str:
    """Return what becomes another text with each record: rows that are written again get new keys."""
    tables = (GammaHistory, GammaDailySummary, SpyCorrelation)
    newest = [model.objects.filter(source=source, symbol=symbol).aggregate(key=Max("pk"))["key"] for model in tables]
    return "-".join(str(key or 0) for key in newest)


def _read(symbol: str, source: str, at: datetime) -> dict[str, Any]:
    found = weekly_view.week(symbol, at=at, source=source)
    return found | {"badge": _badge(found)}


def _badge(found: dict[str, Any]) -> Badge | None:
    records = GammaHistory.objects.filter(source=found["source"], symbol=found["symbol"])
    last = records.order_by("-timestamp").values_list("timestamp", flat=True).first()
    if last is None or not found["truth"]:
        return None
    as_of = clock.in_new_york(last)
    return {
        "kind": BADGE_KINDS[found["truth"]],
        "text": f"{found['label'].partition(',')[0]} {as_of:%a %H:%M}",
        "label": "",
        "as_of": as_of,
        "stale_after": None,
        "origin": f"{found['label']}, recorded by this desk, last at {as_of:%a %-d %b %Y %H:%M} ET.",
    }
