"""Every address of the URL configuration, and what to put where an address has a blank."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import IntConverter

# Words that stand for no row of anybody's. By the blank's name.
WORDS: dict[str, str] = {
    "symbol": "SPX",
    "kind": "daily",
    "tab": "setups",
    "key": "levels",
    "period": "daily",
    "form": "csv",
    "source": "gex",
    "reference": "none",
    "taker": "log",
    "name": "above",
    "action": "stop",
    "app_label": "auth",
    "content_type_id": "1",
    "url": "nowhere/",
    "page": "dashboard",
    "section": "quick",
    "direction": "up",
}

# Blanks that stand for a row: by route, its blank and which of tests/security/rows.py goes there.
ROWS: dict[str, dict[str, str]] = {
    **{f"journal:{name}": {"number": "entry"} for name in ("entry", "review", "save_review", "add_pictures")},
    **{f"journal:{name}": {"number": "hand_entry"} for name in ("trade", "correct", "removing", "remove")},
    "journal:picture": {"number": "picture"},
    "journal:drop_picture": {"number": "picture"},
    "paper:execute": {"number": "found"},
    "paper:open_idea": {"number": "idea"},
    "paper:close": {"number": "paper_position"},
    "paper:close_dialog": {"number": "paper_position"},
    "autotrader:decision": {"number": "decision"},
    **{f"copilot:{name}": {"pk": "chat"} for name in ("chat", "ask", "rename", "delete", "transcript")},
    **{f"copilot:{name}": {"pk": "turn"} for name in ("turn", "stop", "used")},
    "copilot:take": {"pk": "turn", "place": "first"},
    **{
        f"alerts:{name}": {"number": "alert"}
        for name in ("rule", "change", "delete", "arm", "off", "snooze_dialog", "snooze", "wake")
    },
    "alerts:remove_channel": {"number": "channel"},
    "positions:cancel": {"number": "order"},
    **{f"positions:{name}": {"number": "position"} for name in ("position", "close", "edit", "roll", "settle")},
    # Operations of the API go by their routes: their names repeat.
    "api/ai/answers/<number>": {"number": "turn"},
    "api/positions/<number>": {"number": "position"},
    "api/journal/<number>": {"number": "hand_entry"},
    "api/autotrader/decisions/<number>": {"number": "decision"},
    "api/scanner/scans/<number>": {"number": "scan"},
    "api/alerts/<number>": {"number": "alert"},
    "api:revoke": {"pk": "api_token"},
    "security:remove_passkey": {"number": "passkey"},
    "security:end_session": {"handle": "session"},
    "scanner:result": {"number": "scan_result"},
    "scanner:cancel": {"number": "scan"},
    **{
        f"scanner:{name}": {"number": "watchlist"}
        for name in ("list", "edit_list", "rename", "delete", "scan", "add", "remove", "import", "list_csv")
    },
}

# What strangers may open, and what they get there.
OPEN = {
    "accounts:logout",  # says goodbye to anybody
    "login:page",
    "login:verify",
    "login:passkey_options",
    "login:passkey",
    "admin_login",
    "market:healthz",
    "api/",  # says that there is nothing, to anybody
}
# For staff alone, beside the admin: everybody else is refused.
STAFF = {"market:system", "market:leave_held"}


@dataclass(frozen=True, slots=True)
class Door:
    """One address. blanks: name -> converter.

    name: with its namespaces; the route of what has none and of operations of the API.
    """

    name: str
    route: str
    blanks: Mapping[str, Any]

    @property
    def is_of_admin(self) -> bool:
        return self.route.startswith("admin/")

    @property
    def is_of_api(self) -> bool:
        return self.route.startswith("api/")

    def path(self, rows: Mapping[str, str]) -> str:
        """Return an address with its blanks filled. rows: what stands for each row."""
        route = self.route
        for blank, converter in self.blanks.items():
            row = ROWS.get(self.name, {}).get(blank)
            value = rows[row] if row else "1" if self.is_of_admin and blank not in WORDS else WORDS.get(blank, "1")
            route = route.replace(f"<{_kind(converter)}:{blank}>", value).replace(f"<{blank}>", value)
        return "/" + route

    @property
    def has_row(self) -> bool:
        return self.name in ROWS

    @property
    def unknown_blanks(self) -> list[str]:
        """Return the blanks nobody said anything about. A number always needs a row."""
        if self.is_of_admin:  # nobody but staff gets in: whatever stands there
            return []
        known = ROWS.get(self.name, {})
        return [
            blank
            for blank, converter in self.blanks.items()
            if blank not in known and (isinstance(converter, IntConverter) or blank not in WORDS)
        ]


def doors() -> list[Door]:
    """Return every address."""
    return list(_walk(get_resolver().url_patterns))


def _walk(
    patterns: list[Any], route: str = "", spaces: tuple[str, ...] = (), blanks: Mapping[str, Any] | None = None
) -> Iterator[Door]:
    for pattern in patterns:
        here = route + str(pattern.pattern).replace("^", "").removesuffix("$").removesuffix("\\Z")
        found = {**(blanks or {}), **pattern.pattern.converters}
        if isinstance(pattern, URLResolver):
            inner = (*spaces, pattern.namespace) if pattern.namespace else spaces
            yield from _walk(pattern.url_patterns, here, inner, found)
        elif isinstance(pattern, URLPattern):
            name = here if "desk_api" in spaces else ":".join((*spaces, pattern.name)) if pattern.name else ""
            yield Door(name or getattr(pattern.callback, "__name__", here), here, found)


def _kind(converter: Any) -> str:
    return str(type(converter).__name__).removesuffix("Converter").lower().replace("string", "str")
