"""The walk: every address of the URL configuration and every socket, as a stranger, as another user, as no staff.

A new address with a blank fails here until tests/security/doors.py says what stands in it.
"""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import AnonymousUser, User
from django.db import transaction
from django.test import Client
from django.urls import get_resolver
from pytest_django import Settings

from alphagex.asgi import SOCKETS
from apps.market.routing import NoSuchSocket
from apps.market.sockets import CLOSE_NOT_LOGGED_IN
from tests.moments import OPEN_MARKET
from tests.security.doors import OPEN, ROWS, STAFF, Door, doors
from tests.security.rows import MARK, owned_by, rows_of, standing

REFUSED = {401, 403, 405}
HIDDEN = {403, 404, 405}


@pytest.fixture
def rows(trader: User, market: Any, settings: Settings, tmp_path: Path) -> dict[str, str]:
    settings.MEDIA_ROOT = str(tmp_path)
    settings.API_READS_A_MINUTE = settings.API_WRITES_A_MINUTE = 10_000  # the walk goes through all of them at once
    with time_machine.travel(OPEN_MARKET, tick=False):
        return rows_of(trader)


def methods_of(door: Door) -> tuple[str, ...]:
    """One lock guards all methods of the admin: its pages are many."""
    if door.is_of_admin:
        return ("get",)
    return ("get", "post", "put", "patch", "delete") if door.is_of_api else ("get", "post")


def test_every_blank_is_known() -> None:
    unknown = [
        f"{door.name} (/{door.route}): {', '.join(door.unknown_blanks)}" for door in doors() if door.unknown_blanks
    ]
    assert not unknown, (
        "These addresses have blanks nobody tries as a second user. Say in tests/security/doors.py, ROWS, which row of "
        "tests/security/rows.py stands there, or in WORDS a word that is no row of anybody's:\n" + "\n".join(unknown)
    )
    names = {door.name for door in doors()}
    gone = sorted((ROWS.keys() | OPEN | STAFF) - names)
    assert not gone, f"tests/security/doors.py speaks of addresses that are gone: {', '.join(gone)}"


def test_strangers_are_sent_to_the_login_from_everywhere(rows: dict[str, str], client: Client) -> None:
    before = standing()
    wrong = []
    for door in doors():
        if door.name in OPEN:
            continue
        path = door.path(rows)
        for method in methods_of(door):
            answer = client.generic(method.upper(), path)
            sent = urlsplit(answer.get("Location", "")).path
            if not (
                answer.status_code in REFUSED or (answer.status_code == 302 and sent in ("/login/", "/admin/login/"))
            ):
                wrong.append(f"{method} {path}: {answer.status_code} {sent}")
    assert not wrong, "Strangers get further than the login:\n" + "\n".join(wrong)
    assert _changed(before) == []


def test_the_rows_are_there_for_their_owner(rows: dict[str, str], trader: User, visitor: Client) -> None:
    """Else it would say nothing that nobody else finds them."""
    visitor.force_login(trader)
    missing = []
    with time_machine.travel(OPEN_MARKET, tick=False):
        for door in (door for door in doors() if door.has_row):
            statuses = []
            for method in methods_of(door):
                with transaction.atomic():
                    sent = {"password": "wrong", "key": "k", "how_long": "15"}
                    statuses.append(getattr(visitor, method)(door.path(rows), sent).status_code)
                    transaction.set_rollback(True)
            if all(status >= 404 and status != 422 for status in statuses):
                missing.append(f"{door.path(rows)}: {statuses}")
    assert not missing, "Not even their owner finds these (a wrong row in doors.py?):\n" + "\n".join(missing)


def test_nothing_of_one_user_is_seen_or_changed_by_another(
    rows: dict[str, str], trader: User, stranger_client: Client
) -> None:
    before, owned = standing(), owned_by(trader)
    wrong = []
    stranger_client.raise_request_exception = False
    with time_machine.travel(OPEN_MARKET, tick=False):
        for door in (door for door in doors() if door.name not in OPEN and not door.is_of_admin):
            path = door.path(rows)
            for method in methods_of(door):
                answer = stranger_client.generic(method.upper(), path, content_type="application/x-www-form-urlencoded")
                if answer.status_code >= 500:
                    wrong.append(f"{method} {path}: {answer.status_code}")
                hidden = HIDDEN | ({422} if door.is_of_api and method in ("post", "put", "patch") else set())
                if door.has_row and answer.status_code not in hidden:
                    wrong.append(f"{method} {path}: {answer.status_code} instead of 404")
                if MARK.encode() in _content(answer):
                    wrong.append(f"{method} {path}: shows a row of somebody else")
    assert not wrong, "A second user gets at the first one's rows:\n" + "\n".join(wrong)
    assert _changed(before) == []
    assert owned_by(trader) == owned, "Something was added in the first user's name."


def test_pages_of_staff_are_closed_to_traders(rows: dict[str, str], stranger_client: Client) -> None:
    wrong = []
    for door in doors():
        if door.name in OPEN or not (door.name in STAFF or door.is_of_admin):
            continue
        for method in methods_of(door):
            path = door.path(rows)
            status = stranger_client.generic(method.upper(), path).status_code
            if status not in {302, *REFUSED}:
                wrong.append(f"{method} {path}: {status}")
    assert not wrong, "A trader opens pages of staff:\n" + "\n".join(wrong)


def test_what_is_open_to_strangers_is_a_short_list() -> None:
    assert len(OPEN) <= 10
    assert all(getattr(door, "name", None) for door in doors())
    assert get_resolver().url_patterns


async def test_no_socket_speaks_to_strangers() -> None:
    for route in SOCKETS:
        path = re.sub(r"<[^>]*>", "1", str(route.pattern)).strip("^$")
        socket = WebsocketCommunicator(URLRouter([route]), f"/{path}")
        socket.scope["user"] = AnonymousUser()
        is_open, code = await socket.connect()
        is_ours = getattr(route.callback, "consumer_class", None) is not NoSuchSocket
        assert not is_open, path
        assert not is_ours or code == CLOSE_NOT_LOGGED_IN, (path, code)
        await socket.disconnect()


def _content(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else bytes(answer.content)


def _changed(before: dict[tuple[str, str], str]) -> list[str]:
    now = standing()
    return [f"{table} {key}" for (table, key), text in before.items() if now.get((table, key)) != text]
