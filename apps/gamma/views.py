"""The page of a symbol's gamma by expiration: one line of verdict, then its blocks."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from alphagex import clock
from alphagex.requests import HtmxRequest
from apps.gamma.page import BLOCKS
from apps.gex.services import Levels
from apps.gex.states import feed_state
from apps.gex.strip import newest_of, render_strip
from apps.market.blocks import render_block, render_blocks
from apps.market.notices import notice_of
from apps.market.watching import SymbolError, note_watched, parse_symbol


@require_GET
@never_cache
def page(request: HtmxRequest, symbol: str) -> HttpResponse:
    """Show what the expirations of this week do to gamma."""
    try:
        canonical = parse_symbol(symbol)
    except SymbolError as error:
        return render(request, "market/bad_symbol.html", {"error": str(error), "symbol": ""}, status=404)
    if canonical != symbol:
        return redirect("gamma:page", symbol=canonical)
    at = clock.now()
    note_watched([symbol], at=at)
    feed, snapshot = newest_of(symbol)
    context = {
        "symbol": symbol,
        "snapshot": snapshot,
        "feed": feed,
        "is_live": True,
        "state": feed_state(Levels(feed=feed, snapshot=snapshot, html=""), at=at),
        "source_notice": notice_of(snapshot, is_held=feed is not None and feed.is_held),
        "strip": render_strip(snapshot, symbol),
        "blocks": render_blocks(
            [(one, _url(symbol, one.key)) for one in BLOCKS], symbol, at=at, seq=snapshot.seq if snapshot else 0
        ),
    }
    return render(request, "gamma/page.html", context)


@require_GET
@never_cache
def block(request: HtmxRequest, symbol: str, key: str) -> HttpResponse:
    """Return one block, renewed."""
    try:
        canonical = parse_symbol(symbol)
    except SymbolError as error:
        raise Http404(str(error)) from error
    for one in BLOCKS:
        if one.key == key:
            return HttpResponse(render_block(one, canonical, at=clock.now(), url=_url(canonical, key)))
    raise Http404(f"The gamma page has no block {key[:20]!r}.")


def _url(symbol: str, key: str) -> str:
    return reverse("gamma:block", args=[symbol, key])
