"""Where the account name and the base URL of Trading Volatility come from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

DEFAULT_ENDPOINT = "https://stocks.tradingvolatility.net/api"


def account_name(settings: Mapping[str, str], secrets: Mapping[str, Any]) -> str:
    """Return the user name, empty when none is configured. Empty values fall through to the next place."""
    return settings.get("TV_USERNAME") or settings.get("tv_username") or secret(secrets, "tv_username")


def base_url(settings: Mapping[str, str], secrets: Mapping[str, Any]) -> str:
    """Return the URL that paths are appended to, exactly as configured."""
    # Deliberate (gamma Q20): the secret called `api_key` stands in for a missing endpoint.
    return (
        settings.get("ENDPOINT")
        or settings.get("endpoint")
        or secret(secrets, "endpoint")
        or secret(secrets, "api_key")
        or DEFAULT_ENDPOINT
    )


def secret(secrets: Mapping[str, Any], name: str) -> str:
    """Return a secret, empty when it is missing or the store cannot be read."""
    try:
        return str(secrets.get(name) or "")
    except Exception:  # noqa: BLE001 - stores fail in their own ways; an unreadable one counts as empty
        return ""
