"""The whole document, tried by schemathesis: with a session, with a token, and by nobody.

ALPHAGEX_API_CASES: cases per operation and caller, 3 without it. Whatever is sent, no answer is a fault of the desk's,
each is as the document says, and no row of another user's is in it.
"""

import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import schemathesis
import time_machine
from django.contrib.auth.models import User
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from alphagex.api import document
from apps.market.chain import Chain
from apps.market.models import Snapshot
from apps.market.quotes import keep_quotes
from tests.api.strangers import MARKER, rows_of_a_stranger
from tests.moments import OPEN_MARKET

CASES = int(os.environ.get("ALPHAGEX_API_CASES", "3"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
CSRF = "t" * 32
# plan.md, "Endpoints".
PLANNED = """
GET /api/gex/{} | GET /api/gex/{}/levels | GET /api/gex/{}/history
GET /api/gamma/{}/intelligence | GET /api/gamma/{}/weekly | GET /api/gamma/{}/daily | GET /api/gamma/{}/volatility
POST /api/ai/analyze | POST /api/ai/trade-recommendation | GET /api/ai/context/{}
GET /api/positions | POST /api/positions | GET /api/positions/pnl
GET /api/positions/{} | PUT /api/positions/{} | DELETE /api/positions/{}
GET /api/journal | POST /api/journal | GET /api/journal/{} | PUT /api/journal/{} | DELETE /api/journal/{}
GET /api/autotrader/status | POST /api/autotrader/start | POST /api/autotrader/stop | GET /api/autotrader/positions
GET /api/autotrader/logs | PUT /api/autotrader/config
POST /api/scanner/scan | GET /api/scanner/symbols | GET /api/scanner/watchlist | POST /api/scanner/watchlist
GET /api/alerts | POST /api/alerts | GET /api/alerts/{} | PUT /api/alerts/{} | DELETE /api/alerts/{}
GET /api/alerts/history
POST /api/sizing/calculate | POST /api/sizing/kelly | GET /api/sizing/recommendations
"""


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Return method, path and description of everything the document holds."""
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def test_every_endpoint_of_the_plan_is_in_the_document() -> None:
    here = {f"{method} {re.sub(r'{[^}]+}', '{}', path)}" for method, path, _ in operations()}
    planned = {one.strip() for line in PLANNED.strip().splitlines() for one in line.split("|")}
    assert planned - here == set()


def test_every_operation_is_named_once_and_says_what_it_does() -> None:
    found = [operation for _, _, operation in operations()]
    assert len({one["operationId"] for one in found}) == len(found)
    assert [one["operationId"] for one in found if not one.get("description") or not one.get("tags")] == []


@pytest.fixture
def at_market(db: None, snapshot: Snapshot, spx_chain: Chain) -> Iterator[None]:
    """SPX with its quotes, at a moment the clock stays near."""
    keep_quotes(spx_chain, at=OPEN_MARKET)
    with time_machine.travel(OPEN_MARKET):
        yield


@pytest.fixture
def _one_connection() -> Iterator[None]:
    """Requests leave the test's connection, with its transaction, as it is: what Django's own client sees to."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def callers(
    trader: User, secret_of: Callable[..., str], at_market: None, _one_connection: None
) -> dict[str, dict[str, str]]:
    """The headers each caller sends."""
    client = Client()
    client.force_login(trader)
    cookies = f"sessionid={client.cookies['sessionid'].value}; csrftoken={CSRF}"
    return {
        "session": {"Cookie": cookies, "X-CSRFToken": CSRF},
        "token": {"Authorization": f"Bearer {secret_of(trader)}"},
        "nobody": {},
    }


def test_no_answer_is_a_fault_or_unlike_the_document_or_somebody_elses(
    callers: dict[str, dict[str, str]], trader: User, stranger: User
) -> None:
    rows_of_a_stranger(stranger)
    schema = schemathesis.openapi.from_dict(json.loads(json.dumps(document())))
    schema.app = get_wsgi_application()
    tried = 0
    told: list[str] = []
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        for caller, headers in callers.items():
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                count = 1 if caller == "nobody" else CASES
                with _noted(told, f"{caller}: {operation.label}, {mode.value}"):
                    tried += _try(operation, mode, headers, count, must_be=401 if caller == "nobody" else None)

    print(f"{tried} cases, {len(told)} faults")  # noqa: T201 (the figure of the run)
    assert told == []


@contextmanager
def _noted(told: list[str], where: str) -> Iterator[None]:
    """Go on with the next operation; all faults are told at the end."""
    try:
        yield
    except BaseExceptionGroup as group:
        told.append(f"{where}\n{group.exceptions[0]}")
    except (AssertionError, Exception) as error:  # noqa: BLE001 (schemathesis' failures are of many kinds)
        if type(error).__name__ != "Unsatisfiable":
            told.append(f"{where}\n{type(error).__name__}: {error}")


def _try(operation: Any, mode: GenerationMode, headers: dict[str, str], count: int, *, must_be: int | None) -> int:
    """Send cases of an operation and return how many."""
    sent = 0

    @seed(20261118)
    @settings(
        max_examples=count,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
        database=None,
        deadline=None,
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: Any) -> None:
        nonlocal sent
        sent += 1
        answer = case.call(headers=headers | {"Accept-Encoding": "identity"})
        text = answer.content.decode("utf-8", "replace")
        assert MARKER not in text, f"a stranger's row: {text[:300]}"
        if must_be is not None:
            assert answer.status_code in (must_be, 400, 413, 422), f"{answer.status_code} without login: {text[:300]}"
        case.validate_response(answer, checks=CHECKS)

    try:
        send()
    except Exception as error:
        if type(error).__name__ in ("Unsatisfiable", "SkipTest"):
            return sent
        raise
    return sent


def test_a_strangers_numbers_open_nothing(
    callers: dict[str, dict[str, str]], stranger: User, trader: User, secret_of: Callable[..., str]
) -> None:
    rows = rows_of_a_stranger(stranger)
    client = Client(headers=callers["token"])
    for method, path, operation in operations():
        names = re.findall(r"{([^}]+)}", path)
        numbered = [one["name"] for one in operation.get("parameters", ()) if one["schema"].get("type") == "integer"]
        names_of_numbers = [name for name in names if name in numbered]
        if not names_of_numbers:
            continue
        for number in rows.numbers:
            address = path
            for name in names:
                address = address.replace(f"{{{name}}}", str(number) if name in numbered else "SPX")
            answer = client.generic(method, address, "{}", content_type="application/json")
            assert answer.status_code in (404, 409, 422), (method, address, answer.status_code)
            assert MARKER not in answer.content.decode()
    rows.assert_unchanged()
