"""Passkeys: added, as a second factor, as a login by themselves; and everything that does not fit."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from apps.security.models import AuditEvent, Passkey
from tests.conftest import PASSWORD
from tests.moments import OPEN_MARKET
from tests.security.authenticators import SoftPasskey
from tests.security.conftest import enter_password

PAGE = "/settings/security/passkeys/"
OPTIONS, ANSWER = "/login/passkey/options/", "/login/passkey/"
HERE: dict[str, Any] = {"HTTP_HOST": "localhost"}
Action = AuditEvent.Action


def added(client: Client, key: SoftPasskey, *, name: str = "Laptop") -> Any:
    """Add a passkey as the settings do; return the last answer."""
    options = client.post(PAGE + "options/", {"name": name, "password": PASSWORD}, **HERE)
    assert options.status_code == 200, options.content
    return client.post(PAGE, {"name": name, "credential": key.made(options.json())}, **HERE)


def signs_in(client: Client, key: SoftPasskey, **more: str) -> Any:
    """Answer the desk's challenge with a passkey."""
    options = client.post(OPTIONS, more, **HERE).json()
    return client.post(ANSWER, {"credential": key.signed(options), **more}, **HERE)


@pytest.fixture
def key(trader_client: Client) -> SoftPasskey:
    """A passkey of the trader's that verifies who holds it."""
    made = SoftPasskey()
    assert added(trader_client, made).json() == {"next": "/settings/security/"}
    return made


def test_a_passkey_is_added_and_then_wanted_besides_the_password(
    trader: User, trader_client: Client, key: SoftPasskey, visitor: Client
) -> None:
    kept = Passkey.objects.get()
    assert (kept.user, kept.name, kept.transports) == (trader, "Laptop", ["internal"])
    page = trader_client.get("/settings/security/", **HERE).content.decode()
    for words in ("Laptop", "not used yet", "You have no recovery codes", "Passkey added"):
        assert words in page, words
    assert enter_password(visitor, next="/gex/SPY/") == "/login/verify/"
    assert b"Use a passkey" in visitor.get("/login/verify/", **HERE).content
    assert signs_in(visitor, key, step="second").json() == {"next": "/gex/SPY/"}
    assert visitor.get("/positions/").status_code == 200
    assert AuditEvent.objects.filter(action=Action.LOGGED_IN).latest("pk").detail == "password and passkey"


def test_a_passkey_that_verifies_its_user_opens_alone(visitor: Client, trader: User, key: SoftPasskey) -> None:
    assert b"Log in with a passkey" in visitor.get("/login/", **HERE).content
    assert signs_in(visitor, key, next="/gex/SPY/").json() == {"next": "/gex/SPY/"}
    assert visitor.get("/positions/").status_code == 200
    assert Passkey.objects.get().sign_count == 1
    assert signs_in(Client(), key, next="//evil.example/").json() == {"next": "/"}
    session = visitor.session
    assert session.get_expiry_age() > 86_400, "the short life of the challenge is over"


def test_a_touch_alone_is_a_second_factor_but_no_login(visitor: Client, trader_client: Client) -> None:
    touched = SoftPasskey(verifies=False)
    added(trader_client, touched)
    assert signs_in(visitor, touched).status_code == 422
    assert visitor.get("/positions/").status_code == 302
    enter_password(visitor)
    assert signs_in(visitor, touched, step="second").status_code == 200


def test_an_answer_is_good_for_its_own_challenge_once_and_five_minutes(visitor: Client, key: SoftPasskey) -> None:
    options = visitor.post(OPTIONS, **HERE).json()
    answer = key.signed(options)
    assert Client().post(ANSWER, {"credential": answer}, **HERE).status_code == 422, "another browser's challenge"
    assert visitor.post(ANSWER, {"credential": answer}, **HERE).status_code == 200
    visitor.post("/logout/")
    assert visitor.post(ANSWER, {"credential": answer}, **HERE).status_code == 422, "used already"
    with time_machine.travel(OPEN_MARKET, tick=False) as clock:
        late = Client()
        options = late.post(OPTIONS, **HERE).json()
        clock.move_to(OPEN_MARKET + timedelta(minutes=5, seconds=1))
        assert late.post(ANSWER, {"credential": key.signed(options)}, **HERE).status_code == 422


def test_what_does_not_fit_is_refused(visitor: Client, trader: User, stranger_client: Client, key: SoftPasskey) -> None:
    theirs = SoftPasskey()
    added(stranger_client, theirs)
    enter_password(visitor)
    assert signs_in(visitor, theirs, step="second").status_code == 422, "somebody else's passkey as second factor"
    assert signs_in(Client(), SoftPasskey()).status_code == 422, "a passkey nobody knows"
    key.origin = "https://evil.example"
    assert signs_in(Client(), key).status_code == 422, "a page elsewhere"
    key.origin, key.host = "http://localhost", "evil.example"
    assert signs_in(Client(), key).status_code == 422, "another host"
    key.host = "localhost"
    Passkey.objects.filter(user=trader).update(sign_count=99)
    assert signs_in(Client(), key).status_code == 422, "a copy, which counts behind"
    assert AuditEvent.objects.filter(detail="passkey", action=Action.LOGIN_FAILED).count() == 4
    assert AuditEvent.objects.filter(user=trader, action=Action.FACTOR_FAILED).count() == 1


@pytest.mark.parametrize(
    "sent", ["", "{", "[]", "null", '{"id": 5}', '{"id": "*"}', '{"id": "AAAA", "response": 1}', "[" * 9999]
)
def test_rubbish_is_refused_in_words(visitor: Client, trader_client: Client, sent: str) -> None:
    for one, options, answer in ((visitor, OPTIONS, ANSWER), (trader_client, PAGE + "options/", PAGE)):
        one.post(options, {"name": "x", "password": PASSWORD}, **HERE)
        refused = one.post(answer, {"credential": sent}, **HERE)
        assert (refused.status_code, "problem" in refused.json()) == (422, True)


def test_a_name_not_a_number_and_no_passkey_of_a_locked_account(
    visitor: Client, trader: User, trader_client: Client, key: SoftPasskey
) -> None:
    for asker, address in ((visitor, OPTIONS), (trader_client, PAGE + "options/")):
        refused = asker.post(address, {"name": "x", "password": PASSWORD}, HTTP_HOST="127.0.0.1:8000")
        assert (refused.status_code, "by its domain" in refused.json()["problem"]) == (422, True)
    assert b"Log in with a passkey" not in visitor.get("/login/", HTTP_HOST="127.0.0.1:8000").content
    User.objects.update(is_active=False)
    assert signs_in(visitor, key).status_code == 422


def test_an_address_gets_thirty_challenges_a_minute(visitor: Client) -> None:
    for _ in range(30):
        assert visitor.post(OPTIONS, **HERE).status_code == 200
    assert visitor.post(OPTIONS, **HERE).status_code == 429
    assert visitor.post(OPTIONS, REMOTE_ADDR="203.0.113.9", **HERE).status_code == 200


def test_the_same_passkey_is_kept_once_and_ten_are_the_most(
    trader: User, trader_client: Client, key: SoftPasskey
) -> None:
    assert added(trader_client, key).status_code == 422
    for number in range(9):
        Passkey.objects.create(
            user=trader, name="k", credential_id=b"%d" % number, public_key=b"", added_at=OPEN_MARKET
        )
    assert "enough" in added(trader_client, SoftPasskey()).json()["problem"]
    number = Passkey.objects.get(name="Laptop").pk
    assert trader_client.post(f"{PAGE}{number}/remove/", {"password": PASSWORD}).status_code == 302
    assert not Passkey.objects.filter(name="Laptop").exists()
