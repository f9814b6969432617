"""Login, logout, password and theme."""

from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from apps.accounts.models import UserPreferences
from tests.conftest import PASSWORD


def login(client: Client, password: str) -> int:
    return client.post("/login/", {"username": "trader", "password": password}).status_code


def test_the_right_password_opens_the_desk(client: Client, trader: User) -> None:
    response = client.post("/login/?next=/gex/SPY/", {"username": "trader", "password": PASSWORD})
    assert (response.status_code, response["Location"]) == (302, "/gex/SPY/")


def test_a_wrong_password_says_so_and_lets_nobody_in(client: Client, trader: User) -> None:
    response = client.post("/login/", {"username": "trader", "password": "wrong"})
    assert b"correct username and password" in response.content
    assert client.get("/gex/SPX/").status_code == 302


def test_guessing_is_stopped_after_five_tries_even_with_the_right_password(client: Client, trader: User) -> None:
    for _ in range(5):
        login(client, "wrong")
    assert login(client, PASSWORD) == 429


def test_logging_out_takes_a_post_and_closes_the_desk(trader_client: Client) -> None:
    assert trader_client.get("/logout/").status_code == 405
    trader_client.post("/logout/")
    assert trader_client.get("/gex/SPX/").status_code == 302


def test_a_password_can_be_changed_and_the_session_goes_on(trader_client: Client, trader: User) -> None:
    new = "another-long-enough-password"
    response = trader_client.post(
        "/account/password/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    )
    assert response.status_code == 302
    trader.refresh_from_db()
    assert trader.check_password(new)
    assert trader_client.get("/gex/SPX/").status_code == 200


def test_the_theme_is_kept_per_user(trader_client: Client, trader: User) -> None:
    assert trader_client.post("/account/theme/", {"theme": "light"}).status_code == 302
    assert UserPreferences.objects.get(user=trader).theme == "light"
    assert b'data-theme="light"' in trader_client.get("/gex/SPX/").content
    assert trader_client.post("/account/theme/", {"theme": "<script>"}).status_code == 422


@pytest.mark.parametrize("password", ["", "chosen-by-the-owner"])
def test_the_owner_is_made_once_and_told_the_password_once(
    db: None, monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    monkeypatch.setenv("ALPHAGEX_OWNER_PASSWORD", password)
    first, second = StringIO(), StringIO()
    call_command("seed_owner", stdout=first)
    call_command("seed_owner", stdout=second)
    owner = User.objects.get(username="owner")
    said = first.getvalue().split("Password: ")[1].split()[0]
    assert owner.is_superuser
    assert owner.check_password(password or said)
    assert second.getvalue() == ""
    assert "chosen-by-the-owner" not in first.getvalue()


def test_a_lost_owner_password_is_replaced_by_the_setting(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    call_command("seed_owner", stdout=StringIO())
    monkeypatch.setenv("ALPHAGEX_OWNER_PASSWORD", "a-new-one-for-the-owner")
    call_command("seed_owner", stdout=StringIO())
    assert User.objects.get(username="owner").check_password("a-new-one-for-the-owner")
