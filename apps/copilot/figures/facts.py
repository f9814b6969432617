"""The figures an answer was given, each with a name, read out of the very text and JSON Claude was sent."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal

from apps.copilot.figures.reading import Figure, figures_in

Unit = Literal["number", "percent", "fraction", "date"]
Origin = Literal["stored", "computed", "asked"]
_KEY = re.compile(r'^\s*"?(?P<key>[A-Za-z_][\w .%\-]*?)"?\s*:\s*(?P<rest>.+?),?\s*$')
_PERCENT = re.compile(r"pct|percent|win_rate|probability|confidence|impact|decay|distance_to_flip|chance|share", re.I)
_FRACTION = re.compile(r"volatility|(?:^|_)iv$|fraction|one_(?:day|week)_std", re.I)
_BILLIONS = re.compile(r"billions?$", re.I)
_CODE = re.compile(r"id$|^id$|symbol|timestamp|key$", re.I)
_LONGEST_NAME = 36
_SPELLED = {"gex": "GEX", "pct": "%", "iv": "IV", "pnl": "P&L", "vol": "volatility", "usd": "$"}
_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})[T ]\d{2}:\d{2}\S*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A figure that is known. name: for people; source: where it was given. value: as written, dates as text."""

    name: str
    source: str
    value: float = 0.0
    unit: Unit = "number"
    step: float = 0.0
    day: str = ""
    origin: Origin = "stored"

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Fact":
        return cls(**kept)


def facts_in(text: str, *, source: str, origin: Origin = "stored") -> list[Fact]:
    """Return the figures of a text, line by line, each named by its line's key (JSON or "Call wall: 4,525")."""
    found: list[Fact] = []
    for line in text.splitlines():
        match = _KEY.match(line)
        key, rest = (match["key"], match["rest"]) if match else ("", line)
        if key and _CODE.search(key) and not _MOMENT.search(rest):
            continue
        found += _of_line(key or line, key, rest, source=source, origin=origin)
    return found


def unique(facts: Iterable[Fact]) -> list[Fact]:
    """Return the facts without those that say the same again, the first of each kept."""
    kept: dict[tuple[Any, ...], Fact] = {}
    for one in facts:
        kept.setdefault((one.value, one.unit, one.step, one.day, one.origin, one.name), one)
    return list(kept.values())


def words(key: str) -> str:
    """Return a key as people read it: `call_wall` -> "Call wall"."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", key.strip(" -*#|"))
    text = " ".join(_SPELLED.get(word.lower(), word) for word in re.split(r"[_\s]+", spaced.strip()))
    return text[:1].upper() + (text[1:] if len(text) <= _LONGEST_NAME else f"{text[1:_LONGEST_NAME].rstrip()}\u2026")


def _of_line(name: str, key: str, rest: str, *, source: str, origin: Origin) -> Iterator[Fact]:
    rest = _MOMENT.sub(r"\1", rest)
    name = words(name)
    plain = _plain_number(rest)
    if plain is not None:
        yield _plain_fact(name, key, plain, source=source, origin=origin)
        return
    for figure in figures_in(rest):
        yield _fact(name, figure, source=source, origin=origin)


def _plain_number(text: str) -> float | None:
    """Return the number a JSON value is, None where it is anything else."""
    try:
        return float(text) if re.fullmatch(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?", text) else None
    except ValueError:
        return None


def _plain_fact(name: str, key: str, value: float, *, source: str, origin: Origin) -> Fact:
    unit: Unit = "number"
    if _BILLIONS.search(key):
        return Fact(name=re.sub(r" billions?$", "", name, flags=re.I), source=source, value=value * 1e9, origin=origin)
    if _FRACTION.search(key):
        unit = "fraction" if abs(value) <= 5 else "percent"
    elif _PERCENT.search(key):
        # Rates are kept as per cent almost everywhere; the engine's weekday table alone has fractions.
        unit = "fraction" if "." in repr(value) and 0 < abs(value) < 1 and "win_rate" in key else "percent"
    return Fact(name=name, source=source, value=value, unit=unit, origin=origin)


def _fact(name: str, figure: Figure, *, source: str, origin: Origin) -> Fact:
    if figure.kind == "date":
        return Fact(name=name, source=source, unit="date", day=(figure.day or date.min).isoformat(), origin=origin)
    unit: Unit = "percent" if figure.kind == "percent" else "number"
    return Fact(name=name, source=source, value=figure.value, unit=unit, step=figure.step, origin=origin)
