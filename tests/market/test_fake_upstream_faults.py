"""The stand-in's faults, as bytes on the wire: what each looks like, whom it hits, how often, and how it ends."""

import json
import math
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import requests

from apps.market.fake_upstream.faults import parse_fault
from apps.market.fake_upstream.server import FRED_KEY, TOKEN, USER_NAME, FakeUpstream
from tests.moments import OPEN_MARKET, WEEKEND

QUICK = 10.0  # seconds; nothing here comes near


class Clock:
    """The market's clock, set by hand."""

    def __init__(self) -> None:
        self.now = OPEN_MARKET

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(scope="module")
def market_clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def running(market_clock: Clock) -> Iterator[FakeUpstream]:
    with FakeUpstream(at=market_clock) as upstream:
        yield upstream


@pytest.fixture
def upstream(running: FakeUpstream, market_clock: Clock) -> Iterator[FakeUpstream]:
    market_clock.now = OPEN_MARKET
    yield running
    running.clear_faults()


def ask(upstream: FakeUpstream, service: str, symbol: str = "SPY") -> requests.Response:
    """Ask a service something that it answers well."""
    root = upstream.tradingvolatility_url
    address, params, headers = {
        "cboe": (f"{upstream.cboe_url}/{symbol}.json", {}, {}),
        "tradingvolatility": (f"{root}/gex/latest", {"username": USER_NAME, "ticker": symbol}, {}),
        "v2": (f"{root}/v2/tickers/{symbol}/market-structure", {}, {"Authorization": f"Bearer {TOKEN}"}),
        "yahoo": (f"{upstream.yahoo_url}/v8/finance/chart/{symbol}", {"range": "5d", "interval": "1d"}, {}),
        "fred": (f"{upstream.fred_url}/fred/series/observations", {"series_id": "DGS10", "api_key": FRED_KEY}, {}),
    }[service]
    return requests.get(address, params=params, headers=headers, timeout=QUICK)


ASKED = ["cboe", "tradingvolatility", "v2", "yahoo", "fred"]


def spoil(upstream: FakeUpstream, asked: str, name: str, **options: Any) -> None:
    upstream.set_fault("tradingvolatility" if asked == "v2" else asked, name, **options)


@pytest.mark.parametrize("service", ASKED)
def test_without_a_fault_all_is_well(upstream: FakeUpstream, service: str) -> None:
    answer = ask(upstream, service)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    assert answer.json()


@pytest.mark.parametrize("service", ASKED)
def test_too_many_requests_name_the_pause(upstream: FakeUpstream, service: str) -> None:
    spoil(upstream, service, "429", value=17)
    answer = ask(upstream, service)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "17")
    assert "Too Many Requests" in answer.text.replace("TooManyRequests", "Too Many Requests")
    spoil(upstream, service, "429", value=0)
    assert "Retry-After" not in ask(upstream, service).headers


@pytest.mark.parametrize("service", ASKED)
def test_a_spent_quota_is_said_in_text_with_status_200(upstream: FakeUpstream, service: str) -> None:
    spoil(upstream, service, "quota")
    answer = ask(upstream, service)
    assert (answer.status_code, answer.text) == (200, "API limit exceeded")


@pytest.mark.parametrize("service", ASKED)
def test_a_refusal_is_403(upstream: FakeUpstream, service: str) -> None:
    spoil(upstream, service, "403")
    answer = ask(upstream, service)
    assert answer.status_code == 403
    if service == "v2":
        assert answer.json() == {"error": {"message": "Access denied"}}


@pytest.mark.parametrize(("name", "status"), [("500", 500), ("html", 200)])
@pytest.mark.parametrize("service", ASKED)
def test_a_web_page_comes_instead(upstream: FakeUpstream, service: str, name: str, status: int) -> None:
    spoil(upstream, service, name)
    answer = ask(upstream, service)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert answer.text.startswith("<!doctype html>")


@pytest.mark.parametrize("service", ASKED)
def test_an_empty_answer_has_no_byte(upstream: FakeUpstream, service: str) -> None:
    spoil(upstream, service, "empty")
    assert (ask(upstream, service).status_code, ask(upstream, service).content) == (200, b"")


@pytest.mark.parametrize("service", ASKED)
def test_a_truncated_answer_is_the_first_half(upstream: FakeUpstream, service: str) -> None:
    whole = ask(upstream, service).content
    spoil(upstream, service, "truncated")
    answer = ask(upstream, service)
    assert answer.content == whole[: len(whole) // 2]
    assert "ETag" not in answer.headers
    with pytest.raises(json.JSONDecodeError):
        json.loads(answer.text)


@pytest.mark.parametrize("service", ASKED)
def test_a_connection_is_cut_without_an_answer(upstream: FakeUpstream, service: str) -> None:
    spoil(upstream, service, "disconnect", times=1)
    with pytest.raises(requests.ConnectionError):
        ask(upstream, service)
    assert ask(upstream, service).status_code == 200


@pytest.mark.parametrize("service", ASKED)
def test_an_answer_is_held_back(upstream: FakeUpstream, service: str) -> None:
    spoil(upstream, service, "latency", value=0.3)
    began = time.monotonic()
    assert ask(upstream, service).status_code == 200
    assert time.monotonic() - began >= 0.3


def test_an_answer_that_is_held_back_does_not_hold_up_the_end() -> None:
    with FakeUpstream(at=lambda: OPEN_MARKET) as upstream:
        upstream.set_fault("cboe", "latency", value=60)
        with pytest.raises(requests.Timeout):
            requests.get(f"{upstream.cboe_url}/SPY.json", timeout=0.1)
        began = time.monotonic()
    assert time.monotonic() - began < QUICK


def test_numbers_turn_into_nan_and_null(upstream: FakeUpstream) -> None:
    upstream.set_fault("cboe", "nan")
    spoiled = json.loads(ask(upstream, "cboe").text)["data"]  # Python's JSON knows NaN, others refuse it
    assert math.isnan(spoiled["current_price"])
    assert all(math.isnan(row["iv"]) for row in spoiled["options"])
    upstream.clear_faults()
    upstream.set_fault("cboe", "null")
    spoiled = ask(upstream, "cboe").json()
    assert spoiled["data"]["current_price"] is None
    assert spoiled["timestamp"] == "2026-11-18 16:30:00"


def test_numbers_in_text_turn_into_nan_and_null_too(upstream: FakeUpstream) -> None:
    upstream.set_fault("tradingvolatility", "nan")
    spoiled = ask(upstream, "tradingvolatility").json()["SPY"]
    assert (spoiled["price"], spoiled["skew_adjusted_gex"]) == ("NaN", "NaN")
    assert (spoiled["collection_date"], spoiled["next_expiration"]) == ("2026-11-18 11:30:00", "2026-11-18")
    upstream.clear_faults()
    upstream.set_fault("tradingvolatility", "null")
    assert ask(upstream, "tradingvolatility").json()["SPY"]["price"] is None


def test_another_symbol_is_answered(upstream: FakeUpstream) -> None:
    for service in ("cboe", "tradingvolatility", "yahoo"):
        upstream.set_fault(service, "wrong_symbol")
    assert ask(upstream, "cboe", "QQQ").json()["symbol"] == "SPY"
    assert ask(upstream, "cboe", "SPY").json()["symbol"] == "QQQ"
    assert list(ask(upstream, "tradingvolatility", "AAPL").json()) == ["SPY"]
    assert ask(upstream, "v2", "AAPL").json()["meta"]["ticker"] == "SPY"
    chart = ask(upstream, "yahoo", "AAPL").json()["chart"]["result"][0]
    assert chart["meta"]["symbol"] == "SPY"


def stamps(upstream: FakeUpstream) -> list[str]:
    """Return how three services date what they say now."""
    return [
        ask(upstream, "cboe").json()["timestamp"],
        ask(upstream, "tradingvolatility").json()["SPY"]["collection_date"],
        ask(upstream, "v2").json()["meta"]["asof"],
    ]


def test_stale_answers_are_old_and_stand_still(upstream: FakeUpstream, market_clock: Clock) -> None:
    for service in ("cboe", "tradingvolatility"):
        upstream.set_fault(service, "stale", value=1)
    an_hour_old = ["2026-11-18 15:30:00", "2026-11-18 10:30:00", "2026-11-18T15:30:00Z"]
    assert stamps(upstream) == an_hour_old
    market_clock.now += timedelta(minutes=5)
    assert stamps(upstream) == an_hour_old
    upstream.clear_faults()
    assert stamps(upstream) == ["2026-11-18 16:35:00", "2026-11-18 11:35:00", "2026-11-18T16:35:00Z"]


def test_a_clock_that_is_ahead_stays_ahead(upstream: FakeUpstream, market_clock: Clock) -> None:
    for service in ("cboe", "tradingvolatility"):
        upstream.set_fault(service, "clock_skew", value=0.5)
    assert stamps(upstream) == ["2026-11-18 17:00:00", "2026-11-18 12:00:00", "2026-11-18T17:00:00Z"]
    market_clock.now += timedelta(minutes=5)
    assert stamps(upstream)[0] == "2026-11-18 17:05:00"


def test_yahoo_dates_what_it_says_ahead_on_a_weekend_too(upstream: FakeUpstream, market_clock: Clock) -> None:
    market_clock.now = WEEKEND
    upstream.set_fault("yahoo", "clock_skew", value=2)
    meta = ask(upstream, "yahoo").json()["chart"]["result"][0]["meta"]
    assert meta["regularMarketTime"] == (WEEKEND + timedelta(hours=2)).timestamp()


def test_a_fault_hits_one_symbol_of_one_service_as_often_as_asked(upstream: FakeUpstream) -> None:
    upstream.set_fault("cboe", "500", symbol="spy", times=2)
    assert ask(upstream, "cboe", "QQQ").status_code == 200
    assert ask(upstream, "tradingvolatility").status_code == 200
    assert [ask(upstream, "cboe").status_code for _ in range(3)] == [500, 500, 200]


def test_what_is_asked_again_replaces_the_fault_before(upstream: FakeUpstream) -> None:
    upstream.set_fault("cboe", "500", times=5)
    upstream.set_fault("cboe", "500", times=1)
    assert [ask(upstream, "cboe").status_code for _ in range(2)] == [500, 200]


def test_faults_are_set_seen_and_cleared_over_http(upstream: FakeUpstream) -> None:
    address = f"{upstream.url}/control/faults"
    fault = {"upstream": "cboe", "name": "429", "symbol": "SPY", "times": 3, "value": 9.0}
    assert requests.post(address, json=fault, timeout=QUICK).json() == {"faults": [fault]}
    assert ask(upstream, "cboe").headers["Retry-After"] == "9"
    assert requests.get(address, timeout=QUICK).json() == {"faults": [fault | {"times": 2}]}
    assert requests.delete(address, timeout=QUICK).json() == {"faults": []}
    assert ask(upstream, "cboe").status_code == 200


@pytest.mark.parametrize(
    ("posted", "said"),
    [
        ({"upstream": "cboe", "name": "flood"}, "no fault 'flood'. The faults are latency, 429"),
        ({"upstream": "nyse", "name": "429"}, "no service 'nyse'. The services are tradingvolatility"),
        ({"upstream": "cboe", "name": "429", "times": 0}, "times must be at least 1"),
        ({"upstream": "cboe", "name": "429", "often": 1}, "unknown field `often`"),
        ({"upstream": "cboe"}, "missing required field `name`"),
    ],
)
def test_a_fault_that_does_not_exist_is_refused(upstream: FakeUpstream, posted: dict[str, Any], said: str) -> None:
    answer = requests.post(f"{upstream.url}/control/faults", json=posted, timeout=QUICK)
    assert answer.status_code == 400
    assert said in answer.json()["error"]
    assert ask(upstream, "cboe").status_code == 200


def test_the_control_has_no_other_doors(upstream: FakeUpstream) -> None:
    assert requests.put(f"{upstream.url}/control/faults", timeout=QUICK).status_code == 501
    assert requests.get(f"{upstream.url}/control/market", timeout=QUICK).status_code == 404


@pytest.mark.parametrize(
    ("written", "arguments"),
    [
        ("cboe:429", {"upstream": "cboe", "name": "429", "symbol": "", "times": None, "value": None}),
        ("yahoo:latency=2.5", {"upstream": "yahoo", "name": "latency", "symbol": "", "times": None, "value": 2.5}),
        ("fred:stale=3@DGS10*4", {"upstream": "fred", "name": "stale", "symbol": "DGS10", "times": 4, "value": 3.0}),
    ],
)
def test_faults_are_written_in_one_word(written: str, arguments: dict[str, Any]) -> None:
    assert parse_fault(written) == arguments


@pytest.mark.parametrize("written", ["429", "cboe:flood", "nyse:429", "cboe:429*", "cboe:latency=soon"])
def test_nonsense_is_no_fault(written: str) -> None:
    with pytest.raises(ValueError, match=r"no (fault|service)"):
        parse_fault(written)
