"""What every endpoint does alike: problems, limits, what a client has already, and pages."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from alphagex.api import document
from apps.api.pages import page_of
from apps.api.wire import StrictRenderer
from apps.market.feed import store_observation
from apps.market.models import Snapshot
from apps.market.sources.simulated import SimulatedSource
from tests.moments import OPEN_MARKET

STATUS = "/api/market/status"
ASK = "/api/ai/analyze"


def problem(answer: Any, status: int) -> dict[str, Any]:
    """Return the body of a problem after looking at what all have."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert set(body) == {"type", "title", "status", "detail", "errors"}
    assert body["status"] == status
    return body


def sent(client: Client, body: Any) -> Any:
    return client.post(ASK, body, content_type="application/json")


def test_every_kind_of_error_is_a_problem(trader_client: Client, client: Client) -> None:
    stranger = Client()
    assert "Bearer" in stranger.get(STATUS)["WWW-Authenticate"]
    problem(stranger.get(STATUS), 401)
    problem(stranger.get("/api/openapi.json"), 401)
    problem(stranger.get("/api/no/such/thing"), 404)
    problem(trader_client.get("/api/no/such/thing"), 404)
    problem(trader_client.get("/api/"), 404)
    assert problem(trader_client.delete(STATUS), 405)
    assert trader_client.delete(STATUS)["Allow"] == "GET"
    assert "no levels of ABC yet".lower() in problem(trader_client.get("/api/gex/ABC"), 404)["title"].lower()
    assert "is not a symbol" in problem(trader_client.get("/api/gex/TOO-LONG"), 422)["detail"]
    assert problem(trader_client.get("/api/gex/SPX/history?days=0"), 422)["errors"]["days"]
    assert set(problem(sent(trader_client, {"symbol": "", "mode": "sing"}), 422)["errors"]) >= {"symbol", "mode"}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ('{"symbol": "SPX", ', 400),
        ('{"symbol": "SPX", "question": NaN}', 400),
        ('{"symbol": "SPX", "question": 1e999}', 400),
        ("[" * 100_000, 400),
        (b"\xff\xfe", 400),
        ("[1, 2]", 422),
        ('{"symbol": "SPX", "question": "half \\ud800"}', 422),
        ('{"symbol": "SPX", "question": "nul \\u0000"}', 422),
        ("x" * 3_000_000, 413),
    ],
)
def test_a_body_nobody_can_read_is_refused(trader_client: Client, body: str | bytes, status: int) -> None:
    problem(trader_client.generic("POST", ASK, body, content_type="application/json"), status)


def test_a_fault_of_the_desk_is_a_problem_without_its_insides(
    trader_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("the insides")

    monkeypatch.setattr("apps.market.api.clock.market_status", broken)
    trader_client.raise_request_exception = False
    assert "insides" not in json.dumps(problem(trader_client.get(STATUS), 500))


def test_more_than_the_limit_waits_and_reads_and_writes_are_counted_apart(
    trader_client: Client, stranger: User, settings: Settings
) -> None:
    settings.API_READS_A_MINUTE = settings.API_WRITES_A_MINUTE = 3
    assert [trader_client.get(STATUS).status_code for _ in range(3)] == [200] * 3
    refused = trader_client.get(STATUS)
    assert "3 requests" in problem(refused, 429)["detail"]
    assert 1 <= int(refused["Retry-After"]) <= 20
    assert sent(trader_client, {"symbol": "SPX", "question": "Why?"}).status_code == 202
    other = Client()
    other.force_login(stranger)
    assert other.get(STATUS).status_code == 200


def test_what_the_client_has_is_not_sent_again_until_it_changes(trader_client: Client, snapshot: Snapshot) -> None:
    addresses = ("/api/gex/SPX", "/api/gex/SPX/levels", "/api/gamma/SPX/weekly", "/api/market/symbols")
    with time_machine.travel(OPEN_MARKET + timedelta(seconds=2), tick=False):
        tags = {address: trader_client.get(address)["ETag"] for address in addresses}
        assert len(set(tags.values())) == len(tags)
        for address, tag in tags.items():
            same = trader_client.get(address, headers={"If-None-Match": f'"other", {tag}'})
            assert (same.status_code, same.content, same["ETag"]) == (304, b"", tag)
    later = OPEN_MARKET + timedelta(seconds=30)
    with time_machine.travel(later, tick=False):
        store_observation(SimulatedSource(seed=42).fetch_chain("SPX", at=later), received_at=later)
        for address in ("/api/gex/SPX", "/api/gex/SPX/levels", "/api/market/symbols"):
            assert trader_client.get(address, headers={"If-None-Match": tags[address]}).status_code == 200


def test_the_history_comes_as_csv_too(trader_client: Client, snapshot: Snapshot, seconds_later: None) -> None:
    answer = trader_client.get("/api/gex/SPX/history?format=csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer["Content-Disposition"]
    head, *rows = answer.content.decode().splitlines()
    assert head.startswith("day,source,truth")
    days = trader_client.get("/api/gex/SPX/history").json()["days"]
    assert len(rows) == len(days)


def test_a_page_of_a_list_says_how_long_the_list_is() -> None:
    assert page_of(list("abcde"), str.upper, limit=2, offset=3) == {
        "items": ["D", "E"],
        "total": 5,
        "limit": 2,
        "offset": 3,
    }


def test_a_figure_that_is_none_leaves_as_null() -> None:
    text = StrictRenderer().render(None, {"a": [float("nan"), 1.5], "b": float("inf")}, response_status=200)  # type: ignore[arg-type]
    assert json.loads(text) == {"a": [None, 1.5], "b": None}


def test_a_question_is_taken_once_and_answered_where_it_says(
    token_client: Client, snapshot: Snapshot, stranger: User, secret_of: Callable[..., str], seconds_later: None
) -> None:
    body = {"symbol": "spx", "question": "Where is the flip?"}
    headers = {"Idempotency-Key": "once"}
    first, again = (
        token_client.post(ASK, body, content_type="application/json", headers=headers).json() for _ in range(2)
    )
    assert first["id"] == again["id"]
    answer = token_client.get(first["answer"])
    assert answer.json()["status"] == "waiting"
    assert answer.json()["symbol"] == "SPX"
    other = Client(headers={"Authorization": f"Bearer {secret_of(stranger)}"})
    problem(other.get(first["answer"]), 404)
    taken_over = other.post(ASK, body | {"chat": first["chat"]}, content_type="application/json")
    assert problem(taken_over, 404)["title"] == "No such conversation"


def test_the_docs_show_every_operation_and_no_script_of_their_own(trader_client: Client, client: Client) -> None:
    page = trader_client.get("/api/docs").content.decode()
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            assert f'id="{operation["operationId"]}"' in page, (method, path)
    assert "cdn" not in page
    assert Client().get("/api/docs").status_code == 302
