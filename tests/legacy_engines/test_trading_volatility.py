"""The Trading Volatility client: how it paces itself, what it keeps, and what it says when an answer is bad."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legacy_engines.gamma.trading_volatility import CachedBody, ClientState, TradingVolatilityAPI
from legacy_engines.gamma.trading_volatility.notices import ADVICE, WHAT
from legacy_engines.ports import GammaSource
from tests.parity.worlds import CannedSession, StandingClock

TUESDAY = "2025-10-28T10:15:00-04:00"
LIMIT = {"text": "API limit exceeded. Please wait before your next request."}
LATEST = {"SPY": {"price": "641.27", "skew_adjusted_gex": "-1.4e9", "gex_flip_price": "644.9"}}
EXPIRATION = {
    "SPY": {"price": "641.27", "gamma_array": [{"strike": "640", "gamma": "-3"}, {"strike": "645", "gamma": "5"}]}
}
LEVELS = {"SPY": {"gex_flip": "644.9", "GEX_0": "645", "+1STD (1-day)": "647.8"}}
ROWS = [{"collection_date": "2025-10-26"}, {"collection_date": "2025-10-27"}]
METHODS: dict[str, Any] = {
    "get_net_gamma": None,
    "get_gex_profile": {},
    "get_historical_gamma": [],
    "get_yesterday_data": {},
    "get_skew_data": {},
    "get_historical_skew": [],
    "get_gex_levels": {},
    "get_gamma_by_expiration": {},
}
Answer = Mapping[str, Any]


class Desk:
    """A client, its clock and session, and the notices it gave."""

    def __init__(self, *answers: Answer, path: str = "", state: ClientState | None = None, user: str = "u") -> None:
        self.clock = StandingClock(TUESDAY)
        self.session = CannedSession([{"path": path, **answer} for answer in answers])
        self.notices: list[tuple[str, str]] = []
        self.api = TradingVolatilityAPI(
            session=self.session,
            clock=self.clock,
            settings={"TV_USERNAME": user, "ENDPOINT": "https://tv.test/api"},
            state=state,
            notify=lambda level, text: self.notices.append((level, text)),
        )

    @property
    def sent(self) -> int:
        return len(self.session.requests)


@given(st.lists(st.floats(min_value=0, max_value=60), min_size=1, max_size=8))
def test_requests_are_twenty_seconds_apart_whatever_the_caller_does(gaps: list[float]) -> None:
    desk = Desk({"json": {}})
    moments = []
    for gap in gaps:
        desk.clock.advance(gap)
        desk.api.get_historical_skew("SPY")
        moments.append(desk.api.state.last_request_time)
    assert all(after - before >= 20 - 1e-5 for before, after in pairwise(moments))
    assert desk.api.get_api_usage_stats()["total_calls"] == len(gaps)


def test_the_back_off_grows_and_adds_the_pause_between_requests() -> None:
    desk = Desk(LIMIT)
    for _ in range(6):
        desk.api.get_gamma_by_expiration("SPY")
    assert desk.clock.sleeps == [30, 20, 60, 20, 120, 20, 300, 20, 300, 20]


def test_an_expired_breaker_closes_and_the_steps_start_anew() -> None:
    desk = Desk(LIMIT, {"json": LATEST})
    desk.api.get_net_gamma("SPY")
    desk.clock.advance(30)
    assert desk.api.get_net_gamma("SPY")["spot_price"] == 641.27
    assert desk.clock.sleeps == []
    assert not desk.api.state.circuit_breaker_active


def test_a_success_inside_the_breaker_leaves_it_on_and_forgets_the_errors() -> None:
    desk = Desk(LIMIT, {"json": LATEST})
    desk.api.get_net_gamma("SPY")
    desk.api.get_net_gamma("SPY")
    assert desk.api.state.circuit_breaker_active
    assert desk.api.state.consecutive_rate_limit_errors == 0


def test_a_refusal_with_the_quota_text_opens_no_breaker() -> None:
    desk = Desk({"status": 429, **LIMIT})
    assert desk.api.get_net_gamma("SPY") == {"error": "API returned 429"}
    assert desk.notices == [("error", "Trading Volatility sent no net gamma for SPY: API returned 429.")]
    assert not desk.api.state.circuit_breaker_active


def test_only_the_history_knows_other_words_for_the_limit() -> None:
    other_words = {"text": "Rate Limit reached"}
    history, skew = Desk(other_words), Desk(other_words)
    assert (history.api.get_historical_gamma("SPY"), skew.api.get_historical_skew("SPY")) == ([], [])
    assert history.api.state.circuit_breaker_active
    assert not skew.api.state.circuit_breaker_active


def test_clients_of_one_account_share_the_pause_and_the_answers() -> None:
    state = ClientState()
    first, second = Desk({"json": LATEST}, state=state), Desk({"json": LATEST}, state=state)
    assert first.api.get_net_gamma("SPY") == second.api.get_net_gamma("SPY")
    assert (first.sent, second.sent) == (1, 0)
    second.api.get_historical_skew("SPY")
    assert second.clock.sleeps == [20]
    assert Desk().api.state is not Desk().api.state


def test_a_counted_minute_ends_after_sixty_seconds() -> None:
    desk = Desk({"json": LATEST})
    desk.clock.advance(59.5)
    desk.api.get_net_gamma("SPY")
    assert desk.api.get_api_usage_stats() == {
        "total_calls": 1,
        "calls_this_minute": 1,
        "cache_size": 1,
        "time_until_minute_reset": 0,
    }
    desk.clock.advance(0.5)
    desk.api.get_historical_skew("SPY")
    assert desk.api.get_api_usage_stats()["calls_this_minute"] == 1


@pytest.mark.parametrize(
    ("method", "body"),
    [("get_gex_levels", LEVELS), ("get_gamma_by_expiration", EXPIRATION), ("get_net_gamma", LATEST)],
)
def test_a_cache_hit_gives_the_same_as_a_miss(method: str, body: dict[str, Any]) -> None:
    desk = Desk({"json": body})
    ask = getattr(desk.api, method)
    first = ask("SPY")
    desk.clock.advance(299.9)
    assert ask("SPY") == first
    assert desk.sent == 1
    desk.clock.advance(0.1)
    assert ask("SPY") == first
    assert desk.sent == 2


def test_the_week_can_be_asked_for_again_at_once() -> None:
    desk = Desk({"json": EXPIRATION})
    first = desk.api.get_current_week_gamma_intelligence("SPY", 18.0)
    second = desk.api.get_current_week_gamma_intelligence("SPY", 18.0)
    assert first["success"]
    assert desk.sent == 5
    assert desk.clock.sleeps == [20] * 4
    assert second["daily_impact"] == first["daily_impact"]
    assert second["weekly_evolution"] == first["weekly_evolution"]


def test_an_answer_without_the_symbol_is_kept_and_an_empty_one_asked_for_again() -> None:
    other, empty = Desk({"json": {"QQQ": {}}}), Desk({"json": {}})
    for desk in (other, empty):
        desk.api.get_net_gamma("SPY")
        desk.api.get_net_gamma("SPY")
    assert (other.sent, empty.sent) == (1, 2)


def test_expirations_are_kept_apart() -> None:
    desk = Desk({"json": EXPIRATION})
    assert desk.api.get_gamma_by_expiration("SPY", "1")["expiration"] == "1"
    assert desk.api.get_gamma_by_expiration("SPY", "2025-10-31")["expiration"] == "2025-10-31"
    assert [sent["params"]["exp"] for sent in desk.session.requests] == ["1", "2025-10-31"]


def test_history_asks_for_local_days_and_keeps_the_rows() -> None:
    desk = Desk({"json": {"SPY": ROWS}})
    assert desk.api.get_historical_gamma("SPY") == desk.api.get_historical_gamma("SPY") == ROWS
    assert desk.sent == 1
    assert {key: desk.session.requests[0]["params"][key] for key in ("start", "end")} == {
        "start": "2025-10-23",
        "end": "2025-10-28",
    }


@pytest.mark.parametrize(("body", "requests"), [({"SPY": []}, 1), ({"SPY": {"a": 1}}, 1), ({"SPY": None}, 2), ({}, 2)])
def test_history_without_rows_is_empty(body: dict[str, Any], requests: int) -> None:
    desk = Desk({"json": body})
    assert desk.api.get_historical_gamma("SPY") == desk.api.get_historical_gamma("SPY") == []
    assert desk.sent == requests


@pytest.mark.parametrize(
    ("rows", "expected"), [(ROWS, ROWS[0]), ([*ROWS, {"x": 1}], ROWS[1]), (ROWS[:1], {}), ([], {})]
)
def test_yesterday_is_the_row_before_the_last(rows: list[Any], expected: dict[str, Any]) -> None:
    desk = Desk({"json": {"SPY": rows}})
    assert desk.api.get_yesterday_data("SPY") == expected


def test_yesterday_is_kept_until_the_date_changes() -> None:
    desk = Desk({"json": {"SPY": ROWS}})
    desk.api.get_yesterday_data("SPY")
    desk.clock.advance(13 * 3600)
    desk.api.get_yesterday_data("SPY")
    assert desk.sent == 1
    desk.clock.advance(3600)
    desk.api.get_yesterday_data("SPY")
    assert desk.sent == 2


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "answer",
    [
        {"status": 403, "text": "Forbidden"},
        {"status": 500, "text": "<html>"},
        LIMIT,
        {"text": " \n"},
        {"text": "<html>"},
        {"json": []},
        {"text": "null"},
        {"json": 5},
        {"raise": "Timeout"},
        {"raise": "ConnectionError"},
    ],
)
def test_a_failure_is_a_value_and_its_notices_are_complete(method: str, answer: Answer) -> None:
    desk = Desk(answer)
    result = getattr(desk.api, method)("SPY")
    assert result == METHODS[method] or (method == "get_net_gamma" and result["error"])
    assert all("SPY" in text and "{" not in text for _, text in desk.notices[:1])


@pytest.mark.parametrize("method", METHODS)
def test_without_an_account_nothing_is_sent(method: str) -> None:
    desk = Desk({"json": LATEST}, user="")
    result = getattr(desk.api, method)("SPY")
    assert result == METHODS[method] or result == {"error": "API key not configured"}
    assert (desk.sent, desk.clock.sleeps) == (0, [])


def test_a_login_page_says_what_happened_and_what_to_do() -> None:
    desk = Desk({"text": "<html>login</html>"})
    assert desk.api.get_net_gamma("SPY")["error"].startswith("Invalid JSON: ")
    assert [level for level, _ in desk.notices] == ["error", "warning"]
    assert "check the account" in desk.notices[1][1]


def test_every_second_notice_has_its_advice() -> None:
    assert set(ADVICE) == {"no_user", "blank", "not_json"}
    assert set(ADVICE) < set(WHAT)


def test_an_unusable_number_fails_the_call_and_a_missing_one_is_zero() -> None:
    bad = Desk({"json": {"SPY": {"price": None}}})
    assert "float" in bad.api.get_net_gamma("SPY")["error"]
    assert bad.api.last_response is None
    sparse = Desk({"json": {"SPY": {"rating": "2"}}}).api.get_net_gamma("SPY")
    assert (sparse["spot_price"], sparse["net_gex"], sparse["collection_date"]) == (0, 0, "")


def test_the_week_without_a_vix_is_a_failure_value() -> None:
    result = Desk({"json": EXPIRATION}).api.get_current_week_gamma_intelligence("SPY", None)  # type: ignore[arg-type]
    assert result["success"] is False
    assert "NoneType" in result["error"]
    assert set(result) == {"success", "error", "symbol"}


def test_a_request_names_the_account_and_waits_two_minutes_at_most() -> None:
    desk = Desk({"json": LATEST})
    desk.api.get_net_gamma("SPY")
    assert desk.session.requests == [
        {
            "method": "GET",
            "url": "https://tv.test/api/gex/latest",
            "params": {"ticker": "SPY", "username": "u", "format": "json"},
            "headers": {"Accept": "application/json"},
            "timeout": 120,
        }
    ]


def test_the_client_serves_as_a_gamma_source() -> None:
    source: GammaSource = Desk({"json": LATEST}).api
    assert source.get_net_gamma("SPY")["flip_point"] == 644.9


def test_a_running_minute_is_not_restarted_by_another_client() -> None:
    state = ClientState(minute_reset_time=5, cache={"k": CachedBody([], 0)})
    assert Desk(state=state).api.state.minute_reset_time == 5
    assert Desk().api.state.minute_reset_time == StandingClock(TUESDAY).now().timestamp() + 60
