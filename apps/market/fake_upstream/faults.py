"""What can go wrong at a service, how often, and what an answer looks like then."""

import json
import re
import threading
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from apps.market.fake_upstream.wire import HTML, SERVICES, Asked, Reply, Service, as_json, as_text

DEFAULT_VALUES: dict[str, float | None] = {
    "latency": 5.0,  # seconds before the answer
    "429": 30.0,  # seconds of Retry-After; 0 sends none
    "quota": None,
    "403": None,
    "500": None,
    "html": None,
    "empty": None,
    "truncated": None,
    "nan": None,
    "null": None,
    "wrong_symbol": None,
    "stale": 3.0,  # hours the answers are old; they are frozen there
    "clock_skew": 1.0,  # hours the time stamps are ahead
    "disconnect": None,
}
"""The faults by name, and the value of each that has one, as it is without one given."""
NAMES = tuple(DEFAULT_VALUES)

# Faults that make the whole answer, the first of them wins; the others change what the market answers.
_WHOLE = ("429", "quota", "403", "500", "html", "empty")
# What a number is about, or when: a service that loses its numbers still says these.
_KEPT_NUMBERS = frozenset({"strike", "expiration", "expirationDate", "regularMarketTime", "timestamp", "gmtoffset"})
_NUMERIC = re.compile(r"-?\d+(\.\d+)?")
_WRITTEN = re.compile(r"(?P<service>\w+):(?P<name>\w+)(=(?P<value>[\d.]+))?(@(?P<symbol>[\w.^]+))?(\*(?P<times>\d+))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault of one service. symbol: only for this one, empty for all. times: requests it hits, None for all.

    since: the market's moment at which it began.
    """

    service: Service
    name: str
    symbol: str = ""
    times: int | None = None
    value: float | None = None
    since: datetime


def parse_fault(text: str) -> dict[str, Any]:
    """Return the arguments of FakeUpstream.set_fault for `service:name[=value][@SYMBOL][*times]`. Raises ValueError."""
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is no fault. Write service:name[=value][@SYMBOL][*times], such as cboe:429@SPX*3.")
    check_fault(found["service"], found["name"])
    return {
        "upstream": found["service"],
        "name": found["name"],
        "symbol": found["symbol"] or "",
        "times": int(found["times"]) if found["times"] else None,
        "value": float(found["value"]) if found["value"] else None,
    }


def check_fault(service: str, name: str) -> Service:
    """Return the service. Raises ValueError for a service or a fault that does not exist."""
    known = next((one for one in SERVICES if one == service), None)
    if known is None:
        raise ValueError(f"There is no service {service!r}. The services are {', '.join(SERVICES)}.")
    if name not in NAMES:
        raise ValueError(f"There is no fault {name!r}. The faults are {', '.join(NAMES)}.")
    return known


class FaultBook:
    """The faults in force; threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Put a fault in force; one of the same service, name and symbol is replaced."""
        place = (fault.service, fault.name, fault.symbol)
        with self._lock:
            self._faults = [one for one in self._faults if (one.service, one.name, one.symbol) != place]
            self._faults.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._faults = []

    def in_force(self) -> list[Fault]:
        with self._lock:
            return list(self._faults)

    def hitting(self, asked: Asked) -> dict[str, Fault]:
        """Return the faults that hit this request, by name, and count it. What is about no symbol is never hit.

        Cookies and crumbs are about no symbol: `times` counts requests for data.
        """
        hit: dict[str, Fault] = {}
        with self._lock:
            left = []
            for fault in self._faults:
                hits = asked.symbol and fault.service == asked.service and fault.symbol in ("", asked.symbol)
                if hits:
                    hit[fault.name] = fault
                    fault = replace(fault, times=None if fault.times is None else fault.times - 1)
                if fault.times != 0:
                    left.append(fault)
            self._faults = left
        return hit


def refusal(asked: Asked, faults: dict[str, Fault]) -> Reply | None:
    """Return the answer of a fault that leaves nothing of the real one, None if there is no such fault."""
    name = next((name for name in _WHOLE if name in faults), None)
    match name:
        case None:
            return None
        case "429":
            seconds = faults["429"].value or 0
            wait = (("Retry-After", f"{seconds:.0f}"),) if seconds else ()
            return replace(_said(asked, 429, "Too Many Requests"), headers=wait)
        case "403":
            return _said(asked, 403, "Access denied")
        case "quota":
            return as_text("API limit exceeded")
        case "500":
            return as_text(_page("500 Internal Server Error"), status=500, content_type=HTML)
        case "html":
            return as_text(_page("We will be right back"), content_type=HTML)
        case _:
            return Reply()


def shifted(at: datetime, faults: dict[str, Fault]) -> datetime:
    """Return the moment a service with a frozen or a wrong clock answers for."""
    if stale := faults.get("stale"):
        return stale.since - timedelta(hours=stale.value or 0)
    if skewed := faults.get("clock_skew"):
        return at + timedelta(hours=skewed.value or 0)
    return at


def spoiled(reply: Reply, faults: dict[str, Fault]) -> Reply:
    """Return the market's answer as the faults leave it."""
    is_numbers = reply.status == 200 and reply.content_type == "application/json"
    if is_numbers and ("nan" in faults or "null" in faults):
        without = _without_numbers(json.loads(reply.body), float("nan") if "nan" in faults else None)
        reply = replace(reply, body=json.dumps(without, separators=(",", ":")).encode(), headers=())
    if "truncated" in faults:
        reply = replace(reply, body=reply.body[: len(reply.body) // 2], headers=())
    return reply


def _without_numbers(value: Any, nothing: float | None) -> Any:
    """Return JSON with `nothing` for every number, those written as text included; whole numbers may be times."""
    match value:
        case dict():
            return {
                key: inner if key in _KEPT_NUMBERS else _without_numbers(inner, nothing) for key, inner in value.items()
            }
        case list():
            return [_without_numbers(inner, nothing) for inner in value]
        case float():
            return nothing
        case str() if _NUMERIC.fullmatch(value):
            return None if nothing is None else "NaN"
        case _:
            return value


def _said(asked: Asked, status: int, text: str) -> Reply:
    """Return a refusal as each service words it."""
    match asked.service:
        case "tradingvolatility" if asked.path.startswith("/v2/"):
            return as_json({"error": {"message": text}}, status=status)
        case "cboe":
            xml = f"<?xml version='1.0' encoding='UTF-8'?><Error><Code>{text.replace(' ', '')}</Code></Error>"
            return as_text(xml, status=status, content_type="application/xml")
        case "fred":
            return as_json({"error_code": status, "error_message": text}, status=status)
        case _:
            return as_text(f"{text}\r\n", status=status)


def _page(title: str) -> str:
    return f"<!doctype html><html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
