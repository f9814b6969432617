"""Where a request comes from: the address, and the device in words."""

import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_ipv46_address
from django.http import HttpRequest

LONGEST_AGENT = 300
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
    ("curl", "curl"),
    ("python", "Python"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def client_address(request: HttpRequest | None) -> str | None:
    """Return the client's IP address, None where there is none. Also what the login throttle counts by.

    Behind proxies (ALPHAGEX_PROXIES says how many) it is what the outermost of them saw; anything further left in
    X-Forwarded-For was written by the client.
    """
    if request is None:
        return None
    found = request.META.get("REMOTE_ADDR", "")
    if proxies := settings.TRUSTED_PROXIES:
        forwarded = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
        if forwarded:
            found = forwarded[-min(proxies, len(forwarded))]
    try:
        validate_ipv46_address(found)
    except ValidationError:
        return None
    return str(found)


def agent_of(request: HttpRequest | None) -> str:
    """Return what the browser calls itself, without control characters."""
    text = request.META.get("HTTP_USER_AGENT", "") if request is not None else ""
    return re.sub(r"[^\x20-\x7e]", "", text)[:LONGEST_AGENT]


def device_of(agent: str) -> str:
    """Return a browser and a system in words, such as "Chrome on Android"."""
    browser = next((name for mark, name in _BROWSERS if mark.lower() in agent.lower()), "")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or "Unknown device"
