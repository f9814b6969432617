"""Cboe's delayed quotes over real HTTP, well and badly served."""

import gzip
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from threading import Event

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from apps.market.sources.cboe import CboeSource, plain_symbol
from apps.market.sources.protocol import SourceUnavailable, UnknownSymbol
from tests.market.sources.material import cboe_answer, cboe_bytes, option

AT = datetime(2023, 9, 14, 20, 46, tzinfo=UTC)
SPX = "/options/_SPX.json"


@pytest.fixture
def cboe(httpserver: HTTPServer) -> CboeSource:
    return CboeSource(httpserver.url_for("/options"), timeout=2)


def answer_with(body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> Callable[[Request], Response]:
    return lambda _: Response(body, status, headers)


def test_an_index_is_asked_for_with_an_underscore_and_says_it_is_delayed(
    cboe: CboeSource, httpserver: HTTPServer
) -> None:
    httpserver.expect_oneshot_request(SPX).respond_with_json(cboe_answer())
    chain = cboe.fetch_chain("spx", at=AT)
    assert (chain.symbol, len(chain), chain.change) == ("SPX", 4, 37.66)
    assert (chain.origin.kind, chain.origin.delay_seconds, chain.origin.source) == ("delayed", 900, "cboe")
    assert "AlphaGEX" in httpserver.log[0][0].headers["User-Agent"]


def test_a_share_is_asked_for_plainly(cboe: CboeSource, httpserver: HTTPServer) -> None:
    answer = cboe_answer(options=[option("BRKB230915C00350000")], symbol="BRK.B") | {"symbol": "BRK.B"}
    httpserver.expect_oneshot_request("/options/BRK.B.json").respond_with_json(answer)
    assert cboe.fetch_chain("BRK/B", at=AT).symbol == "BRK.B"


def test_a_compressed_answer_is_unpacked(cboe: CboeSource, httpserver: HTTPServer) -> None:
    respond = answer_with(gzip.compress(cboe_bytes()), headers={"Content-Encoding": "gzip"})
    httpserver.expect_oneshot_request(SPX).respond_with_handler(respond)
    assert len(cboe.fetch_chain("SPX", at=AT)) == 4


def test_an_unchanged_chain_is_not_sent_again(cboe: CboeSource, httpserver: HTTPServer) -> None:
    marks = {"ETag": '"abc"', "Last-Modified": "Thu, 14 Sep 2023 20:31:00 GMT"}

    def respond(request: Request) -> Response:
        unchanged = request.headers.get("If-None-Match") == '"abc"'
        assert unchanged == (request.headers.get("If-Modified-Since") == marks["Last-Modified"])
        return Response(b"", 304) if unchanged else Response(cboe_bytes(), 200, marks)

    httpserver.expect_request(SPX).respond_with_handler(respond)
    first = cboe.fetch_chain("SPX", at=AT)
    assert cboe.fetch_chain("SPX", at=AT) is first
    assert [response.status_code for _, response in httpserver.log] == [200, 304]
    httpserver.check_assertions()


def test_nothing_is_conditional_where_the_server_offers_no_marks(cboe: CboeSource, httpserver: HTTPServer) -> None:
    httpserver.expect_request(SPX).respond_with_json(cboe_answer())
    cboe.fetch_chain("SPX", at=AT)
    cboe.fetch_chain("SPX", at=AT)
    assert "If-None-Match" not in httpserver.log[1][0].headers


@pytest.mark.parametrize(
    ("respond", "error", "said"),
    [
        (answer_with(b"", 404), UnknownSymbol, "'SPX' has no listed options"),
        (answer_with(b"<Error/>", 403), SourceUnavailable, "refused .* check the spelling, or wait"),
        (answer_with(b"", 429, headers={"Retry-After": "17"}), SourceUnavailable, "Try again in 17 s"),
        (answer_with(b"", 429), SourceUnavailable, "in a few minutes"),
        (answer_with(b"", 500), SourceUnavailable, "answered 500"),
        (answer_with(b"", 304), SourceUnavailable, "answered 304"),
        (answer_with(b"<!doctype html><h1>Maintenance"), SourceUnavailable, "a web page"),
        (answer_with(b""), SourceUnavailable, "an empty answer"),
        (answer_with(cboe_bytes()[:200]), SourceUnavailable, "truncated JSON"),
        (answer_with(b'{"error": "x"}'), SourceUnavailable, "no usable chain"),
        (answer_with(cboe_bytes(options=[])), SourceUnavailable, "no contracts listed"),
        (answer_with(cboe_bytes(current_price=0)), SourceUnavailable, "no price"),
        (
            answer_with(cboe_bytes(options=[option("SPY230915C00450000")], symbol="SPY")),
            SourceUnavailable,
            "chain of SPY when asked for SPX",
        ),
    ],
)
def test_a_bad_answer_says_what_happened(
    cboe: CboeSource,
    httpserver: HTTPServer,
    respond: Callable[[Request], Response],
    error: type[Exception],
    said: str,
) -> None:
    httpserver.expect_oneshot_request(SPX).respond_with_handler(respond)
    with pytest.raises(error, match=said) as refused:
        cboe.fetch_chain("SPX", at=AT)
    assert "\n" not in str(refused.value)


def test_an_answer_that_ends_early_is_no_chain(cboe: CboeSource, httpserver: HTTPServer) -> None:
    body = cboe_bytes()
    respond = answer_with(body[:100], headers={"Content-Length": str(len(body))})
    httpserver.expect_oneshot_request(SPX).respond_with_handler(respond)
    with pytest.raises(SourceUnavailable):
        cboe.fetch_chain("SPX", at=AT)


@pytest.fixture
def slow_server() -> Iterator[HTTPServer]:
    """A server of its own: an answer that comes after its test must not reach the log of another one."""
    with HTTPServer() as server:
        yield server


def test_a_server_that_keeps_silent_is_given_up(slow_server: HTTPServer) -> None:
    free = Event()

    def hold(_: Request) -> Response:
        free.wait(10)
        return Response(b"")

    slow_server.expect_oneshot_request(SPX).respond_with_handler(hold)
    impatient = CboeSource(slow_server.url_for("/options"), timeout=0.2)
    with pytest.raises(SourceUnavailable, match=r"within 0\.2 s"):
        impatient.fetch_chain("SPX", at=AT)
    free.set()


def test_a_server_that_drips_is_given_up(slow_server: HTTPServer) -> None:
    pause = Event()

    def drip() -> object:
        yield b'{"timestamp":'
        for _ in range(40):
            pause.wait(0.05)
            yield b" " * 300_000

    slow_server.expect_oneshot_request(SPX).respond_with_handler(lambda _: Response(drip(), 200))  # type: ignore[arg-type]
    with pytest.raises(SourceUnavailable, match=r"not complete within 0\.3 s"):
        CboeSource(slow_server.url_for("/options"), timeout=0.3).fetch_chain("SPX", at=AT)


def test_a_server_that_is_not_there_is_unavailable(httpserver: HTTPServer) -> None:
    nobody = CboeSource("http://127.0.0.1:9/options", timeout=1)
    with pytest.raises(SourceUnavailable, match="could not be reached"):
        nobody.fetch_chain("SPX", at=AT)


def test_a_good_answer_after_a_bad_one_is_taken(cboe: CboeSource, httpserver: HTTPServer) -> None:
    httpserver.expect_ordered_request(SPX).respond_with_data(b"", 503)
    httpserver.expect_ordered_request(SPX).respond_with_data(json.dumps(cboe_answer()))
    with pytest.raises(SourceUnavailable):
        cboe.fetch_chain("SPX", at=AT)
    assert cboe.fetch_chain("SPX", at=AT).symbol == "SPX"


@pytest.mark.parametrize(("written", "plain"), [(" ^spx ", "SPX"), ("_NDX", "NDX"), ("brk/b", "BRK.B"), ("F", "F")])
def test_symbols_are_read_as_people_write_them(written: str, plain: str) -> None:
    assert plain_symbol(written) == plain


@pytest.mark.parametrize("nonsense", ["", "../secret", "SPX?x=1", "TOOLONGNAME", "SPXW"])
def test_what_is_no_underlying_is_not_asked_for(cboe: CboeSource, httpserver: HTTPServer, nonsense: str) -> None:
    with pytest.raises(UnknownSymbol):
        cboe.fetch_chain(nonsense, at=AT)
    assert httpserver.log == []
