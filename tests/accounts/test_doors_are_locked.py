"""Every page wants a login unless it is on the short list; headers keep pages and scripts ours."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

OPEN_TO_STRANGERS = {"/login/", "/logout/", "/healthz", "/admin/login/"}


def addresses(patterns: list[URLPattern | URLResolver], prefix: str = "/") -> Iterator[str]:
    for pattern in patterns:
        address = prefix + str(pattern.pattern).replace("^", "").replace("$", "")
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, address)
        elif "<" not in address and "(" not in address:
            yield address


def test_every_address_sends_strangers_to_the_login(client: Client, db: None) -> None:
    for address in [*addresses(get_resolver().url_patterns), "/gex/SPX/", "/market/SPX/leave/"]:
        if address in OPEN_TO_STRANGERS:
            continue
        response = client.get(address)
        assert response.status_code == 302, address
        assert "login" in response["Location"], address


@pytest.mark.parametrize("path", ["/login/", "/gex/SPX/"])
def test_pages_forbid_foreign_and_inline_scripts(trader_client: Client, path: str) -> None:
    policy = trader_client.get(path, follow=True)["Content-Security-Policy"]
    assert "script-src 'self';" in policy + ";"
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy.split("script-src", 1)[1].split(";", 1)[0]


def test_a_form_without_its_token_is_refused_with_an_explanation(trader_client: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = trader_client.cookies
    response = strict.post("/account/theme/", {"theme": "light"})
    assert response.status_code == 403
    assert b"reload" in response.content.lower()


def test_an_unknown_address_is_a_page_that_helps(trader_client: Client) -> None:
    response = trader_client.get("/nowhere/")
    assert response.status_code == 404
    assert b"<html" in response.content
