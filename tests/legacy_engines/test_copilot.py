"""What the copilot does with a question, with a model, without one, and when things fail."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pandas as pd
import pytest

from legacy_engines.copilot import ClaudeIntelligence, ClaudeRequestError, HttpTransport, TraderState
from legacy_engines.copilot.claude import REFUSAL
from legacy_engines.copilot.transport import claude_api_key
from legacy_engines.intelligence_and_strategies import FREDIntegration, RealOptionsChainFetcher
from tests.parity.worlds import CannedSession, SqliteStore, StandingClock

TUESDAY = "2025-10-21T10:30:00-04:00"
MARKET = {
    "symbol": "SPY",
    "spot_price": 583.2,
    "net_gex": -2.3e9,
    "flip_point": 588.0,
    "call_wall": 640.0,
    "put_wall": 560,
}
POST = {"method": "POST", "path": "/v1/messages"}


class Model:
    """A model that records what it is sent and answers, or fails."""

    def __init__(self, answer: str = "Buy the dip.", error: Exception | None = None) -> None:
        self.answer, self.error = answer, error
        self.sent: list[dict[str, Any]] = []

    def __call__(self, *, model: str, max_tokens: int, messages: Sequence[dict[str, str]], system: str) -> str:
        self.sent.append({"model": model, "messages": list(messages), "system": system})
        if self.error:
            raise self.error
        return self.answer


class Ticker:
    """A symbol with one expiration, and the VIX."""

    options = ("2025-10-24",)

    def history(self, *, period: str, interval: str = "1d") -> pd.DataFrame:
        return pd.DataFrame({"Close": [583.2]})

    def option_chain(self, expiration: str) -> Any:
        return self

    @property
    def calls(self) -> pd.DataFrame:
        return pd.DataFrame({"strike": [575.0, 585.0], "lastPrice": [12.0, 5.0], "impliedVolatility": [0.2, 0.18]})

    puts = calls


class Desk:
    """A copilot, its store and what it said beside its answers."""

    def __init__(self, transport: Any = None, *, clock: str = TUESDAY, key: str = "a-key", **ports: Any) -> None:
        self.notices: list[tuple[str, str]] = []
        self.store = SqliteStore(StandingClock(clock))
        self.state = ports.pop("state", None) or TraderState()
        self.model = transport or Model()
        self.copilot = ClaudeIntelligence(
            clock=self.store.clock,
            session=CannedSession([]),
            tickers=lambda symbol: Ticker(),
            store=self.store,
            state=self.state,
            transport=self.model,
            environ={"CLAUDE_API_KEY": key},
            notify=lambda level, text: self.notices.append((level, text)),
            **ports,
        )

    @property
    def levels(self) -> list[str]:
        return [level for level, _ in self.notices]


def test_an_answer_continues_the_conversation_and_is_logged() -> None:
    desk = Desk()
    assert desk.copilot.analyze_market(dict(MARKET), "Where is SPY going?") == "Buy the dip."
    assert desk.state.conversation_history == [
        {"role": "user", "content": "Where is SPY going?"},
        {"role": "assistant", "content": "Buy the dip."},
    ]
    row = desk.store.dump("conversations")[0]
    assert (row["user_message"], row["ai_response"]) == ("Where is SPY going?", "Buy the dip.")
    assert json.loads(row["context_data"]) == MARKET
    assert desk.notices == []


def test_the_model_id_passed_in_is_the_one_asked() -> None:
    desk = Desk(model=Model())
    desk.copilot.model = "a-current-model"
    desk.copilot.analyze_market(dict(MARKET), "levels")
    assert desk.model.sent[0]["model"] == "a-current-model"


def test_the_last_ten_messages_and_the_dressed_question_are_sent() -> None:
    past = [{"role": ("user", "assistant")[i % 2], "content": f"message {i}"} for i in range(12)]
    desk = Desk(state=TraderState(conversation_history=list(past)))
    desk.copilot.analyze_market(dict(MARKET), "levels please")
    sent = desk.model.sent[0]["messages"]
    assert sent[:-1] == [*past[-9:], {"role": "user", "content": "levels please"}]
    assert "QUESTION: levels please" in sent[-1]["content"]


def test_a_sent_message_is_a_copy_of_the_conversation() -> None:
    desk = Desk()
    desk.copilot.analyze_market(dict(MARKET), "levels")
    desk.model.sent[0]["messages"][0]["content"] = "changed by the transport"
    assert desk.state.conversation_history[0]["content"] == "levels"


def test_a_failing_model_gives_the_fallback_and_leaves_the_question_unanswered() -> None:
    desk = Desk(Model(error=TimeoutError("30 s")))
    answer = desk.copilot.analyze_market(dict(MARKET), "levels today please")
    assert "BUY TODAY 589 Call" in answer
    assert desk.state.conversation_history == [{"role": "user", "content": "levels today please"}]
    assert desk.levels == ["error"]
    assert "30 s" in desk.notices[0][1]
    assert desk.store.dump("conversations") == []


def test_without_a_key_nothing_is_sent_and_it_is_said_once() -> None:
    desk = Desk(key="")
    first = desk.copilot.analyze_market(dict(MARKET), "overview of levels")
    assert first == desk.copilot.analyze_market(dict(MARKET), "overview of levels")
    assert "NEGATIVE_GEX_SQUEEZE" in first
    assert desk.levels == ["error"]
    assert desk.model.sent == []
    assert desk.state.conversation_history == []


def test_a_trader_in_revenge_mood_is_refused_before_anything_is_sent() -> None:
    history = [{"role": "user", "content": "I lost 2,000 on that"}]
    desk = Desk(state=TraderState(conversation_history=history))
    answer = desk.copilot.analyze_market(dict(MARKET), "buy calls now")
    assert answer.startswith("- Revenge trading")
    assert answer.endswith(REFUSAL)
    assert desk.model.sent == []
    assert len(history) == 1


def test_a_milder_habit_is_a_warning_beside_the_answer() -> None:
    desk = Desk(clock="2025-10-21T18:00:00-04:00")
    assert desk.copilot.analyze_market(dict(MARKET), "which calls tomorrow") == "Buy the dip."
    assert desk.levels == ["warning"]
    assert "22:00 UTC (06:00 PM ET)" in desk.notices[0][1]


def test_a_symbol_passed_in_wins_over_the_words_of_the_question() -> None:
    desk = Desk()
    desk.copilot.analyze_market({}, "what about calls", symbol="QQQ")
    assert desk.model.sent[0]["messages"][-1]["content"].startswith("SYMBOL: QQQ")
    assert Desk(key="").copilot.analyze_market({}, "what about calls", symbol="QQQ").startswith("# QQQ:")
    assert Desk(key="").copilot.analyze_market({}, "what about calls").startswith("# WHAT:")


class Gex:
    def __init__(self, answer: dict[str, Any] | None) -> None:
        self.answer = answer
        self.asked: list[str] = []

    def get_gex_data(self, symbol: str) -> dict[str, Any]:
        self.asked.append(symbol)
        if self.answer is None:
            raise ConnectionError("no route")
        return self.answer


@pytest.mark.parametrize("page", [{}, {"net_gex": 0}, {"net_gex": None, "spot_price": 3}])
def test_missing_gex_is_fetched_for_the_symbol_of_the_question(page: dict[str, Any]) -> None:
    gex = Gex(dict(MARKET))
    desk = Desk(gex_client=gex)
    desk.copilot.analyze_market(page, "TSLA outlook")
    assert gex.asked == ["TSLA"]
    assert desk.levels == ["info"]
    content = desk.model.sent[0]["messages"][-1]["content"]
    assert content.startswith("SYMBOL: TSLA")
    assert '"net_gex_billions": -2.3' in content


@pytest.mark.parametrize("gex", [Gex(None), None])
def test_a_gex_source_that_fails_or_is_not_there_is_a_warning(gex: Gex | None) -> None:
    desk = Desk(gex_client=gex)
    assert desk.copilot.analyze_market({"symbol": "QQQ"}, "outlook") == "Buy the dip."
    assert desk.levels == ["warning"]


def test_net_gex_of_none_that_stays_is_an_error() -> None:
    with pytest.raises(TypeError):
        Desk().copilot.analyze_market({"net_gex": None, "spot_price": 500}, "outlook")


def test_a_market_that_is_none_is_an_error() -> None:
    with pytest.raises(AttributeError):
        Desk().copilot.analyze_market(None, "outlook")  # type: ignore[arg-type]


def test_the_account_of_the_trader_is_used_for_sizing() -> None:
    desk = Desk(state=TraderState(settings={"account_size": 25000, "risk_per_trade": 1.5}))
    desk.copilot.analyze_market(dict(MARKET), "levels")
    content = desk.model.sent[0]["messages"][-1]["content"]
    assert "POSITION SIZING (account $25000, risk 1.5% per trade)" in content
    assert "Size for account $25000, risk 1.5% per trade." in content
    assert '"contracts": 2' in content  # 375 of risk, 150 a contract


def test_an_analysis_can_be_streamed_by_hand() -> None:
    desk = Desk()
    prepared = desk.copilot.prepare_analysis(dict(MARKET), "levels")
    assert prepared.messages[-1]["role"] == "user"
    desk.copilot.finish_analysis(prepared, "streamed")
    assert desk.state.conversation_history[-1] == {"role": "assistant", "content": "streamed"}
    assert len(desk.store.dump("conversations")) == 1
    assert desk.model.sent == []


def test_what_was_fetched_can_be_shared_between_traders() -> None:
    clock = StandingClock(TUESDAY)
    looked_up: list[str] = []

    def tickers(symbol: str) -> Ticker:
        looked_up.append(symbol)
        return Ticker()

    fetcher = RealOptionsChainFetcher(tickers=tickers, clock=clock)
    fred = FREDIntegration(clock=clock, session=CannedSession([]), tickers=tickers)
    for _ in range(3):
        Desk(fred=fred, options_fetcher=fetcher).copilot.analyze_market(dict(MARKET), "levels")
    assert looked_up.count("SPY") == 1


def test_a_challenge_neither_reads_nor_continues_the_conversation() -> None:
    desk = Desk(state=TraderState(conversation_history=[{"role": "user", "content": "hello"}]))
    assert desk.copilot.challenge_trade_idea("buy 590 calls", dict(MARKET)) == "Buy the dip."
    assert [message["role"] for message in desk.model.sent[0]["messages"]] == ["user"]
    assert "IDEA: buy 590 calls" in desk.model.sent[0]["messages"][0]["content"]
    assert len(desk.state.conversation_history) == 1
    assert len(desk.store.dump("conversations")) == 1


def test_an_empty_answer_is_an_answer() -> None:
    desk = Desk(Model(answer=""))
    assert desk.copilot.challenge_trade_idea("buy 590 calls", dict(MARKET)) == ""
    assert desk.copilot.teach_concept(dict(MARKET), "walls") == ""


def test_a_text_of_none_passes_through_like_any_other_answer() -> None:
    session = CannedSession([{**POST, "json": {"content": [{"text": None}]}}])
    desk = Desk(HttpTransport(api_key="a-key", session=session))
    assert desk.copilot.analyze_market(dict(MARKET), "levels") is None
    assert desk.copilot.challenge_trade_idea("buy 590 calls", dict(MARKET)) is None
    assert desk.levels == []
    assert desk.state.conversation_history[-1] == {"role": "assistant", "content": None}
    assert [row["ai_response"] for row in desk.store.dump("conversations")] == [None, None]


def test_the_call_takes_messages_and_nothing_else() -> None:
    desk = Desk()
    with pytest.raises(TypeError):
        desk.copilot._call_claude_api("a plain text", max_tokens=500, temperature=0.7)  # type: ignore[call-arg,arg-type]
    assert desk.model.sent == []


def test_a_failing_analysis_falls_back_on_the_fetched_market() -> None:
    desk = Desk(Model(error=TimeoutError()), gex_client=Gex(dict(MARKET)))
    answer = desk.copilot.analyze_market({"symbol": "QQQ"}, "overview")
    assert "Price: $583.20" in answer
    assert answer.startswith("# SPY:")
    assert desk.levels == ["info", "error"]


def test_notices_come_in_the_order_of_events() -> None:
    session = CannedSession([{**POST, "status": 500, "text": "down"}])
    desk = Desk(clock="2025-10-21T18:00:00-04:00")
    desk.copilot.transport = HttpTransport(api_key="a-key", session=session, notify=desk.copilot.notify)
    desk.copilot.analyze_market({}, "which calls tomorrow")
    assert desk.levels == ["warning", "warning", "error", "error"]  # coach, no GEX source, status 500, no answer


def test_facts_that_cannot_be_gathered_are_an_error_and_leave_no_question() -> None:
    desk = Desk()
    with pytest.raises(TypeError):
        desk.copilot.analyze_market({"net_gex": 1, "spot_price": None}, "levels")
    with pytest.raises(TypeError):
        desk.copilot.challenge_trade_idea("buy 590 calls", {"spot_price": None})
    assert desk.state.conversation_history == []
    assert desk.levels == []


@pytest.mark.parametrize("settings", [{}, {"claude_api_key": None}, {"claude_api_key": ""}])
def test_settings_without_a_key_are_an_empty_key(settings: dict[str, Any]) -> None:
    assert claude_api_key({"CLAUDE_API_KEY": ""}, settings) == ""


def test_challenge_and_lesson_fall_back_when_the_model_fails() -> None:
    desk = Desk(Model(error=KeyError("content")))
    assert "TRAPPED" in desk.copilot.challenge_trade_idea("buy calls", dict(MARKET))
    assert "# Lesson: walls" in desk.copilot.teach_concept(dict(MARKET), "walls")
    assert desk.levels == ["error", "error"]


def test_a_lesson_without_a_price_cannot_fall_back() -> None:
    with pytest.raises(ZeroDivisionError):
        Desk(Model(error=TimeoutError())).copilot.teach_concept({}, "walls")


def test_a_conversation_that_cannot_be_stored_still_gives_the_answer() -> None:
    desk = Desk()
    desk.store.connection.execute("DROP TABLE conversations")
    assert desk.copilot.analyze_market(dict(MARKET), "levels") == "Buy the dip."
    assert desk.levels == ["error"]


def test_market_data_that_json_cannot_hold_is_not_logged() -> None:
    desk = Desk()
    desk.copilot._log_conversation("question", "answer", {"when": StandingClock(TUESDAY).now().date()})
    assert desk.levels == ["error"]
    assert desk.store.dump("conversations") == []


def test_the_http_transport_posts_once_and_returns_the_first_text() -> None:
    session = CannedSession([{**POST, "json": {"content": [{"text": "first"}, {"text": "second"}]}}])
    transport = HttpTransport(api_key="a-key", session=session)
    assert transport(model="m", max_tokens=4000, messages=[{"role": "user", "content": "hi"}], system="s") == "first"
    sent = session.requests[0]
    assert sent["headers"]["x-api-key"] == "a-key"
    assert sent["json"] == {
        "model": "m",
        "max_tokens": 4000,
        "messages": [{"role": "user", "content": "hi"}],
        "system": "s",
    }


@pytest.mark.parametrize(
    ("entry", "error"),
    [
        ({"status": 429, "text": "slow down"}, ClaudeRequestError),
        ({"status": 201, "json": {"content": [{"text": "x"}]}}, ClaudeRequestError),
        ({"json": {}}, KeyError),
        ({"json": {"content": []}}, IndexError),
        ({"raise": "connection"}, ConnectionError),
    ],
)
def test_the_http_transport_raises_what_went_wrong(entry: dict[str, Any], error: type[Exception]) -> None:
    notices: list[tuple[str, str]] = []
    transport = HttpTransport(
        api_key="secret-key",
        session=CannedSession([{**POST, **entry}]),
        notify=lambda level, text: notices.append((level, text)),
    )
    with pytest.raises(error):
        transport(model="m", max_tokens=1, messages=[], system="")
    assert bool(notices) == (error is ClaudeRequestError)
    assert all("secret-key" not in text for _, text in notices)
