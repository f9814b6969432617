"""Headers keep pages and scripts ours; what is refused says why. Who may enter: tests/security/test_every_door.py."""

import pytest
from django.test import Client


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
