"""The sizing page and its calculators, each of which answers for itself while one types."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from alphagex import clock
from alphagex.requests import SignedInRequest
from apps.accounts.services import preferences_of
from apps.sizing.page import kelly_panel, page_of, stop_panel, trade_panel
from apps.sizing.portfolio import portfolio_of

FAULTY = 422


@require_GET
@never_cache
def page(request: SignedInRequest) -> HttpResponse:
    """Show all calculators, what is at risk already, and what the record allows."""
    return render(request, "sizing/page.html", {"sizing": page_of(request.user, request.GET, at=clock.now())})


@require_GET
@never_cache
def trade(request: SignedInRequest) -> HttpResponse:
    """Return the calculator by confidence."""
    held = portfolio_of(request.user, preferences_of(request.user).account_size, at=clock.now()).at_risk
    panel = trade_panel(request.user, request.GET, held=held)
    return render(request, "sizing/_trade.html", {"panel": panel}, status=200 if panel.size else FAULTY)


@require_GET
@never_cache
def stop(request: SignedInRequest) -> HttpResponse:
    """Return the calculator by the stop."""
    panel = stop_panel(request.user, request.GET)
    return render(request, "sizing/_stop.html", {"panel": panel}, status=200 if panel.size else FAULTY)


@require_GET
@never_cache
def kelly(request: SignedInRequest) -> HttpResponse:
    """Return the Kelly calculator."""
    panel = kelly_panel(request.user, request.GET)
    return render(request, "sizing/_kelly.html", {"panel": panel}, status=200 if panel.kelly else FAULTY)
