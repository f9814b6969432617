"""What every page needs around its content: navigation, theme, market status, and what kind of numbers these are."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from alphagex import clock
from apps.accounts.services import preferences_of
from apps.market.notices import configured_notice
from apps.market.status import market_note


def home(request: HttpRequest) -> HttpResponse:
    """Go to the page of the user's symbol: the first page of a desk whose dashboard is yet to come."""
    return redirect("gex:page", symbol=preferences_of(request.user).symbol)


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor of base.html."""
    if request.headers.get("HX-Request") and not request.headers.get("HX-Boosted"):
        return {}
    at = clock.now()
    preferences = preferences_of(getattr(request, "user", None) or User())
    match = request.resolver_match
    symbol = (match.kwargs.get("symbol") if match else None) or preferences.symbol
    return {
        "theme": preferences.theme,
        "nav": _navigation(request.path, symbol=symbol),
        "symbol": symbol,
        "quick_symbols": settings.QUICK_SYMBOLS,
        "market": market_note(at),
        "server_now": clock.utc_iso(at),
        "source_notice": configured_notice(),
    }


def _navigation(path: str, *, symbol: str) -> list[dict[str, Any]]:
    gex = reverse("gex:page", args=[symbol])
    return [
        {
            "title": "Analyse",
            "items": [
                {
                    "label": "GEX Daily",
                    "short": "GEX",
                    "url": gex,
                    "icon": "chart-column",
                    "shortcut": "g g",
                    "active": path.startswith("/gex/"),
                }
            ],
        }
    ]
