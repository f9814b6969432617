"""Find the figures in a text: prices, amounts, percentages, counts, dates; alone, in ranges and in lists of strikes.

Not figures: names with digits in them (S&P 500, VIX9D, Q3), times of day, ordinals, and small whole numbers without
sign or unit ("two or 3 alternatives"), which are words rather than claims.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

Kind = Literal["number", "usd", "percent", "date"]
SMALLEST_BARE = 10  # a bare whole number below it is a word
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
YEARLESS = 4
"""The year of dates written without one: a leap year, so that 29 Feb is one."""
SCALES = {
    "k": 1e3, "thousand": 1e3,
    "m": 1e6, "mn": 1e6, "mm": 1e6, "mln": 1e6, "million": 1e6,
    "b": 1e9, "bn": 1e9, "bln": 1e9, "billion": 1e9,
    "t": 1e12, "tn": 1e12, "trillion": 1e12,
}  # fmt: skip
_COUNTED = ("dte", "day", "contract", "share", "x", "times", "trade", "position", "strike")
_MINUS = r"\-\u2212\u2013\u2012"
_SPACE = r"[ \t\u00a0\u202f\u2009]"
# With a capital: "may 5 contracts" is no date.
_MONTH = "(?:" + "|".join(f"{name.title()}|{name.upper()}" for name in MONTHS) + r")[a-z]*\.?"

_NAME = re.compile(
    r"\b(?:S&P|S&amp;P|Russell|Nasdaq|FTSE|Nikkei)[ -]?\d[\d,]*\b|\b(?:in|since|of|year)\s(?:19|20)\d\d\b(?![.,]\d)",
    re.IGNORECASE,
)
_TIME = re.compile(rf"\b\d{{1,2}}:\d{{2}}(?::\d{{2}})?\b|\b\d{{1,2}}{_SPACE}?(?:a\.?m\.?|p\.?m\.?)\b", re.IGNORECASE)
_DATE = re.compile(
    rf"\b(?P<iso>\d{{4}}-\d{{2}}-\d{{2}})\b"
    rf"|\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?{_SPACE}+(?P<month>{_MONTH})(?:,?{_SPACE}+(?P<year>\d{{4}}))?\b"
    rf"|\b(?P<month2>{_MONTH}){_SPACE}+(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?{_SPACE}+(?P<year2>(?:19|20)\d{{2}})\b(?!-))?"
    r"|\b(?P<us_month>\d{1,2})/(?P<us_day>\d{1,2})(?:/(?P<us_year>(?:20)?\d{2})\b|(?=\s[Ee]xp))",
)
_NUMBER = re.compile(
    rf"""
    (?P<sign>(?<![\w.,\d)])[+\u00b1{_MINUS}](?=[$\u20ac]?\.?\d|[$\u20ac][+{_MINUS}]))?
    (?P<currency>[$])?
    (?P<sign2>(?<=[$])[+{_MINUS}])?
    (?<![\w.])(?P<digits>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)
    (?:
      {_SPACE}?(?P<percent>%|percent\b|per{_SPACE}cent\b|pct\b)
      | {_SPACE}?(?P<scale>k|m|mn|mm|mln|b|bn|bln|t|tn|million|billion|thousand|trillion)\b
      | {_SPACE}?-?(?P<unit>DTE|days?|contracts?|points?|pts?|shares?|delta|x|times|bps?|strikes?|trades?|positions?)\b
      | (?P<right>[CP])\b
    )?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_ORDINAL = re.compile(r"(?:st|nd|rd|th)\b", re.IGNORECASE)
_RANGE = re.compile(rf"^{_SPACE}*(?:[{_MINUS}]|to|/|and|\.\.){_SPACE}*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure in a text, at text[start:end]. value: with its scale, percent as written; magnitude: of value.

    sign: of what was written: -1, 1, or 0 where there is none. step: the weight of its last digit, so that 4.3 stands
    for anything from 4.25 to 4.35. is_count: of things, as in 4 contracts. day: of a date; of the year YEARLESS
    where none was written.
    """

    start: int
    end: int
    text: str
    kind: Kind
    value: float = 0.0
    sign: int = 0
    step: float = 1.0
    scaled: bool = False
    is_count: bool = False
    day: date | None = None

    @property
    def magnitude(self) -> float:
        return abs(self.value)


def figures_in(text: str) -> list[Figure]:
    """Return the figures of a text in their order."""
    dates = list(_dates(text))
    taken = bytearray(len(text))
    spans = [(one.start, one.end) for one in dates]
    spans += [match.span() for pattern in (_NAME, _TIME) for match in pattern.finditer(text)]
    for start, end in spans:
        taken[start:end] = b"x" * (end - start)
    numbers = _with_shared_units(text, [one for one in _numbers(text) if not any(taken[one.start : one.end])])
    return sorted([*dates, *(one for one, is_claim in numbers if is_claim)], key=lambda one: one.start)


def _dates(text: str) -> Iterator[Figure]:
    for match in _DATE.finditer(text):
        day = _day_of(match)
        if day is not None:
            yield Figure(start=match.start(), end=match.end(), text=match.group(), kind="date", day=day)


def _day_of(match: re.Match[str]) -> date | None:
    found = match.groupdict()
    try:
        if found["iso"]:
            return date.fromisoformat(found["iso"])
        if found["us_month"]:
            year = int(found["us_year"] or YEARLESS)
            year = 2000 + year if found["us_year"] and year < 100 else year
            return date(year, int(found["us_month"]), int(found["us_day"]))
        month = found["month"] or found["month2"]
        number = MONTHS.index(month[:3].lower()) + 1
        return date(int(found["year"] or found["year2"] or YEARLESS), number, int(found["day"] or found["day2"]))
    except ValueError:
        return None


def _numbers(text: str) -> Iterator[Figure]:
    for match in _NUMBER.finditer(text):
        if _ORDINAL.match(text, match.end()):
            continue
        after = text[match.end() : match.end() + 1]
        if after.isalpha() or after == "_" or (after == ":" and text[match.end() + 1 : match.end() + 2].isdigit()):
            continue
        if match["digits"] == "0" and match["unit"]:
            continue  # 0DTE is the name of a trade
        yield _number(match)


def _number(match: re.Match[str]) -> Figure:
    digits = match["digits"].replace(",", "")
    decimals = len(digits.partition(".")[2])
    scale = SCALES.get((match["scale"] or "").lower(), 1.0)
    written = match["sign"] or match["sign2"] or ""
    sign = {"": 0, "+": 1, "\u00b1": 0}.get(written, -1)
    kind: Kind = "percent" if match["percent"] else "usd" if match["currency"] else "number"
    return Figure(
        start=match.start(),
        end=match.end(),
        text=match.group(),
        kind=kind,
        value=float(digits) * scale * (sign or 1),
        sign=sign,
        step=scale * 10.0**-decimals,
        scaled=scale != 1.0,
        is_count=bool(match["unit"]) and match["unit"].lower().startswith(_COUNTED),
    )


def _with_shared_units(text: str, found: list[Figure]) -> list[tuple[Figure, bool]]:
    """Return the figures and whether each is a claim. In "10-15 %", "$4.20-4.60", "$1-2B" both ends share the units."""
    shared: list[tuple[Figure, bool]] = [(one, _is_claim(one)) for one in found]
    for place in range(len(found) - 1):
        first, second = shared[place][0], found[place + 1]
        if not _RANGE.match(text[first.end : second.start]) or second.sign:
            continue
        if second.kind == "percent" and first.kind == "number" and not first.scaled:
            first = _as(first, kind="percent")
        if second.scaled and not first.scaled and first.kind != "percent":
            scale = SCALES[_scale_word(second.text)]
            first = _as(first, value=first.value * scale, step=first.step * scale, scaled=True)
        if first.kind == "usd" and second.kind == "number":
            second = _as(second, kind="usd")
        is_claim = shared[place][1] or shared[place + 1][1] or first.kind == "percent"
        # A fraction such as 1/3 is a word, as small numbers are.
        shared[place], shared[place + 1] = (first, is_claim), (second, is_claim)
        found[place + 1] = second
    return shared


def _scale_word(text: str) -> str:
    return re.sub(r"[^a-z]", "", text.lower())


def _as(one: Figure, **changes: object) -> Figure:
    return replace(one, **changes)  # type: ignore[arg-type]


def _is_claim(one: Figure) -> bool:
    """Return whether a number says something: it has a unit, a sign, decimals, or is not small."""
    has_unit = one.kind != "number" or one.scaled or one.sign != 0 or not one.text[-1].isdigit()
    return has_unit or one.step < 1 or one.magnitude >= SMALLEST_BARE
