"""The tabs every settings page shows."""

from django.urls import reverse

_TABS = (
    ("general", "General", "accounts:settings"),
    ("notifications", "Notifications", "alerts:delivery"),
    ("tokens", "API tokens", "api:tokens"),
    ("security", "Security", "security:page"),
)


def settings_tabs(active: str) -> list[dict[str, str | bool]]:
    """Return the tabs as components/tabs.html wants them. active: general, notifications, tokens or security."""
    return [{"label": label, "url": reverse(view), "active": key == active} for key, label, view in _TABS]
