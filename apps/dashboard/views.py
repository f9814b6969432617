"""The main dashboard, and the fragments it renews by itself."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from alphagex import clock
from alphagex.requests import SignedInRequest
from apps.accounts.sections import shown
from apps.accounts.services import preferences_of
from apps.dashboard import services
from apps.dashboard.day_chart import day_chart
from apps.dashboard.own import boxes_of, own_of


@require_GET
@never_cache
def page(request: SignedInRequest) -> HttpResponse:
    """Show how the desk, the market and the watchlist are."""
    at = clock.now()
    context = {
        "dashboard": services.dashboard(preferences_of(request.user).symbol, at=at),
        "boxes": boxes_of(request.user, at=at),
        "own": own_of(request.user, at=at),
        "sections": _sections(request),
    }
    return render(request, "dashboard/page.html", context)


@require_GET
@never_cache
def status(request: SignedInRequest) -> HttpResponse:
    """Return the status boxes, and which of the shown symbols were not updated."""
    at = clock.now()
    found = services.status(preferences_of(request.user).symbol, at=at)
    context = {"status": found, "boxes": boxes_of(request.user, at=at), "sections": _sections(request)}
    return render(request, "dashboard/_status_answer.html", context)


@require_GET
@never_cache
def day(request: SignedInRequest) -> HttpResponse:
    """Return the chart of the day of the user's symbol."""
    chart = day_chart(preferences_of(request.user).symbol, at=clock.now())
    return render(request, "dashboard/_day.html", {"chart": chart})


@require_GET
@never_cache
def own(request: SignedInRequest) -> HttpResponse:
    """Return the column of the user's own."""
    context = {"own": own_of(request.user, at=clock.now()), "sections": _sections(request)}
    return render(request, "dashboard/_own.html", context)


def _sections(request: SignedInRequest) -> list[str]:
    """Return what the user sees of the page, in order."""
    return shown("dashboard", preferences_of(request.user).sections)
