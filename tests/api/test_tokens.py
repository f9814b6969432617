"""Tokens: what they open, for how long, what is kept of them, and the page they are made on."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from apps.api.models import ApiToken
from apps.security.models import AuditEvent
from tests.conftest import PASSWORD
from tests.moments import OPEN_MARKET

STATUS = "/api/market/status"
PAGE = "/settings/tokens/"
KEY = "a-form-of-its-own"


def bearer(secret: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {secret}"})


def form(**changes: str) -> dict[str, str]:
    return {"name": "notebook", "scope": "read", "days": "90", "password": PASSWORD, "key": KEY} | changes


def made_by(client: Client, **changes: str) -> str:
    """Make a token on the page and return what is shown."""
    answer = client.post(PAGE, form(**changes))
    assert answer.status_code == 200, answer.content
    return str(answer.context["made"].secret)


def test_a_token_is_shown_once_and_only_its_digest_is_kept(trader_client: Client) -> None:
    secret = made_by(trader_client)

    assert secret.startswith("agx_")
    assert len(secret) > 40
    with connection.cursor() as cursor:
        cursor.execute("SELECT api_tokens::text FROM api_tokens")
        kept = cursor.fetchone()[0]
    assert secret not in kept
    assert secret[12:] not in kept
    assert secret not in trader_client.get(PAGE).content.decode()
    assert bearer(secret).get(STATUS).status_code == 200


def test_the_same_form_twice_makes_one_token_and_shows_it_once(trader_client: Client) -> None:
    made_by(trader_client)
    assert made_by(trader_client) == ""
    assert ApiToken.objects.count() == 1


def test_a_token_is_made_only_for_whoever_knows_the_password(trader_client: Client) -> None:
    answer = trader_client.post(PAGE, form(password="guessed", name="kept as typed"))
    assert answer.status_code == 422
    assert "This is not your password." in answer.content.decode()
    assert "kept as typed" in answer.content.decode()
    assert not ApiToken.objects.exists()


def test_a_reading_token_changes_nothing_and_a_writing_one_needs_no_csrf(
    trader: User, secret_of: Callable[..., str]
) -> None:
    body = {"symbol": "SPX", "question": "Where is the flip?"}
    reading = bearer(secret_of(trader, ApiToken.Scope.READ))
    refused = reading.post("/api/ai/analyze", body, content_type="application/json")
    assert (refused.status_code, refused.json()["title"]) == (403, "This token may only read")
    assert reading.get(STATUS).status_code == 200

    strict = Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {secret_of(trader)}"})
    assert strict.post("/api/ai/analyze", body, content_type="application/json").status_code == 202


def test_a_session_changes_something_only_with_its_csrf_token(trader: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(trader)
    body = {"symbol": "SPX", "question": "Where is the flip?"}
    refused = client.post("/api/ai/analyze", body, content_type="application/json")
    assert (refused.status_code, refused.json()["title"]) == (403, "CSRF token missing or wrong")

    client.get("/settings/")
    token = client.cookies["csrftoken"].value
    taken = client.post("/api/ai/analyze", body, content_type="application/json", headers={"X-CSRFToken": token})
    assert taken.status_code == 202


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("Bearer agx_nobody-made-this-one", "not known"),
        ("Basic dHJhZGVyOnB3", "Bearer"),
        ("Bearer", "not known"),
        ("Bearer \x00", "cannot be kept"),
    ],
)
def test_a_bad_token_is_refused_also_beside_a_good_session(trader_client: Client, header: str, said: str) -> None:
    answer = trader_client.get(STATUS, headers={"Authorization": header})
    assert answer.status_code in (401, 422)
    assert said in answer.json()["detail"]


def test_a_token_ends_with_its_time_with_its_user_and_when_it_is_revoked(trader: User, trader_client: Client) -> None:
    with time_machine.travel(OPEN_MARKET, tick=False):
        trader_client.force_login(trader)
        lasting, brief = made_by(trader_client, key="number-one", days=""), made_by(trader_client, key="number-two")
        assert bearer(brief).get(STATUS).status_code == 200
    with time_machine.travel(OPEN_MARKET + timedelta(days=90), tick=False):
        expired = bearer(brief).get(STATUS)
        assert (expired.status_code, expired.json()["detail"]) == (401, "The token has expired.")
        assert expired["WWW-Authenticate"].startswith("Bearer")
        assert bearer(lasting).get(STATUS).status_code == 200

    token = ApiToken.objects.get(key="number-one")
    trader_client.force_login(trader)
    for _ in range(2):
        assert trader_client.post(f"{PAGE}{token.pk}/revoke/").status_code == 302
    assert bearer(lasting).get(STATUS).json()["detail"] == "The token is revoked."
    actions = list(AuditEvent.objects.filter(action__startswith="token_").values_list("action", flat=True))
    assert sorted(actions) == ["token_made", "token_made", "token_revoked"]

    third = made_by(trader_client, key="number-three")
    User.objects.filter(pk=trader.pk).update(is_active=False)
    assert bearer(third).get(STATUS).status_code == 401


def test_use_is_noted_at_most_once_a_minute(trader: User, secret_of: Callable[..., str]) -> None:
    client = bearer(secret_of(trader))
    seen = []
    for seconds in (0, 30, 70):
        with time_machine.travel(OPEN_MARKET + timedelta(seconds=seconds), tick=False):
            client.get(STATUS)
        seen.append(ApiToken.objects.get().last_used_at)
    assert seen == [OPEN_MARKET, OPEN_MARKET, OPEN_MARKET + timedelta(seconds=70)]


def test_a_stranger_neither_sees_nor_revokes_a_token(trader_client: Client, stranger: User) -> None:
    made_by(trader_client, name="of the trader alone")
    token = ApiToken.objects.get()
    other = Client()
    other.force_login(stranger)
    assert "of the trader alone" not in other.get(PAGE).content.decode()
    assert other.post(f"{PAGE}{token.pk}/revoke/").status_code == 404
    token.refresh_from_db()
    assert token.revoked_at is None
