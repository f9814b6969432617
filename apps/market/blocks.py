"""Blocks: parts of a page that are built, kept and renewed each on its own. One that fails says so in its place.

A feature lists its blocks (key, title, template, build); a view renders them into the page, and the same view answers
for a single one when the browser asks for it again after a push.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import redis
import structlog
from django.core.cache import cache
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from apps.market.models import Feed

log = structlog.get_logger(__name__)
SNAPSHOT = "snapshot"


class NotReadyError(Exception):
    """What the block needs is not there yet. title: what is missing; the message: when it comes, or what to do."""

    def __init__(self, title: str, text: str) -> None:
        super().__init__(text)
        self.title = title
        self.text = text


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One part of a page about a symbol.

    key: its name in addresses, its element is block-KEY. template: gets `view` (what `build` returned), `symbol` and
    `block`, and begins with a card-head whose h2 is block-KEY-title. build: takes symbol and moment; raises
    NotReadyError. renews: what makes it ask for itself again: "snapshot" or kinds of facts. kept_seconds: how long one
    rendering serves every viewer; a new snapshot ends it before. wide: across both columns of the page.
    """

    key: str
    title: str
    template: str
    build: Callable[[str, datetime], Any]
    renews: tuple[str, ...] = (SNAPSHOT,)
    kept_seconds: int = 30
    wide: bool = False


def slot(block: Block, symbol: str, *, url: str) -> SafeString:
    """Return the block's place with its skeleton; it fetches itself from `url` as soon as the page is there."""
    context = {"block": block, "symbol": symbol, "url": url, "is_slot": True}
    return mark_safe(render_to_string("market/block.html", context))  # noqa: S308 - rendered by a template


def render_block(block: Block, symbol: str, *, at: datetime, url: str) -> SafeString:
    """Return the block as HTML, the same for every viewer. Whatever its building raises stays in its place."""
    try:
        body = _shared(block, symbol, at)
        context: dict[str, Any] = {"body": body}
    except NotReadyError as reason:
        context = {"reason": reason}
    except Exception:
        # The other blocks of the page must not go down with this one; the reader sees that it failed, the log why.
        log.exception("block_failed", block=block.key, symbol=symbol)
        context = {"failed": True}
    context |= {"block": block, "symbol": symbol, "url": url}
    return mark_safe(render_to_string("market/block.html", context))  # noqa: S308 - rendered by a template


def _shared(block: Block, symbol: str, at: datetime) -> str:
    """Return the rendered inside, kept for all viewers until time or a new snapshot ends it."""
    seq = Feed.objects.filter(symbol=symbol).values_list("seq", flat=True).first() or 0
    place = f"block:{block.key}:{symbol}:{seq}:{int(at.timestamp()) // block.kept_seconds}"
    try:
        kept = cache.get(place)
    except redis.RedisError as error:
        log.warning("block_not_kept", block=block.key, error=type(error).__name__)
        return _built(block, symbol, at)
    if kept is None:
        kept = _built(block, symbol, at)
        cache.set(place, kept, timeout=block.kept_seconds)
    return str(kept)


def _built(block: Block, symbol: str, at: datetime) -> str:
    context = {"view": block.build(symbol, at), "symbol": symbol, "block": block}
    return render_to_string(block.template, context)
