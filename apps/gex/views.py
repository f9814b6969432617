"""The GEX page of a symbol."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers
from django_htmx.middleware import HtmxDetails

from alphagex import clock
from apps.gex import services
from apps.gex.method import model_name
from apps.gex.states import feed_state
from apps.market.notices import notice_of
from apps.market.watching import SymbolError, note_watched, parse_symbol


class HtmxRequest(HttpRequest):
    """A request that went through HtmxMiddleware."""

    htmx: HtmxDetails


def wants_fragment(request: HtmxRequest) -> bool:
    """Return whether htmx asked for a piece; boosted and history-restoring requests need the page."""
    return bool(request.htmx) and not (request.htmx.boosted or request.htmx.history_restore_request)


@require_GET
@never_cache
@vary_on_headers("HX-Request")
def page(request: HtmxRequest, symbol: str) -> HttpResponse:
    """Show the newest levels of `symbol`, or a stored snapshot (?snapshot=ID)."""
    try:
        canonical = parse_symbol(symbol)
    except SymbolError as error:
        return render(request, "market/bad_symbol.html", {"error": str(error), "symbol": ""}, status=404)
    if canonical != symbol:
        return redirect("gex:page", symbol=canonical)
    context = _stored(request.GET["snapshot"], symbol) if "snapshot" in request.GET else _newest(symbol)
    return render(request, "gex/_levels.html" if wants_fragment(request) else "gex/page.html", context)


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
