"""What goes over the wire: a request as the stand-in understands it, and the answer it gives."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import msgspec

Service = Literal["tradingvolatility", "cboe", "yahoo", "fred"]
SERVICES: tuple[Service, ...] = get_args(Service)
HTML = "text/html; charset=utf-8"
TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request. path: below the service's address, without the query. symbol: plain (SPX), empty for none.

    query: the first value of each name. headers: by name in lower case. is_ahead: the service's clock runs ahead, it
    dates what it says later than now.
    """

    service: Service
    path: str
    symbol: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    is_ahead: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer. headers: besides content type and length."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()


def as_json(value: object, *, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> Reply:
    """Return `value` as a JSON answer; NaN becomes null."""
    return Reply(status=status, body=msgspec.json.encode(value), headers=headers)


def as_text(text: str, *, status: int = 200, content_type: str = TEXT) -> Reply:
    """Return plain text, HTML or XML as an answer."""
    return Reply(status=status, body=text.encode(), content_type=content_type)
