"""A user cannot make the desk speak to its own machine or network, by any name, number or redirect."""

import socket
from collections.abc import Callable
from contextlib import suppress

import pytest
import requests
from django.contrib.auth.models import User
from pytest_django import Settings
from pytest_httpserver import HTTPServer

from apps.alerts import channels
from apps.security.reach import InsideError, is_inside, public_only
from tests.moments import OPEN_MARKET

INSIDE = (
    "localhost", "LOCALHOST.", "db.internal", "printer.local", "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.1.2.3",  # noqa: S104
    "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "[::1]", "fe80::1%eth0", "fd00::1",
    "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "224.0.0.1", "::",
)  # fmt: skip


@pytest.mark.parametrize("host", INSIDE)
def test_what_is_inside_is_known_by_its_writing(host: str) -> None:
    assert is_inside(host)


def test_public_hosts_and_tokens_are_not_inside() -> None:
    for host in ("ntfy.sh", "8.8.8.8", "2606:4700::1111", "123456789:token", "", "localhost.example.com"):
        assert not is_inside(host), host


def _connect(port: int) -> None:
    socket.create_connection(("127.0.0.1", port), timeout=2).close()


def _connect_by_name(port: int) -> None:
    with socket.socket() as client:
        client.connect(("localhost", port))


def _send_a_packet(port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.sendto(b"x", ("127.0.0.1", port))


def _get(port: int) -> None:
    requests.get(f"http://127.0.0.1:{port}/", timeout=2)


@pytest.mark.parametrize("speak", [_connect, _connect_by_name, _send_a_packet, _get])
def test_every_way_inside_is_refused_at_the_connection(httpserver: HTTPServer, speak: Callable[[int], None]) -> None:
    with pytest.raises((InsideError, requests.ConnectionError)), public_only():
        speak(httpserver.port)
    assert httpserver.log == []


def test_swallowing_the_refusal_does_not_hide_it_and_nothing_is_refused_afterwards(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data("here")
    with pytest.raises(InsideError), public_only(), suppress(requests.ConnectionError):
        _get(httpserver.port)
    assert requests.get(httpserver.url_for("/"), timeout=2).text == "here"


def test_a_channel_inside_is_refused_when_it_is_added_and_when_its_name_leads_there(
    trader: User, httpserver: HTTPServer, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for host in ("localhost", "169.254.169.254", "[::1]", "10.0.0.7"):
        with pytest.raises(channels.ChannelError, match="own network"):
            channels.add_channel(trader, name=host, address=f"json://{host}:9999/x", at=OPEN_MARKET)
    ours = channels.add_channel(trader, name="x", address=f"json://evil.example:{httpserver.port}/x", at=OPEN_MARKET)
    answer = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", httpserver.port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *given, **more: answer)
    with pytest.raises(channels.NotAcceptedError, match="own network"):
        channels.send(ours, title="Hello", text="there", level="info")
    assert httpserver.log == []
    httpserver.expect_request("/x").respond_with_data("ok")
    settings.LOCAL_CHANNELS = True
    channels.send(ours, title="Hello", text="there", level="info")
    assert len(httpserver.log) == 1
