"""What a user may make the desk speak to: the public internet, not the machine and the network the desk stands in.

Asked at the connection itself, so that no redirect and no name that resolves differently the second time gets around.
"""

import ipaddress
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

_EVENTS = {"socket.connect", "socket.sendto", "socket.sendmsg"}
_NAMES_INSIDE = ("localhost", ".localhost", ".local", ".internal", ".lan", ".home.arpa")
# Prefixes that carry an IPv4 address to where it says.
_CARRIERS = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("2002::/16"))


class InsideError(ConnectionError):
    """The address lies within the desk's own network."""


class _State(threading.local):
    is_guarded = False
    refused = False


_state = _State()


def is_inside(host: str) -> bool:
    """Return whether a host, as written, is no public one. A name is not looked up."""
    plain = host.strip("[]").rstrip(".").lower()
    try:
        return not _is_public(plain)
    except ValueError:
        return plain == "localhost" or plain.endswith(_NAMES_INSIDE)


@contextmanager
def public_only() -> Iterator[None]:
    """Refuse this thread's connections to anything that is not public. Raises InsideError at the end if one was."""
    _install()
    _state.is_guarded, _state.refused = True, False
    try:
        yield
    finally:
        _state.is_guarded = False
    if _state.refused:
        raise InsideError("The address lies within the desk's own network.")


@cache
def _install() -> None:
    """Have the interpreter ask before each connection, from now on and in processes that send alone."""
    sys.addaudithook(_hook)


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if event not in _EVENTS or not _state.is_guarded:
        return
    address = arguments[1]
    _state.is_guarded = False  # looking a name up may speak to a server of names, which is ours
    try:
        is_refused = not isinstance(address, tuple) or not all(map(_is_public, _numbers(str(address[0]))))
    finally:
        _state.is_guarded = True
    if is_refused:
        _state.refused = True
        raise InsideError("The address lies within the desk's own network.")


def _numbers(host: str) -> list[str]:
    """Return the addresses of a host. Raises OSError when it has none."""
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return [str(found[4][0]) for found in socket.getaddrinfo(host, None)]
    return [host]


def _is_public(number: str) -> bool:
    """Raises ValueError for what is no address."""
    found = ipaddress.ip_address(number.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return _is_public(str(found.ipv4_mapped))
        if any(found in carrier for carrier in _CARRIERS):
            return False
    return found.is_global and not found.is_multicast
