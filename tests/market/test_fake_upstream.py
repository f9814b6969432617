"""The stand-in's answers over real HTTP: the formats of Cboe, Trading Volatility and FRED over one market."""

import gzip
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import requests

from alphagex import clock
from apps.market.chain import Origin
from apps.market.exposure.analysis import analyse
from apps.market.exposure.result import Exposure
from apps.market.fake_upstream.server import (
    FRED_KEY,
    TOKEN,
    TOKEN_WITHOUT_PLAN,
    USER_NAME,
    FakeUpstream,
    PortInUse,
)
from apps.market.sources.cboe import CboeSource
from apps.market.sources.cboe_json import parse_cboe_json
from apps.market.sources.protocol import Kind, Question
from apps.market.sources.simulated import SimulatedSource
from apps.market.tickers import EngineClock
from legacy_engines.gamma.trading_volatility import TradingVolatilityAPI
from tests.moments import OPEN_MARKET

SEED = 42
ORIGIN = Origin(source="cboe", kind="delayed", label="Cboe delayed")
SYMBOLS = ["SPX", "SPY", "AAPL"]


@pytest.fixture(scope="module")
def upstream() -> Iterator[FakeUpstream]:
    with FakeUpstream(seed=SEED, at=lambda: OPEN_MARKET + timedelta(microseconds=321)) as running:
        yield running


@pytest.fixture(scope="module")
def market() -> SimulatedSource:
    return SimulatedSource(seed=SEED)


def analysed(market: SimulatedSource, symbol: str) -> Exposure:
    return analyse(market.fetch_chain(symbol, at=OPEN_MARKET))


def get(address: str, **options: Any) -> requests.Response:
    return requests.get(address, timeout=10, **options)


def first_interface(upstream: FakeUpstream, path: str, symbol: str, **query: str) -> Any:
    """Return what the first interface says of a symbol."""
    params = {"username": USER_NAME, "ticker": symbol, "format": "json", **query}
    answer = get(upstream.tradingvolatility_url + path, params=params)
    assert answer.status_code == 200
    return answer.json()[symbol]


def second_interface(upstream: FakeUpstream, symbol: str, path: str, **query: str) -> Any:
    """Return the payload of the second interface, after a look at its envelope."""
    address = f"{upstream.tradingvolatility_url}/v2/tickers/{symbol}/{path}"
    answer = get(address, params=query, headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert answer.json()["meta"] == {"asof": "2026-11-18T16:30:00Z", "ticker": symbol}
    return answer.json()["data"]


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_the_cboe_answer_gives_the_same_analysis_as_the_simulated_chain(
    upstream: FakeUpstream, market: SimulatedSource, symbol: str
) -> None:
    chain = market.fetch_chain(symbol, at=OPEN_MARKET)
    address = f"{upstream.cboe_url}/{'_' if symbol == 'SPX' else ''}{symbol}.json"
    parsed = parse_cboe_json(get(address).content, origin=ORIGIN)
    assert (parsed.symbol, parsed.spot, parsed.as_of, len(parsed)) == (symbol, chain.spot, OPEN_MARKET, len(chain))
    assert parsed.change == chain.change
    theirs, ours = analyse(parsed), analyse(chain)
    # Cboe prints volatilities with four decimals.
    assert theirs.net_gex == pytest.approx(ours.net_gex, abs=1e-5 * ours.gross_gex)
    assert theirs.flip_point == pytest.approx(ours.flip_point, rel=1e-5)
    assert theirs.call_wall is not None
    assert ours.call_wall is not None
    assert theirs.put_wall is not None
    assert ours.put_wall is not None
    assert theirs.call_wall.strike == ours.call_wall.strike
    assert theirs.put_wall.strike == ours.put_wall.strike


def test_the_cboe_source_reads_it_and_is_told_when_nothing_is_new(upstream: FakeUpstream) -> None:
    source = CboeSource(upstream.cboe_url)
    first = source.fetch_chain("SPX", at=OPEN_MARKET)
    assert source.fetch_chain("SPX", at=OPEN_MARKET) is first
    etag = get(f"{upstream.cboe_url}/_SPX.json").headers["ETag"]
    unchanged = get(f"{upstream.cboe_url}/_SPX.json", headers={"If-None-Match": etag})
    assert (unchanged.status_code, unchanged.content) == (304, b"")


def test_the_cboe_answer_has_every_field_of_a_recorded_one(upstream: FakeUpstream, recorded: Path) -> None:
    real = json.loads(gzip.decompress((recorded / "rut_cboe_delayed_2023-09-20.json.gz").read_bytes()))
    ours = get(f"{upstream.cboe_url}/_RUT.json").json()
    assert list(ours) == list(real)
    assert list(ours["data"]) == list(real["data"])
    assert set(ours["data"]["options"][0]) == set(real["data"]["options"][0])
    assert (ours["symbol"], ours["data"]["symbol"]) == ("_RUT", "^RUT")
    kinds = {name: {type(row[name]) for row in real["data"]["options"]} for name in real["data"]["options"][0]}
    for row in ours["data"]["options"]:
        assert {name: type(value) in kinds[name] for name, value in row.items()} == dict.fromkeys(row, True)


def test_the_greeks_beside_the_quotes_agree_with_differences_of_the_price(upstream: FakeUpstream) -> None:
    rows = get(f"{upstream.cboe_url}/SPY.json").json()["data"]["options"]
    by_name = {row["option"]: row for row in rows}
    near = [row for row in rows if 0.3 < row["delta"] < 0.7 and row["theo"] > 5]
    assert len(near) > 50
    for call in near:
        put = by_name[call["option"][:-9] + "P" + call["option"][-8:]]
        assert call["delta"] - put["delta"] == pytest.approx(1, abs=2e-4)  # put-call parity at zero rates
        assert call["vega"] == pytest.approx(put["vega"], abs=2e-4)
        assert call["bid"] - 0.05 <= call["theo"] <= call["ask"] + 0.05


def test_cboe_refuses_what_has_no_options(upstream: FakeUpstream) -> None:
    assert get(f"{upstream.cboe_url}/SPYX.json").status_code == 403


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_both_interfaces_give_the_figures_of_the_analysis(
    upstream: FakeUpstream, market: SimulatedSource, symbol: str
) -> None:
    ours = analysed(market, symbol)
    latest = first_interface(upstream, "/gex/latest", symbol)
    structure = second_interface(upstream, symbol, "market-structure")
    assert all(isinstance(value, str) for value in latest.values())
    assert latest["collection_date"] == "2026-11-18 11:30:00"
    figures = ours.spot, ours.net_gex, ours.flip_point, ours.put_call_ratio
    names = "price", "skew_adjusted_gex", "gex_flip_price", "put_call_ratio_open_interest"
    assert [float(latest[name]) for name in names] == pytest.approx(figures, rel=1e-6)
    assert float(latest["implied_volatility"]) == pytest.approx(ours.implied_volatility, abs=1e-6)
    levels, factors = structure["key_levels"], structure["supporting_factors"]
    second = levels["spot"], factors["gamma_notional_per_1pct_move_usd"], levels["gamma_flip"], factors["pcr_oi"]
    assert second == figures


def test_gamma_by_strike_is_that_of_the_analysis_in_both_interfaces(
    upstream: FakeUpstream, market: SimulatedSource
) -> None:
    ours = analysed(market, "SPX")
    first = first_interface(upstream, "/gex/gammaOI", "SPX")
    second = second_interface(upstream, "SPX", "curves/gex_by_strike", exp="combined")
    rows = first["gamma_array"]
    assert [float(row["strike"]) for row in rows] == ours.by_strike.strike.tolist()
    assert [float(row["call_gamma"]) for row in rows] == pytest.approx(ours.by_strike.call_gex.tolist(), abs=1e-3)
    assert [float(row["put_gamma"]) for row in rows] == pytest.approx(ours.by_strike.put_gex.tolist(), abs=1e-3)
    net = [float(row["net_gamma_$_at_strike"]) for row in rows]
    assert sum(net) == pytest.approx(ours.net_gex, abs=1)
    assert [row["net"] for row in second["points"]] == pytest.approx(net, abs=1e-3)
    assert second["totals"]["gex_value_per_1pct"] == ours.net_gex
    assert set(first) - {"gamma_array"} == {
        "collection_date",
        "price",
        "gex_flip_price",
        "skew_adjusted_gex",
        "implied_volatility",
        "put_call_ratio_open_interest",
    }


def test_gamma_of_one_expiration_adds_up_to_all_of_them(upstream: FakeUpstream, market: SimulatedSource) -> None:
    ours = analysed(market, "SPY")
    combined = first_interface(upstream, "/gex/gamma", "SPY", exp="0")
    assert sum(float(row["gamma"]) for row in combined["gamma_array"]) == pytest.approx(ours.net_gex, abs=1)
    by_date: dict[date, float] = {}
    for one in ours.by_expiration:
        by_date[one.expiration] = by_date.get(one.expiration, 0.0) + one.net_gex
    for day in sorted(by_date)[:4]:
        first = first_interface(upstream, "/gex/gamma", "SPY", exp=day.isoformat())
        second = second_interface(upstream, "SPY", "curves/gamma", exp=day.isoformat())
        assert first["expiry"] == second["expiry"] == day.isoformat()
        assert sum(float(row["gamma"]) for row in first["gamma_array"]) == pytest.approx(by_date[day], rel=1e-6)
        assert [row["gamma"] for row in second["points"]] == pytest.approx(
            [float(row["gamma"]) for row in first["gamma_array"]]
        )


def test_expirations_are_also_asked_for_by_their_place(upstream: FakeUpstream) -> None:
    assert first_interface(upstream, "/gex/gamma", "SPX", exp="1")["expiry"] == "2026-11-18"
    assert first_interface(upstream, "/gex/gamma", "SPX", exp="2")["expiry"] == "2026-11-20"
    assert second_interface(upstream, "SPX", "curves/gamma", exp="nearest")["expiry"] == "2026-11-18"
    assert second_interface(upstream, "SPX", "curves/gamma", exp="first_monthly")["expiry"] == "2026-11-20"
    assert second_interface(upstream, "SPX", "curves/gamma", exp="first_weekly")["expiry"] == "2026-11-20"


def test_a_day_without_expiration_has_no_gamma(upstream: FakeUpstream) -> None:
    params = {"username": USER_NAME, "ticker": "SPX", "exp": "2026-11-22"}
    assert get(f"{upstream.tradingvolatility_url}/gex/gamma", params=params).json() == {}


def test_levels_carry_the_names_that_are_really_sent(upstream: FakeUpstream, market: SimulatedSource) -> None:
    known = market.fetch(Question(kind=Kind.LEVELS, symbol="SPX"), at=OPEN_MARKET).value
    sent = first_interface(upstream, "/gex/levels", "SPX")
    assert set(sent) == {
        *("gex_flip", "gex_1", "gex_2", "gex_3", "gex_4"),
        *("price_plus_1_day_std", "price_minus_1_day_std", "price_plus_7_day_std", "price_minus_7_day_std"),
    }
    assert float(sent["gex_1"]) == known["GEX_0"]
    assert second_interface(upstream, "SPX", "levels") == {name: float(value) for name, value in sent.items()}
    ours = analysed(market, "SPX").by_strike
    largest = ours.strike[np.argmax(np.abs(ours.call_gex + ours.put_gex))]
    assert float(sent["gex_1"]) == largest


def test_history_and_series_are_the_same_days(upstream: FakeUpstream) -> None:
    start, end = (f"{OPEN_MARKET - timedelta(days=back):%Y-%m-%d}" for back in (10, 1))
    rows = first_interface(upstream, "/gex/history", "SPY", start=start, end=end)
    days = [row["collection_date"][:10] for row in rows]
    assert days == sorted(days)
    assert start <= days[0] < days[-1] <= end
    assert all(clock.session_on(date.fromisoformat(day)) for day in days)
    metrics = "price,gex_flip,gex_usd_per_1_pct_move,pcr_oi,iv_rank,atm_iv"
    points = second_interface(upstream, "SPY", "series", metrics=metrics, window="10d")["points"]
    by_day = {point["t"]: point for point in points}
    for row in rows:
        point = by_day[row["collection_date"][:10]]
        assert point["gex_usd_per_1_pct_move"] == float(row["skew_adjusted_gex"])
        assert point["price"] == float(row["price"])
    ranks = [point["iv_rank"] for point in points]
    assert (min(ranks), max(ranks)) == (0, 100)


def test_skew_is_text_in_the_first_interface(upstream: FakeUpstream, market: SimulatedSource) -> None:
    known = market.fetch(Question(kind=Kind.SKEW, symbol="SPY"), at=OPEN_MARKET).value
    latest = first_interface(upstream, "/skew/latest", "SPY")
    assert {name: float(latest[name]) for name in ("implied_volatility", "pcr_oi", "one_day_std")} == {
        name: known[name] for name in ("implied_volatility", "pcr_oi", "one_day_std")
    }
    start = f"{OPEN_MARKET - timedelta(days=7):%Y-%m-%d}"
    rows = first_interface(upstream, "/skew/history", "SPY", start=start, end=f"{OPEN_MARKET:%Y-%m-%d}")
    assert len(rows) >= 4
    assert set(rows[-1]) == set(latest)


def test_the_first_interface_refuses_strangers_and_knows_no_unknown_symbol(upstream: FakeUpstream) -> None:
    address = f"{upstream.tradingvolatility_url}/gex/latest"
    refused = get(address, params={"username": "I-SOMEBODY", "ticker": "SPY"})
    assert (refused.status_code, refused.headers["Content-Type"]) == (403, "text/plain; charset=utf-8")
    assert "not authorized" in refused.text
    unknown = get(address, params={"username": USER_NAME, "ticker": "SPYX"})
    assert (unknown.status_code, unknown.json()) == (200, {})


@pytest.mark.parametrize(
    ("token", "symbol", "path", "status"),
    [
        (TOKEN, "SPYX", "market-structure", 404),
        (TOKEN, "SPY", "unheard-of", 404),
        (TOKEN, "SPY", "series?metrics=mood", 400),
        (TOKEN, "SPY", "series?window=long", 400),
        (TOKEN, "SPY", "curves/gex_by_strike?exp=nearest", 400),
        (TOKEN, "SPY", "curves/gamma?exp=2026-11-22", 404),
        (TOKEN_WITHOUT_PLAN, "SPY", "market-structure", 403),
        (USER_NAME, "SPY", "market-structure", 401),
        ("", "SPY", "market-structure", 401),
    ],
)
def test_the_second_interface_refuses_in_json(
    upstream: FakeUpstream, token: str, symbol: str, path: str, status: int
) -> None:
    address = f"{upstream.tradingvolatility_url}/v2/tickers/{symbol}/{path}"
    answer = get(address, headers={"Authorization": f"Bearer {token}"} if token else {})
    assert answer.status_code == status
    assert answer.json()["error"]["message"]


def test_the_engines_client_reads_the_first_interface(upstream: FakeUpstream, market: SimulatedSource) -> None:
    def client() -> TradingVolatilityAPI:
        account = {"TV_USERNAME": USER_NAME, "ENDPOINT": upstream.tradingvolatility_url}
        return TradingVolatilityAPI(session=requests.Session(), clock=EngineClock(OPEN_MARKET), settings=account)

    ours = analysed(market, "SPY")
    assert ours.call_wall is not None
    assert ours.put_wall is not None
    net, profile = client().get_net_gamma("SPY"), client().get_gex_profile("SPY")
    assert (net["spot_price"], profile["spot_price"]) == (ours.spot, ours.spot)
    assert net["net_gex"] == pytest.approx(ours.net_gex, abs=1e-3)
    assert net["flip_point"] == pytest.approx(ours.flip_point, abs=1e-4)
    assert (profile["call_wall"], profile["put_wall"]) == (ours.call_wall.strike, ours.put_wall.strike)
    assert profile["aggregate_from_gammaOI"]["net_gex"] == net["net_gex"]
    assert client().get_gex_levels("SPY")["gex_flip"] == pytest.approx(net["flip_point"], abs=0.005)
    assert len(client().get_historical_gamma("SPY", 7)) == 5
    assert len(client().get_historical_skew("SPY", 7)) >= 5
    assert client().get_gamma_by_expiration("SPY", "1")["expiry_date"] == "2026-11-18"
    assert client().get_skew_data("SPY")["implied_volatility"]


def test_fred_prints_observations(upstream: FakeUpstream, market: SimulatedSource) -> None:
    params = {"series_id": "DGS10", "api_key": FRED_KEY, "file_type": "json", "limit": "3", "sort_order": "desc"}
    answer = get(f"{upstream.fred_url}/fred/series/observations", params=params).json()
    known = market.fetch(Question(kind=Kind.MACRO, symbol="DGS10"), at=OPEN_MARKET).value[:3]
    shown = [(row["date"], row["value"]) for row in answer["observations"]]
    assert shown == [(row["date"], str(row["value"])) for row in known]
    oldest = get(f"{upstream.fred_url}/fred/series/observations", params=params | {"sort_order": "asc"}).json()
    assert oldest["observations"][0]["date"] < shown[0][0]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({}, "api_key is not set"),
        ({"api_key": "short"}, "not a 32 character"),
        ({"api_key": "f" * 32}, "not registered"),
        ({"api_key": FRED_KEY, "series_id": "NOSUCH"}, "series does not exist"),
    ],
)
def test_fred_says_what_is_wrong(upstream: FakeUpstream, query: dict[str, str], said: str) -> None:
    answer = get(f"{upstream.fred_url}/fred/series/observations", params={"series_id": "DGS10"} | query)
    assert answer.status_code == 400
    assert said in answer.json()["error_message"]


def test_every_answer_says_that_it_is_simulated(upstream: FakeUpstream) -> None:
    assert get(f"{upstream.cboe_url}/SPY.json").headers["X-Market"] == "simulated; seed=42"


def test_what_was_asked_is_written_down_without_accounts() -> None:
    with FakeUpstream(at=lambda: OPEN_MARKET) as upstream:
        before = clock.now()
        get(f"{upstream.cboe_url}/_SPX.json")
        first_interface(upstream, "/gex/latest", "SPY")
        get(f"{upstream.url}/nobody/home")
        asked = [(one.upstream, one.path, one.symbol) for one in upstream.requests]
        assert asked == [
            ("cboe", "/api/global/delayed_quotes/options/_SPX.json", "SPX"),
            ("tradingvolatility", "/api/gex/latest", "SPY"),
        ]
        moments = [one.moment for one in upstream.requests]
        assert before <= moments[0] <= moments[1] <= clock.now()
        shown = get(f"{upstream.url}/control/requests")
        assert [one["symbol"] for one in shown.json()["requests"]] == ["SPX", "SPY"]
        assert USER_NAME not in shown.text


def test_the_market_moves_from_second_to_second() -> None:
    moments = iter(OPEN_MARKET + timedelta(seconds=30 * step) for step in range(10))
    with FakeUpstream(at=lambda: next(moments)) as upstream:
        prices = [first_interface(upstream, "/gex/latest", "SPX")["price"] for _ in range(4)]
    assert len(set(prices)) > 1


def test_all_who_ask_at_the_same_moment_are_told_the_same() -> None:
    with FakeUpstream(at=lambda: OPEN_MARKET) as upstream, ThreadPoolExecutor(12) as pool:
        addresses = [f"{upstream.cboe_url}/{symbol}.json" for symbol in ("SPY", "QQQ", "IWM") * 8]
        bodies = [answer.content for answer in pool.map(get, addresses)]
        assert len(upstream.requests) == len(addresses)
    assert len(set(bodies)) == 3
    assert bodies[:3] * 8 == bodies


def test_a_port_that_is_taken_is_said(upstream: FakeUpstream) -> None:
    port = int(upstream.url.rsplit(":", 1)[1])
    with pytest.raises(PortInUse, match=rf"Port {port} of 127\.0\.0\.1 is in use\. .* choose another port"):
        FakeUpstream(port=port).__enter__()


def test_outside_of_its_block_nobody_answers() -> None:
    session = requests.Session()
    with FakeUpstream(at=lambda: OPEN_MARKET) as upstream:
        address = f"{upstream.cboe_url}/SPY.json"
        assert session.get(address, timeout=5).status_code == 200
    with pytest.raises(requests.ConnectionError):
        session.get(address, timeout=5)


def test_an_address_of_no_service_is_not_found(upstream: FakeUpstream) -> None:
    assert get(f"{upstream.url}/").status_code == 404
