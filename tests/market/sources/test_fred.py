"""Macro figures of FRED over real HTTP."""

import traceback
from collections.abc import Callable, Iterator
from threading import Event

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from apps.market.sources.fred import FredSource
from apps.market.sources.protocol import Kind, OutOfBudget, Question, SourceError, SourceUnavailable, UnknownSymbol
from legacy_engines.market.macro import SERIES
from tests.market.sources.yahoo_answers import AT, Purse

KEY = "0123456789abcdef0123456789abcdef"
PATH = "/fred/series/observations"
YIELD = Question(kind=Kind.MACRO, symbol="DGS10")


def observed(value: str = "4.27", day: str = "2023-09-13") -> dict[str, object]:
    newest = {"realtime_start": "2023-09-14", "realtime_end": "2023-09-14", "date": day, "value": value}
    return {"count": 15_000, "offset": 0, "limit": 1, "sort_order": "desc", "observations": [newest]}


def declined(message: str) -> bytes:
    return b'{"error_code": 400, "error_message": "%s"}' % message.encode()


@pytest.fixture
def purse() -> Purse:
    return Purse()


@pytest.fixture
def fred(httpserver: HTTPServer, purse: Purse) -> FredSource:
    return FredSource(KEY, base_url=httpserver.url_for(""), timeout=2, meter=purse)


def answer_with(body: bytes | str, status: int = 200, **headers: str) -> Callable[[Request], Response]:
    return lambda _: Response(body, status, {name.replace("_", "-"): value for name, value in headers.items()})


def test_the_newest_observation_is_asked_for_as_the_old_program_did(
    fred: FredSource, httpserver: HTTPServer, purse: Purse
) -> None:
    httpserver.expect_oneshot_request(PATH).respond_with_json(observed())
    answer = fred.fetch(YIELD, at=AT)
    assert answer.value == [{"date": "2023-09-13", "value": "4.27"}]
    assert answer.as_of.isoformat() == "2023-09-13T00:00:00-04:00"
    assert (answer.origin.source, answer.origin.kind, answer.origin.label) == ("fred", "live", "FRED")
    assert dict(httpserver.log[0][0].args) == {
        "series_id": "DGS10",
        "api_key": KEY,
        "file_type": "json",
        "limit": "1",
        "sort_order": "desc",
    }
    assert (purse.spent, purse.noted) == (1, ["succeeded"])


@pytest.mark.parametrize("series", [series for _, series, _ in SERIES])
def test_every_series_of_the_macro_engine_can_be_asked_for(
    fred: FredSource, httpserver: HTTPServer, series: str
) -> None:
    httpserver.expect_oneshot_request(PATH, query_string={**asked(series)}).respond_with_json(observed())
    assert fred.fetch(Question(kind=Kind.MACRO, symbol=series), at=AT).value[0]["value"] == "4.27"


def asked(series: str) -> dict[str, str]:
    return {"series_id": series, "api_key": KEY, "file_type": "json", "limit": "1", "sort_order": "desc"}


@pytest.mark.parametrize("text", [".", "NaN", "nan", "inf", "-Infinity", "1e999", "", "n/a"])
def test_what_is_no_number_is_missing_as_a_holiday_is(fred: FredSource, httpserver: HTTPServer, text: str) -> None:
    httpserver.expect_oneshot_request(PATH).respond_with_json(observed(text))
    assert fred.fetch(YIELD, at=AT).value == [{"date": "2023-09-13", "value": "."}]


@pytest.mark.parametrize("text", ["4.27", "-0.5", "0", "309685"])
def test_a_number_comes_as_fred_prints_it(fred: FredSource, httpserver: HTTPServer, text: str) -> None:
    httpserver.expect_oneshot_request(PATH).respond_with_json(observed(text))
    assert fred.fetch(YIELD, at=AT).value[0]["value"] == text


def test_a_series_without_observations_is_unknown(fred: FredSource, httpserver: HTTPServer) -> None:
    httpserver.expect_oneshot_request(PATH).respond_with_json({"observations": []})
    with pytest.raises(UnknownSymbol, match="no observations of DGS10"):
        fred.fetch(YIELD, at=AT)


@pytest.mark.parametrize(
    ("respond", "error", "said", "noted"),
    [
        (answer_with(declined("Bad Request.  The series does not exist."), 400), UnknownSymbol, "no series DGS10", ""),
        (answer_with(b"", 404), UnknownSymbol, "no series DGS10", ""),
        (
            answer_with(declined(f"Bad Request. The value {KEY} for variable api_key is not registered."), 400),
            SourceUnavailable,
            r"refuses the key \(400\)\. Check FRED_API_KEY",
            "the key is refused (400), after None, for long",
        ),
        (answer_with(b"", 403), SourceUnavailable, "refuses the key", "the key is refused (403), after None, for long"),
        (
            answer_with(declined("Too Many Requests."), 429, Retry_After="20"),
            SourceUnavailable,
            r"asks for fewer requests \(429, for DGS10\)\. Try again in 20 s",
            "too many requests (429), after 20.0",
        ),
        (answer_with(b"", 429), SourceUnavailable, "in a few minutes", "too many requests (429), after None"),
        (answer_with(declined("Bad Request. Variable limit is odd."), 400), SourceUnavailable, "answered 400", ""),
        (answer_with(b"<h1>Internal", 500), SourceUnavailable, "answered 500", ""),
        (answer_with(b"", 302, Location="http://127.0.0.1:9/"), SourceUnavailable, "answered 302", ""),
        (answer_with(b""), SourceUnavailable, "an empty answer", ""),
        (answer_with(b"<!doctype html>"), SourceUnavailable, "a web page", ""),
        (answer_with(b'{"observations": [{"date": "2023-'), SourceUnavailable, "cannot be read", ""),
        (answer_with(b'{"observations": [{"value": 4.27}]}'), SourceUnavailable, "cannot be read", ""),
        (answer_with(b'{"observations": NaN}'), SourceUnavailable, "cannot be read", ""),
        (
            answer_with(b'{"observations": [{"date": "soon", "value": "1"}]}'),
            SourceUnavailable,
            "'soon', which is no date",
            "succeeded",
        ),
    ],
)
def test_a_bad_answer_says_what_happened_and_never_the_key(
    fred: FredSource,
    httpserver: HTTPServer,
    purse: Purse,
    respond: Callable[[Request], Response],
    error: type[SourceError],
    said: str,
    noted: str,
) -> None:
    httpserver.expect_oneshot_request(PATH).respond_with_handler(respond)
    with pytest.raises(error, match=said) as refused:
        fred.fetch(YIELD, at=AT)
    assert "\n" not in str(refused.value)
    assert KEY not in "".join(traceback.format_exception(refused.value))
    assert purse.noted == ([noted] if noted else [])
    assert purse.spent == len(httpserver.log) == 1


def test_a_connection_refused_does_not_tell_the_key() -> None:
    with pytest.raises(SourceUnavailable, match=r"could not be reached for DGS10 \(ConnectionError\)") as refused:
        FredSource(KEY, base_url="http://127.0.0.1:9", timeout=2).fetch(YIELD, at=AT)
    assert (refused.value.__cause__, refused.value.__context__) == (None, None)
    assert KEY not in "".join(traceback.format_exception(refused.value))


@pytest.fixture
def silent() -> Iterator[HTTPServer]:
    """A server of its own that holds its answer back: its late answer must not reach the log of another test."""
    free = Event()

    def hold(_: Request) -> Response:
        free.wait(10)
        return Response("")

    with HTTPServer() as server:
        server.expect_oneshot_request(PATH).respond_with_handler(hold)
        yield server
        free.set()


def test_a_server_that_keeps_silent_is_given_up(silent: HTTPServer) -> None:
    impatient = FredSource(KEY, base_url=silent.url_for(""), timeout=0.2)
    with pytest.raises(SourceUnavailable, match=r"within 0\.2 s"):
        impatient.fetch(YIELD, at=AT)


def test_with_the_budget_spent_nothing_is_sent(fred: FredSource, httpserver: HTTPServer, purse: Purse) -> None:
    purse.left = 0
    with pytest.raises(OutOfBudget):
        fred.fetch(YIELD, at=AT)
    assert not httpserver.log


@pytest.mark.parametrize(
    "question", [Question(kind=Kind.BARS, symbol="DGS10"), Question(kind=Kind.MACRO, symbol="DGS10&limit=9")]
)
def test_what_is_no_series_is_not_asked_for(
    fred: FredSource, httpserver: HTTPServer, purse: Purse, question: Question
) -> None:
    with pytest.raises(UnknownSymbol, match="Ask for a series like DGS10"):
        fred.fetch(question, at=AT)
    assert (purse.spent, httpserver.log) == (0, [])


def test_without_a_key_nothing_is_sent(httpserver: HTTPServer) -> None:
    with pytest.raises(SourceUnavailable, match="set FRED_API_KEY"):
        FredSource("", base_url=httpserver.url_for("")).fetch(YIELD, at=AT)
    assert not httpserver.log
