"""Blocks: parts of a page that are built, kept and renewed each on its own. One that fails says so in its place.

A feature lists its blocks (key, title, template, build); a view renders them into the page, and the same view answers
for a single one when the browser asks for it again after a push.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from django.core.cache import cache
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from apps.market import kept
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
    rendering serves every viewer; a new snapshot or fact ends it before. wide: across both columns of the page.
    """

    key: str
    title: str
    template: str
    build: Callable[[str, datetime], Any]
    renews: tuple[str, ...] = (SNAPSHOT,)
    kept_seconds: int = 30
    wide: bool = False


def slot(block: Block, symbol: str, *, url: str) -> SafeString:
    """Return the block's place with its skeleton; it fetches itself from `url` when it comes near the reader's view."""
    return _section(block, symbol, url, {"is_slot": True})


def render_block(block: Block, symbol: str, *, at: datetime, url: str) -> SafeString:
    """Return one block as `render_blocks` does."""
    seq = Feed.objects.filter(symbol=symbol).values_list("seq", flat=True).first() or 0
    return render_blocks([(block, url)], symbol, at=at, seq=seq)[0]


def render_blocks(places: Sequence[tuple[Block, str]], symbol: str, *, at: datetime, seq: int) -> list[SafeString]:
    """Return blocks as HTML, the same for every viewer, each with the address that renews it.

    One rendering is kept for all viewers until its time is up, or a new snapshot (`seq`) or fact of the symbol comes.
    Whatever the building of one raises stays in its place, and is not kept.
    """
    names = {url: f"block:{url}:{seq}:{int(at.timestamp()) // block.kept_seconds}" for block, url in places}
    found = kept.read([_facts_of(symbol), *names.values()])
    facts = found.pop(_facts_of(symbol), 0)
    html, fresh = [], {}
    for block, url in places:
        version, section = found.get(names[url], (None, ""))
        if version != facts:
            section, may_be_kept = _built(block, symbol, at, url)
            if may_be_kept:
                fresh[names[url]] = (facts, section)
        html.append(mark_safe(section))  # noqa: S308 - rendered by a template
    kept.write(fresh, seconds=max(block.kept_seconds for block, _ in places))
    return html


def note_fact(symbol: str) -> None:
    """End what is kept of `symbol`: something new is known of it. Raises redis.RedisError."""
    cache.add(_facts_of(symbol), 0, timeout=None)
    cache.incr(_facts_of(symbol))


def _facts_of(symbol: str) -> str:
    return f"block-facts:{symbol}"


def _built(block: Block, symbol: str, at: datetime, url: str) -> tuple[SafeString, bool]:
    """Return the block's section, and whether it may be kept."""
    try:
        context = {"view": block.build(symbol, at), "symbol": symbol, "block": block}
        return _section(block, symbol, url, {"body": render_to_string(block.template, context)}), True
    except NotReadyError as reason:
        return _section(block, symbol, url, {"reason": reason}), True
    except Exception:
        # The other blocks of the page must not go down with this one; the reader sees that it failed, the log why.
        log.exception("block_failed", block=block.key, symbol=symbol)
        return _section(block, symbol, url, {"failed": True}), False


def _section(block: Block, symbol: str, url: str, inside: dict[str, Any]) -> SafeString:
    return render_to_string("market/block.html", {"block": block, "symbol": symbol, "url": url} | inside)
