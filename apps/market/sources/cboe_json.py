"""The Cboe delayed-quotes JSON: bytes in, chain out. Only the fields we use are decoded."""

import math
from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from apps.market.chain import Chain, ChainError, Origin
from apps.market.sources.columns import RawColumns, build_chain
from apps.market.sources.occ import parse_contracts

T = TypeVar("T")


class _Option(msgspec.Struct, gc=False):
    option: str
    bid: float | None = None
    ask: float | None = None
    iv: float | None = None
    open_interest: float | None = None
    volume: float | None = None
    gamma: float | None = None
    last_trade_price: float | None = None


class _Quote(msgspec.Struct):
    options: list[_Option]
    current_price: float
    symbol: str | None = None
    prev_day_close: float | None = None


class _Answer(msgspec.Struct):
    timestamp: str
    data: _Quote
    symbol: str | None = None


class _QuoteHeading(msgspec.Struct):
    options: msgspec.Raw
    symbol: str | None = None


class _Heading(msgspec.Struct):
    timestamp: str
    data: _QuoteHeading
    symbol: str | None = None


ANSWER: msgspec.json.Decoder[_Answer] = msgspec.json.Decoder(_Answer)
HEADING: msgspec.json.Decoder[_Heading] = msgspec.json.Decoder(_Heading)


def parse_cboe_json(data: bytes, *, origin: Origin) -> Chain:
    """Return the chain of one answer. The time stamp is UTC; the chain's moment is New York.

    Raises ChainError for truncated or foreign JSON, wrong types, missing price or contracts.
    """
    answer = _decode(ANSWER, data)
    quote = answer.data
    options = quote.options
    change = None
    if quote.prev_day_close and quote.prev_day_close > 0:
        change = round(quote.current_price - quote.prev_day_close, 4)
    return build_chain(
        parse_contracts([row.option for row in options]),
        RawColumns(
            iv=[row.iv for row in options],
            open_interest=[row.open_interest for row in options],
            volume=[row.volume for row in options],
            bid=[row.bid for row in options],
            ask=[row.ask for row in options],
            gamma=[row.gamma for row in options],
            last=[row.last_trade_price for row in options],
        ),
        symbol=_underlying(answer.symbol or quote.symbol),
        spot=quote.current_price if math.isfinite(quote.current_price) else 0.0,
        as_of=_moment(answer.timestamp),
        origin=origin,
        change=change,
    )


def read_heading(data: bytes) -> tuple[str | None, datetime]:
    """Return symbol and moment of an answer without decoding its contracts; the JSON is checked to its end."""
    heading = _decode(HEADING, data)
    return _underlying(heading.symbol or heading.data.symbol), _moment(heading.timestamp)


def _decode(decoder: "msgspec.json.Decoder[T]", data: bytes) -> T:
    try:
        return decoder.decode(data)
    except msgspec.ValidationError as error:
        raise ChainError(f"JSON, but no Cboe delayed-quotes answer: {error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ChainError(f"broken or truncated JSON: {error}") from error


def _underlying(symbol: str | None) -> str | None:
    """Return the plain symbol of `_RUT` or `^RUT`."""
    return symbol.lstrip("_^$").upper() if symbol else None


def _moment(timestamp: str) -> datetime:
    try:
        moment = datetime.fromisoformat(timestamp)
    except ValueError as error:
        raise ChainError(f"the time stamp {timestamp!r} is no date and time") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
