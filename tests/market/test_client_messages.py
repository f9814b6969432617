"""What clients may send to the socket."""

import json

import pytest

from apps.market.protocol import (
    MAX_MESSAGE_BYTES,
    RateLimit,
    Refused,
    Subscribe,
    parse_message,
    parse_symbols,
    parse_topics,
)


def test_a_subscription_carries_symbols_topics_and_the_last_numbers_seen() -> None:
    text = json.dumps({"type": "subscribe", "symbols": ["spx"], "topics": ["gex"], "seq": {"SPX": 3}})
    assert parse_message(text) == Subscribe(symbols=["spx"], topics=["gex"], seq={"SPX": 3})
    assert parse_symbols(["spx", "^SPX", "BRK.B"]) == ["SPX", "BRK.B"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "[]",
        '{"type":"order","symbols":["SPX"]}',
        '{"type":"subscribe"}',
        '{"type":"subscribe","symbols":[]}',
        '{"type":"subscribe","symbols":["SPX"],"extra":1}',
        '{"type":"subscribe","symbols":[' + ",".join(['"SPX"'] * 21) + "]}",
        '{"type":"subscribe","symbols":["SPX"],"seq":{"SPX":"new"}}',
        " " * (MAX_MESSAGE_BYTES + 1),
    ],
)
def test_a_message_that_does_not_fit_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(Refused, match=r"Message (not understood|too large)"):
        parse_message(text)


def test_an_unknown_topic_is_refused_with_those_there_are() -> None:
    assert parse_topics(["gex", "gex"]) == ["gex"]
    with pytest.raises(Refused, match=r"no topic 'secrets'. Topics: market, gex"):
        parse_topics(["gex", "secrets"])


@pytest.mark.parametrize("symbol", ["", "TOOLONGNAME", "../etc", "<b>", "SPX;DROP", "1SPX"])
def test_what_cannot_be_a_symbol_is_refused(symbol: str) -> None:
    with pytest.raises(Refused, match="is not a symbol"):
        parse_symbols([symbol])


def test_thirty_messages_in_ten_seconds_are_the_limit() -> None:
    limit = RateLimit()
    assert all(limit.allows(index / 10) for index in range(30))
    assert not limit.allows(3.0)
    assert limit.allows(10.1)
