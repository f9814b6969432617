"""The command palette: every page, tab and symbol by a few letters."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from alphagex.frame import navigation
from alphagex.requests import SignedInRequest
from apps.accounts.services import preferences_of
from apps.gex.tabs import TABS
from apps.market.glossary import TERMS


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One line. kind: in which part it stands; hint: its keys, or what it belongs to."""

    kind: str
    label: str
    url: str
    icon: str
    hint: str = ""


@require_GET
@never_cache
def palette(request: SignedInRequest) -> HttpResponse:
    """Return the dialog."""
    return render(request, "components/palette.html", {"commands": commands(request)})


def commands(request: SignedInRequest) -> list[Command]:
    """Return what a user can jump to, in the order it is offered."""
    symbol = preferences_of(request.user).symbol
    pages = [
        Command(kind="Page", label=item["label"], url=item["url"], icon=item["icon"], hint=item["shortcut"])
        for section in navigation(request, symbol=symbol)
        for item in section["items"]
    ]
    tabs = [
        Command(kind="Tab", label=f"{symbol} {tab.label}", url=tab.url(symbol), icon="chart-column", hint="GEX")
        for tab in TABS
        if tab.key
    ]
    symbols = [
        Command(kind="Symbol", label=name, url=_go(name), icon="chart-candlestick")
        for name in dict.fromkeys([symbol, *settings.QUICK_SYMBOLS, *settings.WATCHLIST])
    ]
    more = [
        Command(kind="Action", label="Open a position", url=f"{reverse('positions:page')}?open=new", icon="plus"),
        Command(
            kind="Action", label="Write a trade into the journal", url=reverse("journal:page"), icon="notebook-pen"
        ),
        Command(kind="Page", label="Settings", url=reverse("accounts:settings"), icon="settings", hint="g ,"),
        Command(kind="Page", label="Learn", url=reverse("learn"), icon="graduation-cap"),
        Command(kind="Page", label="Change password", url=reverse("accounts:password_change"), icon="key-round"),
    ]
    learn = reverse("learn")
    terms = [
        Command(kind="Term", label=one.name, url=f"{learn}#{one.anchor}", icon="graduation-cap", hint="What is it?")
        for one in TERMS.values()
    ]
    return [*pages, *tabs, *symbols, *more, *terms]


def _go(symbol: str) -> str:
    """Return the address that leads to a symbol's GEX page."""
    return f"{reverse('market:go')}?{urlencode({'symbol': symbol, 'from': '/gex/'})}"
