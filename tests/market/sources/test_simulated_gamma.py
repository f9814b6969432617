"""What the simulated market says about gamma is what an analysis of its own chains says."""

from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from alphagex import clock
from alphagex.clock import NEW_YORK
from apps.market.exposure.analysis import analyse
from apps.market.exposure.result import Exposure
from apps.market.sources.protocol import Kind, Question, UnknownSymbol
from apps.market.sources.simulated import SimulatedSource
from legacy_engines.gamma.trading_volatility import parsing
from tests.moments import HALF_DAY_AFTERNOON, OPEN_MARKET, WEEKEND


@pytest.fixture(scope="module")
def market() -> SimulatedSource:
    return SimulatedSource(seed=42)


def ask(market: SimulatedSource, kind: Kind, symbol: str, detail: str = "", at: datetime = OPEN_MARKET) -> Any:
    return market.fetch(Question(kind=kind, symbol=symbol, detail=detail), at=at).value


def analysis(market: SimulatedSource, symbol: str, at: datetime) -> Exposure:
    return analyse(market.fetch_chain(symbol, at=at))


@pytest.mark.parametrize("symbol", ["SPX", "AAPL"])
def test_gamma_days_are_the_analyses_of_the_closes(market: SimulatedSource, symbol: str) -> None:
    rows = ask(market, Kind.GAMMA_DAYS, symbol, "14", HALF_DAY_AFTERNOON)
    marks = [row["collection_date"] for row in rows]
    assert (marks[0], marks[-3:]) == ("2026-11-13_1600", ["2026-11-24_1600", "2026-11-25_1600", "2026-11-27_1300"])
    assert len(rows) == 10
    for row in rows:
        session = clock.session_on(date.fromisoformat(row["collection_date"][:10]))
        assert session
        exposure = analysis(market, symbol, session.closes)
        assert row["price"] == exposure.spot == market.spot(symbol, session.closes)
        assert row["skew_adjusted_gex"] == exposure.net_gex
        assert row["implied_volatility"] == exposure.implied_volatility
        assert row["put_call_ratio_open_interest"] == exposure.put_call_ratio
        assert row["gex_flip_price"] == pytest.approx(exposure.flip_point or 0.0, abs=0.006)
        assert row["rating"] in range(1, 6)
        assert row["gamma_formation"] == (exposure.net_gex > 0)


def test_a_day_of_gamma_is_there_from_its_close_on(market: SimulatedSource) -> None:
    close = OPEN_MARKET.replace(hour=16, minute=0)
    before = market.fetch(
        Question(kind=Kind.GAMMA_DAYS, symbol="SPY", detail="5"), at=close - timedelta(microseconds=1)
    )
    after = market.fetch(Question(kind=Kind.GAMMA_DAYS, symbol="SPY", detail="5"), at=close)
    assert [row["collection_date"][:10] for row in before.value] == ["2026-11-13", "2026-11-16", "2026-11-17"]
    assert after.value[:-1] == before.value
    assert after.value[-1]["collection_date"] == "2026-11-18_1600"
    assert before.as_of == datetime(2026, 11, 17, 16, tzinfo=NEW_YORK)
    assert after.as_of == close


def test_changing_a_row_changes_nothing_for_the_next_caller(market: SimulatedSource) -> None:
    first = ask(market, Kind.GAMMA_DAYS, "SPY", "5")
    wanted = [dict(row) for row in first]
    first[0].clear()
    assert ask(market, Kind.GAMMA_DAYS, "SPY", "5") == wanted


def test_net_gamma_changes_sign_over_a_year(market: SimulatedSource) -> None:
    rows = ask(market, Kind.GAMMA_DAYS, "AAPL", "180")
    days = [OPEN_MARKET.date() - timedelta(days=back) for back in range(1, 181)]
    assert [row["collection_date"][:10] for row in rows] == [
        str(day) for day in reversed(days) if clock.session_on(day)
    ]
    assert {row["gamma_formation"] for row in rows} == {0, 1}
    assert len({row["rating"] for row in rows}) >= 3
    for row in rows:
        if row["gex_flip_price"]:
            assert 0.7 < row["gex_flip_price"] / row["price"] < 1.3


@pytest.mark.parametrize("symbol", ["SPX", "NVDA"])
def test_the_gamma_of_each_expiration_sums_to_the_analysis_by_expiration(market: SimulatedSource, symbol: str) -> None:
    whole = analysis(market, symbol, OPEN_MARKET)
    by_strike = dict.fromkeys(whole.by_strike.strike.tolist(), 0.0)
    for expiration in ask(market, Kind.EXPIRATIONS, symbol):
        facts = ask(market, Kind.EXPIRATION_GAMMA, symbol, expiration)
        settlements = [one for one in whole.by_expiration if one.expiration.isoformat() == expiration]
        net, size = sum(one.net_gex for one in settlements), sum(one.gross_gex for one in settlements)
        assert sum(row["gamma"] for row in facts["gamma_array"]) == pytest.approx(net, abs=1e-9 * size)
        assert (facts["price"], facts["expiry"]) == (whole.spot, expiration)
        assert facts["collection_date"] == "2026-11-18 11:30:00"
        strikes = [row["strike"] for row in facts["gamma_array"]]
        assert strikes == sorted(set(strikes))
        for row in facts["gamma_array"]:
            by_strike[row["strike"]] += row["gamma"]
    net_by_strike = whole.by_strike.call_gex + whole.by_strike.put_gex
    assert list(by_strike.values()) == pytest.approx(net_by_strike.tolist(), abs=1e-9 * whole.gross_gex)


def test_a_third_friday_of_spx_counts_both_settlements(market: SimulatedSource) -> None:
    whole = analysis(market, "SPX", OPEN_MARKET)
    friday = [one for one in whole.by_expiration if one.expiration == date(2026, 11, 20)]
    assert [one.settlement for one in friday] == ["AM", "PM"]
    facts = ask(market, Kind.EXPIRATION_GAMMA, "SPX", "2026-11-20")
    assert sum(row["gamma"] for row in facts["gamma_array"]) == pytest.approx(sum(one.net_gex for one in friday))


def test_the_engine_reads_the_gamma_of_an_expiration(market: SimulatedSource) -> None:
    facts = ask(market, Kind.EXPIRATION_GAMMA, "SPY", "2026-11-20")
    read = parsing.expiration_gamma("SPY", "2026-11-20", facts)
    assert read["expiry_date"] == "2026-11-20"
    assert read["total_gamma"] == pytest.approx(sum(abs(row["gamma"]) for row in facts["gamma_array"]))
    assert read["total_gamma"] > 0


@pytest.mark.parametrize("symbol", ["SPX", "SPY", "TSLA"])
def test_levels_are_the_strikes_with_the_most_net_gamma(market: SimulatedSource, symbol: str) -> None:
    facts, exposure = ask(market, Kind.LEVELS, symbol), analysis(market, symbol, OPEN_MARKET)
    net = exposure.by_strike.call_gex + exposure.by_strike.put_gex
    size = dict(zip(exposure.by_strike.strike.tolist(), np.abs(net).tolist(), strict=True))
    shown = [facts[f"GEX_{place}"] for place in range(5)]
    assert [size[strike] for strike in shown] == sorted(size.values(), reverse=True)[:5]
    assert facts["gex_flip"] == pytest.approx(exposure.flip_point or 0.0, abs=0.006)
    volatility = exposure.implied_volatility or 0.0
    for days in (1, 7):
        move = exposure.spot * volatility * (days / 252) ** 0.5
        assert facts[f"+1STD ({days}-day)"] == pytest.approx(exposure.spot + move, abs=0.006)
        assert facts[f"-1STD ({days}-day)"] == pytest.approx(exposure.spot - move, abs=0.006)


def test_levels_are_spelled_both_ways_and_read_by_the_engine(market: SimulatedSource) -> None:
    facts = ask(market, Kind.LEVELS, "SPY")
    for place in range(5):
        assert facts[f"GEX_{place}"] == facts[f"gex_{place}"]
    for days in (1, 7):
        assert facts[f"+1STD ({days}-day)"] == facts[f"price_plus_{days}_day_std"]
        assert facts[f"-1STD ({days}-day)"] == facts[f"price_minus_{days}_day_std"]
    read = parsing.gex_levels("SPY", facts)
    assert all(read[name] > 0 for name in (*parsing.LEVEL_NAMES, *parsing.STD_NAMES))


def test_skew_is_made_of_the_analyses_and_closes(market: SimulatedSource) -> None:
    facts, exposure = ask(market, Kind.SKEW, "SPX"), analysis(market, "SPX", OPEN_MARKET)
    volatility = exposure.implied_volatility or 0.0
    assert facts["collection_date"] == "2026-11-18"
    assert facts["implied_volatility"] == volatility
    assert facts["pcr_oi"] == exposure.put_call_ratio
    assert facts["one_day_std"] == pytest.approx(volatility / 252**0.5)
    assert facts["one_week_std"] == pytest.approx(volatility * (7 / 252) ** 0.5)
    days = market.fetch(Question(kind=Kind.BARS, symbol="SPX", detail="1d:3mo"), at=OPEN_MARKET).value["close"][-20:]
    assert facts["bollinger_band_width"] == pytest.approx(4 * float(np.std(days)) / float(np.mean(days)))
    gone = {row["collection_date"][:10]: row for row in ask(market, Kind.GAMMA_DAYS, "SPX", "65")}
    for days_back, session in ((30, "2026-10-19"), (60, "2026-09-18")):
        change = facts["pcr_oi"] - gone[session]["put_call_ratio_open_interest"]
        assert facts[f"pcr_oi_{days_back}_day_change"] == pytest.approx(change)


def test_the_delta_spread_is_that_of_the_smile(market: SimulatedSource) -> None:
    chain = market.fetch_chain("SPY", at=OPEN_MARKET)
    month = chain.is_call & (chain.expiration == np.datetime64("2026-12-18"))  # exactly 30 days ahead
    strike, iv = chain.strike[month], chain.iv[month]
    years = (datetime(2026, 12, 18, 16) - datetime(2026, 11, 18, 11, 30)) / timedelta(days=365)
    d1 = np.log(chain.spot / strike) / (iv * years**0.5) + iv * years**0.5 / 2
    # The quantile of 0.25: a call with that delta has d1 = -0.67449, a put with -0.25 has d1 = 0.67449.
    call, put = (float(iv[np.argmin(np.abs(d1 - wanted))]) for wanted in (-0.67449, 0.67449))
    facts = ask(market, Kind.SKEW, "SPY")
    assert facts["put_call_delta_spread"] == pytest.approx(call - put, abs=0.004)
    assert facts["put_call_delta_spread"] < 0
    assert facts["avg_PC_delta_spread"] == pytest.approx(facts["put_call_delta_spread"], rel=0.6)


def test_the_newest_skew_day_is_the_skew_of_its_close(market: SimulatedSource) -> None:
    close = OPEN_MARKET.replace(hour=16, minute=0)
    rows = ask(market, Kind.SKEW_DAYS, "AAPL", "30", close)
    assert rows[-1] == ask(market, Kind.SKEW, "AAPL", at=close)
    assert [row["collection_date"] for row in rows] == [
        row["collection_date"][:10] for row in ask(market, Kind.GAMMA_DAYS, "AAPL", "30", close)
    ]
    assert all(value is not None for row in rows for value in row.values())
    assert rows[0] == ask(market, Kind.SKEW_DAYS, "AAPL", "1", datetime(2026, 10, 19, 18, tzinfo=NEW_YORK))[-1]


def test_on_a_weekend_the_present_stands_for_the_last_session(market: SimulatedSource) -> None:
    facts = ask(market, Kind.SKEW, "AAPL", at=WEEKEND)
    days = market.fetch(Question(kind=Kind.BARS, symbol="AAPL", detail="1d:3mo"), at=WEEKEND).value["close"]
    closes = [*days[-20:-1], market.spot("AAPL", WEEKEND)]
    assert facts["bollinger_band_width"] == pytest.approx(4 * float(np.std(closes)) / float(np.mean(closes)))


@pytest.mark.parametrize("kind", [Kind.GAMMA_DAYS, Kind.SKEW_DAYS])
@pytest.mark.parametrize("detail", ["", "0", "-3", "ten", "1.5", "99999", "²"])
def test_what_are_no_days_back_is_said(market: SimulatedSource, kind: Kind, detail: str) -> None:
    with pytest.raises(UnknownSymbol, match="no days back"):
        ask(market, kind, "SPY", detail)


@pytest.mark.parametrize(
    ("detail", "text"),
    [
        ("2026-11-21", "no options that expire 2026-11-21. The nearest listed: 2026-11-"),
        ("2026-11-17", "no options that expire 2026-11-17"),
        ("1", "'1' is no expiration"),
        ("", "'' is no expiration"),
    ],
)
def test_an_expiration_that_is_not_listed_is_said(market: SimulatedSource, detail: str, text: str) -> None:
    for kind in (Kind.EXPIRATION_GAMMA, Kind.OPTIONS):
        with pytest.raises(UnknownSymbol, match=text):
            ask(market, kind, "SPY", detail)
