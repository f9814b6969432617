"""Health, the header's clock and symbol picker, and leaving an imported chain."""

from django.contrib.admin.views.decorators import staff_member_required
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from alphagex import clock
from apps.market import feed, health
from apps.market.status import market_note
from apps.market.system.state import box_of, system_state
from apps.market.watching import SymbolError, parse_symbol


@login_not_required
@never_cache
@require_GET
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when every part is up, else 503; each part is named."""
    at = clock.now()
    parts = health.check_parts()
    database_is_up = parts[0].status == "up"
    age = health.newest_snapshot_age(at) if database_is_up else None
    is_up = all(part.status == "up" for part in parts)
    body = {
        "status": "ok" if is_up else "down",
        "time": clock.utc_iso(at),
        "parts": {part.name: {"status": part.status, "detail": part.detail} for part in parts},
        "down": [part.name for part in parts if part.status != "up"],
        "newest_snapshot_age_seconds": age,
    }
    return JsonResponse(body, status=200 if is_up else 503)


@require_GET
def go(request: HttpRequest) -> HttpResponse:
    """Go to the typed symbol's page: the same page and tab one comes from (?from=PATH), if that is about a symbol."""
    try:
        symbol = parse_symbol(request.GET.get("symbol", ""))
    except SymbolError as error:
        return render(request, "market/bad_symbol.html", {"error": str(error)}, status=404)
    try:
        came_from = resolve(request.GET.get("from", "/"))
    except Resolver404:
        return redirect("gex:page", symbol=symbol)
    if "symbol" not in came_from.kwargs:
        return redirect("gex:page", symbol=symbol)
    kwargs: dict[str, str] = came_from.kwargs | {"symbol": symbol}
    return HttpResponseRedirect(reverse(came_from.view_name, kwargs=kwargs))


@require_GET
def market_clock(request: HttpRequest) -> HttpResponse:
    """Return the header's market status."""
    return render(request, "components/market_clock.html", {"market": market_note(clock.now())})


@require_POST
@staff_member_required
def leave_held(request: HttpRequest, symbol: str) -> HttpResponse:
    """Go back from an imported chain to the configured source."""
    feed.leave_held(symbol, at=clock.now())
    return redirect("gex:page", symbol=symbol)


@never_cache
@require_GET
@staff_member_required
def system_page(request: HttpRequest) -> HttpResponse:
    """Show how the desk itself is doing; a fragment of the same keeps the page current."""
    state = system_state(clock.now())
    template = "market/_system.html" if request.headers.get("HX-Request") else "market/system.html"
    return render(request, template, {"state": state, "box": box_of(state)})


@require_GET
def styleguide(request: HttpRequest) -> HttpResponse:
    """Show every component; mounted in debug only."""
    return render(request, "styleguide/page.html")
