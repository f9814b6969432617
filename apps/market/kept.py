"""Renderings kept in Redis for all viewers. Losing Redis costs the time of rendering again, never a page."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import redis
import structlog
from django.core.cache import cache

log = structlog.get_logger(__name__)


def read(names: Iterable[str]) -> dict[str, Any]:
    """Return what is kept under `names`, in one round trip; what is not there is left out."""
    try:
        return cache.get_many(list(names))
    except redis.RedisError as error:
        log.warning("renderings_not_read", error=type(error).__name__)
        return {}


def write(values: Mapping[str, Any], *, seconds: int) -> None:
    """Keep `values` for so many seconds."""
    if not values:
        return
    try:
        cache.set_many(dict(values), timeout=seconds)
    except redis.RedisError as error:
        log.warning("renderings_not_kept", error=type(error).__name__)


def kept(name: str, render: Callable[[], str], *, seconds: int) -> str:
    """Return what is kept under `name`, else what `render` gives, which is kept then."""
    found = read([name]).get(name)
    if found is None:
        found = render()
        write({name: found}, seconds=seconds)
    return str(found)
