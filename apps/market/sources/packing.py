"""Observations and answers as bytes: nothing is lost, and the same content always gives the same bytes.

Gzipped JSON, the format's name and version first. Numbers are written with the fewest digits that bring the same number
back; NaN is null.
"""

import gzip
import math
import zlib
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar, get_args

import msgspec
import numpy as np
from numpy.typing import NDArray

from alphagex import clock
from apps.market.chain import Chain, ChainError
from apps.market.exposure.result import Exposure
from apps.market.sources.protocol import Answer

What = Literal["chain", "exposure", "answer"]
Packable = TypeVar("Packable", Chain, Exposure, Answer)

Moment = Annotated[datetime, msgspec.Meta(tz=True)]

VERSION = 1
GZIP = b"\x1f\x8b"
_START = b'{"format":"alphagex-'
_LEVEL = 4  # of gzip: 6 takes three times as long and saves a twelfth
_FORMATS: dict[type[Chain | Exposure | Answer], str] = {
    Chain: "alphagex-chain",
    Exposure: "alphagex-exposure",
    Answer: "alphagex-answer",
}


class Heading(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What stands first in every packed thing. kind, detail: of an answer's question. received_at: if it is known."""

    format: str
    version: int
    symbol: str
    as_of: Moment
    received_at: Moment | None = None
    kind: str = ""
    detail: str = ""

    @property
    def what(self) -> What:
        return self.format.removeprefix("alphagex-")  # type: ignore[return-value]


class _Packed(Heading, frozen=True, kw_only=True, omit_defaults=True):
    content: msgspec.Raw


def pack_chain(chain: Chain, *, received_at: datetime | None = None) -> bytes:
    """Return the chain as bytes. Raises ChainError for a number JSON has no word for (infinity, a price of NaN)."""
    return _pack(chain, symbol=chain.symbol, received_at=received_at)


def pack_exposure(exposure: Exposure, *, received_at: datetime | None = None) -> bytes:
    """Return an exposure as bytes, for sources that deliver one without its chain. Raises ChainError as for chains."""
    return _pack(exposure, symbol=exposure.symbol, received_at=received_at)


def pack_answer(answer: Answer, *, received_at: datetime | None = None) -> bytes:
    """Return an answer as bytes; its value is plain JSON already. Raises ChainError if it is not."""
    question = answer.question
    return _pack(
        answer,
        symbol=question.symbol,
        received_at=received_at,
        kind=question.kind.value,
        detail=question.detail,
    )


def unpack(packed: bytes) -> Chain | Exposure | Answer:
    """Return whatever was packed, array by array. Raises ChainError."""
    outer = _decoded(_unzipped(packed), _Packed)
    _check(outer)
    match outer.what:
        case "chain":
            return _content(outer, Chain)
        case "exposure":
            return _content(outer, Exposure)
        case "answer":
            return _content(outer, Answer)


def is_packed(data: bytes) -> bool:
    """Return whether unzipped `data` is one of our own."""
    return data.startswith(_START)


def read_heading(packed: bytes) -> Heading:
    """Return what is packed without its numbers; the JSON is checked to its end. Raises ChainError."""
    heading = _decoded(_unzipped(packed), Heading)
    _check(heading)
    return heading


def _pack(thing: Packable, *, received_at: datetime | None, symbol: str, kind: str = "", detail: str = "") -> bytes:
    if wrong := _unwritable(thing):
        raise ChainError(f"{symbol}: {wrong} is no number that can be recorded")
    try:
        thing = _in_new_york(thing)
        # Dictionaries are sorted: equal ones may have been filled in another order.
        content = msgspec.json.encode(thing, enc_hook=_plain, order="deterministic")
    except (TypeError, ValueError) as error:
        raise ChainError(f"{symbol}: cannot be recorded ({error})") from error
    packed = _Packed(
        format=_FORMATS[type(thing)],
        version=VERSION,
        symbol=symbol,
        as_of=thing.as_of,
        received_at=clock.in_new_york(received_at) if received_at else None,
        kind=kind,
        detail=detail,
        content=msgspec.Raw(content),
    )
    return gzip.compress(msgspec.json.encode(packed), _LEVEL, mtime=0)


def _content(outer: _Packed, wanted: type[Packable]) -> Packable:
    thing = _decoded(bytes(outer.content), wanted)
    _check_columns(thing)
    try:
        return _in_new_york(thing)
    except ValueError as error:
        raise ChainError(f"a damaged recording: {error}") from error


def _check(heading: Heading) -> None:
    if heading.format not in _FORMATS.values():
        raise ChainError(f"an unknown recording of the format {heading.format!r}")
    if heading.version != VERSION:
        raise ChainError(f"a recording of version {heading.version}; this desk reads version {VERSION}, update it")


Decoded = TypeVar("Decoded")


def _decoded(data: bytes, kind: type[Decoded]) -> Decoded:
    try:
        return msgspec.json.decode(data, type=kind, dec_hook=_array)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:  # ValidationError is one
        raise ChainError(f"a damaged recording: {error}") from error


def _unzipped(packed: bytes) -> bytes:
    if not packed.startswith(GZIP):
        data = packed
    else:
        try:
            data = gzip.decompress(packed)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise ChainError(f"a damaged recording: {error}") from error
    if not is_packed(data):
        raise ChainError("no recording of this desk")
    return data


def _plain(value: Any) -> Any:
    """Return what JSON writes for an array. Dates are numbered: thousands of contracts share a few dozen."""
    if isinstance(value, np.ndarray):
        if value.dtype.kind == "M":
            days, at = np.unique(value, return_inverse=True)
            return {"days": np.datetime_as_string(days).tolist(), "at": at.tolist()}
        if value.dtype.kind == "b":
            return "".join(np.where(value, "1", "0").tolist())
        return value.tolist()  # NaN becomes null
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} is not plain")


def _array(kind: Any, value: Any) -> NDArray[Any]:
    """Return the array JSON stands for. Raises ValueError for what is none (a damaged recording)."""
    number = get_args(get_args(kind)[1])[0]
    try:
        array: NDArray[Any] = _column(number, value)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise ValueError(f"no column of {number.__name__}") from error
    if array.ndim != 1:
        raise ValueError(f"no column of {number.__name__}")
    return array


def _column(number: Any, value: Any) -> Any:
    if number is np.datetime64:
        return np.array(value["days"], "datetime64[D]")[np.array(value["at"], np.intp)]
    if number is np.bool_:
        return np.frombuffer(value.encode("ascii"), np.uint8) == ord("1")
    return np.array(value, number)  # null becomes NaN


def _unwritable(value: Any, name: str = "it") -> str:
    """Return the name of a number JSON cannot hold, empty if there is none. The value of an answer is JSON already."""
    if isinstance(value, float):
        return "" if math.isfinite(value) else name
    if isinstance(value, np.ndarray):
        return name if value.dtype.kind == "f" and bool(np.isinf(value).any()) else ""
    inside: list[tuple[str, Any]] = []
    if is_dataclass(value):
        inside = [(field.name, getattr(value, field.name)) for field in fields(value) if field.name != "value"]
    elif isinstance(value, dict):
        inside = [(f"{name}[{key}]", item) for key, item in value.items()]
    elif isinstance(value, tuple):
        inside = [(name, item) for item in value]
    return next((wrong for key, item in inside if (wrong := _unwritable(item, key))), "")


def _check_columns(thing: Chain | Exposure | Answer) -> None:
    """Raise ChainError where columns do not belong together: shown side by side they would be wrong numbers."""
    if isinstance(thing, Chain):
        _check_lengths("contracts", _columns(thing))
        _check_places("root", thing.root, len(thing.roots))
    elif isinstance(thing, Exposure):
        _check_lengths("strikes", _columns(thing.by_strike))
        _check_lengths("cells", _columns(thing.surface))
        _check_lengths("prices", [thing.profile.spot, *thing.profile.curves.values()])
        _check_places("strike", thing.surface.strike_index, len(thing.by_strike.strike))
        _check_places("expiration", thing.surface.expiration_index, len(thing.by_expiration))


def _columns(table: Any) -> list[NDArray[Any]]:
    values = [getattr(table, field.name) for field in fields(table)]
    return [value for value in values if isinstance(value, np.ndarray)]


def _check_lengths(what: str, columns: list[NDArray[Any]]) -> None:
    lengths = sorted({len(column) for column in columns})
    if len(lengths) != 1:
        raise ChainError(f"a damaged recording: columns of {', '.join(map(str, lengths))} {what}")


def _check_places(what: str, places: NDArray[np.int16], count: int) -> None:
    if len(places) and not 0 <= places.min() <= places.max() < count:
        raise ChainError(f"a damaged recording: a {what} that is not listed")


def _in_new_york(thing: Packable) -> Packable:
    """Return it with its moments in New York: JSON knows the offset, not the place."""
    if isinstance(thing, Exposure):
        rows = tuple(replace(row, settles_at=clock.in_new_york(row.settles_at)) for row in thing.by_expiration)
        return replace(thing, as_of=clock.in_new_york(thing.as_of), by_expiration=rows)
    return replace(thing, as_of=clock.in_new_york(thing.as_of))


__all__ = [
    "GZIP",
    "VERSION",
    "Heading",
    "What",
    "is_packed",
    "pack_answer",
    "pack_chain",
    "pack_exposure",
    "read_heading",
    "unpack",
]
