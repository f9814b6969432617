"""The security settings: factors are added and removed by whoever knows the password, and everything is logged."""

import html
import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import InternalError, connection, transaction
from django.db.utils import IntegrityError
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from apps.ledger.models import Account
from apps.security.models import AuditEvent, AuthenticatorApp, DeskSession, Passkey, RecoveryCode
from tests.conftest import PASSWORD
from tests.ledger.market import Market
from tests.moments import OPEN_MARKET
from tests.positions.trading import held, text_of
from tests.security.conftest import shown_at

PAGE = "/settings/security/"
Action = AuditEvent.Action
RIGHT = {"password": PASSWORD}


def test_an_app_is_added_by_its_first_code_and_brings_recovery_codes(trader: User, trader_client: Client) -> None:
    page = text_of(trader_client.get(PAGE))
    for words in ("Your password alone opens the desk", "Add an app", "at least 10 characters", "ends all your other"):
        assert words in page, words
    with time_machine.travel(OPEN_MARKET, tick=False):
        scan = trader_client.post(PAGE + "app/", RIGHT).content.decode()
        assert "data:image/svg+xml" in scan
        secret = re.search(r'security-secret">([A-Z2-7 ]+)<', scan)
        assert secret is not None
        app = AuthenticatorApp.objects.get(user=trader)
        assert trader_client.post(PAGE + "app/confirm/", {"code": "12345"}).status_code == 422
        assert trader_client.post(PAGE + "app/confirm/", {"code": "000000"}).status_code == 422
        assert AuthenticatorApp.objects.get().confirmed_at is None
        done = trader_client.post(PAGE + "app/confirm/", {"code": shown_at(app, OPEN_MARKET)}).content.decode()
    codes = re.findall(r"<code>([A-Z2-7-]{19})</code>", done)
    assert len(set(codes)) == 10
    page = text_of(trader_client.get(PAGE))
    assert codes[0] not in page
    for words in ("Asked at login since", "10</span> of 10 left", "Authenticator app added", "Recovery codes made"):
        assert words in page, words


def test_removing_the_last_factor_removes_the_codes(
    trader: User, trader_client: Client, app: AuthenticatorApp, codes: list[str]
) -> None:
    assert trader_client.post(PAGE + "app/remove/", {"password": "wrong"}).status_code == 422
    assert AuthenticatorApp.objects.exists()
    assert trader_client.post(PAGE + "app/remove/", RIGHT).status_code == 302
    assert not AuthenticatorApp.objects.exists()
    assert not RecoveryCode.objects.exists()


def test_new_codes_replace_the_old(trader_client: Client, app: AuthenticatorApp, codes: list[str]) -> None:
    assert codes[0].encode() not in trader_client.post(PAGE + "codes/", RIGHT).content
    assert RecoveryCode.objects.count() == 10


def test_without_a_factor_there_are_no_codes(trader_client: Client) -> None:
    assert trader_client.post(PAGE + "codes/", RIGHT).status_code == 302
    assert not RecoveryCode.objects.exists()


def test_what_guards_the_account_wants_the_password_and_five_tries_are_all(
    trader: User, trader_client: Client, app: AuthenticatorApp
) -> None:
    key = Passkey.objects.create(user=trader, name="key", credential_id=b"1", public_key=b"2", added_at=OPEN_MARKET)
    doors = ["app/", "app/remove/", "codes/", f"passkeys/{key.pk}/remove/", "passkeys/options/"]
    for door in doors:
        answer = trader_client.post(PAGE + door, {"password": "wrong", "name": "x"}, HTTP_HOST="localhost")
        assert (answer.status_code, b"not your password" in answer.content) == (422, True), door
    for door in doors[:-1]:
        assert trader_client.post(PAGE + door, RIGHT).status_code == 429, door
    assert Passkey.objects.exists()
    assert AuditEvent.objects.filter(action=Action.PASSWORD_REFUSED).count() == 5


def test_sessions_are_told_apart_and_ended(trader: User, trader_client: Client) -> None:
    phone = Client(
        REMOTE_ADDR="203.0.113.9", headers={"user-agent": "Mozilla/5.0 (iPhone) AppleWebKit/605 Version/19 Safari/604"}
    )
    tablet = Client(headers={"user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"})
    for client in (phone, tablet):
        client.post("/login/", {"username": "trader", "password": PASSWORD})
    page = text_of(trader_client.get(PAGE))
    for words in ("This one", "Safari on iPhone", "203.0.113.9", "Firefox on Linux"):
        assert words in page, words
    assert str(phone.session.session_key) not in page
    handle = re.search(r"sessions/([0-9a-f]{24})/end/[^>]*>[^>]*>[^>]*>End[^>]*> the session on Safari on iPhone", page)
    assert handle is not None
    assert trader_client.post(f"{PAGE}sessions/{handle[1]}/end/").status_code == 302
    assert phone.get("/positions/").status_code == 302
    assert tablet.get("/positions/").status_code == 200
    assert trader_client.post(PAGE + "sessions/end/").status_code == 302
    assert tablet.get("/positions/").status_code == 302
    assert trader_client.get("/positions/").status_code == 200
    page = text_of(trader_client.get(PAGE))
    assert "Session ended" in page
    assert "Other sessions ended" in page


def test_last_seen_is_noted_every_five_minutes(trader: User, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    client = Client()
    with time_machine.travel(OPEN_MARKET, tick=False) as clock:
        client.force_login(trader)
        clock.move_to(OPEN_MARKET + timedelta(minutes=4))
        with django_assert_num_queries(2):  # the session, the user
            client.post("/account/theme/", {"theme": "mauve"}, REMOTE_ADDR="203.0.113.9")
        clock.move_to(OPEN_MARKET + timedelta(minutes=6))
        client.post("/account/theme/", {"theme": "mauve"}, REMOTE_ADDR="203.0.113.9")
        session = DeskSession.objects.get(user=trader)
        assert (session.last_seen_at, session.address) == (OPEN_MARKET + timedelta(minutes=6), "203.0.113.9")
        clock.move_to(OPEN_MARKET + timedelta(days=15))
        assert client.get("/positions/").status_code == 302, "two weeks after the login"


def test_a_new_password_ends_the_other_sessions_and_gives_this_one_a_new_key(trader: User, visitor: Client) -> None:
    visitor.force_login(trader)
    other = Client()
    other.force_login(trader)
    key = other.session.session_key
    page = html.unescape(text_of(other.get("/account/password/")))
    for rule in ("at least 10 characters", "commonly used", "too similar", "ends all your other sessions"):
        assert rule in page, rule
    new = "a-fresh-long-password"
    for bad in ("short-1", "password123", "1234567890"):
        sent = {"old_password": PASSWORD, "new_password1": bad, "new_password2": bad}
        assert other.post("/account/password/", sent).status_code in (200, 422), bad
    sent = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert other.post("/account/password/", sent).status_code == 302
    assert other.get("/positions/").status_code == 200
    assert other.session.session_key != key
    assert visitor.get("/positions/").status_code == 302
    assert DeskSession.objects.filter(user=trader).count() == 1
    assert AuditEvent.objects.filter(user=trader, action=Action.PASSWORD_SET).count() == 1


def test_the_log_shows_logins_and_money_of_its_user_alone(
    trader: User, trader_client: Client, stranger_client: Client, market: Market, own: Account
) -> None:
    held(own)
    page = text_of(trader_client.get(PAGE + "log/"))
    for words in ("Logged in", "by password", "Opened: SPY Long Call", "Own record: each $"):
        assert words in page, words
    assert re.search(r"Own record: each \$[\d,.]+ paid, quantity \d", page)
    assert "Logged in" not in text_of(trader_client.get(PAGE + "log/?kind=money"))
    assert "Long Call" not in text_of(trader_client.get(PAGE + "log/?kind=account"))
    theirs = text_of(stranger_client.get(PAGE + "log/"))
    assert "Long Call" not in theirs
    assert theirs.count("Logged in") == 1
    for odd in ("?page=0", "?page=-1", "?page=9999999999", "?kind=x", "?page=²"):
        assert stranger_client.get(PAGE + "log/" + odd).status_code == 200, odd


def test_the_log_goes_on_to_older_pages_at_the_same_cost(
    trader: User, trader_client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    AuditEvent.objects.bulk_create(
        AuditEvent(
            user=trader, action=Action.LOGIN_FAILED, at=OPEN_MARKET - timedelta(minutes=minute), detail=f"n{minute}"
        )
        for minute in range(120)
    )
    with django_assert_max_num_queries(10):
        page = text_of(trader_client.get(PAGE + "log/?page=3"))
    assert "n110" in page
    assert "page=2" in page
    assert "page=4" not in page
    with django_assert_max_num_queries(14):
        trader_client.get(PAGE)


def test_nobody_touches_what_is_another_users(
    trader: User, trader_client: Client, stranger_client: Client, app: AuthenticatorApp
) -> None:
    key = Passkey.objects.create(user=trader, name="Mine", credential_id=b"1", public_key=b"2", added_at=OPEN_MARKET)
    handle = re.search(r"sessions/([0-9a-f]{24})/end/", _with_another_session(trader, trader_client))
    assert handle is not None
    assert b"Mine" not in stranger_client.get(PAGE).content
    assert stranger_client.post(f"{PAGE}passkeys/{key.pk}/remove/", RIGHT).status_code == 404
    stranger_client.post(f"{PAGE}sessions/{handle[1]}/end/")
    stranger_client.post(f"{PAGE}sessions/end/")
    stranger_client.post(f"{PAGE}app/remove/", RIGHT)
    assert (
        Passkey.objects.count(),
        AuthenticatorApp.objects.count(),
        DeskSession.objects.filter(user=trader).count(),
    ) == (1, 1, 2)


def _with_another_session(trader: User, client: Client) -> str:
    Client().force_login(trader)
    return client.get(PAGE).content.decode()


@pytest.mark.parametrize("statement", ["UPDATE audit_events SET name = ''", "DELETE FROM audit_events"])
def test_the_database_lets_nobody_rewrite_the_log(trader_client: Client, statement: str) -> None:
    with pytest.raises((InternalError, IntegrityError), match="only ever added"), transaction.atomic():
        connection.cursor().execute(statement)
    assert AuditEvent.objects.exists()


def test_staff_read_everybodys_log_and_change_nothing(owner_client: Client, trader_client: Client) -> None:
    event = AuditEvent.objects.filter(name="trader").latest("pk")
    address = "/admin/security/auditevent/"
    assert "trader" in text_of(owner_client.get(address))
    assert owner_client.get(f"{address}{event.pk}/change/").status_code == 200
    for action in ("change", "delete"):
        assert owner_client.post(f"{address}{event.pk}/{action}/", {"post": "yes"}).status_code == 403
    assert owner_client.get(f"{address}add/").status_code == 403
    assert trader_client.get(address).status_code == 302


def test_nul_is_refused_wherever_it_stands(trader_client: Client) -> None:
    for answer in (
        trader_client.get("/journal/", {"q": "a\x00b"}),
        trader_client.get("/positions/closed.csv", {"symbol": "\x00"}),
        trader_client.get("/gex/%00/"),
        trader_client.post("/alerts/test/", {"key": "\x00"}),
        trader_client.post("/login/", {"username": "\x00", "password": "x"}),
        trader_client.post("/alerts/new/", '{"a": "\\u0000"}', content_type="application/json"),
    ):
        assert answer.status_code == 400


def test_the_admin_shows_no_key_of_a_session(owner_client: Client, trader: User, trader_client: Client) -> None:
    page = text_of(owner_client.get("/admin/security/desksession/"))
    assert "trader" in page
    deleting = text_of(owner_client.get(f"/admin/auth/user/{trader.pk}/delete/"))
    for client in (owner_client, trader_client):
        assert str(client.session.session_key) not in page + deleting


def test_the_log_outlives_the_user(stranger: User, stranger_client: Client) -> None:
    stranger.delete()
    assert AuditEvent.objects.filter(name="stranger").exists()
    assert stranger_client.get("/positions/").status_code == 302
