"""What is sent to Yahoo, what it costs, and what becomes of its faults."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from apps.market.sources.protocol import Kind, OutOfBudget, Question, SourceUnavailable, UnknownSymbol
from apps.market.sources.yahoo import YahooSource, session
from tests.market.sources.yahoo_answers import (
    AT,
    CRUMB,
    EXPIRATIONS,
    Purse,
    Yahoo,
    chart_answer,
    json_answer,
    options_answer,
)

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:yfinance")
BARS = Question(kind=Kind.BARS, symbol="SPY", detail="1d:1y")
LISTED = Question(kind=Kind.EXPIRATIONS, symbol="SPY")
HANDSHAKE = ["/yahoo/", "/yahoo/", "/yahoo/v1/test/getcrumb"]


def both(request: Request) -> Response:
    symbol = request.path.rpartition("/")[2]
    if "/chart/" in request.path:
        return json_answer(chart_answer(symbol, [datetime(2023, 9, 14, 13, 30, tzinfo=UTC)], [447.25]))
    return json_answer(options_answer(symbol))


@pytest.fixture
def yahoo(httpserver: HTTPServer) -> Yahoo:
    served = Yahoo(httpserver)
    served.quotes = both
    return served


@pytest.fixture
def purse() -> Purse:
    return Purse()


@pytest.fixture
def source(yahoo: Yahoo, purse: Purse) -> YahooSource:
    return YahooSource(base_url=yahoo.url, timeout=3, meter=purse)


def answer_with(body: bytes | str, status: int = 200, **headers: str) -> Callable[[Request], Response]:
    return lambda _: Response(body, status, {name.replace("_", "-"): value for name, value in headers.items()})


def test_cookie_and_crumb_are_fetched_once_and_sent_with_every_request_for_options(
    source: YahooSource, yahoo: Yahoo
) -> None:
    for _ in range(3):
        source.fetch(LISTED, at=AT)
    assert yahoo.paths == [*HANDSHAKE, *["/yahoo/v7/finance/options/SPY"] * 3]
    for request, _ in yahoo.server.log[-3:]:
        assert (request.args["crumb"], request.cookies["A3"]) == (CRUMB, "d=AQAB&S=AQAA")


def test_prices_need_neither_cookie_nor_crumb(source: YahooSource, yahoo: Yahoo) -> None:
    source.fetch(BARS, at=AT)
    assert yahoo.paths == ["/yahoo/v8/finance/chart/SPY"]


def test_each_quote_request_is_paid_for_also_by_many_at_once(source: YahooSource, yahoo: Yahoo, purse: Purse) -> None:
    questions = [BARS, LISTED, Question(kind=Kind.OPTIONS, symbol="SPX", detail="2023-09-15")] * 8
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda question: source.fetch(question, at=AT), questions))
    assert [answer.question for answer in answers] == questions
    assert purse.spent == len(yahoo.quote_paths) == 24
    assert purse.noted == ["succeeded"] * 24


@pytest.mark.parametrize("question", [BARS, LISTED])
def test_with_the_budget_spent_nothing_is_sent(
    source: YahooSource, yahoo: Yahoo, purse: Purse, question: Question
) -> None:
    purse.left = 0
    with pytest.raises(OutOfBudget) as spent:
        source.fetch(question, at=AT)
    with pytest.raises(OutOfBudget):
        source.fetch_chain("SPY", at=AT)
    assert (spent.value.wait_seconds, yahoo.paths) == (7.0, [])


def test_a_crumb_that_expired_is_renewed_and_the_second_request_paid_for(
    source: YahooSource, yahoo: Yahoo, purse: Purse
) -> None:
    valid = "AbC1.second"
    source.fetch(LISTED, at=AT)
    yahoo.crumb = answer_with(valid)
    yahoo.quotes = lambda request: both(request) if request.args["crumb"] == valid else Response("", 401)
    source.fetch(LISTED, at=AT)
    assert purse.spent == len(yahoo.quote_paths) == 3
    source.fetch(LISTED, at=AT)
    assert len(yahoo.quote_paths) == 4


def test_access_denied_twice_is_given_up_and_told_to_the_budget(
    source: YahooSource, yahoo: Yahoo, purse: Purse
) -> None:
    yahoo.quotes = answer_with('{"finance": {"error": {"code": "Unauthorized", "description": "Invalid Crumb"}}}', 401)
    with pytest.raises(SourceUnavailable, match=r"denied access \(401, for the options of SPY\)"):
        source.fetch(LISTED, at=AT)
    assert purse.spent == len(yahoo.quote_paths) == 2
    assert purse.noted == ["access denied (401), after None"]


def test_no_second_request_is_sent_on_a_spent_budget(source: YahooSource, yahoo: Yahoo, purse: Purse) -> None:
    purse.left = 1
    yahoo.quotes = answer_with("", 401)
    with pytest.raises(OutOfBudget):
        source.fetch(LISTED, at=AT)
    assert len(yahoo.quote_paths) == 1


@pytest.mark.parametrize(
    "crumb", [answer_with("Too Many Requests\r\n", 429, Retry_After="60"), answer_with("Edge: Too Many Requests")]
)
def test_a_refused_crumb_is_a_refusal_and_no_quote_is_asked_for(
    source: YahooSource, yahoo: Yahoo, purse: Purse, crumb: Callable[[Request], Response]
) -> None:
    yahoo.crumb = crumb
    with pytest.raises(SourceUnavailable, match=r"asks for fewer requests .*a crumb"):
        source.fetch(LISTED, at=AT)
    assert not yahoo.quote_paths
    assert len(purse.noted) == 1
    source.fetch(BARS, at=AT)


@pytest.mark.parametrize("crumb", ["", "<html>Sorry", '{"finance": {"error": "Invalid Cookie"}}'])
def test_what_is_no_crumb_is_not_sent_as_one(source: YahooSource, yahoo: Yahoo, crumb: str) -> None:
    yahoo.crumb = answer_with(crumb)
    source.fetch(LISTED, at=AT)
    assert "crumb" not in yahoo.server.log[-1][0].args


@pytest.mark.parametrize("question", [BARS, LISTED])
@pytest.mark.parametrize(
    ("respond", "said", "noted"),
    [
        (answer_with("", 429, Retry_After="17"), r"fewer requests \(429.* Try again in 17 s", "(429), after 17.0"),
        (answer_with("", 429), "Try again in a few minutes", "(429), after None"),
        (answer_with("<h1>Forbidden", 403), r"refuses to answer \(403", "(403), after None"),
        (answer_with("Edge: Too Many Requests"), "asks for fewer requests", "(200), after None"),
        (answer_with("", 500), "answered 500", ""),
        (answer_with("<!doctype html><h1>Will be right back", 503), "answered 503", ""),
        (answer_with("<!doctype html><h1>Will be right back"), "sent a web page", ""),
        (answer_with("<!doctype html>", 404), "answered 404", ""),
        (answer_with(""), "an empty answer", ""),
        (answer_with('{"chart": {"result": [{"meta"'), "truncated JSON", ""),
        (answer_with('{"chart": NaN}'), "broken or truncated JSON", ""),
        (answer_with("[]"), "broken or truncated JSON", ""),
        (answer_with('{"spark": {}}'), "neither prices nor options", ""),
        (answer_with("", 302, Location="https://consent.yahoo.com/"), r"something else read first \(302", ""),
    ],
)  # fmt: skip
def test_a_fault_is_one_clear_line_and_costs_one_request(
    source: YahooSource,
    yahoo: Yahoo,
    purse: Purse,
    question: Question,
    respond: Callable[[Request], Response],
    said: str,
    noted: str,
) -> None:
    yahoo.quotes = respond
    with pytest.raises(SourceUnavailable, match=said) as refused:
        source.fetch(question, at=AT)
    assert "SPY" in str(refused.value)
    assert "\n" not in str(refused.value)
    assert purse.spent == len(yahoo.quote_paths) == 1
    assert purse.noted == ([f"refused {noted}"] if noted else [])


@pytest.mark.parametrize("body", ['{"optionChain": 5}', '{"optionChain": {"result": [{}]}}'])
def test_options_of_another_shape_cannot_be_read(source: YahooSource, yahoo: Yahoo, body: str) -> None:
    yahoo.quotes = answer_with(body)
    with pytest.raises(SourceUnavailable, match="the options of SPY cannot be read") as refused:
        source.fetch(LISTED, at=AT)
    assert "\n" not in str(refused.value)


def test_after_a_fault_the_next_answer_is_as_good_as_any(source: YahooSource, yahoo: Yahoo) -> None:
    for fault in (answer_with("", 500), answer_with("", 401), answer_with("<html>")):
        yahoo.quotes = fault
        with pytest.raises(SourceUnavailable):
            source.fetch(LISTED, at=AT)
    yahoo.quotes = both
    assert source.fetch(LISTED, at=AT).value[0] == EXPIRATIONS[0].isoformat()
    assert source.fetch(BARS, at=AT).value["close"] == [447.25]


@pytest.mark.parametrize("question", [BARS, LISTED])
def test_a_connection_refused_is_one_clear_line(question: Question) -> None:
    with pytest.raises(SourceUnavailable, match=r"could not be reached for .*SPY.*Check the network"):
        YahooSource(base_url="http://127.0.0.1:9", timeout=2).fetch(question, at=AT)


@pytest.fixture
def held(yahoo: Yahoo) -> Iterator[None]:
    """Let the server hold its answers back."""
    free = Event()

    def hold(_: Request) -> Response:
        free.wait(10)
        return Response("")

    yahoo.quotes = hold
    yield
    free.set()


@pytest.mark.usefixtures("held")
def test_a_server_that_keeps_silent_is_given_up(yahoo: Yahoo) -> None:
    with pytest.raises(SourceUnavailable, match="did not answer in time for prices of SPY"):
        YahooSource(base_url=yahoo.url, timeout=0.2).fetch(BARS, at=AT)


def test_a_server_that_drips_is_given_up(yahoo: Yahoo) -> None:
    pause = Event()

    def drip() -> Iterator[bytes]:
        for _ in range(60):
            pause.wait(0.05)
            yield b" " * 1000

    yahoo.quotes = lambda _: Response(drip(), 200)
    with pytest.raises(SourceUnavailable, match="did not answer in time"):
        YahooSource(base_url=yahoo.url, timeout=0.3).fetch(BARS, at=AT)


def test_an_answer_without_end_is_given_up(yahoo: Yahoo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "LARGEST", 10_000)
    yahoo.quotes = answer_with(b" " * 20_000)
    with pytest.raises(SourceUnavailable, match="larger than any quotes are"):
        YahooSource(base_url=yahoo.url, timeout=3).fetch(BARS, at=AT)


def test_two_sources_share_neither_budget_nor_address(yahoo: Yahoo, purse: Purse) -> None:
    first = YahooSource(base_url=yahoo.url, timeout=3, meter=purse)
    first.fetch(LISTED, at=AT)
    with HTTPServer() as elsewhere:
        other_yahoo, other_purse = Yahoo(elsewhere), Purse()
        other_yahoo.quotes = both
        second = YahooSource(base_url=other_yahoo.url, timeout=3, meter=other_purse)
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(lambda source: source.fetch(LISTED, at=AT), [first, second] * 6))
        assert other_purse.spent == len(other_yahoo.quote_paths) == 6
    assert purse.spent == len(yahoo.quote_paths) == 7


def test_nothing_is_written_to_the_home_directory_and_nothing_is_printed(yahoo: Yahoo, tmp_path: Path) -> None:
    program = f"""
from datetime import UTC, datetime
from apps.market.sources.protocol import Kind, Question
from apps.market.sources.yahoo import YahooSource
source = YahooSource(base_url={yahoo.url!r}, timeout=5)
at = datetime(2023, 9, 14, 15, 31, tzinfo=UTC)
source.fetch_chain("SPY", at=at)
source.fetch(Question(kind=Kind.BARS, symbol="SPY", detail="1d:1y"), at=at)
source.fetch(Question(kind=Kind.BARS, symbol="SPY", detail="1d:max"), at=at)
"""
    home = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache"), "TMPDIR": str(tmp_path)}
    run = subprocess.run(
        [sys.executable, "-B", "-c", program],
        env=os.environ | home,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
    assert list(tmp_path.rglob("*")) == []


def test_asking_is_needed_before_the_library_is_loaded() -> None:
    program = (
        "import sys; from apps.market.sources.yahoo import YahooSource; YahooSource(); "
        "print([name for name in ('yfinance', 'pandas', 'curl_cffi') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert run.stdout == "[]\n"


def test_an_unknown_symbol_is_an_answer(source: YahooSource, yahoo: Yahoo, purse: Purse) -> None:
    yahoo.quotes = answer_with('{"optionChain": {"result": null, "error": {"description": "No data found"}}}', 404)
    with pytest.raises(UnknownSymbol, match="nothing for the options of SPY: No data found"):
        source.fetch(LISTED, at=AT)
    assert purse.noted == ["succeeded"]
