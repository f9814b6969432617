"""Match the figures of an answer with the facts it was given.

Rounding is allowed, in the digits as written: 4.3 % stands for 4.25 to 4.35, $16.1B for 16.05 to 16.15 billion. Counts
(4 contracts) are not rounded. An
unsigned figure matches either sign ("short $2B of gamma"); a signed one only its own. Percentages match percentages.
Nothing is calculated here: a distance or ratio counts only where the facts hold it.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from apps.copilot.figures.facts import Fact
from apps.copilot.figures.reading import YEARLESS, Figure, figures_in

State = Literal["verified", "computed", "asked", "unverified", "checking"]
_STATE_OF: dict[str, State] = {"stored": "verified", "computed": "computed", "asked": "asked"}
_RANK = {"stored": 0, "computed": 1, "asked": 2}
_ROUNDING = 1e-9
_COARSEST = 0.05  # 1.6 billion is no "2B": a rounding that moves a figure further has lost it


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A figure and what it is found to be. fact: what it matches, None where nothing does."""

    figure: Figure
    state: State
    fact: Fact | None = None

    def as_json(self) -> dict[str, str]:
        """Return what is kept of it: its text, state, and the name and source of the fact."""
        name, source = (self.fact.name, self.fact.source) if self.fact else ("", "")
        return {"text": self.figure.text.strip(), "state": self.state, "name": name, "source": source}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many figures are of which state."""

    verified: int = 0
    computed: int = 0
    asked: int = 0
    unverified: int = 0

    @property
    def claimed(self) -> int:
        """Figures that claim to be from the data: all but those the trader brought in."""
        return self.verified + self.computed + self.unverified

    @property
    def share(self) -> float | None:
        """The part of the claimed figures that was found, a fraction; None without any."""
        return (self.verified + self.computed) / self.claimed if self.claimed else None


class Known:
    """Facts made ready for many look-ups."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        ordered = sorted(facts, key=lambda one: _RANK[one.origin])
        self._numbers = [one for one in ordered if one.unit != "date"]
        self._seen: dict[tuple[object, ...], tuple[State, Fact | None]] = {}
        self._days = [(date.fromisoformat(one.day), one) for one in ordered if one.unit == "date" and one.day]

    def check(self, text: str, *, is_open: bool = False) -> list[Checked]:
        """Return the figures of a text. is_open: it is still growing, so a figure at its very end may not be whole."""
        end = len(text.rstrip(" \n.,"))
        return [
            Checked(figure=one, state="checking") if is_open and one.end >= end else self._checked(one)
            for one in figures_in(text)
        ]

    def _checked(self, figure: Figure) -> Checked:
        # A growing text is checked again and again; what was looked up once stays as it was found.
        key = (figure.kind, figure.value, figure.sign, figure.step, figure.scaled, figure.is_count, figure.day)
        if key not in self._seen:
            fact = self._of_date(figure.day) if figure.day else self._of_number(figure)
            self._seen[key] = (_STATE_OF[fact.origin], fact) if fact else ("unverified", None)
        state, fact = self._seen[key]
        return Checked(figure=figure, state=state, fact=fact)

    def _of_date(self, day: date) -> Fact | None:
        is_same = (lambda known: (known.month, known.day) == (day.month, day.day)) if day.year == YEARLESS else None
        for known, fact in self._days:
            yearless = known.year == YEARLESS and (known.month, known.day) == (day.month, day.day)
            if known == day or yearless or (is_same is not None and is_same(known)):
                return fact
        return None

    def _of_number(self, figure: Figure) -> Fact | None:
        fitting = [one for one in self._numbers if matches(figure, one)]
        # Of several, the one from the best origin, and of these the nearest.
        return min(fitting, key=lambda one: (_RANK[one.origin], _distance(figure, one)), default=None)


def matches(figure: Figure, fact: Fact) -> bool:
    """Return whether a figure is this fact, rounded or not."""
    value = _value_for(figure, fact)
    if value is None or not math.isfinite(value):
        return False
    if figure.sign and value and (value < 0) != (figure.value < 0):
        return False
    if figure.is_count:
        return abs(value) == figure.magnitude
    slack = min(figure.step / 2, _COARSEST * abs(value)) + _ROUNDING * max(abs(value), 1.0)
    return abs(abs(value) - figure.magnitude) <= slack


def tally(checked: Sequence[Checked] | Sequence[dict[str, str]]) -> Tally:
    """Count the states; of what was kept as JSON too."""
    states = [one["state"] if isinstance(one, dict) else one.state for one in checked]
    return Tally(**{name: states.count(name) for name in ("verified", "computed", "asked", "unverified")})


def _value_for(figure: Figure, fact: Fact) -> float | None:
    """Return the fact in the figure's unit, None where they cannot be the same thing."""
    if figure.kind == "percent":
        return {"percent": fact.value, "fraction": fact.value * 100}.get(fact.unit)
    if fact.unit == "percent":
        # "A win rate of 60": the unit may be left out, a dollar sign or a scale says it is something else.
        return fact.value if figure.kind == "number" and not figure.scaled else None
    return fact.value


def _distance(figure: Figure, fact: Fact) -> float:
    value = _value_for(figure, fact)
    return math.inf if value is None else abs(abs(value) - figure.magnitude)
