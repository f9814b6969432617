"""The scanner: every symbol gets a row whatever happens, pauses are the clock's, the cache forgets in time."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from legacy_engines.setups.scan_view import WATCHLIST_LIMIT, add_to_watchlist, scan_figures
from legacy_engines.setups.scanner import SCAN_COLUMNS, CacheEntries, SmartCache, scan_symbols
from tests.parity.worlds import StandingClock

TUESDAY = "2025-10-14T10:30:00-04:00"
GOOD = {"spot_price": 590.0, "net_gex": -1.7e9, "flip_point": 593.0, "call_wall": 600.0, "put_wall": 580.0}


class Answers:
    """A data client that gives each symbol's answer, or raises it."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers

    def get_net_gamma(self, symbol: str) -> Any:
        answer = self.answers[symbol]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def get_skew_data(self, symbol: str) -> dict[str, Any]:
        return {}


def test_one_bad_symbol_does_not_end_the_scan() -> None:
    told: list[str] = []
    source = Answers(SPY=GOOD, BAD=RuntimeError("no such symbol"), QQQ=GOOD)
    clock = StandingClock(TUESDAY)
    table = scan_symbols(["SPY", "BAD", "QQQ"], source, clock=clock, notify=lambda level, text: told.append(text))
    assert list(table["cache_status"]) == ["Fresh", "Error", "Fresh"]
    assert told == ["BAD: no such symbol"]
    assert clock.sleeps == []


@pytest.mark.parametrize("answer", [{}, None, {"error": "API returned 500"}, TimeoutError("timed out")])
def test_three_attempts_with_pauses_between_them(answer: Any) -> None:
    clock = StandingClock(TUESDAY)
    table = scan_symbols(["SPY"], Answers(SPY=answer), clock=clock)
    assert list(table.columns) == list(SCAN_COLUMNS)
    assert table.loc[0, "action"] == "Retry later"
    assert len(clock.sleeps) == 2


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ({"error": "Rate limit exceeded"}, "reports a fault (Rate limit exceeded)"),
        ({"error": "request Timeout"}, "did not answer in time"),
        (None, "gave no data"),
        (RuntimeError("x" * 90), "SPY: " + "x" * 50),
    ],
)
def test_a_symbol_that_fails_says_why_once(answer: Any, says: str) -> None:
    told: list[tuple[str, str]] = []
    scan_symbols(
        ["SPY"],
        Answers(SPY=answer),
        clock=StandingClock(TUESDAY),
        notify=lambda level, text: told.append((level, text)),
    )
    [(level, text)] = told
    assert level == "warning"
    assert says in text
    assert "x" * 51 not in text


@given(age=st.integers(min_value=0, max_value=10**6), minutes=st.integers(min_value=0, max_value=60))
def test_the_cache_answers_exactly_while_younger_than_its_duration(age: int, minutes: int) -> None:
    clock = StandingClock(TUESDAY)
    cache = SmartCache(minutes, clock=clock, entries=CacheEntries())
    cache.set("SPY", {"kept": True})
    clock.advance(age)
    assert (cache.get("SPY") is not None) == (age < minutes * 60)


def test_text_as_confidence_raises() -> None:
    with pytest.raises(TypeError):
        scan_figures(pd.DataFrame([{"symbol": "SPY", "confidence": "high"}]))


@given(confidences=st.lists(st.integers(min_value=0, max_value=100), min_size=1, max_size=30))
def test_the_best_come_first_and_three_get_a_card(confidences: list[int]) -> None:
    table = pd.DataFrame([{"symbol": f"S{i}", "confidence": each} for i, each in enumerate(confidences)])
    figures = scan_figures(table)
    shown = [int(row[5].rstrip("%")) for row in figures["rows"]]
    assert shown == sorted(confidences, reverse=True)
    assert len(figures["cards"]) == min(3, len(confidences))


def test_a_watchlist_never_grows_past_its_limit() -> None:
    watchlist: list[str] = []
    outcomes = [add_to_watchlist(watchlist, f"s{i}") for i in range(WATCHLIST_LIMIT + 2)]
    assert outcomes[-2:] == ["full", "full"]
    assert len(watchlist) == WATCHLIST_LIMIT
