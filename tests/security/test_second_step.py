"""The second step of the login: what it takes, what it refuses, and what a user without one never sees."""

import re
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client

from apps.security.models import AuditEvent, AuthenticatorApp, Passkey, RecoveryCode
from tests.conftest import PASSWORD
from tests.moments import OPEN_MARKET
from tests.security.conftest import enter_password, shown_at

VERIFY = "/login/verify/"
Action = AuditEvent.Action


def actions(user: User) -> list[str]:
    """Return what the log says of a user, oldest first."""
    return list(AuditEvent.objects.filter(user=user).order_by("pk").values_list("action", flat=True))


def test_without_a_second_factor_the_password_opens_the_desk(client: Client, trader: User) -> None:
    assert enter_password(client) == "/"
    assert client.get("/positions/").status_code == 200
    assert client.get(VERIFY)["Location"] == "/login/"


def test_the_code_of_the_app_opens_and_the_address_asked_for_is_not_lost(
    client: Client, trader: User, app: AuthenticatorApp
) -> None:
    with time_machine.travel(OPEN_MARKET, tick=False):
        assert enter_password(client, next="/gex/SPY/") == VERIFY
        assert client.get("/positions/").status_code == 302, "the password alone opens nothing"
        assert client.post(VERIFY, {"code": "000000"}).status_code == 422
        typed = shown_at(app, OPEN_MARKET)
        answer = client.post(VERIFY, {"code": f"{typed[:3]} {typed[3:]}"})
        assert answer["Location"] == "/gex/SPY/"
        assert client.get("/positions/").status_code == 200
    assert actions(trader)[-3:] == [Action.PASSWORD_ACCEPTED, Action.FACTOR_FAILED, Action.LOGGED_IN]
    assert AuditEvent.objects.get(action=Action.LOGGED_IN).detail == "password and authenticator app"


def test_a_code_opens_once_and_only_around_its_half_minute(client: Client, trader: User, app: AuthenticatorApp) -> None:
    code = shown_at(app, OPEN_MARKET)
    for seconds, opens in ((-61, False), (-30, True), (0, False), (29, False)):
        with time_machine.travel(OPEN_MARKET + timedelta(seconds=seconds), tick=False):
            other = Client()
            enter_password(other)
            assert (other.post(VERIFY, {"code": code}).status_code == 302) is opens, seconds
    with time_machine.travel(OPEN_MARKET + timedelta(seconds=62), tick=False):
        enter_password(client)
        assert client.post(VERIFY, {"code": shown_at(app, OPEN_MARKET)}).status_code == 422, "too old"


def test_after_five_wrong_codes_not_even_the_right_one_opens_from_any_address(
    client: Client, trader: User, app: AuthenticatorApp, codes: list[str]
) -> None:
    with time_machine.travel(OPEN_MARKET, tick=False) as clock:
        for guess in range(5):
            other = Client(REMOTE_ADDR=f"10.0.0.{guess}")
            enter_password(other)
            assert other.post(VERIFY, {"code": f"{guess:06d}"}).status_code == 422
        enter_password(client)
        for right in (shown_at(app, OPEN_MARKET), codes[0]):
            answer = client.post(VERIFY, {"code": right})
            assert answer.status_code == 429
            assert b"quarter of an hour" in answer.content
        clock.move_to(OPEN_MARKET + timedelta(minutes=16))
        enter_password(client)
        assert client.post(VERIFY, {"code": codes[0]}).status_code == 302


def test_a_password_entered_long_ago_or_changed_since_is_asked_again(
    client: Client, trader: User, app: AuthenticatorApp
) -> None:
    with time_machine.travel(OPEN_MARKET, tick=False) as clock:
        enter_password(client)
        clock.move_to(OPEN_MARKET + timedelta(minutes=6))
        assert client.post(VERIFY, {"code": shown_at(app, OPEN_MARKET + timedelta(minutes=6))})["Location"] == "/login/"
        enter_password(client)
        trader.set_password("quite-another-password")
        trader.save()
        assert client.get(VERIFY)["Location"] == "/login/"


def test_a_recovery_code_opens_once_however_it_is_typed(
    client: Client, app: AuthenticatorApp, codes: list[str]
) -> None:
    assert len(codes) == 10
    assert all(re.fullmatch(r"([A-Z2-7]{4}-){3}[A-Z2-7]{4}", code) for code in codes)
    kept = "".join(RecoveryCode.objects.values_list("digest", flat=True))
    assert not any(code.replace("-", "") in kept for code in codes)
    for typed, status in ((codes[0].lower().replace("-", " "), 302), (codes[0], 422), (codes[1], 302)):
        other = Client()
        enter_password(other)
        assert other.post(VERIFY, {"code": typed}).status_code == status, typed


def test_the_secret_is_sealed_in_the_database(app: AuthenticatorApp) -> None:
    from apps.security.authenticator import secret_of

    kept = AuthenticatorApp.objects.values_list("sealed_secret", flat=True).get()
    assert secret_of(app) not in kept
    assert re.fullmatch(r"[A-Z2-7]{32}", secret_of(app))


def test_the_machine_of_the_desk_can_reset_a_lost_factor(client: Client, trader: User, app: AuthenticatorApp) -> None:
    Passkey.objects.create(user=trader, name="key", credential_id=b"1", public_key=b"2", added_at=OPEN_MARKET)
    said = StringIO()
    call_command("reset_second_factor", "trader", stdout=said)
    assert said.getvalue().strip() == "2 second factors of trader removed."
    assert enter_password(client) == "/"
    assert Action.FACTORS_RESET in actions(trader)
    with pytest.raises(CommandError, match="There is no user 'nobody'"):
        call_command("reset_second_factor", "nobody")


def test_the_admin_has_no_door_of_its_own(client: Client, owner: User) -> None:
    answer = client.post("/admin/login/?next=/admin/", {"username": "owner", "password": PASSWORD})
    assert answer["Location"] == "/login/?next=%2Fadmin%2F"
    assert client.get("/admin/").status_code == 302


def test_a_locked_name_fills_no_log(client: Client, trader: User) -> None:
    for _ in range(9):
        client.post("/login/", {"username": "trader", "password": "wrong"})
    assert actions(trader) == [Action.LOGIN_FAILED] * 4 + [Action.LOCKED_OUT]


def test_the_login_says_the_same_of_a_wrong_password_and_of_nobody(client: Client, trader: User) -> None:
    def said(name: str) -> str:
        page = client.post("/login/", {"username": name, "password": "wrong"}).content.decode()
        return re.sub(r'value="[^"]*"', "", page)

    assert said("trader") == said("nobody")
    assert [event.name for event in AuditEvent.objects.filter(action=Action.LOGIN_FAILED)] == ["", "trader"]


@pytest.mark.parametrize(
    "asked", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_nobody_is_sent_elsewhere_after_the_login(client: Client, app: AuthenticatorApp, asked: str) -> None:
    with time_machine.travel(OPEN_MARKET, tick=False):
        enter_password(client, next=asked)
        assert client.post(VERIFY, {"code": shown_at(app, OPEN_MARKET)})["Location"] == "/"
