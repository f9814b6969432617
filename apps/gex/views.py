"""The GEX page of a symbol."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from alphagex import clock
from alphagex.requests import HtmxRequest, SignedInRequest, wants_fragment
from apps.accounts.sections import shown
from apps.accounts.services import preferences_of
from apps.gex import services
from apps.gex.arranging import arranged
from apps.gex.method import model_name
from apps.gex.states import feed_state
from apps.gex.strip import newest_of, render_strip
from apps.gex.tabs import TABS, Tab, tab_links, tab_of
from apps.market.blocks import render_block, render_blocks, slot
from apps.market.notices import notice_of
from apps.market.watching import SymbolError, note_watched, parse_symbol


@require_GET
@never_cache
@vary_on_headers("HX-Request")
def page(request: SignedInRequest, symbol: str) -> HttpResponse:
    """Show the newest levels of `symbol`, or a stored snapshot (?snapshot=ID)."""
    try:
        canonical = parse_symbol(symbol)
    except SymbolError as error:
        return render(request, "market/bad_symbol.html", {"error": str(error), "symbol": ""}, status=404)
    if canonical != symbol:
        return redirect("gex:page", symbol=canonical)
    context = _stored(request.GET["snapshot"], symbol) if "snapshot" in request.GET else _newest(symbol)
    first = TABS[0]
    sections = shown("gex", preferences_of(request.user).sections)
    html = context["panels_html"] or render_to_string("gex/_waiting.html", context)
    context |= {"tabs": tab_links(symbol, first), "panels_html": arranged(html, sections)}
    if context["is_live"]:
        blocks = {one.key: one for one in first.blocks}
        chosen = [blocks[one] for one in sections if one in blocks]
        context["slots"] = [slot(one, symbol, url=first.block_url(symbol, one)) for one in chosen]
    return render(request, "gex/_levels.html" if wants_fragment(request) else "gex/page.html", context)


@require_GET
@never_cache
def tab(request: HtmxRequest, symbol: str, tab: str) -> HttpResponse:
    """Show one of the other tabs: the verdict in one line, then its blocks."""
    chosen = _tab(tab)
    try:
        canonical = parse_symbol(symbol)
    except SymbolError as error:
        return render(request, "market/bad_symbol.html", {"error": str(error), "symbol": ""}, status=404)
    if canonical != symbol or not chosen.key:
        return redirect(chosen.url(canonical))
    at = clock.now()
    note_watched([symbol], at=at)
    feed, snapshot = newest_of(symbol)
    levels = services.Levels(feed=feed, snapshot=snapshot, html="")
    context = {
        "symbol": symbol,
        "tab": chosen,
        "tabs": tab_links(symbol, chosen),
        "snapshot": snapshot,
        "feed": feed,
        "is_live": True,
        "state": feed_state(levels, at=at),
        "source_notice": notice_of(snapshot, is_held=feed is not None and feed.is_held),
        "strip": render_strip(snapshot, symbol),
        "blocks": render_blocks(
            [(one, chosen.block_url(symbol, one)) for one in chosen.blocks],
            symbol,
            at=at,
            seq=snapshot.seq if snapshot else 0,
        ),
    }
    return render(request, "gex/tab.html", context)


@require_GET
@never_cache
def block(request: HtmxRequest, symbol: str, tab: str, key: str) -> HttpResponse:
    """Return one block of a tab, renewed."""
    chosen = _tab(tab)
    for one in chosen.blocks:
        if one.key == key:
            return HttpResponse(render_block(one, _canonical(symbol), at=clock.now(), url=request.path))
    raise Http404(f"The tab {tab[:20]!r} has no block {key[:20]!r}.")


@require_GET
@never_cache
def strip(request: HtmxRequest, symbol: str) -> HttpResponse:
    """Return the verdict in one line."""
    canonical = _canonical(symbol)
    return HttpResponse(render_strip(newest_of(canonical)[1], canonical))


def _tab(key: str) -> Tab:
    try:
        return tab_of(key)
    except KeyError:
        raise Http404(f"The GEX page has no tab {key[:20]!r}.") from None


def _canonical(symbol: str) -> str:
    try:
        return parse_symbol(symbol)
    except SymbolError as error:
        raise Http404(str(error)) from error


def _newest(symbol: str) -> dict[str, Any]:
    at = clock.now()
    note_watched([symbol], at=at)
    levels = services.newest_levels(symbol)
    notice = notice_of(levels.snapshot, is_held=levels.feed is not None and levels.feed.is_held)
    return _context(symbol, levels) | {"is_live": True, "state": feed_state(levels, at=at), "source_notice": notice}


def _stored(snapshot_id: str, symbol: str) -> dict[str, Any]:
    levels = services.stored_levels(symbol, snapshot_id=int(snapshot_id)) if snapshot_id.isdecimal() else None
    if levels is None:
        raise Http404(f"No snapshot {snapshot_id[:20]!r} of {symbol}.")
    return _context(symbol, levels) | {"is_live": False, "source_notice": notice_of(levels.snapshot)}


def _context(symbol: str, levels: services.Levels) -> dict[str, Any]:
    return {
        "symbol": symbol,
        "snapshot": levels.snapshot,
        "feed": levels.feed,
        "panels_html": levels.html,
        "model": model_name(levels.snapshot),
    }
