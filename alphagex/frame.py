"""What every page needs around its content: navigation, theme, market status, and what kind of numbers these are."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.urls import reverse

from alphagex import clock
from apps.accounts.services import preferences_of
from apps.alerts.publishing import bell_counts
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
        "nav": navigation(request, symbol=symbol),
        "symbol": symbol,
        "quick_symbols": _quick_symbols(symbol),
        "market": market_note(at),
        "server_now": clock.utc_iso(at),
        "source_notice": configured_notice(),
        "bell": bell_counts(request.user) if isinstance(request.user, User) else None,
    }


def _quick_symbols(symbol: str) -> list[dict[str, str]]:
    """Return the chips, the neighbours of `symbol` with the keys that lead to them."""
    names = list(settings.QUICK_SYMBOLS)
    place = names.index(symbol) if symbol in names else 0
    keys = {names[place - 1]: "[", names[(place + 1) % len(names)]: "]"} if len(names) > 2 else {}
    return [{"name": name, "shortcut": keys.get(name, "")} for name in names]


@dataclass(frozen=True, slots=True)
class _Page:
    """One entry. view: the address's name; prefix: what the path of all its pages begins with; on_phone: in the bar."""

    label: str
    short: str
    view: str
    prefix: str
    icon: str
    shortcut: str
    of_symbol: bool = False
    on_phone: bool = False


_SECTIONS = (
    (
        "Analyse",
        (
            _Page("Dashboard", "Dashboard", "home", "/", "layout-dashboard", "g d", on_phone=True),
            _Page("GEX Daily", "GEX", "gex:page", "/gex/", "chart-column", "g g", of_symbol=True, on_phone=True),
            _Page("Gamma Expiration", "Gamma", "gamma:page", "/gamma/", "calendar-clock", "g e", of_symbol=True),
            _Page("Scanner", "Scanner", "scanner:page", "/scanner/", "radar", "g s"),
            _Page("AI Copilot", "Copilot", "copilot:page", "/copilot/", "message-square", "g c"),
        ),
    ),
    (
        "Trade",
        (
            _Page("Positions", "Positions", "positions:page", "/positions/", "layers", "g o", on_phone=True),
            _Page("Trade Journal", "Journal", "journal:page", "/journal/", "notebook-pen", "g j"),
            _Page("Auto Trader", "Auto", "autotrader:page", "/autotrader/", "bot", "g a", on_phone=True),
            _Page("Paper Trading", "Paper", "paper:page", "/paper/", "flask-conical", "g p"),
            _Page("Position Sizing", "Sizing", "sizing:page", "/sizing/", "scale", "g z"),
            _Page("Alerts", "Alerts", "alerts:page", "/alerts/", "bell", "g l"),
        ),
    ),
)
_OF_STAFF = _Page("System", "System", "market:system", "/system/", "activity", "g y")


def navigation(request: HttpRequest, *, symbol: str) -> list[dict[str, Any]]:
    """Return the sections of the rail with their entries; the one of the page itself is active."""
    sections: list[dict[str, Any]] = [
        {"title": title, "items": [_entry(page, request.path, symbol) for page in pages]} for title, pages in _SECTIONS
    ]
    if getattr(request.user, "is_staff", False):
        sections.append({"title": "Desk", "items": [_entry(_OF_STAFF, request.path, symbol)], "foot": True})
    return sections


def _entry(page: _Page, path: str, symbol: str) -> dict[str, Any]:
    return {
        "label": page.label,
        "short": page.short,
        "url": reverse(page.view, args=[symbol] if page.of_symbol else []),
        "icon": page.icon,
        "shortcut": page.shortcut,
        "on_phone": page.on_phone,
        "active": path == "/" if page.prefix == "/" else path.startswith(page.prefix),
    }
