"""What every page needs around its content: navigation, theme, market status, and what kind of numbers these are."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.urls import reverse

from alphagex import clock
from apps.accounts.services import preferences_of
from apps.market.notices import configured_notice
from apps.market.status import market_note


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
        "nav": _navigation(request, symbol=symbol),
        "symbol": symbol,
        "quick_symbols": _quick_symbols(symbol),
        "market": market_note(at),
        "server_now": clock.utc_iso(at),
        "source_notice": configured_notice(),
    }


def _quick_symbols(symbol: str) -> list[dict[str, str]]:
    """Return the chips, the neighbours of `symbol` with the keys that lead to them."""
    names = list(settings.QUICK_SYMBOLS)
    place = names.index(symbol) if symbol in names else 0
    keys = {names[place - 1]: "[", names[(place + 1) % len(names)]: "]"} if len(names) > 2 else {}
    return [{"name": name, "shortcut": keys.get(name, "")} for name in names]


def _navigation(request: HttpRequest, *, symbol: str) -> list[dict[str, Any]]:
    path = request.path
    sections: list[dict[str, Any]] = [
        {
            "title": "Analyse",
            "items": [
                {
                    "label": "Dashboard",
                    "short": "Dashboard",
                    "url": reverse("home"),
                    "icon": "layout-dashboard",
                    "shortcut": "g d",
                    "active": path == "/",
                },
                {
                    "label": "GEX Daily",
                    "short": "GEX",
                    "url": reverse("gex:page", args=[symbol]),
                    "icon": "chart-column",
                    "shortcut": "g g",
                    "active": path.startswith("/gex/"),
                },
                {
                    "label": "Gamma Expiration",
                    "short": "Gamma",
                    "url": reverse("gamma:page", args=[symbol]),
                    "icon": "calendar-clock",
                    "shortcut": "g e",
                    "active": path.startswith("/gamma/"),
                },
            ],
        }
    ]
    sections.append({"title": "Trade", "items": _trading(path)})
    if getattr(request.user, "is_staff", False):
        system = {
            "label": "System",
            "short": "System",
            "url": reverse("market:system"),
            "icon": "activity",
            "shortcut": "g y",
            "active": path.startswith("/system/"),
        }
        sections.append({"title": "Desk", "items": [system], "foot": True})
    return sections


def _trading(path: str) -> list[dict[str, Any]]:
    """Return the pages on which money moves: (name, label, short, icon, key)."""
    pages = [
        ("journal", "Trade Journal", "Journal", "notebook-pen", "g j"),
        ("autotrader", "Auto Trader", "Auto", "bot", "g a"),
        ("paper", "Paper Trading", "Paper", "flask-conical", "g p"),
    ]
    return [
        {
            "label": label,
            "short": short,
            "url": reverse(f"{name}:page"),
            "icon": icon,
            "shortcut": key,
            "active": path.startswith(f"/{name}/"),
        }
        for name, label, short, icon, key in pages
    ]
