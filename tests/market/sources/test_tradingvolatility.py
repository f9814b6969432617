"""Trading Volatility's two interfaces over real HTTP: one adapter, the old dictionaries, every way of failing."""

import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from apps.market.fake_upstream.server import TOKEN, TOKEN_WITHOUT_PLAN, USER_NAME, FakeUpstream
from apps.market.sources.protocol import Kind, OutOfBudget, Question, SourceError, SourceUnavailable, UnknownSymbol
from apps.market.sources.tradingvolatility import TradingVolatilitySource
from apps.market.sources.tradingvolatility.account import InProcess
from apps.market.sources.tradingvolatility.exposure import moment_of
from legacy_engines.gamma.trading_volatility import parsing
from tests.moments import OPEN_MARKET

ENTRY = {
    "price": "641.27",
    "collection_date": "2026-11-18 11:29:05",
    "implied_volatility": "0.158811",
    "gex_flip_price": "644.90",
    "skew_adjusted_gex": "-1437220911.208",
    "put_call_ratio_open_interest": "1.71",
    "gamma_array": [
        {"strike": "645", "call_gamma": "391000120.0", "put_gamma": "-120400550.9"},
        {"strike": "640", "call_gamma": "214000311.5", "put_gamma": "-398120044.1"},
        {},
    ],
}
KEY = "I-SECRETNAME99"


@dataclass
class CountingMeter:
    """Counts what is spent; `left` requests may go."""

    left: int = 1000
    spent: int = 0
    answered: int = 0
    refusals: list[tuple[str, float | None, bool]] = field(default_factory=list)

    def spend(self) -> None:
        if self.spent >= self.left:
            raise OutOfBudget("The request budget is spent.", 20.0)
        self.spent += 1

    def succeeded(self) -> None:
        self.answered += 1

    def refused(self, reason: str, *, retry_after: float | None = None, for_long: bool = False) -> None:
        self.refusals.append((reason, retry_after, for_long))


@pytest.fixture
def meter() -> CountingMeter:
    return CountingMeter()


@pytest.fixture(scope="module")
def upstream() -> Iterator[FakeUpstream]:
    with FakeUpstream(at=lambda: OPEN_MARKET) as running:
        yield running


@pytest.fixture
def serving(httpserver: HTTPServer, meter: CountingMeter) -> Callable[..., TradingVolatilitySource]:
    """Return a source of the first interface whose server gives one answer to everything."""

    def serve(body: object = None, *, status: int = 200, **headers: str) -> TradingVolatilitySource:
        if isinstance(body, str):
            answer = Response(body, status, headers=headers)
            httpserver.expect_request("/api/gex/gammaOI").respond_with_response(answer)
            httpserver.expect_request("/api/gex/history").respond_with_response(answer)
        else:
            httpserver.expect_request("/api/gex/gammaOI").respond_with_json(body, status=status, headers=headers)
        return TradingVolatilitySource(KEY, base_url=httpserver.url_for("/api"), timeout=2.0, meter=meter)

    return serve


def source_of(upstream: FakeUpstream, key: str, meter: CountingMeter | None = None) -> TradingVolatilitySource:
    return TradingVolatilitySource(key, base_url=upstream.tradingvolatility_url, meter=meter or CountingMeter())


def test_gamma_by_strike_becomes_an_exposure_and_says_what_is_not_delivered(
    serving: Callable[..., TradingVolatilitySource], meter: CountingMeter
) -> None:
    exposure = serving({"SPY": ENTRY}).fetch_exposure("SPY", at=OPEN_MARKET)
    assert (exposure.spot, exposure.net_gex, exposure.flip_point) == (641.27, -1437220911.208, 644.9)
    assert exposure.by_strike.strike.tolist() == [640.0, 645.0]
    assert exposure.by_strike.call_gex.tolist() == [214000311.5, 391000120.0]
    assert exposure.by_strike.put_gex.tolist() == [-398120044.1, -120400550.9]
    assert exposure.call_wall is not None
    assert exposure.put_wall is not None
    assert (exposure.call_wall.strike, exposure.put_wall.strike) == (645.0, 640.0)
    assert exposure.gross_gex == pytest.approx(391000120.0 + 214000311.5 + 398120044.1 + 120400550.9)
    assert (exposure.implied_volatility, exposure.put_call_ratio) == (0.158811, 1.71)
    assert f"{exposure.as_of:%Y-%m-%d %H:%M:%S %Z}" == "2026-11-18 11:29:05 EST"
    assert (exposure.origin.kind, exposure.origin.label, exposure.origin.detail) == ("live", "Trading Volatility", "v1")
    assert exposure.net_dex is exposure.net_vex is exposure.net_chex is exposure.zero_dte_share is None
    assert np.isnan(exposure.by_strike.dex).all()
    assert "no re-priced curve" in exposure.warnings[0]
    assert (meter.spent, meter.answered) == (1, 1)


def test_the_request_is_the_old_clients(upstream: FakeUpstream, httpserver: HTTPServer) -> None:
    asked: list[dict[str, str]] = []

    def answer(request: Request) -> Response:
        asked.append(dict(request.args))
        assert request.headers["Accept"] == "application/json"
        return Response('{"SPY": {"gamma_array": [], "price": "1"}}', content_type="application/json")

    httpserver.expect_request("/api/gex/gamma").respond_with_handler(answer)
    source = TradingVolatilitySource(KEY, base_url=httpserver.url_for("/api"))
    source.fetch(Question(kind=Kind.EXPIRATION_GAMMA, symbol="SPY", detail="2026-11-20"), at=OPEN_MARKET)
    assert asked == [{"ticker": "SPY", "username": KEY, "format": "json", "exp": "2026-11-20"}]


def test_missing_aggregates_cost_a_second_request(
    serving: Callable[..., TradingVolatilitySource], httpserver: HTTPServer, meter: CountingMeter
) -> None:
    httpserver.expect_request("/api/gex/latest").respond_with_json({"SPY": ENTRY | {"gamma_array": None}})
    bare = {name: ENTRY[name] for name in ("gamma_array", "price", "collection_date")}
    exposure = serving({"SPY": bare}).fetch_exposure("SPY", at=OPEN_MARKET)
    assert (exposure.net_gex, exposure.flip_point, meter.spent) == (-1437220911.208, 644.9, 2)


@pytest.mark.parametrize(
    ("body", "status", "error", "said"),
    [
        ("API limit exceeded", 200, SourceUnavailable, "limit of requests is used up"),
        ('{"message": "API limit exceeded"}', 200, SourceUnavailable, "limit of requests is used up"),
        ("", 200, SourceUnavailable, "sent an empty answer for SPY"),
        ("  \n", 200, SourceUnavailable, "sent an empty answer for SPY"),
        ("<html>Maintenance</html>", 200, SourceUnavailable, "sent a web page instead of SPY"),
        ("<h1>Server Error</h1>", 500, SourceUnavailable, "answered 500 for SPY"),
        ("rate limit reached", 200, SourceUnavailable, "is not JSON"),
        ('{"SPY": {"price": "641', 200, SourceUnavailable, "is not JSON"),
        ("{}", 200, UnknownSymbol, "has no data for 'SPY'"),
        ('{"SPY": {}}', 200, UnknownSymbol, "has no data for 'SPY'"),
        ('{"SPY": null}', 200, UnknownSymbol, "has no data for 'SPY'"),
        ('{"QQQ": {"price": "1"}}', 200, SourceUnavailable, "answered with QQQ when asked for SPY"),
        ("[1, 2]", 200, SourceUnavailable, "is JSON, but no object"),
        ("null", 200, SourceUnavailable, "is JSON, but no object"),
        ('{"SPY": {"price": "NaN"}}', 200, SourceUnavailable, "sent 'NaN' where a number belongs"),
        ('{"SPY": {"price": NaN}}', 200, SourceUnavailable, "is not JSON"),
        ("Too many", 429, SourceUnavailable, "asks for fewer requests (429"),
    ],
)
def test_what_is_wrong_with_an_answer_is_said_in_one_line_without_the_key(
    serving: Callable[..., TradingVolatilitySource],
    meter: CountingMeter,
    body: str,
    status: int,
    error: type[SourceError],
    said: str,
) -> None:
    with pytest.raises(error) as failed:
        serving(body, status=status).fetch_exposure("SPY", at=OPEN_MARKET)
    assert said in str(failed.value)
    assert "\n" not in str(failed.value)
    assert KEY not in "".join(traceback.format_exception(failed.value))
    assert meter.answered <= meter.spent == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"price": None}, "no number for price"),
        ({"price": "0"}, "which is no price"),
        ({"skew_adjusted_gex": "none"}, "no number for skew_adjusted_gex"),
        ({"gamma_array": []}, "sent no strikes"),
        ({"gamma_array": {"640": {}}}, "sent no strikes"),
        ({"gamma_array": [{"strike": None, "call_gamma": "1"}]}, "no number for strike"),
        ({"gamma_array": [{"strike": "1"}, {"strike": "1.0"}]}, "a strike of SPY twice"),
    ],
)
def test_figures_that_are_none_are_refused(
    serving: Callable[..., TradingVolatilitySource], changes: dict[str, object], said: str
) -> None:
    with pytest.raises(SourceUnavailable, match=said):
        serving({"SPY": ENTRY | changes}).fetch_exposure("SPY", at=OPEN_MARKET)


def test_a_flip_or_a_moment_that_is_missing_is_said_not_made_up(
    serving: Callable[..., TradingVolatilitySource],
) -> None:
    exposure = serving({"SPY": ENTRY | {"gex_flip_price": None, "collection_date": ""}}).fetch_exposure(
        "SPY", at=OPEN_MARKET
    )
    assert (exposure.flip_point, exposure.flip_reason) == (None, "Not reported by Trading Volatility.")
    assert exposure.as_of == OPEN_MARKET
    assert any("did not say of when" in warning for warning in exposure.warnings)


def test_a_429_is_passed_on_with_the_pause_it_asks_for(
    serving: Callable[..., TradingVolatilitySource], meter: CountingMeter
) -> None:
    source = serving("slow down", status=429, **{"Retry-After": "90"})
    with pytest.raises(SourceUnavailable):
        source.fetch_exposure("SPY", at=OPEN_MARKET)
    assert [(pause, for_long) for _, pause, for_long in meter.refusals] == [(90.0, False)]


def test_other_words_for_the_limit_count_in_the_history_alone(
    serving: Callable[..., TradingVolatilitySource], meter: CountingMeter
) -> None:
    source = serving("Rate Limit reached")
    with pytest.raises(SourceUnavailable, match="limit of requests is used up"):
        source.fetch(Question(kind=Kind.GAMMA_DAYS, symbol="SPY", detail="5"), at=OPEN_MARKET)
    with pytest.raises(SourceUnavailable, match="is not JSON"):
        source.fetch_exposure("SPY", at=OPEN_MARKET)
    assert len(meter.refusals) == 1


def test_with_the_budget_spent_nothing_is_sent(upstream: FakeUpstream) -> None:
    asked = len(upstream.requests)
    with pytest.raises(OutOfBudget):
        source_of(upstream, USER_NAME, CountingMeter(left=0)).fetch_exposure("SPY", at=OPEN_MARKET)
    assert len(upstream.requests) == asked


@pytest.mark.parametrize(("key", "version"), [(USER_NAME, "v1"), (TOKEN, "v2")])
def test_the_likely_interface_is_asked_first_and_remembered(upstream: FakeUpstream, key: str, version: str) -> None:
    meter, remembered = CountingMeter(), InProcess()
    source = TradingVolatilitySource(
        key, base_url=upstream.tradingvolatility_url, meter=meter, remembered_version=remembered
    )
    assert source.fetch_exposure("SPY", at=OPEN_MARKET).origin.detail == f"{version}, seed 42"
    assert (meter.spent, remembered.read()) == (1, version)


def test_a_user_name_of_unusual_shape_is_found_in_the_other_interface(httpserver: HTTPServer) -> None:
    denied = {"error": {"message": "Missing or invalid API token."}}
    httpserver.expect_request("/api/v2/tickers/SPY/curves/gex_by_strike").respond_with_json(denied, status=401)
    httpserver.expect_request("/api/gex/gammaOI").respond_with_json({"SPY": ENTRY})
    meter, remembered = CountingMeter(), InProcess()
    source = TradingVolatilitySource(
        "joe", base_url=httpserver.url_for("/api"), meter=meter, remembered_version=remembered
    )
    assert source.fetch_exposure("SPY", at=OPEN_MARKET).origin.detail == "v1"
    source.fetch_exposure("SPY", at=OPEN_MARKET)
    assert (meter.spent, remembered.read(), meter.refusals) == (3, "v1", [])


def test_the_search_goes_on_when_the_budget_breaks_it_off(upstream: FakeUpstream) -> None:
    remembered = InProcess()
    for attempt in range(2):
        source = TradingVolatilitySource(
            "I-OLDNAMEGONE",
            base_url=upstream.tradingvolatility_url,
            meter=CountingMeter(left=1),
            remembered_version=remembered,
        )
        with pytest.raises(OutOfBudget if attempt == 0 else SourceUnavailable):
            source.fetch_exposure("SPY", at=OPEN_MARKET)
        assert remembered.read() == ("v2?" if attempt == 0 else "")


def test_an_account_both_interfaces_refuse_rests_for_long_and_says_what_to_check(upstream: FakeUpstream) -> None:
    meter = CountingMeter()
    with pytest.raises(SourceUnavailable, match="Check TRADING_VOLATILITY_API_KEY and the plan"):
        source_of(upstream, TOKEN_WITHOUT_PLAN, meter).fetch_exposure("SPY", at=OPEN_MARKET)
    assert [for_long for _, _, for_long in meter.refusals] == [True]
    assert meter.spent == 2


def test_one_denial_of_the_known_interface_is_taken_for_a_passing_fault(upstream: FakeUpstream) -> None:
    meter, remembered = CountingMeter(), InProcess()
    source = TradingVolatilitySource(
        USER_NAME, base_url=upstream.tradingvolatility_url, meter=meter, remembered_version=remembered
    )
    source.fetch_exposure("SPY", at=OPEN_MARKET)
    upstream.set_fault("tradingvolatility", "403", times=1)
    with pytest.raises(SourceUnavailable):
        source.fetch_exposure("SPY", at=OPEN_MARKET)
    assert remembered.read() == "v1!"
    assert source.fetch_exposure("SPY", at=OPEN_MARKET).origin.detail == "v1, seed 42"
    assert remembered.read() == "v1"


@pytest.mark.parametrize("key", [USER_NAME, TOKEN])
def test_levels_come_in_both_spellings_so_that_the_old_parser_reads_them_all(upstream: FakeUpstream, key: str) -> None:
    answer = source_of(upstream, key).fetch(Question(kind=Kind.LEVELS, symbol="SPY"), at=OPEN_MARKET)
    levels = parsing.gex_levels("SPY", answer.value)
    assert levels["gex_flip"] > 0
    assert all(levels[name] > 0 for name in ("gex_1", "gex_2", "gex_3", "std_1day_pos", "std_7day_neg"))
    assert levels["gex_0"] == 0, "the service sends no level 0"
    assert levels["std_7day_neg"] < levels["std_1day_neg"] < levels["std_1day_pos"] < levels["std_7day_pos"]
    assert float(answer.value["gex_4"]) > 0


def test_both_interfaces_give_the_same_history_expirations_and_skew(upstream: FakeUpstream) -> None:
    first, second = source_of(upstream, USER_NAME), source_of(upstream, TOKEN)
    for kind, detail, names in (
        (Kind.GAMMA_DAYS, "10", ("price", "gex_flip_price", "skew_adjusted_gex", "implied_volatility")),
        (Kind.SKEW_DAYS, "10", ("implied_volatility", "pcr_oi")),
    ):
        question = Question(kind=kind, symbol="SPY", detail=detail)
        one, other = (source.fetch(question, at=OPEN_MARKET).value for source in (first, second))
        assert [row["collection_date"][:10] for row in one] == [row["collection_date"][:10] for row in other]
        assert len(one) >= 6
        assert one[0]["collection_date"] < one[-1]["collection_date"]
        for row, twin in zip(one, other, strict=True):
            assert [float(row[name]) for name in names] == pytest.approx([float(twin[name]) for name in names])
    question = Question(kind=Kind.EXPIRATION_GAMMA, symbol="SPY", detail="2026-11-20")
    one, other = (source.fetch(question, at=OPEN_MARKET) for source in (first, second))
    totals = [parsing.expiration_gamma("SPY", "2026-11-20", one.value)["total_gamma"] for one in (one, other)]
    assert totals[0] == pytest.approx(totals[1])
    assert totals[0] > 0


def test_an_expiration_that_is_not_listed_is_unknown(upstream: FakeUpstream) -> None:
    question = Question(kind=Kind.EXPIRATION_GAMMA, symbol="SPY", detail="2026-11-22")
    for key in (USER_NAME, TOKEN):
        with pytest.raises(UnknownSymbol, match="has no data for 'SPY'"):
            source_of(upstream, key).fetch(question, at=OPEN_MARKET)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-18 11:30:05", OPEN_MARKET + timedelta(seconds=5)),
        ("2026-11-18_1130", OPEN_MARKET),
        ("2026-11-18", OPEN_MARKET.replace(hour=16, minute=0)),
        ("2026-11-18T16:30:00+00:00", OPEN_MARKET),
    ],
)
def test_collection_dates_are_new_york_wall_time(text: str, moment: object) -> None:
    assert moment_of(text) == moment


@pytest.mark.parametrize("text", [None, "", "yesterday", "2026-13-01 10:00:00"])
def test_what_is_no_date_is_no_moment(text: object) -> None:
    assert moment_of(text) is None
