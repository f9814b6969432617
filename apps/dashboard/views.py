"""The main dashboard, and the two fragments it renews by itself."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from alphagex import clock
from apps.accounts.services import preferences_of
from apps.dashboard import services
from apps.dashboard.day_chart import day_chart


@require_GET
@never_cache
def page(request: HttpRequest) -> HttpResponse:
    """Show how the desk, the market and the watchlist are."""
    symbol = preferences_of(request.user).symbol
    return render(request, "dashboard/page.html", {"dashboard": services.dashboard(symbol, at=clock.now())})


@require_GET
@never_cache
def status(request: HttpRequest) -> HttpResponse:
    """Return the status boxes, and which of the shown symbols were not updated."""
    symbol = preferences_of(request.user).symbol
    return render(request, "dashboard/_status_answer.html", {"status": services.status(symbol, at=clock.now())})


@require_GET
@never_cache
def day(request: HttpRequest) -> HttpResponse:
    """Return the chart of the day of the user's symbol."""
    chart = day_chart(preferences_of(request.user).symbol, at=clock.now())
    return render(request, "dashboard/_day.html", {"chart": chart})
